use serde_json::json;

use super::*;
use crate::Role;

fn written(block: &Content) -> Value {
    serde_json::to_value(block).expect("JSON")
}

fn read(block: Value) -> Content {
    serde_json::from_value(block).expect("reads")
}

#[test]
fn blocks_read_back_as_they_were_written() {
    let annotations = ContentAnnotations::new()
        .audience(Role::User)
        .priority(0.5)
        .last_modified("2026-07-28T12:00:00Z");
    let meta = Map::from_iter([("example.org/a".to_owned(), json!(1))]);
    for block in [
        Content::text("calm"),
        Content::image([0; 4], "image/png"),
        Content::audio([0; 4], "audio/wav"),
        Content::resource(
            ResourceContents::text("x://a", "text/plain", "a").with_meta("example.org/a", 1),
        ),
        Content::link("x://a", "a"),
    ] {
        assert_eq!(read(written(&block)), block);
        let said = block
            .with_annotations(annotations.clone())
            .with_meta("example.org/a", 1);
        let json = written(&said);
        assert_eq!(json["annotations"]["audience"], json!(["user"]), "{json}");
        assert_eq!(json["_meta"]["example.org/a"], 1, "{json}");
        assert_eq!(read(json), said);
        assert_eq!(said.annotations(), Some(&annotations));
        assert_eq!(said.meta(), Some(&meta));
    }
}

#[test]
fn plain_text_is_no_longer_than_it_was() {
    assert_eq!(
        serde_json::to_string(&Content::text("a")).expect("JSON"),
        r#"{"type":"text","text":"a"}"#
    );
}

#[test]
fn a_link_says_all_that_a_list_would() {
    let link = Resource {
        title: Some("A".to_owned()),
        description: Some("the first".to_owned()),
        mime_type: Some("text/plain".to_owned()),
        size: Some(7),
        ..Resource::new("x://a", "a")
    };
    assert_eq!(
        written(&link.into()),
        json!({"type": "resource_link", "uri": "x://a", "name": "a", "title": "A",
               "description": "the first", "mimeType": "text/plain", "size": 7})
    );
}

#[test]
fn a_block_nobody_knows_survives() {
    for block in [
        json!({"type": "hologram", "data": [1, 2.5, {"deep": null}], "_meta": {"a": 1}}),
        json!({"type": "text", "words": "of another shape"}),
        json!({"no": "type"}),
    ] {
        let read: Content = read(block.clone());
        assert!(matches!(read, Content::Other(_)), "{read:?}");
        assert_eq!(written(&read), block);
    }
    assert!(serde_json::from_value::<Content>(json!("no block")).is_err());
}

#[test]
fn strange_annotations_spoil_no_block() {
    let block = read(json!({"type": "text", "text": "a", "annotations": 7, "_meta": []}));
    assert_eq!(block, Content::text("a"));
}
