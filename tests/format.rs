//! The scenario format: writing and reading round-trip, and the schema accepts what the reader accepts.
#![cfg(not(target_family = "wasm"))]

mod arbitrary;
mod files;

use std::collections::BTreeSet;
use std::path::PathBuf;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{json, Value};

use raft_lab::lab::export::schema::schema;
use raft_lab::lab::Scenario;

fn scenarios() -> Vec<Value> {
    let read = |path: PathBuf| serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    files::scenarios().into_iter().map(read).collect()
}

#[test]
fn what_is_written_is_read_as_it_was_and_is_valid() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let config = ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(scenario in arbitrary::scenario())| {
        let text = scenario.to_json();
        let again = Scenario::from_json(&text);
        prop_assert_eq!(again.as_ref(), Ok(&scenario), "{}", text);
        let value = serde_json::from_str(&text).unwrap();
        prop_assert!(validator.is_valid(&value), "not valid: {}", text);
    });
}

/// The names that an error message lists.
fn names(scenario: Value, before: &str) -> BTreeSet<String> {
    let refusal = Scenario::from_value(scenario).unwrap_err().to_string();
    let (_, names) = refusal.split_once(before).unwrap();
    names.split(", ").map(|name| name.trim_matches('`').to_string()).collect()
}

#[test]
fn arbitrary_scenarios_have_every_action_and_every_condition() {
    let empty = json!({ "format": "raft-lab/1", "nodes": [1] });
    let with = |field: &str, value: Value| {
        let mut scenario = empty.clone();
        scenario[field] = value;
        scenario
    };
    let actions = names(with("actions", json!([{ "at": 0, "do": "?" }])), "expected one of ");
    let conditions = names(with("expect", json!([{}])), "has one of: ");
    let mut seen = BTreeSet::new();
    let mut runner = TestRunner::deterministic();
    for _ in 0..300 {
        let scenario = arbitrary::scenario().new_tree(&mut runner).unwrap().current();
        let value = serde_json::to_value(&scenario).unwrap();
        let list = |name: &str| value[name].as_array().cloned().unwrap_or_default();
        seen.extend(list("actions").iter().map(|action| action["do"].as_str().unwrap().to_string()));
        seen.extend(list("expect").iter().flat_map(|it| it.as_object().unwrap().keys().cloned().collect::<Vec<_>>()));
    }
    assert_eq!(actions.union(&conditions).filter(|name| !seen.contains(*name)).count(), 0, "{seen:?}");
}

/// Errors in the document's structure, which the schema rejects too.
const SHAPE: [&str; 14] = [
    "missing field",
    "unknown field",
    "unknown variant",
    "invalid type",
    "did not match any variant",
    "is not an object",
    "is not a list",
    "neither a term nor an entry",
    "a condition has one of",
    "there is no",
    "is not a whole number",
    "is not a text",
    "is not true or false",
    "is not one of",
];

/// Every document that differs from `value` in one place: a field more, a field less, another type.
fn broken(value: &Value, document: &dyn Fn(Value) -> Value, found: &mut Vec<Value>) {
    match value {
        Value::Object(fields) => {
            let with = |name: &str, value: Value| {
                let mut fields = fields.clone();
                fields.insert(name.into(), value);
                document(Value::Object(fields))
            };
            found.extend([with("colour", json!("red")), document(json!([])), document(json!([1]))]);
            for (name, inner) in fields {
                let mut less = fields.clone();
                less.remove(name);
                found.push(document(Value::Object(less)));
                broken(inner, &|value| with(name, value), found);
            }
        }
        Value::Array(list) => {
            found.push(document(json!({})));
            for (i, inner) in list.iter().enumerate() {
                let here = |value: Value| {
                    let mut list = list.clone();
                    list[i] = value;
                    document(Value::Array(list))
                };
                broken(inner, &here, found);
            }
        }
        Value::String(_) => found.push(document(json!(17))),
        Value::Number(_) => found.extend([document(json!("seventeen")), document(json!(-1))]),
        Value::Bool(_) => found.push(document(json!("yes"))),
        Value::Null => {}
    }
}

#[test]
fn the_schema_refuses_what_has_the_wrong_shape_and_nothing_that_is_taken() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let (mut wrong, mut refused) = (Vec::new(), 0);
    for scenario in scenarios() {
        let mut documents = Vec::new();
        broken(&scenario, &|value| value, &mut documents);
        for document in documents {
            let valid = validator.is_valid(&document);
            match Scenario::from_value(document.clone()) {
                Ok(_) if !valid => wrong.push(format!("taken, but not valid: {document}")),
                Err(error) if valid && SHAPE.iter().any(|shape| error.why.to_string().contains(shape)) => {
                    wrong.push(format!("refused, but valid: {error}"));
                }
                Err(_) => refused += usize::from(!valid),
                Ok(_) => {}
            }
        }
    }
    wrong.truncate(12);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(refused > 1000, "{refused}");
}

/// The examples of docs/scenarios.md, each as a part of a document.
#[test]
fn the_examples_of_the_page_are_taken() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/scenarios.md");
    let page = std::fs::read_to_string(path).unwrap();
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let examples: Vec<&str> = page.split("```json\n").skip(1).map(|rest| rest.split_once("```").unwrap().0).collect();
    assert!(examples.len() >= 8, "{}", examples.len());
    for example in examples {
        let part: Value = serde_json::from_str(example).unwrap_or_else(|error| panic!("{example}\n{error}"));
        let mut document = json!({ "format": "raft-lab/1", "nodes": [1, 2, 3, 4, 5] });
        document.as_object_mut().unwrap().extend(part.as_object().unwrap().clone());
        let read = Scenario::from_value(document.clone());
        assert!(read.is_ok(), "{example}\n{read:?}");
        assert!(validator.is_valid(&document), "{example}");
    }
}
