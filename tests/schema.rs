//! The JSON Schema that ships with the page: it is what the types say, takes every scenario and refuses mistakes.
#![cfg(not(target_family = "wasm"))]

mod files;

use std::path::Path;

use raft_lab::lab::scenario::schema;
use serde_json::{json, Value};

#[test]
fn the_schema_that_ships_is_what_the_types_say() {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("www/scenario.schema.json");
    let shipped: Value = serde_json::from_str(&std::fs::read_to_string(shipped).unwrap()).unwrap();
    assert!(shipped == schema(), "`raft-lab schema > www/scenario.schema.json` brings it up to date");
}

#[test]
fn it_takes_every_scenario() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    for file in files::scenarios() {
        let scenario: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
        let mistake = validator.iter_errors(&scenario).next().map(|error| error.to_string());
        assert_eq!(mistake, None, "{}", file.display());
    }
}

#[test]
fn it_refuses_mistakes() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let with = |path: &str, value: Value| {
        let mut scenario = json!({ "format": "raft-lab/1", "nodes": [1, 2, 3] });
        scenario[path] = value;
        scenario
    };
    assert!(validator.is_valid(&with("seed", json!(7))));
    for (path, value) in [
        ("colour", json!("red")),
        ("format", json!("raft-lab/9")),
        ("nodes", json!("three")),
        ("preset", json!("exam")),
        ("config", json!({ "heartbeat": 3 })),
        ("network", json!({ "loss": 1.5 })),
        ("start", json!({ "1": { "log": [{ "term": 1 }] } })),
        ("actions", json!([{ "at": 0, "do": "explode" }])),
        ("actions", json!([{ "at": 0, "do": "crash" }])),
        ("actions", json!([{ "do": "crash", "node": 1 }])),
        ("actions", json!([{ "at": 0, "do": "crash", "node": 1, "hard": true }])),
        ("actions", json!([{ "at": 0, "do": "hold", "kind": "letter" }])),
        ("stop", json!({})),
        ("expect", json!([{}])),
        ("expect", json!([{ "event": "explosion" }])),
        ("expect", json!([{ "event": "commit", "index": 3 }])),
        ("expect", json!([{ "event": "commit", "to": "3" }])),
        ("expect", json!([{ "node": 1, "role": "king" }])),
        ("expect", json!([{ "all": [{ "violated": "luck" }] }])),
    ] {
        assert!(!validator.is_valid(&with(path, value.clone())), "taken: {path} {value}");
    }
}
