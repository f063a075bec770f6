//! How a client's write differs from one that sets its key in any case.

use serde::Serialize;

use crate::raft::log::{KeyWrite, Payload};
use crate::raft::schema::{has_schema, FieldType};
use crate::runtime::{StableHash, TraceHash};

/// How a write differs from one that sets its key in any case. Nothing is serialised or hashed of one that does not.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct WriteForm {
    /// Whether it deletes its key.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub delete: bool,
    /// Of a compare-and-set, the value that the key must have, where none means that it must not be set.
    #[serde(rename = "if", skip_serializing_if = "Option::is_none")]
    pub only_if: Option<Option<String>>,
}

impl WriteForm {
    /// The write of a request of this form; none of a read, which has neither a value nor deletes.
    pub fn write<'a>(&'a self, key: &'a str, value: Option<&'a str>) -> Option<KeyWrite<'a>> {
        let only_if = self.only_if.as_ref().map(Option::as_deref);
        (value.is_some() || self.delete).then_some(KeyWrite { key, value, only_if })
    }

    /// The payload of a request of this form; none of a read, which has neither a value nor deletes.
    pub fn payload(&self, key: &str, value: Option<&String>) -> Option<Payload> {
        (value.is_some() || self.delete)
            .then(|| Payload::of_write(key.to_string(), value.cloned(), self.only_if.clone()))
    }
}

has_schema! {
    WriteForm = FieldType::Object("`delete`: true of a deletion; `if`: text or null, of a compare-and-set", &[
        ("delete", FieldType::Bool),
        ("if", FieldType::Nullable(&FieldType::Text)),
    ]),
}

impl StableHash for WriteForm {
    fn hash_into(&self, hash: &mut TraceHash) {
        if self.delete {
            self.delete.hash_into(hash);
        }
        if let Some(expected) = &self.only_if {
            expected.hash_into(hash);
        }
    }
}
