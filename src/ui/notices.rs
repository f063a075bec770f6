//! What the page has to say beside the run: why it has halted, what became of what was saved, and notices.

use yew::prelude::*;

use super::driver::{Driver, Frame};
use super::scene::Scene;
use super::store::Aside;
use super::{media, text};
use crate::view::invariants::why_halted;
use crate::view::page::Change;

/// All notices, over a corner of the page. They are read out when they come: what broke at once, the others when there is a
/// pause. They stay until they are dismissed, by button or Escape, or until the next command.
pub fn notices(scene: &Scene) -> Html {
    let Scene { frame, page, actions, driver, .. } = scene;
    let t = text();
    let halted = frame.halted.as_deref().map(|why| why_halted(why, t));
    let dismiss = actions.change.reform(|_: MouseEvent| Change::Notice(None));
    html! {
        <div class="notices">
            <div role="alert">
                if let Some(why) = halted {
                    <p class="notice bad">{ why }</p>
                }
            </div>
            <div role="status">
                if let Some(notice) = &page.notice {
                    <p class="notice">
                        <span>{ notice.to_string() }</span>
                        <button type="button" data-home="" onclick={dismiss}>{ t.dismiss() }</button>
                    </p>
                }
                for (i, kept) in frame.asides.iter().enumerate() {
                    { aside(i, kept, driver) }
                }
            </div>
            { saving(frame, driver) }
        </div>
    }
}

/// What was stored and is not in use, with the ways to get it.
fn aside(i: usize, aside: &Aside, driver: &Driver) -> Html {
    let t = text();
    let call = |act: fn(&Driver, usize)| {
        let driver = driver.clone();
        move |_: MouseEvent| act(&driver, i)
    };
    let download = {
        let text = aside.text.clone();
        move |_: MouseEvent| media::download("raft-lab-saved.json", &text)
    };
    html! {
        <p class="notice" key={aside.why.to_string()} data-aside="">
            <span>{ aside.why.to_string() }</span>
            if aside.can_be_restored {
                <button type="button" onclick={call(Driver::restore_again)}>{ t.saved_again() }</button>
            }
            <button type="button" onclick={download}>{ t.saved_download() }</button>
            <button type="button" data-home="" onclick={call(Driver::forget_aside)}>{ t.dismiss() }</button>
        </p>
    }
}

/// A quiet line while the saved run is being restored, or while the run cannot be saved.
fn saving(frame: &Frame, driver: &Driver) -> Html {
    let t = text();
    let stop = {
        let driver = driver.clone();
        move |_: MouseEvent| driver.stop_restoring()
    };
    html! {
        <div role="status">
            if frame.restoring {
                <p class="notice quiet">
                    <span>{ t.restoring() }</span>
                    <button type="button" onclick={stop}>{ t.restoring_stop() }</button>
                </p>
            } else if frame.unsaved {
                <p class="notice quiet">{ t.unsaved() }</p>
            }
        </div>
    }
}
