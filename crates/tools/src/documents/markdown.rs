//! Reads Markdown: the text without its marks, titled by its front matter or its first heading.

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::prose::{Prose, title};

/// What is gathered while the document passes.
#[derive(Default)]
struct Reading {
    text: String,
    /// Where in `text` the open heading began.
    heading: Option<usize>,
    in_metadata: bool,
    front_title: Option<String>,
    first_h1: Option<String>,
    first_heading: Option<String>,
}

/// Reads a Markdown document.
pub(super) fn read(source: &str) -> Prose {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS;
    let mut reading = Reading::default();
    for event in Parser::new_ext(source.trim_start_matches('\u{feff}'), options) {
        reading.event(event);
    }
    let title = reading
        .front_title
        .or(reading.first_h1)
        .or(reading.first_heading);
    Prose {
        text: reading.text,
        title,
        ..Prose::default()
    }
}

// === impl Reading ===

impl Reading {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(Tag::MetadataBlock(_)) => self.in_metadata = true,
            Event::End(TagEnd::MetadataBlock(_)) => self.in_metadata = false,
            Event::Text(text) if self.in_metadata => self.front_title = front_title(&text),
            Event::Start(Tag::Heading { .. }) => self.heading = Some(self.text.len()),
            Event::End(TagEnd::Heading(level)) => self.end_heading(level),
            Event::Text(text) | Event::Code(text) => self.text.push_str(&text),
            Event::SoftBreak | Event::HardBreak => self.text.push('\n'),
            Event::End(end) if !is_inline(end) => self.text.push('\n'),
            _ => {}
        }
    }

    fn end_heading(&mut self, level: HeadingLevel) {
        let heading = self
            .heading
            .take()
            .and_then(|start| title(&self.text[start..]));
        if level == HeadingLevel::H1 {
            self.first_h1 = self.first_h1.take().or(heading);
        } else {
            self.first_heading = self.first_heading.take().or(heading);
        }
        self.text.push('\n');
    }
}

/// Finds `title: …` in front matter. It is YAML, of which this one line is all that is wanted.
fn front_title(metadata: &str) -> Option<String> {
    let value = metadata
        .lines()
        .find_map(|line| line.strip_prefix("title:"))?;
    title(value.trim().trim_matches(['"', '\'']))
}

fn is_inline(end: TagEnd) -> bool {
    matches!(
        end,
        TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Link | TagEnd::Image
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_go_and_words_stay_apart() {
        let prose = read("A *b*old\nmove\n\n| x | y |\n|---|---|\n| 1 | 2 |\n");
        assert_eq!(
            prose.text.split_whitespace().collect::<Vec<_>>(),
            ["A", "bold", "move", "x", "y", "1", "2"]
        );
    }

    #[test]
    fn the_title_is_the_front_matter_s_then_the_first_heading_of_the_first_level() {
        assert_eq!(
            read("---\ntitle: \"Spring tides\"\n---\n# Other\n")
                .title
                .unwrap(),
            "Spring tides"
        );
        assert_eq!(
            read("## Sub\n\n# `Main` part\n").title.unwrap(),
            "Main part"
        );
        assert_eq!(read("text\n\n## Sub\n").title.unwrap(), "Sub");
        assert_eq!(read("text").title, None);
    }

    #[test]
    fn deep_nesting_is_no_trouble() {
        let prose = read(&format!("{}word", "> ".repeat(50_000)));
        assert!(prose.text.contains("word"));
    }
}
