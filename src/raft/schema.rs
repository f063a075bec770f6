//! The schemas of events, as values, and the macros that declare enums and events together with their schemas.
//!
//! A schema says which fields an event has in a trace line and what each may contain. The documentation of the events
//! (`docs/events.md`), the JSON Schema of the condition `event`, and the check of such a condition are made from it.

use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

use crate::runtime::Micros;

/// The schema of one kind of event.
#[derive(Clone, Copy, Debug)]
pub struct EventSchema {
    /// The event's name in a trace, in kebab case.
    pub name: &'static str,
    /// When the event is emitted, as a sentence for `docs/events.md`.
    #[cfg(not(target_family = "wasm"))]
    pub meaning: &'static str,
    /// The event's fields, in the order in which they are serialised and hashed; `event`, `at` and `n` excluded.
    pub fields: &'static [Field],
}

impl EventSchema {
    /// The names that a trace line has, each with what it holds: a flattened field stands for its own fields.
    pub fn names(&self) -> impl Iterator<Item = (&'static str, FieldType)> {
        self.fields.iter().flat_map(|field| match field.field_type {
            FieldType::Object(_, inner) if field.is_flattened => inner.to_vec(),
            field_type => vec![(field.name, field_type)],
        })
    }
}

/// One field of an event.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// The field's name in a trace.
    pub name: &'static str,
    /// What the field means; empty where the name says it.
    #[cfg(not(target_family = "wasm"))]
    pub meaning: &'static str,
    /// The Rust type of the field, as it is written in the code.
    #[cfg(not(target_family = "wasm"))]
    pub type_name: &'static str,
    /// Which JSON values the field takes.
    pub field_type: FieldType,
    /// Whether the fields of the value are serialised in place of this field (`#[serde(flatten)]`).
    pub is_flattened: bool,
}

/// Which JSON values a field takes.
#[derive(Clone, Copy, Debug)]
pub enum FieldType {
    /// `true` or `false`.
    Bool,
    /// An integer ≥ 0.
    Number,
    /// A time in milliseconds, ≥ 0, perhaps with a fraction.
    Time,
    /// A number from 0 to 1.
    Fraction,
    /// Any string.
    Text,
    /// One of a fixed list of strings: the name of the Rust enum, and its variants.
    Enum(&'static str, &'static [Variant]),
    /// This string.
    Word(&'static str),
    /// An object: a description of it, and the fields that it may have.
    Object(&'static str, &'static [(&'static str, FieldType)]),
    /// Any of these.
    OneOf(&'static [FieldType]),
    /// The inner type, or `null`.
    Nullable(&'static FieldType),
    /// An array of the inner type.
    List(&'static FieldType),
    /// An array of exactly these two.
    Pair(&'static FieldType, &'static FieldType),
}

/// One variant of a `string_enum!`.
#[derive(Clone, Copy, Debug)]
pub struct Variant {
    /// The string by which it is serialised.
    pub text: &'static str,
    /// What the variant means, as a sentence for `docs/events.md`.
    #[cfg(not(target_family = "wasm"))]
    pub meaning: &'static str,
}

/// A type that can be a field of an event.
pub trait HasSchema {
    /// Which JSON values its values are serialised to.
    const FIELD_TYPE: FieldType;
}

/// Implements [`HasSchema`] for types, each with its [`FieldType`].
macro_rules! has_schema {
    ($($type:ty = $field_type:expr),* $(,)?) => {
        $(impl $crate::raft::schema::HasSchema for $type {
            const FIELD_TYPE: $crate::raft::schema::FieldType = $field_type;
        })*
    };
}
pub(crate) use has_schema;

has_schema! {
    bool = FieldType::Bool,
    u32 = FieldType::Number,
    u64 = FieldType::Number,
    Micros = FieldType::Time,
    String = FieldType::Text,
}

impl<T: HasSchema> HasSchema for Rc<T> {
    const FIELD_TYPE: FieldType = T::FIELD_TYPE;
}

impl<T: HasSchema> HasSchema for Arc<T> {
    const FIELD_TYPE: FieldType = T::FIELD_TYPE;
}

impl<T: HasSchema> HasSchema for Option<T> {
    const FIELD_TYPE: FieldType = FieldType::Nullable(&T::FIELD_TYPE);
}

impl<T: HasSchema> HasSchema for Vec<T> {
    const FIELD_TYPE: FieldType = FieldType::List(&T::FIELD_TYPE);
}

impl<T: HasSchema> HasSchema for BTreeSet<T> {
    const FIELD_TYPE: FieldType = FieldType::List(&T::FIELD_TYPE);
}

impl<A: HasSchema, B: HasSchema> HasSchema for (A, B) {
    const FIELD_TYPE: FieldType = FieldType::Pair(&A::FIELD_TYPE, &B::FIELD_TYPE);
}

/// Declares an enum whose variants are plain names: serialised in kebab case, hashed as one byte.
macro_rules! string_enum {
    ($(#[$meta:meta])* $name:ident { $($(#[doc = $doc:literal])* $variant:ident = $text:literal),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name { $($(#[doc = $doc])* $variant),* }

        impl $crate::raft::schema::HasSchema for $name {
            const FIELD_TYPE: $crate::raft::schema::FieldType = $crate::raft::schema::FieldType::Enum(
                stringify!($name),
                &[$($crate::raft::schema::Variant {
                    text: $text,
                    #[cfg(not(target_family = "wasm"))]
                    meaning: concat!($($doc),*),
                }),*],
            );
        }

        impl $name {
            /// Every one, in order.
            pub const ALL: &'static [$name] = &[$($name::$variant),*];

            /// As it is written in traces and reports.
            pub const fn text(self) -> &'static str {
                match self { $($name::$variant => $text),* }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.text())
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.text())
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<$name, D::Error> {
                let text = <::std::borrow::Cow<'_, str> as ::serde::Deserialize>::deserialize(deserializer)?;
                $name::ALL.iter().copied().find(|variant| variant.text() == text).ok_or_else(|| {
                    ::serde::de::Error::unknown_variant(&text, &[$($text),*])
                })
            }
        }

        #[cfg(not(target_family = "wasm"))]
        impl ::schemars::JsonSchema for $name {
            fn schema_name() -> ::std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut ::schemars::SchemaGenerator) -> ::schemars::Schema {
                ::schemars::json_schema!({ "enum": [$($text),*] })
            }
        }

        impl $crate::runtime::StableHash for $name {
            fn hash_into(&self, hash: &mut $crate::runtime::TraceHash) {
                (*self as u8).hash_into(hash);
            }
        }
    };
}
pub(crate) use string_enum;

/// Declares a table of events: an enum, serialised with its name as `event`, its hash, and the table itself.
macro_rules! events {
    ($(#[$meta:meta])* $table:ident { $(
        $(#[doc = $doc:literal])* $row:ident = $name:literal {
            $($(#[doc = $field_doc:literal])* $(#[serde($flat:ident)])? $field:ident: $type:ty),* $(,)?
        }
    ),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, ::serde::Serialize)]
        #[serde(tag = "event")]
        #[allow(missing_docs)] // of fields: their names are the field's, and each row says what it means
        pub enum $table { $(
            $(#[doc = $doc])*
            #[serde(rename = $name)]
            $row { $($(#[doc = $field_doc])* $(#[serde($flat)])? $field: $type),* }
        ),* }

        impl $table {
            /// The table, in its order.
            pub const SCHEMAS: &'static [$crate::raft::schema::EventSchema] = &[$($crate::raft::schema::EventSchema {
                name: $name,
                #[cfg(not(target_family = "wasm"))]
                meaning: concat!($($doc),*),
                fields: &[$($crate::raft::schema::Field {
                    name: stringify!($field),
                    #[cfg(not(target_family = "wasm"))]
                    meaning: concat!($($field_doc),*),
                    #[cfg(not(target_family = "wasm"))]
                    type_name: stringify!($type),
                    field_type: <$type as $crate::raft::schema::HasSchema>::FIELD_TYPE,
                    is_flattened: !concat!($(stringify!($flat))?).is_empty(),
                }),*],
            }),*];

            /// The event's name in a trace.
            pub const fn name(&self) -> &'static str {
                match self { $($table::$row { .. } => $name),* }
            }
        }

        impl $crate::runtime::StableHash for $table {
            fn hash_into(&self, hash: &mut $crate::runtime::TraceHash) {
                self.name().hash_into(hash);
                match self { $($table::$row { $($field),* } => { $($field.hash_into(hash);)* }),* }
            }
        }
    };
}
pub(crate) use events;
