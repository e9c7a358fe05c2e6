//! `calculate`: one operation on two numbers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tidegate_handler::Structured;

/// Computes one operation on two numbers. What has no value, such as a division by zero, is `NaN`.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
pub(crate) struct Calculate {
    /// The first number.
    a: f64,
    /// The second number.
    b: f64,
    /// What to do with them: `a + b`, `a - b`, `a × b` or `a ÷ b`.
    op: Operation,
}

/// An operation on two numbers.
// Its variants have no doc comments: with them the schema would be four schemas, and the refusal
// of a fifth word would not name the four.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Operation {
    Add,
    #[serde(alias = "subtract")]
    Sub,
    #[serde(alias = "multiply")]
    Mul,
    #[serde(alias = "divide")]
    Div,
}

/// The value of an operation.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub(crate) struct Calculation {
    /// The value; null where it is no number, because JSON has no word for that.
    result: Option<f64>,
    /// The value as text: a number, `NaN`, or `Infinity` for one too large.
    text: String,
}

/// Computes what `args` asks for.
pub(crate) async fn calculate(args: Calculate) -> Structured<Calculation> {
    let calculation = args.run();
    let text = calculation.text.clone();
    Structured::new(calculation).text(text)
}

// === impl Calculate ===

impl Calculate {
    fn value(&self) -> f64 {
        let Self { a, b, op } = *self;
        match op {
            Operation::Add => a + b,
            Operation::Sub => a - b,
            Operation::Mul => a * b,
            // Floating point has ±infinity for it; a person asking has no use for that.
            Operation::Div if b == 0.0 => f64::NAN,
            Operation::Div => a / b,
        }
    }

    fn run(&self) -> Calculation {
        let value = self.value();
        Calculation {
            result: Some(value).filter(|value| value.is_finite()),
            text: text(value),
        }
    }
}

/// Writes a number as a person would: `35` and not `35.0`, and no row of three hundred zeros.
fn text(value: f64) -> String {
    let size = value.abs();
    if value.is_nan() {
        "NaN".to_owned()
    } else if value.is_infinite() {
        if value > 0.0 { "Infinity" } else { "-Infinity" }.to_owned()
    } else if size != 0.0 && !(1e-6..1e16).contains(&size) {
        format!("{value:e}")
    } else {
        // Adding zero takes the sign from a negative one.
        format!("{}", value + 0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calculate(a: f64, b: f64, op: &str) -> Calculation {
        let args = serde_json::json!({ "a": a, "b": b, "op": op });
        serde_json::from_value::<Calculate>(args).unwrap().run()
    }

    #[test]
    fn each_operation_does_what_it_is_called() {
        for (op, text) in [("add", "12"), ("sub", "2"), ("mul", "35"), ("div", "1.4")] {
            assert_eq!(calculate(7.0, 5.0, op).text, text);
        }
        assert_eq!(calculate(7.0, 5.0, "div").result, Some(1.4));
    }

    #[test]
    fn division_by_zero_is_nan_and_null() {
        for a in [1.0, 0.0, -1.0] {
            let nothing = calculate(a, 0.0, "div");
            assert_eq!(
                serde_json::to_string(&nothing).unwrap(),
                r#"{"result":null,"text":"NaN"}"#
            );
        }
    }

    #[test]
    fn what_is_too_large_or_small_stays_short() {
        assert_eq!(
            calculate(1e308, 10.0, "mul"),
            Calculation {
                result: None,
                text: "Infinity".to_owned()
            }
        );
        assert_eq!(calculate(-1e308, 10.0, "mul").text, "-Infinity");
        assert_eq!(calculate(1e200, 1e10, "mul").text, "1e210");
        assert_eq!(calculate(1.0, 1e9, "div").text, "1e-9");
        assert_eq!(calculate(0.0, -3.0, "mul").text, "0");
        assert_eq!(calculate(0.1, 0.2, "add").text, "0.30000000000000004");
    }

    #[test]
    fn another_operation_is_named_with_those_there_are() {
        let args = serde_json::json!({ "a": 1, "b": 2, "op": "pow" });
        let error = serde_json::from_value::<Calculate>(args)
            .unwrap_err()
            .to_string();
        assert_eq!(
            error,
            "unknown variant `pow`, expected one of `add`, `sub`, `subtract`, `mul`, `multiply`, `div`, \
             `divide`"
        );
    }
}
