//! Reads HTML by the tokenizer that browsers agree on, without a tree, so that no nesting is too
//! deep.

use std::cell::RefCell;

use html5ever::{
    TokenizerResult,
    tendril::StrTendril,
    tokenizer::{
        BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, states::RawKind,
    },
};

use super::prose::{Prose, title};

/// Receives tokens and keeps what a reader would see.
#[derive(Default)]
struct Page(RefCell<Reading>);

#[derive(Default)]
struct Reading {
    text: String,
    title: String,
    heading: String,
    place: Place,
}

/// Where the characters that come belong.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Place {
    #[default]
    Body,
    Title,
    /// The first `h1`, whose text is also the page's.
    Heading,
    /// Scripts and styles.
    Unseen,
}

/// Elements that do not part words: `<b>T</b>ide` is one.
const INLINE: [&str; 22] = [
    "a", "abbr", "b", "bdi", "bdo", "cite", "code", "data", "del", "dfn", "em", "font", "i", "ins",
    "kbd", "mark", "s", "small", "span", "strong", "u", "wbr",
];

/// Reads an HTML document.
pub(super) fn read(source: String) -> Prose {
    let input = BufferQueue::default();
    input.push_back(StrTendril::from(source));
    let tokenizer = Tokenizer::new(Page::default(), Default::default());
    // It pauses where a browser would run a script or change the encoding.
    while !matches!(tokenizer.feed(&input), TokenizerResult::Done) {}
    tokenizer.end();
    let reading = tokenizer.sink.0.into_inner();
    Prose {
        title: title(&reading.title).or_else(|| title(&reading.heading)),
        text: reading.text,
        ..Prose::default()
    }
}

// === impl Page ===

impl TokenSink for Page {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut reading = self.0.borrow_mut();
        match token {
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => return reading.start(&tag),
            Token::TagToken(tag) => reading.end(&tag),
            Token::CharacterTokens(text) => reading.characters(&text),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

// === impl Reading ===

impl Reading {
    fn start(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        let raw = match &*tag.name {
            "title" if self.title.is_empty() => {
                self.place = Place::Title;
                RawKind::Rcdata
            }
            "title" | "textarea" => RawKind::Rcdata,
            "script" => {
                self.place = Place::Unseen;
                RawKind::ScriptData
            }
            "style" | "xmp" | "iframe" | "noembed" | "noframes" => {
                self.place = Place::Unseen;
                RawKind::Rawtext
            }
            "plaintext" => return TokenSinkResult::Plaintext,
            name => {
                self.part(name);
                if name == "h1" && self.heading.is_empty() {
                    self.place = Place::Heading;
                }
                return TokenSinkResult::Continue;
            }
        };
        // Inside `<svg/>` and the like a self-closing tag opens nothing.
        if tag.self_closing {
            self.place = Place::Body;
            return TokenSinkResult::Continue;
        }
        TokenSinkResult::RawData(raw)
    }

    fn end(&mut self, tag: &Tag) {
        let ends = match self.place {
            Place::Body => false,
            Place::Heading => &*tag.name == "h1",
            // Only the tag that closes it ends raw text.
            Place::Title | Place::Unseen => true,
        };
        if ends {
            self.place = Place::Body;
        }
        self.part(&tag.name);
    }

    fn characters(&mut self, text: &str) {
        match self.place {
            Place::Body => self.text.push_str(text),
            Place::Title => self.title.push_str(text),
            Place::Heading => {
                self.heading.push_str(text);
                self.text.push_str(text);
            }
            Place::Unseen => {}
        }
    }

    fn part(&mut self, name: &str) {
        if INLINE.binary_search(&name).is_err() {
            self.text.push('\n');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(source: &str) -> Vec<String> {
        read(source.to_owned())
            .text
            .split_whitespace()
            .map(str::to_owned)
            .collect()
    }

    #[test]
    fn the_inline_elements_are_sorted() {
        assert!(INLINE.is_sorted());
    }

    #[test]
    fn a_reader_sees_no_tags_scripts_or_styles() {
        assert_eq!(
            words(
                "<p><b>T</b>ide<br>table &amp; <em>map</em><style>p { x }</style>\
                 <script>if (a<b) {}</script> end"
            ),
            ["Tide", "table", "&", "map", "end"],
        );
    }

    #[test]
    fn the_title_is_the_page_s_then_its_first_heading() {
        assert_eq!(
            read("<title>Buoys &amp; lights</title><h1>X</h1>".into())
                .title
                .unwrap(),
            "Buoys & lights"
        );
        assert_eq!(
            read("<h1>Buoys <i>and</i> lights</h1><h1>X</h1>".into())
                .title
                .unwrap(),
            "Buoys and lights"
        );
        assert_eq!(read("<p>none".into()).title, None);
    }

    #[test]
    fn torn_and_deep_pages_are_read_as_far_as_they_go() {
        assert_eq!(words("<p>one <script>never closed <b>x"), ["one"]);
        assert_eq!(
            words("<meta charset=latin1>one <textarea>two</textarea><"),
            ["one", "two", "<"]
        );
        assert_eq!(words(&format!("{}deep", "<div>".repeat(100_000))), ["deep"]);
    }
}
