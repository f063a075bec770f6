//! Layer 6: the JavaScript API, a thin wrapper around the laboratory.

use std::cell::RefCell;
use std::rc::Rc;

use serde::Serialize;
use serde_json::Value;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::*;

use crate::lab::json::error::ScenarioError;
use crate::lab::json::read::{parse, value_of};
use crate::lab::json::strict::from_value_strict;
use crate::lab::scenario::action_from_value;
use crate::lab::vocab::condition::Condition;
use crate::lab::{Lab, Scenario, StepKind};
use crate::runtime::Micros;

/// A running lab for scripts: `new RaftLab(scenario)`, where the scenario is an object or JSON text. Invalid input
/// throws an `Error` whose message names the place, and leaves the lab unchanged.
#[wasm_bindgen]
pub struct RaftLab {
    lab: Rc<RefCell<Lab>>,
}

/// Exposes a running lab as `window.raftLab`.
pub fn expose(lab: Rc<RefCell<Lab>>) {
    // If this fails, there is no window whose scripts could use it.
    let _ = js_sys::Reflect::set(&js_sys::global(), &"raftLab".into(), &RaftLab { lab }.into());
}

fn error(error: ScenarioError) -> JsError {
    JsError::new(&error.to_string())
}

/// A JSON value, from an object or from JSON text.
fn json(value: &JsValue) -> Result<Value, JsError> {
    match value.as_string() {
        Some(text) => parse(&text).map_err(error),
        None => serde_wasm_bindgen::from_value(value.clone()).map_err(|error| JsError::new(&error.to_string())),
    }
}

/// Converts to plain objects: no `Map`, and null instead of undefined.
fn plain(value: &impl Serialize) -> Result<JsValue, JsError> {
    value_of(value).serialize(&Serializer::json_compatible()).map_err(|error| JsError::new(&error.to_string()))
}

/// Converts a duration in milliseconds.
fn micros(ms: f64) -> Result<Micros, JsError> {
    from_value_strict(ms.into()).map_err(|_| JsError::new(&format!("{ms} is not a time in milliseconds")))
}

#[wasm_bindgen]
impl RaftLab {
    /// Builds the cluster of a scenario and starts its nodes, at time 0.
    #[wasm_bindgen(constructor)]
    pub fn new(scenario: &JsValue) -> Result<RaftLab, JsError> {
        let scenario = Scenario::from_value(json(scenario)?).map_err(error)?;
        let lab = Lab::new(scenario).map_err(error)?;
        Ok(RaftLab { lab: Rc::new(RefCell::new(lab)) })
    }

    /// The virtual clock, in ms.
    #[wasm_bindgen(getter)]
    pub fn now(&self) -> f64 {
        self.lab.borrow().now().as_ms()
    }

    /// Advances virtual time by `ms`. False if the run has halted.
    pub fn advance(&self, ms: f64) -> Result<bool, JsError> {
        let mut lab = self.lab.borrow_mut();
        let time = lab.now() + micros(ms)?;
        Ok(lab.advance_to(time, u64::MAX).reached)
    }

    /// Makes one step: "event", "message" or "transition". False if none happens within 10 s of virtual time.
    pub fn step(&self, kind: &str) -> Result<bool, JsError> {
        let kind = match kind {
            "event" => StepKind::Event,
            "message" => StepKind::Message,
            "transition" => StepKind::Transition,
            other => return Err(JsError::new(&format!("a step is an event, a message or a transition, not {other}"))),
        };
        Ok(self.lab.borrow_mut().step(kind))
    }

    /// Runs until a condition holds, for at most `limit_ms` of virtual time. Returns whether it holds.
    #[wasm_bindgen(js_name = runUntil)]
    pub fn run_until(&self, condition: &JsValue, limit_ms: f64) -> Result<bool, JsError> {
        let condition = Condition::from_value("", json(condition)?).map_err(error)?;
        self.lab.borrow_mut().run_until(condition, micros(limit_ms)?).map_err(error)
    }

    /// Runs to the end set by the scenario.
    #[wasm_bindgen(js_name = runToStop)]
    pub fn run_to_stop(&self) {
        self.lab.borrow_mut().run_to_stop(None);
    }

    /// Carries out an action now: `{ do: "crash", node: 3 }`.
    pub fn act(&self, action: &JsValue) -> Result<(), JsError> {
        let what = action_from_value("", json(action)?).map_err(error)?;
        self.lab.borrow_mut().act(what).map_err(error)
    }

    /// The report as an object, equal to that of the command line.
    pub fn report(&self) -> Result<JsValue, JsError> {
        plain(&self.lab.borrow().report())
    }

    /// The report as JSON text, byte for byte that of the command line.
    #[wasm_bindgen(js_name = reportJson)]
    pub fn report_json(&self) -> String {
        self.lab.borrow().report().to_json()
    }

    /// The events as objects, from sequence number `from` on; all by default.
    pub fn trace(&self, from: Option<f64>) -> Result<JsValue, JsError> {
        let skip = from.map_or(0, |from| (from.max(1.0) - 1.0) as usize);
        let lab = self.lab.borrow();
        let records = lab.records();
        plain(&records.get(skip..).unwrap_or_default())
    }

    /// The scenario that was loaded, with every action since.
    pub fn scenario(&self) -> Result<JsValue, JsError> {
        plain(self.lab.borrow().scenario())
    }
}
