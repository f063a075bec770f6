//! What is acted out at the moment shown: the stage of a panel.

use yew::prelude::*;

use crate::view::acts::{Cast, Played};

/// What is on stage in a panel that shows the world after the event `n`, if these happened lately.
#[hook]
pub fn use_acts(lately: &[Played], n: u64) -> Vec<Played> {
    let cast = use_mut_ref(Cast::default);
    let on_stage = cast.borrow_mut().play(lately, n).to_vec();
    on_stage
}
