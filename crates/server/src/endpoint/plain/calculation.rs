//! `GET /calculate`: what is calculated, and a moment later what came of it, as typed events.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use http::Response;
use tidegate_era::{
    Reject,
    encode::{self, Typed},
};

use super::{
    messages::{INTERVAL, SECOND},
    query::{Query, bad},
};
use crate::{
    guard::Visitor,
    respond::{self, Medium, ResponseBody},
    state::State,
};

/// An operation on two numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operation {
    Add,
    Subtract,
    Multiply,
    Divide,
}

/// Every operation, by its name and by the sign people write.
const OPERATIONS: [(Operation, &str, char); 4] = [
    (Operation::Add, "add", '+'),
    (Operation::Subtract, "subtract", '-'),
    (Operation::Multiply, "multiply", '×'),
    (Operation::Divide, "divide", '÷'),
];

/// Answers with a calculation.
pub(super) fn calculation(
    state: &Arc<State>,
    visitor: &Visitor<'_>,
    mut query: Query,
) -> Result<Response<ResponseBody>, Reject> {
    let (a, b) = (number(&mut query, "a")?, number(&mut query, "b")?);
    let operation = operation(&mut query)?;
    let interval = query.within("interval_ms", INTERVAL, SECOND)?;
    query.end("a, b, op and interval_ms")?;
    let events = [operation.info(a, b), operation.result(a, b)];
    let interval = Duration::from_millis(interval);
    let principal = visitor.principal.as_ref();
    respond::timed(
        state,
        Medium::Events,
        interval,
        principal,
        events.into_iter(),
    )
}

fn number(query: &mut Query, name: &str) -> Result<f64, Reject> {
    let number: Option<f64> = query.parse(name, "a number")?;
    number.filter(|number| number.is_finite()).ok_or_else(|| {
        bad(format!(
            "`{name}` is missing or no finite number; write {name}=6.5"
        ))
    })
}

fn operation(query: &mut Query) -> Result<Operation, Reject> {
    let wanted = query.take("op");
    let found = OPERATIONS.iter().find(|(operation, name, _)| {
        let wanted = wanted.as_deref();
        wanted == Some(*name) || wanted == Some(operation.short())
    });
    match (found, wanted) {
        (Some((operation, ..)), _) => Ok(*operation),
        (None, wanted) => {
            let names = OPERATIONS.map(|(_, name, _)| name).join(", ");
            Err(bad(match wanted {
                Some(wanted) => format!("there is no op `{wanted}`; there are {names}"),
                None => format!("`op` is missing; it is one of {names}"),
            }))
        }
    }
}

// === impl Operation ===

impl Operation {
    /// Returns what the tool `calculate` calls it.
    const fn short(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Subtract => "sub",
            Self::Multiply => "mul",
            Self::Divide => "div",
        }
    }

    fn value(self, a: f64, b: f64) -> f64 {
        match self {
            Self::Add => a + b,
            Self::Subtract => a - b,
            Self::Multiply => a * b,
            // Floating point has ±infinity for it; a person asking has no use for that.
            Self::Divide if b == 0.0 => f64::NAN,
            Self::Divide => a / b,
        }
    }

    fn words(self) -> (&'static str, char) {
        let found = OPERATIONS.iter().find(|(operation, ..)| *operation == self);
        found.map_or(("", ' '), |(_, name, sign)| (*name, *sign))
    }

    fn info(self, a: f64, b: f64) -> Bytes {
        let (_, sign) = self.words();
        event("info", |out| {
            out.extend_from_slice(b"\"message\":");
            encode::text(out, &format_args!("Calculating {a} {sign} {b}"));
        })
    }

    fn result(self, a: f64, b: f64) -> Bytes {
        let (name, _) = self.words();
        event("result", |out| {
            out.extend_from_slice(b"\"a\":");
            encode::number(out, a);
            out.extend_from_slice(b",\"b\":");
            encode::number(out, b);
            out.extend_from_slice(b",\"op\":");
            encode::json(out, name);
            out.extend_from_slice(b",\"result\":");
            write(out, self.value(a, b));
        })
    }
}

/// JSON has no words for what is no finite number: it is a text then, `"NaN"` or `"Infinity"`.
fn write(out: &mut Vec<u8>, value: f64) {
    match value {
        value if value.is_nan() => encode::json(out, "NaN"),
        value if value == f64::INFINITY => encode::json(out, "Infinity"),
        value if value == f64::NEG_INFINITY => encode::json(out, "-Infinity"),
        value => encode::number(out, value),
    }
}

fn event(kind: &str, members: impl FnOnce(&mut Vec<u8>)) -> Bytes {
    let mut out = Vec::with_capacity(96);
    Typed::Sse.write(&mut out, kind, members);
    out.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn result(operation: Operation, a: f64, b: f64) -> String {
        let mut out = Vec::new();
        write(&mut out, operation.value(a, b));
        String::from_utf8(out).expect("UTF-8")
    }

    #[test]
    fn each_operation_does_what_it_says() {
        for (operation, value) in [
            (Operation::Add, "8"),
            (Operation::Subtract, "4"),
            (Operation::Multiply, "12"),
            (Operation::Divide, "3"),
        ] {
            assert_eq!(result(operation, 6.0, 2.0), value, "{operation:?}");
        }
    }

    #[test]
    fn what_is_no_number_is_said_in_words() {
        assert_eq!(result(Operation::Divide, 1.0, 0.0), "\"NaN\"");
        assert_eq!(result(Operation::Divide, 0.0, -0.0), "\"NaN\"");
        assert_eq!(result(Operation::Multiply, 1e308, 10.0), "\"Infinity\"");
        assert_eq!(
            result(Operation::Subtract, -1e308, 1.7e308),
            "\"-Infinity\""
        );
    }

    #[test]
    fn the_events_are_typed() {
        assert_eq!(
            Operation::Multiply.info(6.0, 0.5),
            "event: info\ndata: {\"message\":\"Calculating 6 × 0.5\"}\n\n"
        );
        assert_eq!(
            Operation::Divide.result(1.0, 0.0),
            "event: result\ndata: {\"a\":1,\"b\":0,\"op\":\"divide\",\"result\":\"NaN\"}\n\n"
        );
    }
}
