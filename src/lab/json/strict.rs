//! Deserializes JSON values more strictly than `serde_json`, and reports the path of an error.
//!
//! Strict means: a struct is read only from an object, and unknown fields are errors. (`serde` also reads a struct
//! from a list, field by field. In a hand-written format this would give a mistake such as `"start": { "1": [1] }` an
//! unintended meaning.)
//!
//! All types are read from JSON this way: deserialization code is generated per type and deserializer, and all of it
//! is part of the page's download.

use std::fmt;

use serde::de::value::StrDeserializer;
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Error, Expected, IntoDeserializer, MapAccess,
    SeqAccess, Unexpected, VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;
use serde_json::{map, Map, Value};

use crate::lab::json::error::ScenarioError;

type Result<T, E = Mistake> = std::result::Result<T, E>;

/// Deserializes a value.
///
/// # Errors
/// The first error, with its path relative to the value.
pub fn from_value_strict<T: DeserializeOwned>(value: Value) -> Result<T, ScenarioError> {
    T::deserialize(Strict(value)).map_err(|Mistake(error)| *error)
}

/// Reads an enum whose variants have different JSON types. `read` returns `None` if no variant matches.
pub(in crate::lab) fn untagged<'de, T, D: Deserializer<'de>>(
    from: D,
    name: &str,
    read: impl FnOnce(Value) -> Option<T>,
) -> Result<T, D::Error> {
    use serde::Deserialize;
    let none = || D::Error::custom(format_args!("data did not match any variant of untagged enum {name}"));
    read(Value::deserialize(from)?).ok_or_else(none)
}

/// The error type of the deserializer. Boxed, since it is part of every result on the way.
#[derive(Debug)]
struct Mistake(Box<ScenarioError>);

impl Mistake {
    fn within(self, step: &str) -> Mistake {
        Mistake(Box::new(self.0.within(step)))
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Mistake {}

/// Types are described by their JSON names in errors.
impl Error for Mistake {
    fn custom<T: fmt::Display>(message: T) -> Mistake {
        Mistake(Box::new(ScenarioError { path: String::new(), why: message.to_string().into() }))
    }

    fn invalid_type(found: Unexpected, expected: &dyn Expected) -> Mistake {
        Mistake::custom(format_args!("invalid type: {}, expected {expected}", InJson(found)))
    }

    fn invalid_value(found: Unexpected, expected: &dyn Expected) -> Mistake {
        Mistake::custom(format_args!("invalid value: {}, expected {expected}", InJson(found)))
    }
}

struct InJson<'a>(Unexpected<'a>);

impl fmt::Display for InJson<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Unexpected::Unit => f.write_str("null"),
            Unexpected::Float(number) => write!(f, "floating point `{}`", Value::from(number)),
            other => other.fmt(f),
        }
    }
}

/// The deserializer of a value.
struct Strict(Value);

fn wrong<T>(value: &Value, expected: &dyn Expected) -> Result<T> {
    let found = match value {
        Value::Null => Unexpected::Unit,
        Value::Bool(truth) => Unexpected::Bool(*truth),
        Value::Number(number) => match (number.as_u64(), number.as_i64()) {
            (Some(number), _) => Unexpected::Unsigned(number),
            (_, Some(number)) => Unexpected::Signed(number),
            _ => Unexpected::Float(number.as_f64().unwrap_or_default()),
        },
        Value::String(text) => Unexpected::Str(text),
        Value::Array(_) => Unexpected::Seq,
        Value::Object(_) => Unexpected::Map,
    };
    Err(Error::invalid_type(found, expected))
}

fn visit_list<'de, V: Visitor<'de>>(list: Vec<Value>, visitor: V) -> Result<V::Value> {
    let all = list.len();
    let mut items = Items { left: list.into_iter(), taken: 0 };
    let value = visitor.visit_seq(&mut items)?;
    match items.taken {
        taken if taken == all => Ok(value),
        1 => Err(Error::invalid_length(all, &"1 element in sequence")),
        taken => Err(Error::invalid_length(all, &format!("{taken} elements in sequence").as_str())),
    }
}

fn visit_fields<'de, V: Visitor<'de>>(map: Map<String, Value>, visitor: V) -> Result<V::Value> {
    visitor.visit_map(Fields { left: map.into_iter(), name: String::new(), value: Value::Null })
}

/// Reads a struct as the sequence of its fields in order: the code that `serde` generates for a sequence is much
/// shorter than for a map.
fn visit_struct<'de, V: Visitor<'de>>(value: Value, names: &'static [&'static str], visitor: V) -> Result<V::Value> {
    let mut fields = InOrder { left: known_fields(value, names)?, names: names.iter(), missing: None };
    let value = visitor.visit_seq(&mut fields);
    match fields.missing {
        Some(name) if value.is_err() => Err(Error::missing_field(name)),
        _ => value,
    }
}

fn known_fields(value: Value, names: &'static [&'static str]) -> Result<Map<String, Value>> {
    let Value::Object(fields) = value else {
        return Err(Error::custom(format_args!("{value} is not an object")));
    };
    match fields.keys().find(|name| !names.contains(&name.as_str())) {
        Some(name) => Err(Mistake::unknown_field(name, names).within(name)),
        None => Ok(fields),
    }
}

/// The fields of a struct, in the order of declaration.
struct InOrder {
    left: Map<String, Value>,
    names: std::slice::Iter<'static, &'static str>,
    /// The field that was requested last, if it is missing.
    missing: Option<&'static str>,
}

impl<'de> SeqAccess<'de> for &mut InOrder {
    type Error = Mistake;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>> {
        let Some(name) = self.names.next() else { return Ok(None) };
        let value = self.left.swap_remove(*name);
        self.missing = value.is_none().then_some(name);
        let Some(value) = value else { return Ok(None) };
        seed.deserialize(Strict(value)).map(Some).map_err(|error| error.within(name))
    }
}

/// Reads a number of any numeric type.
macro_rules! numbers {
    ($($deserialize:ident)*) => { $(
        fn $deserialize<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
            self.deserialize_f64(visitor)
        }
    )* };
}

impl<'de> Deserializer<'de> for Strict {
    type Error = Mistake;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(truth) => visitor.visit_bool(truth),
            Value::Number(_) => self.deserialize_f64(visitor),
            Value::String(text) => visitor.visit_string(text),
            Value::Array(list) => visit_list(list, visitor),
            Value::Object(map) => visit_fields(map, visitor),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.0 {
            Value::Bool(truth) => visitor.visit_bool(truth),
            other => wrong(&other, &visitor),
        }
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match &self.0 {
            Value::Number(number) => match (number.as_u64(), number.as_i64()) {
                (Some(number), _) => visitor.visit_u64(number),
                (_, Some(number)) => visitor.visit_i64(number),
                _ => visitor.visit_f64(number.as_f64().unwrap_or_default()),
            },
            other => wrong(other, &visitor),
        }
    }

    numbers! { deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_f32 }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.0 {
            Value::String(text) => visitor.visit_string(text),
            other => wrong(&other, &visitor),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.0 {
            Value::Array(list) => visit_list(list, visitor),
            other => wrong(&other, &visitor),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _len: usize, visitor: V) -> Result<V::Value> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.0 {
            Value::Object(map) => visit_fields(map, visitor),
            other => wrong(&other, &visitor),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        visit_struct(self.0, fields, visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.0 {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    /// A name, or an object with exactly one field.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        let (name, content) = match self.0 {
            Value::String(name) => (name, Value::Null),
            Value::Object(map) => match (map.len(), map.into_iter().next()) {
                (1, Some(only)) => only,
                _ => return Err(Error::invalid_value(Unexpected::Map, &"map with a single key")),
            },
            other => return wrong(&other, &"string or map"),
        };
        visitor.visit_enum(Named { name: &name, content })
    }

    forward_to_deserialize_any! {
        i128 u128 char str bytes byte_buf unit unit_struct newtype_struct tuple_struct identifier ignored_any
    }
}

/// The elements of a list.
struct Items {
    left: std::vec::IntoIter<Value>,
    taken: usize,
}

impl<'de> SeqAccess<'de> for &mut Items {
    type Error = Mistake;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>> {
        let Some(value) = self.left.next() else { return Ok(None) };
        self.taken += 1;
        seed.deserialize(Strict(value)).map(Some).map_err(|error| error.within(&format!("[{}]", self.taken - 1)))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left.len())
    }
}

/// The fields of an object.
struct Fields {
    left: map::IntoIter,
    /// The name of the field that was read last.
    name: String,
    /// Its value, until it is read.
    value: Value,
}

impl<'de> MapAccess<'de> for Fields {
    type Error = Mistake;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>> {
        let Some((name, value)) = self.left.next() else { return Ok(None) };
        (self.name, self.value) = (name, value);
        seed.deserialize(Key(&self.name)).map(Some).map_err(|error| error.within(&self.name))
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value> {
        seed.deserialize(Strict(std::mem::take(&mut self.value))).map_err(|error| error.within(&self.name))
    }
}

/// An enum variant: `{ name: content }`, or the name alone if it has no content.
struct Named<'a> {
    name: &'a str,
    content: Value,
}

impl<'de> EnumAccess<'de> for Named<'_> {
    type Error = Mistake;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self)> {
        let name: StrDeserializer<Mistake> = self.name.into_deserializer();
        Ok((seed.deserialize(name)?, self))
    }
}

impl<'de> VariantAccess<'de> for Named<'_> {
    type Error = Mistake;

    fn unit_variant(self) -> Result<()> {
        match self.content {
            Value::Null => Ok(()),
            other => wrong(&other, &"unit").map_err(|error: Mistake| error.within(self.name)),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value> {
        seed.deserialize(Strict(self.content)).map_err(|error| error.within(self.name))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _len: usize, visitor: V) -> Result<V::Value> {
        Strict(self.content).deserialize_seq(visitor).map_err(|error| error.within(self.name))
    }

    fn struct_variant<V: Visitor<'de>>(self, fields: &'static [&'static str], visitor: V) -> Result<V::Value> {
        visit_struct(self.content, fields, visitor).map_err(|error| error.within(self.name))
    }
}

/// The name of a field; in a map with numeric keys, the number.
struct Key<'a>(&'a str);

impl<'de> Deserializer<'de> for Key<'_> {
    type Error = Mistake;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_str(self.0)
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.0.parse::<u32>() {
            // Only as it is written: with "01" beside "1", one of the two would be lost.
            Ok(number) if number.to_string() == self.0 => visitor.visit_u32(number),
            _ => wrong(&Value::from(self.0), &visitor),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}
