//! Values with a least and a greatest: counts, sizes and lengths of time. The bounds stand in the
//! type, so that no setting is without.

use std::{borrow::Cow, fmt, time::Duration};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, Visitor},
};

use crate::span;

/// How many there may be of something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Count<const LEAST: u64, const MOST: u64>(u64);

/// A number of bytes, written as one or as `64KiB`, `4MiB`, `1GiB`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Size<const LEAST: u64, const MOST: u64>(u64);

/// A length of time, written as `500ms`, `30s`, `2m`, `1h`. The bounds are in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span<const LEAST: u64, const MOST: u64>(Duration);

const UNITS: [(&str, u64); 3] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];

/// Reads a number of bytes.
fn bytes(text: &str) -> Result<u64, String> {
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let unit = text[digits.len()..].to_lowercase();
    let unit = match unit.as_str() {
        "" | "b" => 1,
        // Nobody who writes 4MB for a bound means to leave 194 304 bytes out.
        "k" | "kb" | "kib" => 1 << 10,
        "m" | "mb" | "mib" => 1 << 20,
        "g" | "gb" | "gib" => 1 << 30,
        _ => 0_u64,
    };
    let bytes = digits.parse::<u64>().ok();
    let bytes = bytes.and_then(|number| number.checked_mul(unit));
    bytes
        .filter(|_| unit > 0)
        .ok_or_else(|| format!("`{text}` is no size; write it as 65536, 64KiB, 4MiB or 1GiB"))
}

/// Writes a number of bytes as short as it goes.
fn bytes_text(bytes: u64) -> String {
    let unit = UNITS
        .iter()
        .find(|(_, unit)| bytes >= *unit && bytes.is_multiple_of(*unit));
    match unit {
        Some((name, unit)) => format!("{}{name}", bytes / unit),
        None => bytes.to_string(),
    }
}

/// Writes a length of time as short as it goes.
fn span_text(millis: u128) -> String {
    match millis {
        0 => "0s".to_owned(),
        _ if millis.is_multiple_of(3_600_000) => format!("{}h", millis / 3_600_000),
        // Ninety seconds are 90s, and two minutes are 2m.
        _ if millis.is_multiple_of(60_000) => format!("{}m", millis / 60_000),
        _ if millis.is_multiple_of(1_000) => format!("{}s", millis / 1_000),
        _ => format!("{millis}ms"),
    }
}

/// Checks a number against its bounds, which are told as people write them.
fn within(number: u64, least: u64, most: u64, text: impl Fn(u64) -> String) -> Result<u64, String> {
    if number < least {
        return Err(format!(
            "{} is too little: at least {}",
            text(number),
            text(least)
        ));
    }
    if number > most {
        return Err(format!(
            "{} is too much: at most {}",
            text(number),
            text(most)
        ));
    }
    Ok(number)
}

// === impl Count ===

impl<const LEAST: u64, const MOST: u64> Count<LEAST, MOST> {
    pub(crate) fn new(count: u64) -> Result<Self, String> {
        within(count, LEAST, MOST, |number| number.to_string()).map(Self)
    }

    pub(crate) const fn get(self) -> u64 {
        self.0
    }

    pub(crate) const fn unchecked(count: u64) -> Self {
        Self(count)
    }
}

impl<const LEAST: u64, const MOST: u64> Serialize for Count<LEAST, MOST> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(self.0)
    }
}

impl<'de, const LEAST: u64, const MOST: u64> Deserialize<'de> for Count<LEAST, MOST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = i128::deserialize(deserializer)
            .map_err(|_| de::Error::custom(format!("write a whole number, {LEAST} to {MOST}")))?;
        let number = u64::try_from(number)
            .map_err(|_| format!("{number} does not go: it is {LEAST} to {MOST}"));
        number.and_then(Self::new).map_err(de::Error::custom)
    }
}

impl<const LEAST: u64, const MOST: u64> JsonSchema for Count<LEAST, MOST> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Count".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "integer",
            "minimum": LEAST,
            "maximum": MOST,
            "x-form": format!("number, {LEAST} to {MOST}"),
        })
    }
}

// === impl Size ===

impl<const LEAST: u64, const MOST: u64> Size<LEAST, MOST> {
    pub(crate) fn new(bytes: u64) -> Result<Self, String> {
        within(bytes, LEAST, MOST, bytes_text).map(Self)
    }

    pub(crate) const fn get(self) -> u64 {
        self.0
    }

    pub(crate) const fn unchecked(bytes: u64) -> Self {
        Self(bytes)
    }
}

impl<const LEAST: u64, const MOST: u64> Serialize for Size<LEAST, MOST> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&bytes_text(self.0))
    }
}

impl<'de, const LEAST: u64, const MOST: u64> Deserialize<'de> for Size<LEAST, MOST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = deserializer.deserialize_any(Words("a size: 65536, 64KiB, 4MiB or 1GiB"))?;
        let bytes = bytes(&text).and_then(Self::new);
        bytes.map_err(de::Error::custom)
    }
}

impl<const LEAST: u64, const MOST: u64> JsonSchema for Size<LEAST, MOST> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Size".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": ["string", "integer"],
            "pattern": "^[0-9]+([bB]|[kKmMgG]([iI]?[bB])?)?$",
            "minimum": LEAST,
            "maximum": MOST,
            "x-form": format!("size, {} to {}", bytes_text(LEAST), bytes_text(MOST)),
        })
    }
}

// === impl Span ===

impl<const LEAST: u64, const MOST: u64> Span<LEAST, MOST> {
    pub(crate) fn new(span: Duration) -> Result<Self, String> {
        let millis = u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
        within(millis, LEAST, MOST, |millis| span_text(millis.into())).map(|_| Self(span))
    }

    pub(crate) const fn get(self) -> Duration {
        self.0
    }

    pub(crate) const fn unchecked(span: Duration) -> Self {
        Self(span)
    }
}

impl<const LEAST: u64, const MOST: u64> Serialize for Span<LEAST, MOST> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&span_text(self.0.as_millis()))
    }
}

impl<'de, const LEAST: u64, const MOST: u64> Deserialize<'de> for Span<LEAST, MOST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = deserializer.deserialize_any(Words("a length of time: 500ms, 30s, 2m or 1h"))?;
        let span = span::parse(&text).and_then(Self::new);
        span.map_err(de::Error::custom)
    }
}

impl<const LEAST: u64, const MOST: u64> JsonSchema for Span<LEAST, MOST> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Span".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let (least, most) = (span_text(LEAST.into()), span_text(MOST.into()));
        json_schema!({
            "type": ["string", "number"],
            "pattern": r"^[0-9]+(\.[0-9]+)?(ms|s|m|h)?$",
            "exclusiveMinimum": 0,
            "x-form": format!("time, {least} to {most}"),
        })
    }
}

/// Takes text, and a number as if it had been written as text.
struct Words(&'static str);

// === impl Words ===

impl Visitor<'_> for Words {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<String, E> {
        Ok(text.to_owned())
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<String, E> {
        Ok(number.to_string())
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<String, E> {
        Ok(number.to_string())
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<String, E> {
        Ok(number.to_string())
    }
}

#[cfg(test)]
mod tests;
