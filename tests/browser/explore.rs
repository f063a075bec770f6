//! Exploring in the browser: in slices, so that the page stays alive.

use wasm_bindgen_test::wasm_bindgen_test;

use raft_lab::lab::explore::random::FaultPlan;
use raft_lab::lab::explore::{Explore, Failure, Search};
use raft_lab::lab::vocab::invariant::Invariant;
use raft_lab::raft::Rule;

/// The search gives the page a turn after every slice, and finds what it finds natively.
#[wasm_bindgen_test]
async fn a_search_goes_on_in_slices() {
    let explore = Explore { seeds: 0..10, plan: FaultPlan::default(), off: vec![Rule::OneVotePerTerm], base: None };
    let mut search = Search::new(explore);
    let mut turns = 0;
    let found = loop {
        if let Some(found) = search.advance(2_000).expect("the weather is valid") {
            break found.expect("a vote given twice is found");
        }
        turns += 1;
        gloo_timers::future::TimeoutFuture::new(0).await;
    };
    assert!(turns > 1, "{turns}");
    assert_eq!(found.failure, Failure::Broken(Invariant::VotesKept));
    assert!(found.scenario.actions.len() <= 12, "{}", found.scenario.to_json());
}
