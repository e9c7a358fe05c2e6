//! Content for callers of older revisions: what they do not know is shown as text.
//!
//! A client that meets a block of a kind it has no word for fails the whole result, or drops it.

use serde_json::{Map, Value, json};
use tidegate_era::Facts;

/// Makes a tool's result fit a caller with `facts`; returns whether it did not before.
pub(super) fn result(result: &mut Map<String, Value>, facts: Facts) -> bool {
    let mut changed = false;
    if let Some(Value::Array(content)) = result.get_mut("content") {
        for one in content {
            changed |= block(one, facts);
        }
    }
    let is_strange = |content: &Value| !content.is_object();
    if !facts.takes_any_structure() && result.get("structuredContent").is_some_and(is_strange) {
        result.shift_remove("structuredContent");
        changed = true;
    }
    changed
}

/// Makes one block fit a caller with `facts`; returns whether it did not before.
pub(super) fn block(block: &mut Value, facts: Facts) -> bool {
    let text = match block.get("type").and_then(Value::as_str) {
        Some("audio") if !facts.knows_audio() => {
            let size = word(block, "data").trim_end_matches('=').len() * 3 / 4;
            format!("[audio {}, {size} bytes]", word(block, "mimeType"))
        }
        Some("resource_link") if !facts.knows_links() => {
            let link = format!("[resource {}: {}]", word(block, "name"), word(block, "uri"));
            match word(block, "description") {
                "" => link,
                description => format!("{link} {description}"),
            }
        }
        _ => return false,
    };
    *block = json!({"type": "text", "text": text});
    true
}

fn word<'a>(block: &'a Value, key: &str) -> &'a str {
    block.get(key).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use tidegate_era::Revision;
    use tidegate_model::Content;

    use super::*;

    #[test]
    fn blocks_are_shown_as_text_to_whom_they_are_new() {
        let sound = Content::audio([0; 4], "audio/wav");
        let link = Content::link("x://a", "a");
        for (revision, block, shown) in [
            (
                Revision::V2024_11_05,
                &sound,
                Some("[audio audio/wav, 4 bytes]"),
            ),
            (Revision::V2025_03_26, &sound, None),
            (Revision::V2025_03_26, &link, Some("[resource a: x://a]")),
            (Revision::V2025_06_18, &link, None),
            (Revision::V2026_07_28, &link, None),
        ] {
            let mut json = json!(block);
            let changed = super::block(&mut json, revision.facts());
            assert_eq!(changed, shown.is_some());
            let expected = shown.map_or_else(|| json!(block), |text| json!(Content::text(text)));
            assert_eq!(json, expected, "{revision}");
        }
    }

    #[test]
    fn structure_that_is_no_object_is_for_those_who_know_it() {
        for (revision, structure, kept) in [
            (Revision::V2025_11_25, json!([1]), false),
            (Revision::V2025_11_25, json!(null), false),
            (Revision::V2025_11_25, json!({}), true),
            (Revision::V2026_07_28, json!([1]), true),
        ] {
            let mut answer = Map::from_iter([("structuredContent".to_owned(), structure)]);
            assert_eq!(result(&mut answer, revision.facts()), !kept, "{revision}");
            assert_eq!(!answer.is_empty(), kept, "{revision}");
        }
    }
}
