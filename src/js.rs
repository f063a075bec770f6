//! Layer 6: the JavaScript API, a thin wrapper around the laboratory.

mod document;

use std::cell::RefCell;
use std::rc::Rc;

use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::*;

use self::document::{document, type_of};
use crate::lab::json::error::ScenarioError;
use crate::lab::json::limits::INTEGER_MAX;
use crate::lab::json::read::value_of;
use crate::lab::json::strict::from_value_strict;
use crate::lab::scenario::action_from_value;
use crate::lab::vocab::condition::Condition;
use crate::lab::{Lab, Record, Scenario, StepKind};
use crate::runtime::Micros;

/// A running lab for scripts: `new RaftLab(scenario)`, where the scenario is an object or JSON text. Any argument that
/// is not as described throws an `Error` whose message names the place, and leaves the lab unchanged.
///
/// Every argument is a [`JsValue`] that is checked here: the code that `wasm-bindgen` makes for other types takes some
/// wrong arguments for right ones, and throws without a place for others.
#[wasm_bindgen]
pub struct RaftLab {
    lab: Rc<RefCell<Lab>>,
}

#[wasm_bindgen]
extern "C" {
    /// `watch` of `www/boot.js`; an error where that is not loaded.
    #[wasm_bindgen(js_namespace = raftLabPage, catch)]
    fn watch(lab: &JsValue) -> Result<(), JsValue>;
}

/// Exposes a running lab as `window.raftLab`.
pub fn expose(lab: Rc<RefCell<Lab>>) {
    let lab = JsValue::from(RaftLab { lab });
    // Without it, a caller that catches a trap is alone in knowing of it.
    let _ = watch(&lab);
    // If this fails, there is no window whose scripts could use it.
    let _ = js_sys::Reflect::set(&js_sys::global(), &"raftLab".into(), &lab);
}

fn error(error: ScenarioError) -> JsError {
    JsError::new(&error.to_string())
}

/// Refuses an argument.
fn refuse<T>(name: &str, why: impl Into<String>) -> Result<T, JsError> {
    Err(error(ScenarioError { path: name.into(), why: why.into().into() }))
}

/// Converts to plain objects. By way of JSON text, since that way a field may have any name, `__proto__` for example.
fn plain(value: &impl Serialize) -> Result<JsValue, JsError> {
    js_sys::JSON::parse(&value_of(value).to_string()).or_else(|_| refuse("", "JSON.parse has failed"))
}

/// The number in an argument.
fn number(name: &str, argument: &JsValue) -> Result<f64, JsError> {
    argument.as_f64().map_or_else(|| refuse(name, format!("{} is not a number", type_of(argument))), Ok)
}

/// The duration in an argument, in milliseconds.
fn micros(name: &str, argument: &JsValue) -> Result<Micros, JsError> {
    let ms = number(name, argument)?;
    from_value_strict(ms.into()).or_else(|_| refuse(name, format!("{ms} is not a time in milliseconds")))
}

#[wasm_bindgen]
impl RaftLab {
    /// Builds the cluster of a scenario and starts its nodes, at time 0.
    #[wasm_bindgen(constructor)]
    pub fn new(scenario: &JsValue) -> Result<RaftLab, JsError> {
        let scenario = document(scenario).and_then(Scenario::from_value).map_err(error)?;
        let lab = Lab::new(scenario).map_err(error)?;
        Ok(RaftLab { lab: Rc::new(RefCell::new(lab)) })
    }

    /// The virtual clock, in ms.
    #[wasm_bindgen(getter)]
    pub fn now(&self) -> f64 {
        self.lab.borrow().now().as_ms()
    }

    /// Advances virtual time by `ms`. False if the run has halted.
    pub fn advance(&self, ms: &JsValue) -> Result<bool, JsError> {
        let ms = micros("ms", ms)?;
        let mut lab = self.lab.borrow_mut();
        let time = lab.now() + ms;
        Ok(lab.advance_to(time, u64::MAX).reached)
    }

    /// Makes one step: "event", "message" or "transition". False if none happens within 10 s of virtual time.
    pub fn step(&self, kind: &JsValue) -> Result<bool, JsError> {
        let kind = match kind.as_string().as_deref() {
            Some("event") => StepKind::Event,
            Some("message") => StepKind::Message,
            Some("transition") => StepKind::Transition,
            text => {
                let what = text.map_or_else(|| type_of(kind), String::from);
                return refuse("kind", format!("a step is an event, a message or a transition, not {what}"));
            }
        };
        Ok(self.lab.borrow_mut().step(kind))
    }

    /// Runs until a condition holds, for at most `limit_ms` of virtual time. Returns whether it holds.
    #[wasm_bindgen(js_name = runUntil)]
    pub fn run_until(&self, condition: &JsValue, limit_ms: &JsValue) -> Result<bool, JsError> {
        let condition = document(condition).and_then(|value| Condition::from_value("", value)).map_err(error)?;
        let limit = micros("limitMs", limit_ms)?;
        self.lab.borrow_mut().run_until(condition, limit).map_err(error)
    }

    /// Runs to the end set by the scenario.
    #[wasm_bindgen(js_name = runToStop)]
    pub fn run_to_stop(&self) {
        self.lab.borrow_mut().run_to_stop(None);
    }

    /// Carries out an action now: `{ do: "crash", node: 3 }`.
    pub fn act(&self, action: &JsValue) -> Result<(), JsError> {
        let what = document(action).and_then(|value| action_from_value("", value)).map_err(error)?;
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

    /// The events as objects, from sequence number `from` on; all by default. In a long run, old events are not in
    /// memory: asking for them takes the time to run again.
    pub fn trace(&self, from: &JsValue) -> Result<JsValue, JsError> {
        let from = match from.is_undefined() {
            true => 1.0,
            false => number("from", from)?,
        };
        if from.fract() != 0.0 || !(0.0..=INTEGER_MAX as f64).contains(&from) {
            return refuse("from", format!("{from} is not the number of an event"));
        }
        let lab = self.lab.borrow();
        let events = js_sys::Array::new();
        let add = |record: &Rc<Record>| {
            // No field of an event has a name that a document chose, so this way is safe, and shorter than text.
            let event = value_of(record).serialize(&Serializer::json_compatible());
            let event = event.map_err(|why| ScenarioError { path: String::new(), why: why.to_string().into() })?;
            events.push(&event);
            Ok(())
        };
        lab.for_each_record((from as u64).saturating_sub(1), lab.events(), add).map_err(error)?;
        Ok(events.into())
    }

    /// The scenario that was loaded, with every action since.
    pub fn scenario(&self) -> Result<JsValue, JsError> {
        plain(self.lab.borrow().scenario())
    }
}
