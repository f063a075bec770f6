//! Reads a JSON value from text, and refuses what `serde_json` lets pass: a field that an object has twice, of which one
//! would be lost, and an integer that a JavaScript number cannot hold.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::lab::json::error::{Refusal, ScenarioError};
use crate::lab::json::limits::integer;

/// Reads one value. `refused` receives the refusal: a path does not fit into the errors of `serde_json`.
pub(super) struct Once<'a> {
    pub refused: &'a mut Option<ScenarioError>,
}

impl Once<'_> {
    /// The same, for a part of the value.
    fn part(&mut self) -> Once<'_> {
        Once { refused: self.refused }
    }

    fn refuse<T, E: Error>(&mut self, why: Refusal) -> Result<T, E> {
        *self.refused = Some(ScenarioError { path: String::new(), why });
        Err(E::custom(""))
    }

    /// A failed part of the value is at this step of the path.
    fn at<T, E>(&mut self, step: &str, read: Result<T, E>) -> Result<T, E> {
        if read.is_err() {
            *self.refused = self.refused.take().map(|refused| refused.within(step));
        }
        read
    }

    fn integer<E: Error>(mut self, number: i128) -> Result<Value, E> {
        integer(number).map(Value::Number).or_else(|why| self.refuse(why))
    }
}

impl<'de> DeserializeSeed<'de> for Once<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Once<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Value, E> {
        Ok(Value::Bool(truth))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Value, E> {
        self.integer(number.into())
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Value, E> {
        self.integer(number.into())
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Number::from_f64(number).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::String(text.to_string()))
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(Value::String(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        loop {
            let read = list.next_element_seed(self.part());
            match self.at(&format!("[{}]", values.len()), read)? {
                Some(value) => values.push(value),
                None => return Ok(Value::Array(values)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut fields: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(name) = fields.next_key::<String>()? {
            if map.contains_key(&name) {
                let twice = self.refuse("this field is there twice".into());
                return self.at(&name, twice);
            }
            let read = fields.next_value_seed(self.part());
            let value = self.at(&name, read)?;
            map.insert(name, value);
        }
        Ok(Value::Object(map))
    }
}
