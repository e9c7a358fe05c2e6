//! One argument of the command line: `key=value`, `key:=json`, `key=@file`, or `-`.

use std::{path::PathBuf, str::FromStr};

use serde_json::Value;

/// One argument as it was typed.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Argument {
    /// `key=value`: text, or what the tool's schema makes of it.
    Text(String, String),
    /// `key:=json`: a JSON value.
    Json(String, Value),
    /// `key=@file`: the text of a file, taken as `key=value` is.
    File(String, PathBuf),
    /// `-`: a JSON object on stdin.
    Stdin,
}

// === impl Argument ===

impl FromStr for Argument {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        if word == "-" {
            return Ok(Self::Stdin);
        }
        let Some((key, value)) = word.split_once('=') else {
            return Err(format!(
                "`{word}` names no value; write {word}=VALUE, {word}:=JSON, {word}=@FILE, or - for a JSON object on stdin"
            ));
        };
        let json = key.strip_suffix(':');
        let key = json.unwrap_or(key);
        if key.is_empty() {
            return Err("there is no name before the `=`; write NAME=VALUE".to_owned());
        }
        let key = key.to_owned();
        if json.is_some() {
            let value = serde_json::from_str(value).map_err(|error| {
                format!(
                    "what follows `{key}:=` is not JSON: {error}; for plain text write {key}=TEXT"
                )
            })?;
            return Ok(Self::Json(key, value));
        }
        match value.strip_prefix('@') {
            Some("") => Err(format!(
                "`{key}=@` names no file; for an @ write {key}:='\"@\"'"
            )),
            Some(path) => Ok(Self::File(key, path.into())),
            None => Ok(Self::Text(key, value.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parse(word: &str) -> Result<Argument, String> {
        word.parse()
    }

    #[test]
    fn text_is_all_that_follows_the_first_equals_sign() {
        for (word, key, value) in [
            ("message=all calm", "message", "all calm"),
            ("sum=a=b", "sum", "a=b"),
            ("empty=", "empty", ""),
            ("a:b=c", "a:b", "c"),
            ("mail=me@here", "mail", "me@here"),
        ] {
            assert_eq!(
                parse(word),
                Ok(Argument::Text(key.into(), value.into())),
                "{word}"
            );
        }
    }

    #[test]
    fn json_follows_a_colon_and_an_equals_sign() {
        for (word, value) in [
            ("k:=3", json!(3)),
            (r#"k:="@x""#, json!("@x")),
            (r#"k:=["a","b=c"]"#, json!(["a", "b=c"])),
            ("k:= null ", json!(null)),
        ] {
            assert_eq!(parse(word), Ok(Argument::Json("k".into(), value)), "{word}");
        }
    }

    #[test]
    fn a_file_follows_an_at_sign_and_stdin_is_a_dash() {
        assert_eq!(
            parse("k=@a/b.txt"),
            Ok(Argument::File("k".into(), "a/b.txt".into()))
        );
        assert_eq!(parse("-"), Ok(Argument::Stdin));
    }

    #[test]
    fn what_is_wrong_says_how_to_write_it() {
        for (word, says) in [
            ("message", "message=VALUE"),
            ("=x", "NAME=VALUE"),
            (":=1", "NAME=VALUE"),
            ("k:=calm", "k=TEXT"),
            ("k:=", "not JSON"),
            ("k=@", "names no file"),
        ] {
            let error = parse(word).unwrap_err();
            assert!(error.contains(says), "{word}: {error}");
        }
    }
}
