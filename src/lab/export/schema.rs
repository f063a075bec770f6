//! The JSON Schema of the scenario format, generated from the types that are read from it.
//!
//! Two parts are assembled by hand, because they are also deserialized by hand: an action is one object with its name
//! in `do` and its time in the same object, and the kind of a condition is determined by its first field.

use std::borrow::Cow;

use schemars::generate::SchemaSettings;
use schemars::{json_schema, JsonSchema, Schema, SchemaGenerator};
use serde_json::{json, Map, Value};

use crate::lab::scenario::limits::{
    DOCUMENT_BYTES_MAX, EVENTS_MAX, INTERVAL_MIN, NODES_MAX, RECORDED_BYTES_MAX, START_LOG_MAX, TEXT_BYTES_MAX,
    TIME_MAX, WRITES_MAX, WRITES_TOTAL_MAX, WRITTEN_BYTES_MAX,
};
use crate::lab::scenario::{OnViolation, Scenario, ScheduledAction, StartEntry, Stop, FORMAT};
use crate::lab::vocab::action::Action;
use crate::lab::vocab::condition::{
    ClientsCondition, Condition, EventMatcher, LeaderCondition, NodeCondition, Number, OutcomeCondition,
    StreamCondition, Violated,
};
use crate::lab::vocab::event;
use crate::lab::vocab::probability::Probability;
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

/// What a scenario and its run are limited to.
fn limits_in_words() -> String {
    format!(
        "What goes beyond a limit is refused, with its place: {DOCUMENT_BYTES_MAX} bytes of JSON text; {NODES_MAX} nodes; keys and values of \
         {TEXT_BYTES_MAX} bytes; logs that start with {START_LOG_MAX} entries; {WRITES_MAX} writes of one write_many, {WRITES_TOTAL_MAX} writes \
         and {WRITTEN_BYTES_MAX} bytes of all together; an interval between heartbeats and a time limit of a chunk of at \
         least {INTERVAL_MIN}; times up to {TIME_MAX}. A run halts after {EVENTS_MAX} events, or when they take \
         {RECORDED_BYTES_MAX} bytes, and says so in its report."
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
by_hand!(StartEntry, "StartEntry", _generator => json_schema!({
    "anyOf": [
        { "type": "integer", "minimum": 1 },
        {
            "type": "object",
            "properties": {
                "term": { "type": "integer", "minimum": 1 },
                "set": { "type": "array", "items": { "type": "string" }, "minItems": 2, "maxItems": 2 },
                "blank": { "const": true },
                "members": { "type": "array", "items": { "type": "integer", "minimum": 1 } },
            },
            "required": ["term"],
            "minProperties": 2,
            "maxProperties": 2,
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
    // In the type, an action is { name: { fields } }; in the format, the name is the value of `do`.
    let table = Action::json_schema(generator).to_value();
    for form in table["oneOf"].as_array().into_iter().flatten() {
        let Some((name, fields)) = form["properties"].as_object().and_then(|map| map.iter().next()) else { continue };
        forms.push(action(name, resolved(generator, fields), form.get("description")));
    }
    let at = json!({ "required": ["at"] });
    let when = json!({ "required": ["when"], "not": { "required": ["at"] } });
    json_schema!({ "allOf": [{ "anyOf": [at, when] }, { "anyOf": forms }] })
});
by_hand!(EventMatcher, "EventWas", generator => {
    let count = generator.subschema_for::<Number>().to_value();
    let forms: Vec<Value> = event::rows().map(|row| event_was(row, &count)).collect();
    json_schema!({ "anyOf": forms })
});
by_hand!(Condition, "Condition", generator => {
    let inner = generator.subschema_for::<Condition>().to_value();
    let heads = [
        ("leader", generator.subschema_for::<LeaderCondition>().to_value()),
        ("converged", json!({ "type": "boolean" })),
        ("clients", generator.subschema_for::<ClientsCondition>().to_value()),
        ("violated", generator.subschema_for::<Violated>().to_value()),
        ("outcome", generator.subschema_for::<OutcomeCondition>().to_value()),
        ("visited", inner.clone()),
        ("not", inner.clone()),
        ("all", json!({ "type": "array", "items": inner })),
        ("any", json!({ "type": "array", "items": inner })),
    ];
    let mut forms = vec![generator.subschema_for::<NodeCondition>().to_value(), generator.subschema_for::<StreamCondition>().to_value()];
    forms.push(generator.subschema_for::<EventMatcher>().to_value());
    forms.extend(heads.into_iter().map(|(head, value)| {
        let properties = Map::from_iter([(head.to_string(), value)]);
        json!({ "type": "object", "properties": properties, "required": [head], "additionalProperties": false })
    }));
    json_schema!({ "anyOf": forms })
});

/// The condition that an event occurred, with any of its fields, and how often.
fn event_was(row: &EventSchema, count: &Value) -> Value {
    let mut properties = Map::from_iter([
        ("event".into(), json!({ "const": row.name })),
        ("at".into(), shape(&FieldType::Time)),
        ("n".into(), shape(&FieldType::Number)),
        ("count".into(), count.clone()),
    ]);
    for field in row.fields.iter().filter(|field| !field.is_flattened) {
        let mut schema = shape(&field.field_type);
        if !field.meaning.is_empty() {
            schema["description"] = json!(field.meaning.trim());
        }
        properties.insert(field.name.into(), schema);
    }
    json!({
        "type": "object",
        "description": row.meaning.trim(),
        "properties": properties,
        "required": ["event"],
        "additionalProperties": row.allows_other_fields(),
    })
}

/// The schema of a field of a trace line.
fn shape(of: &FieldType) -> Value {
    match of {
        FieldType::Bool => json!({ "type": "boolean" }),
        FieldType::Number => json!({ "type": "integer", "minimum": 0 }),
        FieldType::Time => json!({ "type": "number", "minimum": 0 }),
        FieldType::Fraction => json!({ "type": "number", "minimum": 0, "maximum": 1 }),
        FieldType::Text => json!({ "type": "string" }),
        FieldType::Enum(_, words) => json!({ "enum": words.iter().map(|word| word.text).collect::<Vec<_>>() }),
        FieldType::Object(_) => json!({ "type": "object" }),
        FieldType::Nullable(inner) => json!({ "anyOf": [shape(inner), { "type": "null" }] }),
        FieldType::List(inner) => json!({ "type": "array", "items": shape(inner) }),
        FieldType::Pair(a, b) => {
            json!({ "type": "array", "prefixItems": [shape(a), shape(b)], "items": false, "minItems": 2 })
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
