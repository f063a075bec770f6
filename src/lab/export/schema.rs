//! The JSON Schema of the scenario format, generated from the types that are read from it.
//!
//! Two parts are assembled by hand, because they are also deserialized by hand: an action is one object with its name
//! in `do` and its time in the same object, and the kind of a condition is determined by its first field.

use std::borrow::Cow;

use schemars::generate::SchemaSettings;
use schemars::{json_schema, JsonSchema, Schema, SchemaGenerator};
use serde_json::{json, Map, Value};

use crate::lab::json::limits::{DEPTH_MAX, DOCUMENT_BYTES_MAX, INTEGER_MAX};
use crate::lab::scenario::limits::{
    CLIENTS_MAX, EVENTS_MAX, EVENTS_PER_WRITE, INTERVAL_MIN, NODES_MAX, OPEN_WRITES_ON_PAGE_MAX,
    OPEN_WRITES_TOTAL_ON_PAGE_MAX, RECORDED_BYTES_MAX, RECORDED_BYTES_PER_WRITE, REPEATS_MAX, START_LOG_MAX,
    START_NUMBER_MAX, TEXT_BYTES_MAX, TIME_MAX, WRITES_MAX, WRITES_TOTAL_MAX, WRITTEN_BYTES_MAX,
};
use crate::lab::scenario::{OnViolation, Repeat, Scenario, ScheduledAction, StartEntry, StartMembers, Stop, FORMAT};
use crate::lab::vocab::action::Action;
use crate::lab::vocab::condition::{
    ClientsCondition, Condition, EventMatcher, LeaderCondition, NodeCondition, Number, OutcomeCondition,
    StreamCondition, Violated,
};
use crate::lab::vocab::event;
use crate::lab::vocab::probability::Probability;
use crate::lab::vocab::rate::ClockRate;
use crate::raft::schema::{EventSchema, FieldType};
use crate::runtime::Micros;

/// The schema, as a JSON document.
pub fn schema() -> Value {
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    let parts = [
        ("actions", generator.subschema_for::<Vec<ScheduledAction>>()),
        ("stop", generator.subschema_for::<Stop>()),
        ("expect", generator.subschema_for::<Vec<Condition>>()),
    ];
    let mut root = generator.into_root_schema_for::<Scenario>();
    let schema = root.ensure_object();
    schema.insert("title".into(), json!("Raft Lab scenario"));
    schema.insert("description".into(), json!(limits_in_words()));
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        properties.insert("format".into(), json!({ "const": FORMAT }));
        for (name, part) in parts {
            properties.insert(name.into(), part.to_value());
        }
    }
    root.to_value()
}

/// What a scenario and its run are limited to, in words.
pub fn limits_in_words() -> String {
    format!(
        "What goes beyond a limit is refused, with its place: {} MiB of JSON text; {DEPTH_MAX} objects and lists within each \
         other; integers, and so seeds, up to {INTEGER_MAX}; {NODES_MAX} nodes; {TEXT_BYTES_MAX} bytes in a key or value; \
         {START_LOG_MAX} entries in a log to start with, terms and indices there up to {START_NUMBER_MAX}; {WRITES_MAX} \
         writes and {CLIENTS_MAX} clients of one write_many, {WRITES_TOTAL_MAX} writes and {} MiB of all together; in a browser, \
         {OPEN_WRITES_ON_PAGE_MAX} writes of one with `every`, {OPEN_WRITES_TOTAL_ON_PAGE_MAX} of all such together; an action \
         repeated {REPEATS_MAX} times; at least {INTERVAL_MIN} between heartbeats and as the time limit of a chunk; times up \
         to {TIME_MAX}. A run halts after {EVENTS_MAX} events, or when they take {} MiB, and says so in its report; \
         outside browsers, each write of a write_many allows for {EVENTS_PER_WRITE} events and {} KiB more.",
        DOCUMENT_BYTES_MAX >> 20,
        WRITTEN_BYTES_MAX >> 20,
        RECORDED_BYTES_MAX >> 20,
        RECORDED_BYTES_PER_WRITE >> 10,
    )
}

macro_rules! by_hand {
    ($type:ty, $name:literal, $generator:ident => $schema:expr) => {
        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                $name.into()
            }
            fn json_schema($generator: &mut SchemaGenerator) -> Schema {
                $schema
            }
        }
    };
}

by_hand!(Micros, "Milliseconds", _generator => json_schema!({ "type": "number", "minimum": 0, "maximum": 1e12 }));
by_hand!(Probability, "Probability", _generator => json_schema!({ "type": "number", "minimum": 0, "maximum": 1 }));
by_hand!(ClockRate, "ClockRate", _generator => json_schema!({ "type": "number", "minimum": 0.1, "maximum": 10 }));
by_hand!(StartMembers, "StartMembers", _generator => {
    let set = json!({ "type": "array", "items": { "type": "integer", "minimum": 1 } });
    json_schema!({ "anyOf": [set, {
        "type": "object",
        "properties": { "voters": { "type": "array", "items": set, "minItems": 1, "maxItems": 2 }, "learners": set },
        "required": ["voters"],
        "additionalProperties": false,
    }] })
});
by_hand!(StartEntry, "StartEntry", generator => json_schema!({
    "anyOf": [
        { "type": "integer", "minimum": 1 },
        {
            "type": "object",
            "properties": {
                "term": { "type": "integer", "minimum": 1 },
                "set": { "type": "array", "items": { "type": "string" }, "minItems": 2, "maxItems": 2 },
                "delete": { "type": "string" },
                "if": { "type": ["string", "null"] },
                "blank": { "const": true },
                "members": generator.subschema_for::<StartMembers>(),
                "client": { "type": "integer", "minimum": 0, "maximum": u32::MAX },
                "serial": { "type": "integer", "minimum": 1 },
            },
            "required": ["term"],
            "oneOf": [
                { "required": ["set"] }, { "required": ["delete"] }, { "required": ["blank"] }, { "required": ["members"] },
            ],
            "dependentRequired": { "client": ["serial"], "serial": ["client"] },
            "additionalProperties": false,
        },
    ],
}));
by_hand!(Stop, "Stop", generator => json_schema!({
    "type": "object",
    "properties": {
        "at": generator.subschema_for::<Micros>(),
        "when": generator.subschema_for::<Condition>(),
        "on_violation": generator.subschema_for::<OnViolation>(),
    },
    "anyOf": [{ "required": ["at"] }, { "required": ["on_violation"] }],
    "additionalProperties": false,
}));
by_hand!(ScheduledAction, "Action", generator => {
    let mut forms = Vec::new();
    generator.subschema_for::<Repeat>();
    // In the type, an action is { name: { fields } }; in the format, the name is the value of `do`.
    let table = Action::json_schema(generator).to_value();
    for form in table["oneOf"].as_array().into_iter().flatten() {
        let Some((name, fields)) = form["properties"].as_object().and_then(|map| map.iter().next()) else { continue };
        forms.push(action(name, resolved(generator, fields), form.get("description")));
    }
    let at = json!({ "required": ["at"], "not": { "required": ["after_ms"] } });
    let when = json!({ "required": ["when"], "not": { "required": ["at"] } });
    json_schema!({ "allOf": [{ "anyOf": [at, when] }, { "anyOf": forms }] })
});
by_hand!(EventMatcher, "EventWas", generator => {
    let count = generator.subschema_for::<Number>().to_value();
    let forms: Vec<Value> = event::rows().map(|row| event_was(row, &count, generator.definitions_mut())).collect();
    json_schema!({ "anyOf": forms })
});
by_hand!(Condition, "Condition", generator => {
    let inner = generator.subschema_for::<Condition>().to_value();
    let list = json!({ "type": "array", "items": inner });
    let heads = [
        ("leader", generator.subschema_for::<LeaderCondition>().to_value()),
        ("converged", json!({ "type": "boolean" })),
        ("clients", generator.subschema_for::<ClientsCondition>().to_value()),
        ("violated", generator.subschema_for::<Violated>().to_value()),
        ("outcome", generator.subschema_for::<OutcomeCondition>().to_value()),
        ("visited", json!({ "anyOf": [inner, list] })),
        ("before", list.clone()),
        ("not", inner),
        ("all", list.clone()),
        ("any", list),
    ];
    let at = json!({ "description": AT, "$ref": "#/$defs/Milliseconds" });
    let mut forms = vec![generator.subschema_for::<NodeCondition>().to_value(), generator.subschema_for::<StreamCondition>().to_value()];
    // In the type, the time is around a condition; in the format, it is one of its fields.
    for name in ["NodeIs", "StreamIs"] {
        if let Some(definition) = generator.definitions_mut().get_mut(name) {
            definition["properties"]["at"] = at.clone();
        }
    }
    forms.push(generator.subschema_for::<EventMatcher>().to_value());
    forms.extend(heads.into_iter().map(|(head, value)| {
        let properties = Map::from_iter([(head.to_string(), value), ("at".into(), at.clone())]);
        json!({ "type": "object", "properties": properties, "required": [head], "additionalProperties": false })
    }));
    json_schema!({ "anyOf": forms })
});

const AT: &str =
    "The virtual time at which it is to hold, after the last event of that time. Default: the end of the run.";

/// The condition that an event occurred, with any of its fields, and how often.
fn event_was(row: &EventSchema, count: &Value, definitions: &mut Map<String, Value>) -> Value {
    let mut properties = Map::from_iter([
        ("event".into(), json!({ "const": row.name })),
        ("at".into(), pattern(&FieldType::Time, definitions)),
        ("n".into(), pattern(&FieldType::Number, definitions)),
        ("count".into(), count.clone()),
    ]);
    for (name, field_type) in row.names().filter(|(name, _)| *name != "count") {
        let mut schema = pattern(&field_type, definitions);
        let field = row.fields.iter().find(|field| field.name == name);
        if let Some(meaning) = field.map(|field| field.meaning.trim()).filter(|meaning| !meaning.is_empty()) {
            schema["description"] = json!(meaning);
        }
        properties.insert(name.into(), schema);
    }
    json!({
        "type": "object",
        "description": row.meaning.trim(),
        "properties": properties,
        "required": ["event"],
        "additionalProperties": false,
    })
}

/// A reference to the schema of what is said of a field of a trace line: what it holds, or several such to choose from.
fn pattern(of: &FieldType, definitions: &mut Map<String, Value>) -> Value {
    let name = format!("Event{}", name(of));
    if !definitions.contains_key(&name) {
        let shape = shape(of, definitions);
        let choice = json!({ "type": "array", "items": shape, "minItems": 1 });
        let choice = json!({
            "type": "object",
            "properties": { "in": choice },
            "required": ["in"],
            "additionalProperties": false,
        });
        let mut forms = match shape["anyOf"].as_array() {
            Some(forms) => forms.clone(),
            None => vec![shape],
        };
        forms.push(choice);
        definitions.insert(name.clone(), json!({ "anyOf": forms }));
    }
    json!({ "$ref": format!("#/$defs/{name}") })
}

/// The name of a type of fields.
fn name(of: &FieldType) -> String {
    let capital = |word: &str| word[..1].to_uppercase() + &word[1..];
    match of {
        FieldType::Bool => "Bool".into(),
        FieldType::Number => "Number".into(),
        FieldType::Time => "Time".into(),
        FieldType::Fraction => "Fraction".into(),
        FieldType::Text => "Text".into(),
        FieldType::Word(word) => word.split('-').map(capital).collect(),
        FieldType::Enum(name, _) => (*name).into(),
        FieldType::Object(_, known) => known.iter().flat_map(|(name, _)| name.split('_')).map(capital).collect(),
        FieldType::OneOf(all) => all.iter().map(name).collect::<Vec<_>>().join("Or"),
        FieldType::Nullable(inner) => format!("{}OrNull", name(inner)),
        FieldType::List(inner) => format!("{}List", name(inner)),
        FieldType::Pair(a, b) => format!("{}{}Pair", name(a), name(b)),
    }
}

/// The schema of a number, or of its bounds.
fn number(exact: Value) -> Value {
    let bounds = json!({
        "type": "object",
        "properties": { "min": exact, "max": exact },
        "additionalProperties": false,
    });
    json!({ "anyOf": [exact, bounds] })
}

/// The schema of what a field of a trace line holds.
fn shape(of: &FieldType, definitions: &mut Map<String, Value>) -> Value {
    match of {
        FieldType::Bool => json!({ "type": "boolean" }),
        FieldType::Number => number(json!({ "type": "integer", "minimum": 0 })),
        FieldType::Time => number(json!({ "type": "number", "minimum": 0 })),
        FieldType::Fraction => number(json!({ "type": "number", "minimum": 0, "maximum": 1 })),
        FieldType::Text => json!({ "type": "string" }),
        FieldType::Enum(_, words) => json!({ "enum": words.iter().map(|word| word.text).collect::<Vec<_>>() }),
        FieldType::Word(word) => json!({ "const": word }),
        FieldType::Object(_, known) => {
            let properties = known.iter().map(|(name, of)| (name.to_string(), pattern(of, definitions)));
            let properties: Map<String, Value> = properties.collect();
            json!({ "type": "object", "properties": properties, "additionalProperties": false })
        }
        FieldType::OneOf(all) => json!({ "anyOf": all.iter().map(|one| shape(one, definitions)).collect::<Vec<_>>() }),
        FieldType::Nullable(inner) => json!({ "anyOf": [shape(inner, definitions), { "type": "null" }] }),
        FieldType::List(inner) => json!({ "type": "array", "items": pattern(inner, definitions) }),
        FieldType::Pair(a, b) => {
            json!({ "type": "array", "prefixItems": [pattern(a, definitions), pattern(b, definitions)], "items": false, "minItems": 2 })
        }
    }
}

/// The schema that a reference refers to; any other schema as it is.
fn resolved(generator: &SchemaGenerator, schema: &Value) -> Value {
    let name = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next());
    name.and_then(|name| generator.definitions().get(name)).unwrap_or(schema).clone()
}

/// A schema with a description.
fn described(schema: &Value, text: &str) -> Value {
    let mut schema = schema.clone();
    schema["description"] = json!(text);
    schema
}

/// The schema of an action as it is written: its fields, name and time in one object.
fn action(name: &str, mut fields: Value, description: Option<&Value>) -> Value {
    let number = json!({ "type": "integer", "minimum": 0 });
    let beside = [
        ("do", json!({ "const": name })),
        ("at", json!({ "$ref": "#/$defs/Milliseconds" })),
        ("when", json!({ "$ref": "#/$defs/Condition" })),
        ("after_ms", json!({ "$ref": "#/$defs/Milliseconds" })),
        ("repeat", json!({ "$ref": "#/$defs/Repeat" })),
        ("after", described(&number, "Recorded: the number of the event that it came behind. If that event does not come by the time of the action, it is carried out at that time, and the report lists it under `displaced`.")),
        ("polls", described(&number, "Recorded: how many polls without an event it came behind that event.")),
    ];
    if let Some(fields) = fields.as_object_mut() {
        let properties = fields.entry("properties").or_insert_with(|| json!({}));
        for (field, schema) in beside {
            properties[field] = schema;
        }
        let required = fields.entry("required").or_insert_with(|| json!([]));
        required.as_array_mut().into_iter().for_each(|it| it.push(json!("do")));
        fields.insert("additionalProperties".into(), json!(false));
        description.map(|text| fields.insert("description".into(), text.clone()));
    }
    fields
}
