//! What goes to stdout: text as it is, pictures and sounds by what they are, events with `--json`.

use std::io::{self, IsTerminal, Write};

use serde_json::{Map, Value};
use tidegate::{Content, Raw, ResourceContents};

use crate::{
    error::{Error, Kind},
    json::{self, Event, Fields},
    printable::printable,
};

/// Prints text, ended by a line break. A terminal gets it without control characters; a file or a
/// pipe gets it as it came.
pub(crate) fn text(text: &str) -> Result<(), Error> {
    let mut stdout = io::stdout().lock();
    let shown = if stdout.is_terminal() {
        printable(text)
    } else {
        text.into()
    };
    let end = if shown.ends_with('\n') { "" } else { "\n" };
    write!(stdout, "{shown}{end}")
        .and_then(|()| stdout.flush())
        .map_err(Error::stdout)
}

/// Prints an event of `--json`.
pub(crate) fn event(event: &impl serde::Serialize) -> Result<(), Error> {
    json::write(&mut io::stdout().lock(), event).map_err(Error::stdout)
}

/// Prints a result as an event, its own fields at the top.
pub(crate) fn result(raw: &Raw) -> Result<(), Error> {
    let fields = raw.decode::<Map<_, _>>().map_err(|error| {
        Error::new(
            Kind::Protocol,
            format!("the result is not a JSON object: {error}"),
        )
    })?;
    event(&Event::Result(Fields(&fields)))
}

/// Prints a JSON value over several lines.
pub(crate) fn pretty(value: &Value) -> Result<(), Error> {
    text(&format!("{value:#}"))
}

/// Returns how many columns the terminal has, if stdout is one.
pub(crate) fn width() -> Option<usize> {
    let size = console::Term::stdout().size_checked();
    size.map(|(_, columns)| columns.into())
}

/// Prints lines.
pub(crate) fn lines(lines: &[String]) -> Result<(), Error> {
    text(&lines.join("\n"))
}

/// Prints blocks of content, each after the other.
pub(crate) fn content<'a>(blocks: impl IntoIterator<Item = &'a Content>) -> Result<(), Error> {
    blocks
        .into_iter()
        .try_for_each(|block| text(&block_text(block)))
}

/// Returns a block as text; what is no text is named, for bytes do a terminal no good (`--json` has
/// them).
pub(crate) fn block_text(block: &Content) -> String {
    match block {
        Content::Text { text, .. } => text.clone(),
        Content::Image {
            data, mime_type, ..
        } => format!("[image {mime_type}, {}]", size(data)),
        Content::Audio {
            data, mime_type, ..
        } => format!("[audio {mime_type}, {}]", size(data)),
        Content::Resource { resource, .. } => resource_text(resource),
        Content::ResourceLink(link) => format!("[link {}: {}]", link.name, link.uri),
        _ => "[content of a kind that this version does not know; --json shows it]".to_owned(),
    }
}

pub(crate) fn resource_text(resource: &ResourceContents) -> String {
    let mime = resource.mime_type.as_deref().unwrap_or("of no media type");
    match (&resource.text, &resource.blob) {
        (Some(text), _) => text.clone(),
        (None, Some(blob)) => format!("[resource {} {mime}, {}]", resource.uri, size(blob)),
        (None, None) => format!("[resource {} {mime}, empty]", resource.uri),
    }
}

/// Returns how many bytes this Base64 text holds.
fn size(base64: &str) -> String {
    let letters = base64.trim_end_matches('=').len();
    format!("{} bytes", letters * 3 / 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_itself_and_the_rest_is_named() {
        for (block, shown) in [
            (Content::text("calm"), "calm"),
            (
                Content::image([0; 10], "image/png"),
                "[image image/png, 10 bytes]",
            ),
            (
                Content::audio([0; 11], "audio/wav"),
                "[audio audio/wav, 11 bytes]",
            ),
            (Content::link("file:///a", "a"), "[link a: file:///a]"),
            (
                Content::resource(ResourceContents::text("x://a", "text/plain", "inside")),
                "inside",
            ),
            (
                Content::resource(ResourceContents::blob("x://a", "a/b", [0; 12])),
                "[resource x://a a/b, 12 bytes]",
            ),
        ] {
            assert_eq!(block_text(&block), shown);
        }
    }
}
