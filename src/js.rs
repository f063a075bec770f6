//! Floor 6: the JavaScript API, a thin skin over the laboratory.

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

/// A running lab, for scripts: `new RaftLab(scenario)`, where a scenario is an object or its JSON text.
/// What is refused throws an `Error` whose message names the place; the lab is then as it was.
#[wasm_bindgen]
pub struct RaftLab {
    lab: Rc<RefCell<Lab>>,
}

/// Makes a running lab known as `window.raftLab`.
pub fn expose(lab: Rc<RefCell<Lab>>) {
    // Without a window there is nobody to show it to.
    let _ = js_sys::Reflect::set(&js_sys::global(), &"raftLab".into(), &RaftLab { lab }.into());
}

fn error(error: ScenarioError) -> JsError {
    JsError::new(&error.to_string())
}

/// A JSON value from an object, or from text that holds one.
fn json(value: &JsValue) -> Result<Value, JsError> {
    match value.as_string() {
        Some(text) => parse(&text).map_err(error),
        None => serde_wasm_bindgen::from_value(value.clone()).map_err(|error| JsError::new(&error.to_string())),
    }
}

/// Plain objects, no `Map`; null, not undefined.
fn plain(value: &impl Serialize) -> Result<JsValue, JsError> {
    value_of(value).serialize(&Serializer::json_compatible()).map_err(|error| JsError::new(&error.to_string()))
}

/// A length of time that was given in milliseconds.
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

    /// The virtual clock, in milliseconds.
    #[wasm_bindgen(getter)]
    pub fn now(&self) -> f64 {
        self.lab.borrow().now().as_ms()
    }

    /// Lets virtual time pass. False if the run has halted.
    pub fn advance(&self, ms: f64) -> Result<bool, JsError> {
        let mut lab = self.lab.borrow_mut();
        let time = lab.now() + micros(ms)?;
        Ok(lab.advance_to(time, u64::MAX).reached)
    }

    /// One step: "event", "message" or "transition". False if nothing of that kind happens within 10 s.
    pub fn step(&self, kind: &str) -> Result<bool, JsError> {
        let kind = match kind {
            "event" => StepKind::Event,
            "message" => StepKind::Message,
            "transition" => StepKind::Transition,
            other => return Err(JsError::new(&format!("a step is an event, a message or a transition, not {other}"))),
        };
        Ok(self.lab.borrow_mut().step(kind))
    }

    /// Runs until a condition holds, for `limit_ms` of virtual time at most. Whether it holds then.
    #[wasm_bindgen(js_name = runUntil)]
    pub fn run_until(&self, condition: &JsValue, limit_ms: f64) -> Result<bool, JsError> {
        let condition = Condition::from_value("", json(condition)?).map_err(error)?;
        self.lab.borrow_mut().run_until(condition, micros(limit_ms)?).map_err(error)
    }

    /// Runs to the end that the scenario sets.
    #[wasm_bindgen(js_name = runToStop)]
    pub fn run_to_stop(&self) {
        self.lab.borrow_mut().run_to_stop(None);
    }

    /// Does something now, as a user would: `{ do: "crash", node: 3 }`.
    pub fn act(&self, action: &JsValue) -> Result<(), JsError> {
        let what = action_from_value("", json(action)?).map_err(error)?;
        self.lab.borrow_mut().act(what).map_err(error)
    }

    /// The report, as an object: equal to that of the command line.
    pub fn report(&self) -> Result<JsValue, JsError> {
        plain(&self.lab.borrow().report())
    }

    /// The report, as text: the same bytes as those of the command line.
    #[wasm_bindgen(js_name = reportJson)]
    pub fn report_json(&self) -> String {
        self.lab.borrow().report().to_json()
    }

    /// Every event, as objects; from the event with number `from` on.
    pub fn trace(&self, from: Option<f64>) -> Result<JsValue, JsError> {
        let skip = from.map_or(0, |from| (from.max(1.0) - 1.0) as usize);
        let lab = self.lab.borrow();
        let records = lab.records();
        plain(&records.get(skip..).unwrap_or_default())
    }

    /// What was loaded, and every action since.
    pub fn scenario(&self) -> Result<JsValue, JsError> {
        plain(self.lab.borrow().scenario())
    }
}
