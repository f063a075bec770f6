//! The JSON Schema of the page: it is up to date with the types, accepts every scenario and rejects invalid ones.
#![cfg(not(target_family = "wasm"))]

mod files;

use std::path::{Path, PathBuf};

use serde_json::{json, Value};

use raft_lab::lab::export::schema::schema;
use raft_lab::lab::export::typescript::typescript;

#[test]
fn the_schema_that_ships_is_what_the_types_say() {
    let shipped: Value =
        serde_json::from_str(&std::fs::read_to_string(shipped("scenario.schema.json")).unwrap()).unwrap();
    assert!(shipped == schema(), "`raft-lab schema > www/scenario.schema.json` brings it up to date");
}

fn shipped(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("www").join(name)
}

#[test]
fn the_types_for_scripts_are_what_the_types_say() {
    let found = std::fs::read_to_string(shipped("raft-lab.d.ts")).unwrap_or_default();
    assert!(found == typescript(), "`cargo test --test schema -- --ignored` brings www/raft-lab.d.ts up to date");
}

#[test]
#[ignore = "writes www/raft-lab.d.ts anew"]
fn write_the_types_for_scripts() {
    std::fs::write(shipped("raft-lab.d.ts"), typescript()).unwrap();
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
