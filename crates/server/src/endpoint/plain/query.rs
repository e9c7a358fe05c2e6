//! The parameters in a URL's query, each taken once, and none left over unknown.

use std::{fmt::Display, ops::RangeInclusive, str::FromStr};

use http::Uri;
use tidegate_era::{Reject, code};

/// The parameters that are not taken yet.
#[derive(Debug)]
pub(super) struct Query(Vec<(String, String)>);

/// How many parameters there may be: a tool has a dozen arguments, and each is compared with all.
const MOST: usize = 256;

// === impl Query ===

impl Query {
    /// Reads a URL's query.
    ///
    /// # Errors
    ///
    /// When a parameter is given twice, for which one was meant is anybody's guess; or too many are.
    pub(super) fn read(uri: &Uri) -> Result<Self, Reject> {
        let mut pairs: Vec<(String, String)> = Vec::new();
        let query = uri.query().unwrap_or_default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            if pairs.len() >= MOST {
                return Err(bad(format!(
                    "there are more than {MOST} parameters; send them by POST, in a body"
                )));
            }
            if pairs.iter().any(|(other, _)| *other == name) {
                return Err(bad(format!(
                    "`{name}` is given twice; give it once, an array as {name}=a,b"
                )));
            }
            pairs.push((name.into_owned(), value.into_owned()));
        }
        Ok(Self(pairs))
    }

    /// Takes a parameter.
    pub(super) fn take(&mut self, name: &str) -> Option<String> {
        let at = self.0.iter().position(|(other, _)| other == name)?;
        Some(self.0.swap_remove(at).1)
    }

    /// Takes a parameter and reads it; `wanted` says what it should be.
    ///
    /// # Errors
    ///
    /// When it is there and something else.
    pub(super) fn parse<T: FromStr>(
        &mut self,
        name: &str,
        wanted: impl Display,
    ) -> Result<Option<T>, Reject> {
        let Some(text) = self.take(name) else {
            return Ok(None);
        };
        match text.parse() {
            Ok(value) => Ok(Some(value)),
            Err(_) => Err(bad(format!("`{name}` is {wanted}; `{text}` is not"))),
        }
    }

    /// Takes a whole number within `range`, or `default`.
    ///
    /// # Errors
    ///
    /// When it is none, or beyond.
    pub(super) fn within(
        &mut self,
        name: &str,
        range: RangeInclusive<u64>,
        default: u64,
    ) -> Result<u64, Reject> {
        let (least, most) = (range.start(), range.end());
        let wanted = format!("a whole number from {least} to {most}");
        let number = self.parse(name, &wanted)?.unwrap_or(default);
        if range.contains(&number) {
            return Ok(number);
        }
        Err(bad(format!("`{name}` is {wanted}; {number} is beyond")))
    }

    /// Returns what is left, in the order it was given but for what was taken.
    pub(super) fn rest(self) -> Vec<(String, String)> {
        self.0
    }

    /// Ends the reading; `known` names the parameters there are.
    ///
    /// # Errors
    ///
    /// When one is left over: a slip in its name would otherwise be a default in silence.
    pub(super) fn end(self, known: &str) -> Result<(), Reject> {
        match self.0.first() {
            None => Ok(()),
            Some((name, _)) => Err(bad(format!(
                "there is no parameter `{name}`; there are {known}"
            ))),
        }
    }
}

/// Returns a refusal of a parameter (400).
pub(super) fn bad(message: String) -> Reject {
    Reject::bad_request(code::INVALID_PARAMS, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(text: &str) -> Result<Query, Reject> {
        let uri = format!("/stream?{text}").parse().expect("a URI");
        Query::read(&uri)
    }

    fn number(text: &str) -> Result<u64, String> {
        let mut query = query(text).map_err(|reject| reject.message.into_owned())?;
        query
            .within("n", 1..=10, 5)
            .map_err(|reject| reject.message.into_owned())
    }

    #[test]
    fn a_number_is_within_its_range_or_the_default() {
        assert_eq!(number("n=10"), Ok(10));
        assert_eq!(number(""), Ok(5));
        for text in [
            "n=0",
            "n=11",
            "n=-1",
            "n=x",
            "n=",
            "n=1.5",
            "n=99999999999999999999",
        ] {
            let why = number(text).expect_err(text);
            assert!(why.contains("from 1 to 10"), "{why}");
        }
    }

    #[test]
    fn a_parameter_stands_once_and_is_decoded() {
        let mut decoded = query("a%20b=c%2Cd+e").expect("reads");
        assert_eq!(decoded.take("a b").as_deref(), Some("c,d e"));
        assert_eq!(decoded.take("a b"), None);
        assert!(query("a=1&a=2").is_err());
    }

    #[test]
    fn what_is_left_over_is_named() {
        let reject = query("m=1").expect("reads").end("n").expect_err("left");
        assert!(reject.message.contains("`m`") && reject.message.contains("there are n"));
        assert!(query("").expect("reads").end("n").is_ok());
    }
}
