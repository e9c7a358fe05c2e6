//! `docs/configuration.md`, from its prose and from the keys.

use std::fmt::Write as _;

use super::{
    environment, flags,
    key::{self, Key, Table},
    shown::literal,
};

/// The prose, with a `{{…}}` where something of the types belongs.
const PAGE: &str = include_str!("document/page.md");

/// The example, which a test loads.
const EXAMPLE: &str = include_str!("document/example.toml");

/// Returns the page.
pub(crate) fn document() -> String {
    let mut page = String::new();
    let mut rest = PAGE;
    while let Some((before, after)) = rest.split_once("{{") {
        let (name, after) = after.split_once("}}").expect("the page closes its braces");
        page.push_str(before);
        page.push_str(&part(name));
        rest = after;
    }
    page.push_str(rest);
    page
}

/// Returns what stands at a place of the page.
fn part(name: &str) -> String {
    match name {
        "example" => EXAMPLE.trim_end().to_owned(),
        "keys" => keys(),
        name => match key::find(name) {
            Some(key) => format!("`{}` ({})", key.path, default(key)),
            None => panic!("the page asks for {name}, which is no key"),
        },
    }
}

fn keys() -> String {
    let mut tables = Vec::new();
    for one in key::tables() {
        tables.push(table(one));
        tables.extend(one.keys.iter().filter_map(items));
    }
    tables.join("\n").trim_end().to_owned()
}

/// Describes the tables that a key is a list of, if it is one.
fn items(key: &Key) -> Option<String> {
    let mut text = format!(
        "### `[[{}]]`\n\n{}\n\n| key | value | default | what it does, and why |\n| --- | --- | --- | --- |\n",
        key.path,
        paragraph(&key.about)
    );
    for field in &key.fields {
        let default = match key.required.iter().any(|name| name == field.name()) {
            true => "it has to be there".to_owned(),
            false => default(field),
        };
        let (name, about) = (field.name(), cell(&field.about));
        let _ = writeln!(text, "| `{name}` | {} | {default} | {about} |", field.form);
    }
    (!key.fields.is_empty()).then_some(text)
}

fn table(table: &Table) -> String {
    let mut text = match table.name.as_str() {
        "" => "### Above all tables\n\n".to_owned(),
        name => format!("### `[{name}]`\n\n{}\n\n", paragraph(&table.about)),
    };
    text.push_str("| key | value | default | variable, flag | what it does, and why |\n| --- | --- | --- | --- | --- |\n");
    for key in &table.keys {
        let _ = writeln!(
            text,
            "| `{}` | {} | {} | {} | {} |",
            key.name(),
            key.form,
            default(key),
            names(key),
            cell(&key.about)
        );
    }
    text
}

fn default(key: &Key) -> String {
    match &key.default {
        None => "none".to_owned(),
        Some(value) if value.as_array().is_some_and(Vec::is_empty) => "`[]`".to_owned(),
        Some(value) => match value.as_str() {
            Some("") => "nothing".to_owned(),
            Some(text) => format!("`{text}`"),
            None => format!("`{}`", literal(value)),
        },
    }
}

/// Returns the variables and the flag of a key.
fn names(key: &Key) -> String {
    if key.is_made_of_tables() {
        return "in a file alone".to_owned();
    }
    let fallback = environment::FALLBACKS;
    let fallback = fallback.iter().find(|(_, path)| *path == key.path);
    let fallback = fallback.map(|(name, _)| (*name).to_owned());
    let names = [Some(key.variable()), fallback, flags::flag(key)];
    let names = names.into_iter().flatten();
    let names: Vec<_> = names.map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

/// Returns text as it goes into a cell of a table.
fn cell(text: &str) -> String {
    paragraph(text).replace('|', "\\|")
}

/// Doc comments are broken where a line is full.
fn paragraph(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::settings::file;

    #[test]
    fn the_page_has_every_key_and_nothing_is_left_open() {
        let page = document();
        for key in key::keys() {
            assert!(
                page.contains(&format!("| `{}` |", key.name())),
                "{}",
                key.path
            );
        }
        assert!(!page.contains("{{") && !page.contains("}}"));
    }

    #[test]
    fn the_example_is_a_file_of_settings() {
        let heard = file::read(Path::new("tidegate.toml"), EXAMPLE);
        assert_eq!(heard.faults, []);
        assert!(heard.said.len() > 5);
    }
}
