//! Reads documents that a script hands over: JSON text, or an object made of what JSON has.
//!
//! A script may hand over anything. Nothing of it is lost in silence: what JSON lacks is refused with its path.

use js_sys::{Array, JsString, Object, Reflect};
use serde_json::{Map, Value};
use wasm_bindgen::prelude::*;

use crate::lab::json::error::ScenarioError;
use crate::lab::json::limits::{integer, DEPTH_MAX, DOCUMENT_BYTES_MAX};
use crate::lab::json::read::parse;

type Result<T> = std::result::Result<T, ScenarioError>;

/// The document in an argument: its value if that is an object, or JSON text.
///
/// # Errors
/// What is no JSON, with its path.
pub(super) fn document(argument: &JsValue) -> Result<Value> {
    let mut reader = Reader { left: DOCUMENT_BYTES_MAX };
    match argument.dyn_ref::<JsString>() {
        Some(text) => parse(&reader.text(text)?),
        None => reader.value(argument, 0),
    }
}

fn refuse<T>(why: impl Into<String>) -> Result<T> {
    Err(ScenarioError { path: String::new(), why: why.into().into() })
}

struct Reader {
    /// The rest of the size that a document may have: a byte for each value, and its texts.
    left: usize,
}

impl Reader {
    fn take(&mut self, bytes: usize) -> Result<()> {
        match self.left.checked_sub(bytes) {
            Some(left) => self.left = left,
            None => return refuse(format!("longer than {DOCUMENT_BYTES_MAX} bytes")),
        }
        Ok(())
    }

    fn text(&mut self, text: &JsString) -> Result<String> {
        // In UTF-8 it is at least as long.
        self.take(text.length() as usize)?;
        match text.is_valid_utf16() {
            true => Ok(text.into()),
            false => refuse("this text is not valid Unicode: half of a pair of surrogates stands alone"),
        }
    }

    fn value(&mut self, value: &JsValue, depth: usize) -> Result<Value> {
        self.take(1)?;
        if let Some(text) = value.dyn_ref::<JsString>() {
            return self.text(text).map(Value::String);
        }
        if let Some(number) = value.as_f64() {
            return number_of(number);
        }
        match value.as_bool() {
            Some(truth) => Ok(Value::Bool(truth)),
            None if value.is_null() => Ok(Value::Null),
            None if !value.is_object() => refuse(format!("{} is not JSON", type_of(value))),
            None if depth == DEPTH_MAX => refuse(format!("more than {DEPTH_MAX} objects and lists within each other")),
            // Comes first, since nothing else of a proxy can be asked for safely once it is revoked.
            None => match thrown(Reflect::get_prototype_of(value))? {
                _ if Array::is_array(value) => self.list(value, depth + 1),
                prototype if is_plain(&prototype) => self.fields(value, depth + 1),
                _ => refuse("neither a plain object nor a list"),
            },
        }
    }

    fn list(&mut self, list: &JsValue, depth: usize) -> Result<Value> {
        let length = thrown(Reflect::get(list, &"length".into()))?.as_f64().unwrap_or_default();
        if length > DOCUMENT_BYTES_MAX as f64 {
            return refuse(format!("longer than {DOCUMENT_BYTES_MAX} bytes"));
        }
        let mut values = Vec::new();
        for i in 0..length as u32 {
            let value = thrown(Reflect::get_u32(list, i)).and_then(|value| self.value(&value, depth));
            values.push(value.map_err(|error| error.within(&format!("[{i}]")))?);
        }
        Ok(Value::Array(values))
    }

    fn fields(&mut self, object: &JsValue, depth: usize) -> Result<Value> {
        let mut map = Map::new();
        for key in thrown(Reflect::own_keys(object))?.iter() {
            let Some(name) = key.dyn_ref::<JsString>() else { return refuse("a symbol names no field") };
            let name = self.text(name)?;
            let value = thrown(Reflect::get(object, &key)).and_then(|value| match value.is_undefined() {
                true => Ok(None),
                false => self.value(&value, depth).map(Some),
            });
            if let Some(value) = value.map_err(|error| error.within(&name))? {
                map.insert(name, value);
            }
        }
        Ok(Value::Object(map))
    }
}

fn number_of(number: f64) -> Result<Value> {
    let read = match number {
        _ if !number.is_finite() => return refuse(format!("{number} is not JSON")),
        _ if number.fract() == 0.0 => integer(number as i128).map(Value::Number),
        _ => Ok(Value::from(number)),
    };
    read.map_err(|why| ScenarioError { path: String::new(), why })
}

/// Whether an object with this prototype was written in braces, in whichever window.
fn is_plain(prototype: &Object) -> bool {
    prototype.is_null() || Object::get_prototype_of(prototype).is_null()
}

/// What JavaScript calls the type of a value.
pub(super) fn type_of(value: &JsValue) -> String {
    let name = value.js_typeof().as_string().unwrap_or_default();
    match name.as_str() {
        "undefined" => name,
        _ => format!("a {name}"),
    }
}

/// The result of something that runs code of the script: a getter, or a trap of a proxy.
fn thrown<T>(result: std::result::Result<T, JsValue>) -> Result<T> {
    result.or_else(|thrown| {
        let message = Reflect::get(&thrown, &"message".into()).unwrap_or_default();
        let text = thrown.as_string().or_else(|| message.as_string()).unwrap_or_else(|| type_of(&thrown));
        refuse(format!("it cannot be read: {text}"))
    })
}
