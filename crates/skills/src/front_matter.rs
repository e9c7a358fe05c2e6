//! The front matter of a `SKILL.md`: YAML between two lines of `---`, read as JSON.
//!
//! It is YAML 1.2, as the JSON of the other side is most likely made: `yes` is a word, `<<` a key.

use serde_json::{Map, Value};

use crate::error::SkillError;

/// How many bytes front matter may have: a hundred times what authors write.
const MOST_BYTES: usize = 64 << 10;

/// How many values it may have, also by aliases that repeat one another.
const MOST_NODES: usize = 10_000;

/// How deep its values may lie in one another.
const DEEPEST: usize = 32;

/// Reads the front matter that a `SKILL.md` begins with.
///
/// # Errors
///
/// When there is none, or it is no mapping in YAML, or nothing that JSON can say.
pub(crate) fn read(text: &str) -> Result<Map<String, Value>, SkillError> {
    let yaml = between_lines(text).ok_or_else(|| {
        SkillError::new("SKILL.md must begin with front matter: YAML between two lines of ---")
    })?;
    if yaml.len() > MOST_BYTES {
        return Err(SkillError::new(format_args!(
            "the front matter of SKILL.md has more than {MOST_BYTES} bytes"
        )));
    }
    let options = serde_saphyr::options! {
        strict_booleans: true,
        merge_keys: serde_saphyr::MergeKeyPolicy::AsOrdinary,
        with_snippet: false,
        budget: serde_saphyr::budget! {
            max_nodes: MOST_NODES,
            max_depth: DEEPEST,
        },
    };
    serde_saphyr::from_str_with_options(yaml, options).map_err(|error| {
        SkillError::new(format_args!(
            "the front matter of SKILL.md must be a YAML mapping: {error}"
        ))
    })
}

/// Returns whether the front matter of a `SKILL.md` says what its entry says, field by field.
///
/// # Errors
///
/// When they differ, or there is no front matter that can be read: the first difference.
pub fn same_front_matter(text: &str, entry: &Map<String, Value>) -> Result<(), SkillError> {
    let file = read(text)?;
    let fields = file.keys().chain(entry.keys());
    for field in fields {
        let same = match (file.get(field), entry.get(field)) {
            (Some(one), Some(other)) => is_same(one, other),
            _ => false,
        };
        if !same {
            return Err(SkillError::new(format_args!(
                "the front matter of SKILL.md has another {field:?} than the skill's entry"
            )));
        }
    }
    Ok(())
}

/// Whether two values say the same: numbers by what they are, for in JSON `1.0` may have become `1`.
fn is_same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => {
            one == other || one.is_f64() | other.is_f64() && one.as_f64() == other.as_f64()
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .zip(other)
                    .all(|(one, other)| is_same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .all(|(key, one)| other.get(key).is_some_and(|other| is_same(one, other)))
        }
        _ => one == other,
    }
}

/// Returns what stands between the first line, `---`, and the next such line.
fn between_lines(text: &str) -> Option<&str> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let first = text.split_inclusive('\n').next()?;
    if first.trim_end_matches(['\r', '\n']) != "---" {
        return None;
    }
    let rest = &text[first.len()..];
    let mut at = 0;
    for line in rest.split_inclusive('\n') {
        if line.trim_end() == "---" {
            return Some(&rest[..at]);
        }
        at += line.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn values(yaml: &str) -> Value {
        let text = format!("---\n{yaml}\n---\nbody\n");
        Value::Object(read(&text).expect(yaml))
    }

    #[test]
    fn yaml_is_read_as_its_version_1_2_says() {
        assert_eq!(
            values("name: a\ndescription: >\n  b\n  c\nmetadata: {version: \"1.0\", n: 1.5}"),
            json!({"name": "a", "description": "b c\n", "metadata": {"version": "1.0", "n": 1.5}})
        );
        assert_eq!(
            values("yes: yes\nday: 2026-01-01\nnone: ~\nhex: 0x1F\n<<: {a: 1}\nt: true"),
            json!({"yes": "yes", "day": "2026-01-01", "none": null, "hex": 31, 
                   "<<": {"a": 1}, "t": true})
        );
    }

    #[test]
    fn the_lines_around_it_are_found_in_any_text() {
        for text in [
            "---\na: 1\n---",
            "---\r\na: 1\r\n---\r\n",
            "\u{feff}---\na: 1\n--- \nb",
        ] {
            assert_eq!(
                read(text),
                Ok(json!({"a": 1}).as_object().expect("map").clone())
            );
        }
        for text in [
            "",
            "---",
            "a: 1\n---\n",
            "---\na: 1\n",
            "--- x\na: 1\n---\n",
            "\n---\na: 1\n---\n",
        ] {
            assert!(read(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn what_is_no_mapping_or_too_much_is_refused() {
        let mut bomb = String::from("a0: &a0 [x,x,x,x,x,x,x,x,x]\n");
        for nth in 1..8 {
            let above = vec![format!("*a{}", nth - 1); 9].join(",");
            bomb += &format!("a{nth}: &a{nth} [{above}]\n");
        }
        let deep = format!("a: {}1{}", "[".repeat(100), "]".repeat(100));
        let long = format!("a: {}", "b".repeat(MOST_BYTES));
        for yaml in [
            "[1]",
            "a",
            "a: 1\na: 2",
            "a: .inf",
            "a: [",
            &bomb,
            &deep,
            &long,
        ] {
            let text = format!("---\n{yaml}\n---\n");
            assert!(read(&text).is_err(), "{}", &yaml[..yaml.len().min(40)]);
        }
    }

    #[test]
    fn every_field_counts() {
        let text = "---\nname: a\nn: 1.0\nlist: [1, {b: c}]\n---\n";
        let entry = json!({"name": "a", "n": 1, "list": [1, {"b": "c"}]});
        let entry = entry.as_object().expect("map");
        assert_eq!(same_front_matter(text, entry), Ok(()));
        for (field, value) in [
            ("name", json!("b")),
            ("n", json!("1")),
            ("more", json!(null)),
        ] {
            let mut other = entry.clone();
            other.insert(field.to_owned(), value);
            assert!(same_front_matter(text, &other).is_err(), "{field}");
        }
        let mut less = entry.clone();
        less.remove("list");
        assert!(same_front_matter(text, &less).is_err());
    }
}
