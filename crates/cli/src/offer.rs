//! What a server offers, as a list shows it: a table a kind for people, an event an entry for machines.

use serde_json::{Map, Value, json};
use tidegate::client::ToolInfo;

use crate::{
    json::{Event, Fields},
    table::{Column, Table},
};

/// All that a server offers, each entry as the server wrote it.
#[derive(Debug)]
pub(crate) struct Offer {
    pub(crate) tools: Vec<Entry>,
    pub(crate) resources: Vec<Entry>,
    pub(crate) templates: Vec<Entry>,
    pub(crate) prompts: Vec<Entry>,
}

/// One entry of a list.
pub(crate) type Entry = Map<String, Value>;

/// Returns the tools in the protocol's words.
pub(crate) fn wire_tools(tools: Vec<ToolInfo>) -> Vec<Value> {
    let wire = |tool: ToolInfo| {
        let mut entry = json!({
            "name": tool.name,
            "title": tool.title,
            "description": tool.description,
            "inputSchema": tool.input_schema,
            "outputSchema": tool.output_schema,
            "annotations": tool.annotations,
        });
        if let Some(fields) = entry.as_object_mut() {
            fields.retain(|_, value| !value.is_null());
        }
        entry
    };
    tools.into_iter().map(wire).collect()
}

// === impl Offer ===

impl Offer {
    /// Returns an event for each entry.
    pub(crate) fn events(&self) -> impl Iterator<Item = Event<'_>> {
        let tools = self.tools.iter().map(|entry| Event::Tool(Fields(entry)));
        let resources = self
            .resources
            .iter()
            .map(|entry| Event::Resource(Fields(entry)));
        let templates = self
            .templates
            .iter()
            .map(|entry| Event::Template(Fields(entry)));
        let prompts = self
            .prompts
            .iter()
            .map(|entry| Event::Prompt(Fields(entry)));
        tools.chain(resources).chain(templates).chain(prompts)
    }

    /// Returns a table for each kind that the server has.
    pub(crate) fn tables(&self) -> Vec<Table> {
        let mut tables = vec![
            table(["tool", "arguments", "what it does"], &self.tools, |tool| {
                [text(tool, "name"), schema_arguments(tool), about(tool)]
            }),
            table(
                ["resource", "name", "what it is"],
                &self.resources,
                |resource| {
                    [
                        text(resource, "uri"),
                        text(resource, "name"),
                        about(resource),
                    ]
                },
            ),
            table(
                ["resource template", "name", "what it is"],
                &self.templates,
                |template| {
                    [
                        text(template, "uriTemplate"),
                        text(template, "name"),
                        about(template),
                    ]
                },
            ),
            table(
                ["prompt", "arguments", "what it is for"],
                &self.prompts,
                |prompt| {
                    [
                        text(prompt, "name"),
                        prompt_arguments(prompt),
                        about(prompt),
                    ]
                },
            ),
        ];
        tables.retain(|table| !table.is_empty());
        tables
    }
}

fn table(
    header: [&'static str; 3],
    entries: &[Entry],
    row: impl Fn(&Entry) -> [String; 3],
) -> Table {
    let mut table = Table::new(header.map(Column::left));
    entries.iter().for_each(|entry| table.row(row(entry)));
    table
}

fn text(entry: &Entry, key: &str) -> String {
    let text = entry.get(key).and_then(Value::as_str);
    text.unwrap_or_default().to_owned()
}

/// Returns the first sentence of the description: the rest is for models.
fn about(entry: &Entry) -> String {
    let description = match text(entry, "description") {
        description if description.is_empty() => text(entry, "title"),
        description => description,
    };
    match description.split_once(". ") {
        Some((first, _)) => format!("{first}."),
        None => description,
    }
}

/// Returns the names of a tool's arguments, `[optional]` ones in brackets.
fn schema_arguments(tool: &Entry) -> String {
    let schema = tool.get("inputSchema");
    let of = |key: &str| schema.and_then(|schema| schema.get(key));
    let required = of("required").and_then(Value::as_array);
    let is_required = |name: &str| required.is_some_and(|all| all.iter().any(|one| one == name));
    let properties = of("properties").and_then(Value::as_object);
    let names = properties.into_iter().flat_map(Map::keys);
    let names: Vec<_> = names
        .map(|name| argument(name, is_required(name)))
        .collect();
    names.join(" ")
}

fn prompt_arguments(prompt: &Entry) -> String {
    let arguments = prompt.get("arguments").and_then(Value::as_array);
    let shown = arguments.into_iter().flatten().filter_map(|one| {
        let required = one.get("required").and_then(Value::as_bool);
        Some(argument(
            one.get("name")?.as_str()?,
            required.unwrap_or(false),
        ))
    });
    shown.collect::<Vec<_>>().join(" ")
}

fn argument(name: &str, required: bool) -> String {
    if required {
        name.to_owned()
    } else {
        format!("[{name}]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(value: Value) -> Entry {
        serde_json::from_value(value).unwrap()
    }

    fn offer() -> Offer {
        Offer {
            tools: vec![entry(json!({
                "name": "echo",
                "description": "Says it back. And more,\nfor models.",
                "inputSchema": {
                    "properties": {"message": {}, "times": {}},
                    "required": ["message"],
                },
            }))],
            resources: Vec::new(),
            templates: Vec::new(),
            prompts: vec![entry(json!({
                "name": "greet",
                "title": "Greet",
                "arguments": [{"name": "who", "required": true}, {"name": "how"}],
            }))],
        }
    }

    #[test]
    fn one_line_each_and_no_heading_without_entries() {
        let tables = offer().tables();
        let lines: Vec<_> = tables.iter().flat_map(|table| table.lines(None)).collect();
        assert_eq!(
            lines,
            [
                "tool  arguments        what it does",
                "echo  message [times]  Says it back.",
                "prompt  arguments  what it is for",
                "greet   who [how]  Greet",
            ]
        );
    }

    #[test]
    fn every_entry_is_an_event_with_its_fields() {
        let offer = offer();
        let lines: Vec<_> = offer
            .events()
            .map(|event| serde_json::to_value(event).unwrap())
            .collect();
        assert_eq!(lines[0]["event"], "tool");
        assert_eq!(lines[0]["inputSchema"]["required"], json!(["message"]));
        assert_eq!((&lines[1]["event"], lines.len()), (&json!("prompt"), 2));
    }

    #[test]
    fn an_entry_without_words_is_shown_all_the_same() {
        let tool = entry(json!({"name": "bare"}));
        assert_eq!(
            (schema_arguments(&tool), about(&tool)),
            (String::new(), String::new())
        );
    }
}
