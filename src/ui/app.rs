//! The page as a whole: it holds the driver and what the page remembers, and carries out commands.

use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, SvgElement};
use yew::prelude::*;

use super::cluster::moving::Clock;
use super::cluster::{partition::Partition, Cluster};
use super::driver::Driver;
use super::happened::Happened;
use super::header::Header;
use super::help::Help;
use super::keys::use_keys;
use super::logs::Logs;
use super::menu::Menu;
use super::page::{Change, Dialog, Page};
use super::store::{Settings, Step, Theme};
use super::streams::Streams;
use super::transport::Transport;
use super::{crash, media, store, text};
use crate::lab::Do;
use crate::raft::NodeId;
use crate::view::action::{crash_or_restart, isolate_or_rejoin};
use crate::view::command::Command;
use crate::view::speed::Speed;

/// So many writes "write 10" makes.
const WRITES: u64 = 10;

/// The page.
#[component]
pub fn App() -> Html {
    let driver = use_driver();
    let frame = use_frame(&driver);
    let page = use_reducer(|| Page::new(store::settings(), driver.take_notice()));
    let change = {
        let dispatcher = page.dispatcher();
        use_callback((), move |change: Change, ()| dispatcher.dispatch(change))
    };
    let act = use_callback((driver.clone(), change.clone()), |what: Do, (driver, change)| {
        let refused = driver.act(what).err();
        change.emit(Change::Notice(refused.map(|why| Rc::from(text().refused(&why.to_string())))));
    });
    let command = use_callback(
        (driver.clone(), change.clone(), act.clone(), page.selected, page.settings),
        |command: Command, (driver, change, act, selected, settings)| {
            carry_out(command, &Hands { driver, change, act, selected: *selected, settings: *settings });
        },
    );
    let choose = use_callback((driver.clone(), change.clone()), |settings: Settings, (driver, change)| {
        driver.set_speed(Speed::at(settings.speed));
        change.emit(Change::Settings(settings));
    });
    use_keys(page.settings.characters, command.clone());
    {
        let change = change.clone();
        use_effect_with(frame.run, move |_| change.emit(Change::NewRun));
    }

    let settings = page.settings;
    let set_step = use_callback((settings, change.clone()), |step: Step, (settings, change)| {
        change.emit(Change::Settings(Settings { step, ..*settings }));
    });
    let set_speed = use_callback((settings, choose), |speed: Speed, (settings, choose)| {
        choose.emit(Settings { speed: speed.step(), ..*settings });
    });
    let close = use_callback(change.clone(), |(), change| change.emit(Change::Dialog(None)));
    let set_settings =
        use_callback(change.clone(), |settings: Settings, change| change.emit(Change::Settings(settings)));

    // Where less motion is wanted, messages stand where they were at the last event, and jump with the next.
    let shown = if media::reduced_motion() { frame.world.at } else { frame.now };
    let t = text();
    html! {
        <ContextProvider<Clock> context={Clock(shown)}>
            <a class="skip" href="#cluster">{ t.skip_to_cluster() }</a>
            <Header world={frame.world.clone()} command={command.clone()} />
            { notice(&page, frame.halted.as_deref(), &change) }
            <main class="panels">
                <Cluster
                    world={frame.world.clone()}
                    selected={page.selected}
                    look={page.highlight().clone()}
                    drawn={page.strokes.clone()}
                    still={!frame.playing}
                    write_to={page.write_to}
                    write_asked={page.write_asked}
                    act={act.clone()}
                    change={change.clone()}
                    command={command.clone()}
                />
                <Logs world={frame.world.clone()} look={page.highlight().clone()} change={change.clone()} />
                <Streams world={frame.world.clone()} look={page.highlight().clone()} change={change.clone()} />
                <Happened
                    feed={frame.feed.clone()}
                    nodes={frame.world.nodes.len()}
                    run={frame.run}
                    change={change.clone()}
                />
            </main>
            <Transport frame={frame.clone()} step={settings.step} command={command.clone()} {set_step} {set_speed} />
            if let Some(open) = page.menu {
                <Menu key={format!("{:?}", open.of)} {open} world={frame.world.clone()} act={act.clone()} change={change.clone()} />
            }
            if page.dialog == Some(Dialog::Help) {
                <Help {settings} choose={set_settings} close={close.clone()} />
            }
            if page.dialog == Some(Dialog::Partition) {
                <Partition world={frame.world.clone()} act={act.clone()} {close} />
            }
        </ContextProvider<Clock>>
    }
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

/// What went wrong, until it is dismissed.
fn notice(page: &Page, halted: Option<&str>, change: &Callback<Change>) -> Html {
    let t = text();
    let dismiss = {
        let change = change.clone();
        move |_: MouseEvent| change.emit(Change::Notice(None))
    };
    html! {
        <div class="notices" role="alert">
            if let Some(why) = halted {
                <p class="notice bad">{ t.halted() }{ " " }{ why.to_string() }</p>
            }
            if let Some(notice) = &page.notice {
                <p class="notice">
                    <span>{ notice.to_string() }</span>
                    <button type="button" onclick={dismiss}>{ t.dismiss() }</button>
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
    selected: Option<NodeId>,
    settings: Settings,
}

fn carry_out(command: Command, hands: &Hands) {
    let Hands { driver, change, act, selected, settings } = hands;
    let set = |settings: Settings| change.emit(Change::Settings(settings));
    let set_speed = |speed: Speed| {
        driver.set_speed(speed);
        set(Settings { speed: speed.step(), ..*settings });
    };
    let act_on_selected = |what: &dyn Fn(NodeId) -> Option<Do>| match selected {
        Some(node) => what(*node).into_iter().for_each(|what| act.emit(what)),
        None => change.emit(Change::Notice(Some(text().select_first().into()))),
    };
    match command {
        Command::PlayPause => driver.play_pause(),
        Command::Step => {
            let notice = (!driver.step(settings.step)).then(|| text().nothing_to_step().into());
            change.emit(Change::Notice(notice));
        }
        Command::Restart => driver.restart(),
        Command::NewRun => driver.new_run(),
        Command::Slower => set_speed(driver.frame().speed.slower()),
        Command::Faster => set_speed(driver.frame().speed.faster()),
        Command::Write => change.emit(Change::Write(*selected)),
        Command::WriteMany => {
            act.emit(Do::WriteMany { count: WRITES, every: None, clients: None, value_bytes: None });
        }
        Command::Select(node) => {
            if driver.world().nodes.contains_key(&node) {
                change.emit(Change::Select(Some(node)));
                focus(&format!("[data-node='{node}']"));
            }
        }
        Command::Campaign => act_on_selected(&|node| Some(Do::Campaign { node })),
        Command::CrashOrRestart => act_on_selected(&|node| crash_or_restart(&driver.world(), node)),
        Command::IsolateOrRejoin => act_on_selected(&|node| isolate_or_rejoin(&driver.world(), node)),
        Command::Partition => change.emit(Change::Dialog(Some(Dialog::Partition))),
        Command::RejoinAll => act.emit(Do::Heal {}),
        Command::Theme => {
            let now = settings.theme.unwrap_or_else(media::system_theme);
            let theme = Some(if now == Theme::Dark { Theme::Light } else { Theme::Dark });
            media::set_theme(theme);
            set(Settings { theme, ..*settings });
        }
        Command::Help => change.emit(Change::Dialog(Some(Dialog::Help))),
    }
}

/// Gives the focus to an element of the page.
fn focus(selector: &str) {
    let Some(element) = media::document().query_selector(selector).ok().flatten() else { return };
    // What cannot have the focus leaves it where it is.
    let _ = match element.dyn_ref::<HtmlElement>() {
        Some(element) => element.focus(),
        None => element.dyn_ref::<SvgElement>().map_or(Ok(()), SvgElement::focus),
    };
}
