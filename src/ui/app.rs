//! The page as a whole, put together from its parts.

use std::rc::Rc;

use yew::prelude::*;

use super::clock::Clock;
use super::commands::use_actions;
use super::dialogs::dialog;
use super::driver::{use_driver, use_frame, Driver};
use super::focus::use_focus_kept;
use super::header::Header;
use super::keys::{use_keys, use_pointer_leaves_keys_alone};
use super::menu::menu;
use super::notices::notices;
use super::page::use_page;
use super::panels::Panels;
use super::rest::{use_rest, Rest};
use super::scene::Scene;
use super::text;
use super::transport::Transport;
use crate::view::page::Change;

/// The page.
#[component]
pub fn App() -> Html {
    let driver = use_driver();
    let frame = use_frame(&driver);
    let rest = use_rest();
    use_saving(&driver, rest);
    let state = use_page(&driver);
    let actions = use_actions(&driver, &state);
    let page = state.now();
    use_keys(page.settings.characters, actions.command.clone());
    use_pointer_leaves_keys_alone();
    use_focus_kept();
    use_late_notices(&driver, frame.told, &actions.change);

    let highlight = page.highlight(&frame.world);
    let scene = Scene { frame: &frame, page: &page, highlight, actions: &actions, driver: &driver, rest };
    let Panels { layout, grid, side } = Panels::of(&scene);
    // Where the clock is fast, what happens is over before it could be acted out.
    let layout = classes!(layout, frame.speed.is_fast().then_some("fast"));
    let layout = classes!(layout, frame.past_of.is_some().then_some("looks-back"));
    let (t, world) = (text(), &frame.panels.rest);
    html! {
        <ContextProvider<Clock> context={driver.clock()}>
            <a class="skip" href="#cluster">{ t.skip_to_cluster() }</a>
            <Header
                story={frame.story.clone()}
                world={world.clone()}
                branch={frame.branch}
                undo={frame.undo}
                command={actions.command.clone()}
            />
            { notices(&scene) }
            <main class={layout}>
                { for grid }
                <div class="side">{ for side }</div>
                { menu(&scene) }
            </main>
            <Transport
                world={world.clone()}
                playing={frame.playing}
                speed={frame.speed}
                pace={page.settings.pace}
                hurries={frame.hurries}
                opening={frame.opening}
                behind={frame.behind}
                replay_progress={frame.replay_progress}
                past_of={frame.past_of}
                step={page.settings.step}
                change={actions.change.clone()}
                command={actions.command.clone()}
            />
            { dialog(&scene) }
        </ContextProvider<Clock>>
    }
}

/// Stores the run only when the rest of the program is there. Otherwise the first time would wait for it.
#[hook]
fn use_saving(driver: &Driver, rest: Rest) {
    let driver = driver.clone();
    use_effect_with(rest, move |rest| {
        if *rest == Rest::Loaded {
            driver.allow_saving();
        }
    });
}

/// Shows the driver's notices about earlier requests. `told` is increased with each of them.
#[hook]
fn use_late_notices(driver: &Driver, told: u32, change: &Callback<Change>) {
    let (driver, change) = (driver.clone(), change.clone());
    use_effect_with(told, move |&told| {
        if told > 0 {
            change.emit(Change::Notice(driver.take_notice().map(Rc::from)));
        }
    });
}
