//! All arguments of a command line together: files and stdin are read, text is converted, and one
//! JSON object comes out.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use serde_json::{Map, Value};
use tidegate_era::argument;

use super::Argument;
use crate::error::{Error, Kind};

/// Bytes of a file or of stdin. Servers take far smaller requests (ours 4 MB), and a mistaken path
/// to a device or a film ends here.
const MAX_INPUT: u64 = 64 * 1024 * 1024;

/// Arguments whose files are read, and whose text waits for a schema.
#[derive(Debug, Default)]
pub(crate) struct Given {
    /// The object on stdin. What is typed goes over it.
    piped: Map<String, Value>,
    typed: Vec<(String, Typed)>,
}

/// The value of an argument that was typed.
#[derive(Clone, Debug)]
enum Typed {
    Text(String),
    Json(Value),
}

// === impl Given ===

impl Given {
    /// Reads the files and the stdin that `arguments` name.
    pub(crate) fn read(arguments: Vec<Argument>) -> Result<Self, Error> {
        Self::read_with(arguments, io::stdin())
    }

    fn read_with(arguments: Vec<Argument>, stdin: impl Read) -> Result<Self, Error> {
        let mut given = Self::default();
        if arguments.contains(&Argument::Stdin) {
            given.piped = object(&text(stdin, "stdin")?)?;
        }
        for argument in arguments {
            match argument {
                Argument::Stdin => {}
                Argument::Json(key, value) => given.add(key, Typed::Json(value))?,
                Argument::Text(key, text) => given.add(key, Typed::Text(text))?,
                Argument::File(key, path) => {
                    let text = file(&key, &path)?;
                    given.add(key, Typed::Text(text))?;
                }
            }
        }
        Ok(given)
    }

    fn add(&mut self, key: String, value: Typed) -> Result<(), Error> {
        if self.typed.iter().any(|(other, _)| *other == key) {
            return Err(usage(format!(
                "`{key}` is given twice; for an array write {key}=a,b or {key}:='[\"a\",\"b\"]'"
            )));
        }
        self.typed.push((key, value));
        Ok(())
    }

    /// Says whether a schema has a part in what the arguments become.
    pub(crate) fn wants_schema(&self) -> bool {
        let text = |(_, value): &(_, Typed)| matches!(value, Typed::Text(_));
        self.typed.iter().any(text)
    }

    /// Returns the arguments of a tool; `schema` is its input schema, if it is known.
    pub(crate) fn for_tool(self, schema: Option<&Value>) -> Result<Map<String, Value>, Error> {
        let mut arguments = self.piped;
        for (key, value) in self.typed {
            let value = value.convert(schema, &key)?;
            arguments.insert(key, value);
        }
        Ok(arguments)
    }

    /// Returns what is for the fields of a form; the rest is for another one.
    pub(crate) fn for_form(&self, schema: &Value) -> Result<Map<String, Value>, Error> {
        let is_field = |key: &String| schema["properties"].get(key).is_some();
        let piped = self.piped.iter().filter(|(key, _)| is_field(key));
        let mut filled: Map<String, Value> = piped
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        for (key, value) in self.typed.iter().filter(|(key, _)| is_field(key)) {
            filled.insert(key.clone(), value.clone().convert(Some(schema), key)?);
        }
        Ok(filled)
    }

    /// Returns the arguments of a prompt, whose values are strings.
    pub(crate) fn for_prompt(self) -> Result<Map<String, Value>, Error> {
        let arguments = self.for_tool(None)?;
        match arguments.iter().find(|(_, value)| !value.is_string()) {
            None => Ok(arguments),
            Some((key, _)) => Err(usage(format!(
                "`{key}` is no string, and a prompt takes strings only; write {key}=TEXT"
            ))),
        }
    }
}

// === impl Typed ===

impl Typed {
    /// Returns the value as `schema` has the property `key`, if a schema is known.
    fn convert(self, schema: Option<&Value>, key: &str) -> Result<Value, Error> {
        match (self, schema) {
            (Self::Json(value), _) => Ok(value),
            (Self::Text(text), None) => Ok(text.into()),
            (Self::Text(text), Some(schema)) => argument(schema, key, &text).map_err(usage),
        }
    }
}

fn object(text: &str) -> Result<Map<String, Value>, Error> {
    serde_json::from_str(text).map_err(|error| {
        usage(format!(
            "stdin is not one JSON object of arguments, as in {{\"message\": \"calm\"}}: {error}"
        ))
    })
}

fn file(key: &str, path: &Path) -> Result<String, Error> {
    let shown = path.display().to_string();
    let file = File::open(path).map_err(|error| {
        usage(format!("cannot read {shown}: {error}")).hint(format!(
            "for text that begins with an @ write {key}:='\"@{shown}\"'"
        ))
    })?;
    text(file, &shown)
}

fn text(from: impl Read, name: &str) -> Result<String, Error> {
    let mut bytes = Vec::new();
    let read = from.take(MAX_INPUT + 1).read_to_end(&mut bytes);
    read.map_err(|error| usage(format!("cannot read {name}: {error}")))?;
    if bytes.len() as u64 > MAX_INPUT {
        let limit = MAX_INPUT / 1024 / 1024;
        return Err(usage(format!(
            "{name} holds more than {limit} MB, too much for one call"
        )));
    }
    String::from_utf8(bytes).map_err(|_| usage(format!("{name} is not text in UTF-8")))
}

fn usage(what: String) -> Error {
    Error::new(Kind::Usage, what)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn given(words: &[&str], stdin: &str) -> Result<Given, Error> {
        let arguments = words.iter().map(|word| word.parse().unwrap()).collect();
        Given::read_with(arguments, stdin.as_bytes())
    }

    fn plain(words: &[&str], stdin: &str) -> Value {
        given(words, stdin).unwrap().for_tool(None).unwrap().into()
    }

    #[test]
    fn what_is_typed_goes_over_what_is_piped() {
        let both = plain(&["b=typed", "-", "c:=3"], r#"{"a": 1, "b": 2}"#);
        assert_eq!(both, json!({"a": 1, "b": "typed", "c": 3}));
        assert_eq!(plain(&[], "not read"), json!({}));
    }

    #[test]
    fn the_schema_turns_text_and_leaves_json() {
        let schema = json!({"properties": {"n": {"type": "integer"}, "m": {"type": "integer"}}});
        let of = |words: &[&str]| given(words, "").unwrap().for_tool(Some(&schema));
        let arguments: Value = of(&["n=3", r#"m:="4""#]).unwrap().into();
        assert_eq!(arguments, json!({"n": 3, "m": "4"}));
        assert_eq!(of(&["n=x"]).unwrap_err().kind(), Kind::Usage);
    }

    #[test]
    fn a_name_typed_twice_is_a_slip() {
        let error = given(&["a=1", "a:=2"], "").unwrap_err();
        assert_eq!(error.kind(), Kind::Usage);
        assert!(error.to_string().contains("`a` is given twice"), "{error}");
    }

    #[test]
    fn stdin_holds_one_object_in_utf8() {
        for stdin in ["", "[1]", "{} {}", "{\"a\":"] {
            let error = given(&["-"], stdin).unwrap_err();
            assert!(error.to_string().contains("one JSON object"), "{error}");
        }
        let error = text([0xff_u8].as_slice(), "stdin").unwrap_err();
        assert!(error.to_string().contains("UTF-8"), "{error}");
    }

    #[test]
    fn an_endless_input_ends() {
        let error = text(io::repeat(b' '), "stdin").unwrap_err();
        assert!(error.to_string().contains("64 MB"), "{error}");
    }

    #[test]
    fn a_file_is_read_and_a_missing_one_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.txt");
        std::fs::write(&path, "calm\n").unwrap();
        let word = format!("k=@{}", path.display());
        assert_eq!(plain(&[&word], ""), json!({"k": "calm\n"}));
        let error = given(&["k=@none/such"], "").unwrap_err();
        assert!(error.to_string().contains("none/such"), "{error}");
    }

    #[test]
    fn text_wants_the_schema_and_json_does_not() {
        let wants = |word: &str| given(&[word], "{}").unwrap().wants_schema();
        assert!(wants("a=1"));
        assert!(!wants("a:=1") && !wants("-"));
    }

    #[test]
    fn a_prompt_takes_strings_only() {
        let error = given(&["n:=3"], "").unwrap().for_prompt().unwrap_err();
        assert!(error.to_string().contains("n=TEXT"), "{error}");
        let strings = given(&["n=3"], "").unwrap().for_prompt().unwrap();
        assert_eq!(strings["n"], "3");
    }
}
