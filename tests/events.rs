//! The tables of events, and the page that is made from them.
#![cfg(not(target_family = "wasm"))]

mod files;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

use raft_lab::lab::export::events_page;
use raft_lab::lab::vocab::event;
use raft_lab::lab::{Lab, Scenario};

fn page() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/events.md")
}

#[test]
fn the_page_says_what_the_tables_say() {
    let found = std::fs::read_to_string(page()).unwrap_or_default();
    assert!(found == events_page::page(), "`cargo test --test events -- --ignored` brings docs/events.md up to date");
}

#[test]
#[ignore = "writes docs/events.md anew"]
fn write_the_page() {
    std::fs::write(page(), events_page::page()).unwrap();
}

/// Every trace line has exactly the fields of the table, with valid values.
#[test]
fn trace_lines_are_as_the_tables_say() {
    let rows: BTreeMap<&str, _> = event::rows().map(|row| (row.name, row)).collect();
    assert_eq!(rows.len(), event::rows().count(), "no two events have one name");
    for file in files::scenarios() {
        let mut lab = Lab::new(Scenario::from_json(&std::fs::read_to_string(&file).unwrap()).unwrap()).unwrap();
        lab.run_to_stop(None);
        for record in lab.records().iter() {
            let Value::Object(mut line) = serde_json::to_value(record).unwrap() else { panic!("{record:?}") };
            assert!(line.remove("at").is_some() && line.remove("n").is_some());
            let row = rows[line.remove("event").unwrap().as_str().unwrap()];
            for field in row.fields.iter().filter(|field| !field.is_flattened) {
                assert!(line.contains_key(field.name), "{record:?} has no {}", field.name);
            }
            for (field, value) in line {
                let known = row.names().find(|(name, _)| *name == field);
                assert!(known.is_some_and(|(_, shape)| event::fits(shape, &value)), "{record:?}: {field} is {value}");
            }
        }
    }
}
