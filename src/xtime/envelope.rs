//! The object that every answer is, its fields as they came.

use std::fmt;

use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

#[derive(Deserialize)]
pub(super) struct ReplyEnvelope<'a> {
    #[serde(borrow, default, deserialize_with = "given")]
    pub success: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "given")]
    pub code: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "given")]
    pub message: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "appointmentId", deserialize_with = "given")]
    pub appointment: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "given")]
    pub error: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "given")]
    pub errors: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub services: ListedRows<'a>,
    #[serde(borrow, default, rename = "availableAppointments")]
    pub slots: ListedRows<'a>,
    #[serde(borrow, default)]
    pub appointments: ListedRows<'a>,
}

/// What stands where a list should: read with the envelope, because lists are most of an answer.
#[derive(Default)]
pub(super) enum ListedRows<'a> {
    #[default]
    Absent,
    Null,
    Rows(Vec<&'a RawValue>),
    Odd,
}

impl<'de: 'a, 'a> Deserialize<'de> for ListedRows<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ListVisitor)
    }
}

struct ListVisitor;

impl<'de> Visitor<'de> for ListVisitor {
    type Value = ListedRows<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<Self::Value, A::Error> {
        let mut found = Vec::new();
        while let Some(row) = rows.next_element()? {
            found.push(row);
        }
        Ok(ListedRows::Rows(found))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(ListedRows::Null)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Self::Value, A::Error> {
        while fields.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(ListedRows::Odd)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(ListedRows::Odd)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(ListedRows::Odd)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(ListedRows::Odd)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(ListedRows::Odd)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
        Ok(ListedRows::Odd)
    }
}

/// Keeps `null` apart from "not there".
pub(super) fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<&'de RawValue>, D::Error> {
    <&RawValue>::deserialize(deserializer).map(Some)
}

/// A string's text, or a number exactly as it was written (`1.10` stays `1.10`); `None` for anything else and for blanks.
pub(super) fn scalar(raw: Option<&RawValue>) -> Option<String> {
    let raw = raw?.get();
    let text = match raw.as_bytes().first()? {
        b'"' => serde_json::from_str::<String>(raw).ok()?,
        b'-' | b'0'..=b'9' => raw.to_owned(),
        _ => return None,
    };
    Some(text).filter(|text| !text.trim().is_empty())
}
