//! Generates `docs/events.md`: the reference of all events, from their tables.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::lab::vocab::event::{rows, LabEvent};
use crate::raft::schema::{EventSchema, Field, FieldType, Variant};
use crate::raft::Event;

const HEAD: &str = "\
# Events

Everything that a viewer ever sees is an event; a line of a trace (`--trace`, and the page's export) is one of them. Beside
its name (`event`) and the fields below it has `at`, the virtual time in milliseconds, and `n`, its number in the run,
counted from 1. The condition `event` of a [scenario](../www/scenario.schema.json) takes any of these fields, with the values
that they should have.

This page is made from the tables in `src/raft/event.rs` and `src/lab/vocab/event.rs`; `cargo test --test events -- --ignored`
writes it anew.
";

/// The page, in Markdown.
pub fn page() -> String {
    let mut page = HEAD.to_string();
    part(&mut page, "In a node and its streams", Event::SCHEMAS);
    part(&mut page, "Around the nodes", LabEvent::SCHEMAS);
    page.push_str("\n## Words\n\nWhere a field has one of several words, these are they.\n");
    let mut lists = BTreeMap::new();
    rows().flat_map(|row| row.fields).for_each(|field| collect(&field.field_type, &mut lists));
    for (name, words) in lists {
        let _ = write!(page, "\n### {name}\n\n");
        for word in words {
            let _ = writeln!(page, "- `{}`: {}", word.text, word.meaning.trim());
        }
    }
    page
}

fn part(page: &mut String, title: &str, table: &[EventSchema]) {
    let _ = write!(page, "\n## {title}\n\n| Event | When | Fields |\n| --- | --- | --- |\n");
    for row in table {
        let fields: Vec<String> = row.fields.iter().map(described).collect();
        let _ = writeln!(page, "| `{}` | {} | {} |", row.name, row.meaning.trim(), fields.join("<br>"));
    }
}

fn described(field: &Field) -> String {
    let kind = kind(&field.field_type, field.type_name);
    let text = match field.is_flattened {
        true => kind,
        false => format!("`{}`: {kind}", field.name),
    };
    match field.meaning.trim() {
        "" => text,
        meaning => format!("{text}. {meaning}"),
    }
}

/// A field type in words. Numbers that are identifiers are described by the name of their type.
fn kind(shape: &FieldType, type_name: &str) -> String {
    let of = |name: &str| type_name.contains(name);
    match shape {
        FieldType::Bool => "true or false".into(),
        FieldType::Number if of("NodeId") => "node".into(),
        FieldType::Number if of("MessageId") => "message".into(),
        FieldType::Number if of("Term") => "term".into(),
        FieldType::Number if of("Index") => "index".into(),
        FieldType::Number => "number".into(),
        FieldType::Time => "ms".into(),
        FieldType::Fraction => "from 0 to 1".into(),
        FieldType::Text => "text".into(),
        FieldType::Enum(name, _) => format!("[{name}](#{})", name.to_lowercase()),
        FieldType::Word(word) => format!("`{word}`"),
        FieldType::Object(text, _) if text.starts_with('{') => format!("`{text}`"),
        FieldType::Object(text, _) => (*text).into(),
        FieldType::OneOf(all) => all.iter().map(|one| kind(one, type_name)).collect::<Vec<_>>().join(" or "),
        FieldType::Nullable(inner) => format!("{}, or null", kind(inner, type_name)),
        FieldType::Pair(_, _) if of("Link") => "[from, to]".into(),
        FieldType::Pair(a, b) => format!("[{}, {}]", kind(a, type_name), kind(b, type_name)),
        FieldType::List(inner) => format!("list of {}", kind(inner, type_name)),
    }
}

fn collect(shape: &FieldType, lists: &mut BTreeMap<&str, &[Variant]>) {
    match shape {
        FieldType::Enum(name, words) => drop(lists.insert(name, words)),
        FieldType::Nullable(inner) | FieldType::List(inner) => collect(inner, lists),
        FieldType::Pair(a, b) => [a, b].into_iter().for_each(|inner| collect(inner, lists)),
        FieldType::Bool
        | FieldType::Number
        | FieldType::Time
        | FieldType::Fraction
        | FieldType::Text
        | FieldType::Word(_)
        | FieldType::Object(..)
        | FieldType::OneOf(_) => {}
    }
}
