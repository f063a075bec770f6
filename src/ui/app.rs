//! The page as a whole: it holds the driver and what the page remembers, and carries out commands.

use std::rc::Rc;

use yew::prelude::*;

use super::clock::Clock;
use super::cluster::{partition::Partition, Cluster};
use super::driver::Driver;
use super::focus::{find_and_give as focus, use_focus_kept};
use super::happened::Happened;
use super::header::Header;
use super::help::Help;
use super::inspector::Inspector;
use super::keys::{use_keys, use_pointer_leaves_keys_alone};
use super::links::Links;
use super::logs::Logs;
use super::menu::MenuOf;
use super::page::{Change, Dialog, Menu, Page};
use super::panel::folded;
use super::promises::Promises;
use super::shared::Shared;
use super::store::{Panel, Settings, Theme};
use super::streams::Streams;
use super::transport::Transport;
use super::{crash, media, store, text};
use crate::lab::history::BranchId;
use crate::lab::{Do, ScenarioError, StepKind, World};
use crate::raft::NodeId;
use crate::view::action::partition_in_words;
use crate::view::command::Command;
use crate::view::geometry::Point;
use crate::view::headline::headline;
use crate::view::hint::hint;
use crate::view::menu::MenuTarget;
use crate::view::message::Scope;
use crate::view::on_link::next as next_link;
use crate::view::on_message::next;
use crate::view::on_node::{add_node, align_timers, spread_timers};
use crate::view::promises::why_halted;
use crate::view::selection::Selection;
use crate::view::speed::Speed;
use crate::view::until::Until;

/// So many writes "write 10" makes.
const WRITES: u64 = 10;

/// So many logs are drawn lower where the page is low, and so many on most screens.
const MANY: usize = 6;
const MOST: usize = 8;

/// The page.
#[component]
pub fn App() -> Html {
    let driver = use_driver();
    let frame = use_frame(&driver);
    let page = use_reducer(|| Page::new(store::settings(), driver.take_notice()));
    // What is selected, known at once: the next key may come before the page is drawn again.
    let selected = use_mut_ref(|| None::<Selection>);
    let change = {
        let (dispatcher, selected) = (page.dispatcher(), selected.clone());
        use_callback(driver.clone(), move |change: Change, driver| {
            match change {
                Change::Select(subject) => drop(selected.replace(subject)),
                Change::Pin(_, _, subject) => drop(selected.replace(subject)),
                Change::Deselect => drop(selected.take()),
                Change::CloseStream => {
                    let _ = selected.borrow_mut().take_if(|subject| matches!(subject, Selection::Stream(..)));
                }
                _ => {}
            }
            // A message would be gone before anything could be done to it.
            if let Change::Select(Some(Selection::Message(_))) | Change::Pin(_, _, Some(Selection::Message(_))) = change
            {
                driver.play(false);
            }
            dispatcher.dispatch(change);
        })
    };
    let act = use_callback((driver.clone(), change.clone()), |what: Do, (driver, change)| {
        perform(driver, change, what, None);
    });
    // A dialog that closes says what came of it.
    let partition = use_callback((driver.clone(), change.clone()), |what: Do, (driver, change)| {
        let said = partition_in_words(&what, text());
        perform(driver, change, what, Some(said));
    });
    let command = use_callback(
        (driver.clone(), change.clone(), act.clone(), page.settings),
        move |command: Command, (driver, change, act, settings)| {
            let selected = *selected.borrow();
            // What was said about the last one is heard.
            change.emit(Change::Notice(None));
            carry_out(command, &Hands { driver, change, act, selected, settings: *settings });
        },
    );
    let choose = use_callback((driver.clone(), change.clone()), |settings: Settings, (driver, change)| {
        driver.set_speed(Speed::at(settings.speed));
        change.emit(Change::Settings(settings));
    });
    use_keys(page.settings.characters, command.clone());
    use_pointer_leaves_keys_alone();
    use_focus_kept();
    {
        let change = change.clone();
        use_effect_with(frame.run, move |&run| {
            if run > 0 {
                change.emit(Change::NewRun);
            }
        });
    }

    {
        let (driver, change) = (driver.clone(), change.clone());
        use_effect_with(frame.told, move |&told| {
            if told > 0 {
                change.emit(Change::Notice(driver.take_notice().map(Rc::from)));
            }
        });
    }

    let settings = page.settings;
    let set_step = use_callback((settings, change.clone()), |step: StepKind, (settings, change)| {
        change.emit(Change::Settings(Settings { step, ..*settings }));
    });
    let choose_scope = use_callback((settings, change.clone()), |scope: Scope, (settings, change)| {
        change.emit(Change::Settings(Settings { scope, ..*settings }));
    });
    let set_speed = use_callback((settings, choose), |speed: Speed, (settings, choose)| {
        choose.emit(Settings { speed: speed.step(), ..*settings });
    });
    let close = use_callback(change.clone(), |(), change| change.emit(Change::Dialog(None)));
    let run_until = use_callback((driver.clone(), change.clone()), |until: Until, (driver, change)| {
        let already = until == Until::Converged && driver.world().converged();
        let notice = match driver.run_until(until) {
            Ok(true) => already.then(|| Rc::from(text().until_already())),
            Ok(false) => Some(text().until_not().into()),
            Err(why) => Some(text().refused(&why.to_string()).into()),
        };
        change.emit(Change::Notice(notice));
    });
    let go = use_callback((driver.clone(), change.clone()), |to: Option<BranchId>, (driver, change)| {
        let refused = match to {
            Some(branch) => driver.switch(branch).err(),
            None => {
                driver.forget_others();
                None
            }
        };
        change.emit(Change::Notice(refused.map(|why| text().refused(&why.to_string()).into())));
    });
    let set_settings =
        use_callback(change.clone(), |settings: Settings, change| change.emit(Change::Settings(settings)));

    let (t, panels) = (text(), &frame.panels);
    let look = page.highlight(&frame.world);
    let by_finger = use_memo((), |()| media::by_finger());
    let why_nothing = match &frame.halted {
        Some(_) => Some(t.hint_halted(by_finger.holds()).into()),
        None => hint(&panels.cluster, frame.playing, by_finger.holds(), t),
    };
    html! {
        <ContextProvider<Clock> context={driver.clock()}>
            <a class="skip" href="#cluster">{ t.skip_to_cluster() }</a>
            <Header headline={headline(&panels.rest, t)} branch={frame.branch} undo={frame.undo} command={command.clone()} />
            { notice(&page, frame.halted.as_deref().map(|why| why_halted(&frame.world, why, t)), &change) }
            <main class={layout(&page, &panels.rest)}>
                if settings.folded.cluster {
                    { folded(Panel::Cluster, &change) }
                } else {
                    <Cluster
                        world={panels.cluster.clone()}
                        selected={page.selected}
                        look={look.clone()}
                        scope={settings.scope}
                        {choose_scope}
                        hint={why_nothing.map(AttrValue::from)}
                        drawn={page.strokes.clone()}
                        still={!frame.playing}
                        write_to={page.write_to}
                        asked={page.asked}
                        act={act.clone()}
                        change={change.clone()}
                        command={command.clone()}
                    />
                }
                if settings.folded.logs {
                    { folded(Panel::Logs, &change) }
                } else {
                    <Logs world={panels.logs.clone()} look={look.clone()} selected={page.selected} change={change.clone()} />
                }
                if settings.folded.streams {
                    { folded(Panel::Streams, &change) }
                } else {
                    <Streams
                        world={panels.rest.clone()}
                        {look}
                        selected={page.selected}
                        open={page.open}
                        change={change.clone()}
                    />
                }
                <div class="side">
                    if let Some(subject) = page.selected {
                        <Inspector world={panels.rest.clone()} {subject} change={change.clone()} />
                    }
                    if settings.folded.happened {
                        { folded(Panel::Happened, &change) }
                    } else {
                        <Happened
                            feed={panels.feed.clone()}
                            nodes={panels.rest.nodes.len()}
                            run={frame.run}
                            selected={page.selected}
                            pinned={page.pinned_event}
                            change={change.clone()}
                        />
                    }
                </div>
                if let Some(open) = page.menu {
                    <MenuOf
                        key={format!("{:?}", open.target)}
                        {open}
                        world={frame.world.clone()}
                        act={act.clone()}
                        change={change.clone()}
                        branches={if open.target == MenuTarget::Branches { driver.branches() } else { Vec::new() }}
                        {run_until}
                        {go}
                    />
                }
            </main>
            <Transport
                world={panels.rest.clone()}
                playing={frame.playing}
                speed={frame.speed}
                opening={frame.opening}
                behind={frame.behind}
                under_way={frame.under_way}
                past_of={frame.past_of}
                step={settings.step}
                command={command.clone()}
                {set_step}
                {set_speed}
            />
            if page.dialog == Some(Dialog::Help) {
                <Help {settings} choose={set_settings} close={close.clone()} />
            }
            if page.dialog == Some(Dialog::Promises) {
                <Promises world={frame.world.clone()} close={close.clone()} />
            }
            if page.dialog == Some(Dialog::Partition) {
                <Partition world={frame.world.clone()} act={partition} close={close.clone()} />
            }
            if let Some(Dialog::Links(link)) = page.dialog {
                <Links
                    nodes={frame.world.nodes.keys().copied().collect::<Vec<NodeId>>()}
                    specs={Shared(frame.world.links.clone())}
                    {link}
                    {act}
                    {close}
                />
            }
        </ContextProvider<Clock>>
    }
}

/// Does something to the cluster, and says what there is to say about it.
fn perform(driver: &Driver, change: &Callback<Change>, what: Do, done: Option<String>) {
    let looked_back = driver.looks_back();
    let notice = match driver.act(what) {
        Err(why) => Some(text().refused(&why.to_string())),
        Ok(()) if looked_back => Some(text().another_run().into()),
        Ok(()) => done,
    };
    change.emit(Change::Notice(notice.map(Rc::from)));
}

/// What drives the page, opened once.
#[hook]
fn use_driver() -> Driver {
    let driver = use_memo((), |()| {
        crash::install();
        let settings = store::settings();
        media::set_theme(settings.theme);
        Driver::open(Speed::at(settings.speed))
    });
    (*driver).clone()
}

/// What is to be drawn, for as long as the page lives.
#[hook]
fn use_frame(driver: &Driver) -> super::driver::Frame {
    let frame = use_state_eq(|| driver.frame());
    {
        let (driver, frame) = (driver.clone(), frame.setter());
        use_effect_with((), move |()| {
            let running = driver.start(Callback::from(move |next| frame.set(next)));
            move || drop(running)
        });
    }
    (*frame).clone()
}

/// The classes that say who needs room. A selector with `:has` would know it, too, but it costs a style of the page for
/// each thing that comes and goes.
fn layout(page: &Page, world: &World) -> Classes {
    let folded = page.settings.folded;
    classes!(
        "panels",
        folded.cluster.then_some("no-cluster"),
        folded.logs.then_some("no-logs"),
        folded.streams.then_some("no-streams"),
        (folded.happened && page.selected.is_none()).then_some("no-side"),
        (world.nodes.len() >= MANY).then_some("many-logs"),
        (world.nodes.len() >= MOST).then_some("most-logs"),
        page.open.filter(|link| !folded.streams && world.streams.contains_key(link)).map(|_| "open-stream"),
    )
}

/// What went wrong, until it is dismissed.
fn notice(page: &Page, halted: Option<String>, change: &Callback<Change>) -> Html {
    let t = text();
    let dismiss = {
        let change = change.clone();
        move |_: MouseEvent| change.emit(Change::Notice(None))
    };
    html! {
        <div class="notices" role="alert">
            if let Some(why) = halted {
                <p class="notice bad">{ t.halted() }{ " " }{ why }</p>
            }
            if let Some(notice) = &page.notice {
                <p class="notice">
                    <span>{ notice.to_string() }</span>
                    <button type="button" data-home="" onclick={dismiss}>{ t.dismiss() }</button>
                </p>
            }
        </div>
    }
}

/// Everything that a command can reach.
struct Hands<'a> {
    driver: &'a Driver,
    change: &'a Callback<Change>,
    act: &'a Callback<Do>,
    selected: Option<Selection>,
    settings: Settings,
}

fn carry_out(command: Command, hands: &Hands) {
    let Hands { driver, change, act, selected, settings } = hands;
    let set = |settings: Settings| change.emit(Change::Settings(settings));
    let set_speed = |speed: Speed| {
        driver.set_speed(speed);
        set(Settings { speed: speed.step(), ..*settings });
    };
    let notice = |text: Option<&str>| change.emit(Change::Notice(text.map(Rc::from)));
    let moved = |done: bool, else_say: &str| notice((!done).then_some(else_say));
    let done = |done: Result<bool, ScenarioError>, else_say: &str| match done {
        Ok(done) => moved(done, else_say),
        Err(why) => notice(Some(&text().refused(&why.to_string()))),
    };
    let act_if_possible = |what: Option<Do>| match what {
        Some(what) => act.emit(what),
        None => notice(Some(text().not_now())),
    };
    let all = |what: Vec<Do>| {
        let nothing = what.is_empty();
        what.into_iter().for_each(|what| act.emit(what));
        if nothing {
            notice(Some(text().no_timers()));
        }
    };
    let world = driver.world();
    let node = selected.and_then(Selection::node);
    match command {
        Command::PlayPause => driver.play_pause(),
        Command::Step => moved(driver.step(settings.step), text().nothing_to_step()),
        Command::Back => moved(driver.back(settings.step), text().nothing_before()),
        Command::NextTransition => moved(driver.step(StepKind::Transition), text().nothing_to_step()),
        Command::PreviousTransition => moved(driver.back(StepKind::Transition), text().nothing_before()),
        Command::Start => driver.to_start(),
        Command::Present => driver.to_present(),
        Command::Undo => done(driver.undo(), text().nothing_to_undo()),
        Command::Redo => done(driver.redo(), text().nothing_to_redo()),
        Command::Branches if driver.branches().len() > 1 => {
            change.emit(Change::Menu(Some(Menu { target: MenuTarget::Branches, at: place("[data-branches]") })));
        }
        Command::Branches => notice(Some(text().one_run_only())),
        Command::RunUntil => {
            change.emit(Change::Menu(Some(Menu { target: MenuTarget::Until, at: place("[data-run-until]") })))
        }
        Command::NewRun => done(driver.new_run().map(|()| true), ""),
        Command::Slower => set_speed(driver.speed().slower()),
        Command::Faster => set_speed(driver.speed().faster()),
        Command::Write => change.emit(Change::Write(node)),
        Command::Read => change.emit(Change::Read(node)),
        Command::WriteMany => {
            act.emit(Do::WriteMany { count: WRITES, every: None, clients: None, value_bytes: None });
        }
        Command::Select(node) => {
            if world.nodes.contains_key(&node) {
                change.emit(Change::Select(Some(Selection::Node(node))));
                focus(&format!("[data-node='{node}']"));
            }
        }
        Command::Deselect => change.emit(Change::Deselect),
        Command::Node(what) => match node {
            Some(node) => act_if_possible(what.of(&world, node, text()).map(|(what, _)| what)),
            None => notice(Some(text().select_first())),
        },
        Command::SpreadTimers => all(spread_timers(&world)),
        Command::AlignTimers => all(align_timers(&world)),
        Command::AddNode => match add_node(&world) {
            Some(what) => act.emit(what),
            None => notice(Some(text().no_more_nodes())),
        },
        Command::NextMessage | Command::PreviousMessage => {
            let current = selected.and_then(Selection::message);
            match next(&world, current, command == Command::NextMessage) {
                Some(message) => {
                    change.emit(Change::Select(Some(Selection::Message(message))));
                    focus(&format!("[data-message='{message}']"));
                }
                None => notice(Some(text().no_messages())),
            }
        }
        Command::NextLink | Command::PreviousLink => {
            if let Some((a, b)) = next_link(&world, *selected, command == Command::NextLink) {
                change.emit(Change::Select(Some(Selection::Link((a, b)))));
                focus(&format!("[data-link='{a}-{b}'] .reach"));
            }
        }
        Command::Message(what) => match selected.and_then(Selection::message) {
            Some(message) => act_if_possible(what.of(&world, message, text()).map(|(what, _)| what)),
            None => notice(Some(text().select_message_first())),
        },
        Command::Partition => change.emit(Change::Dialog(Some(Dialog::Partition))),
        Command::Links => {
            let link = match selected {
                Some(Selection::Link(link)) => Some(*link),
                Some(Selection::Stream(leader, target)) => Some((*leader, *target)),
                _ => None,
            };
            change.emit(Change::Dialog(Some(Dialog::Links(link))));
        }
        Command::RejoinAll if world.cut.is_empty() => notice(Some(text().nothing_cut())),
        Command::RejoinAll => act.emit(Do::Heal {}),
        Command::Scope => change.emit(Change::NextScope),
        Command::Theme => {
            let now = settings.theme.unwrap_or_else(media::system_theme);
            let theme = Some(if now == Theme::Dark { Theme::Light } else { Theme::Dark });
            media::set_theme(theme);
            set(Settings { theme, ..*settings });
        }
        Command::Promises => change.emit(Change::Dialog(Some(Dialog::Promises))),
        Command::Help => change.emit(Change::Dialog(Some(Dialog::Help))),
    }
}

/// Where an element is on the screen: its lower left corner.
fn place(selector: &str) -> Point {
    let element = media::document().query_selector(selector).ok().flatten();
    element.map_or(Point::default(), |element| {
        let rect = element.get_bounding_client_rect();
        Point::new(rect.left(), rect.bottom())
    })
}
