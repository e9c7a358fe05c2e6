//! Tools that answer at once, one for each kind of content.

use serde_json::json;
use tidegate::{Content, Failure, ResourceContents, Router, ToolSpec};

use super::Nothing;
use crate::media::{PIXEL, PNG, SILENCE, WAV};

pub(super) fn install(router: Router) -> Router {
    router
        .tool(tool("test_simple_text", "Returns a text."), simple_text)
        .tool(tool("test_image_content", "Returns a picture."), image)
        .tool(tool("test_audio_content", "Returns a sound."), audio)
        .tool(
            tool("test_embedded_resource", "Returns a resource."),
            embedded_resource,
        )
        .tool(
            tool(
                "test_multiple_content_types",
                "Returns a text, a picture and a resource.",
            ),
            multiple_content_types,
        )
        .tool(tool("test_error_handling", "Always fails."), error)
}

fn tool(name: &str, description: &str) -> ToolSpec {
    ToolSpec::new(name)
        .description(description)
        .read_only()
        .idempotent()
}

async fn simple_text(_: Nothing) -> &'static str {
    "This is a simple text response for testing."
}

async fn image(_: Nothing) -> Content {
    Content::image(PIXEL, PNG)
}

async fn audio(_: Nothing) -> Content {
    Content::audio(SILENCE, WAV)
}

async fn embedded_resource(_: Nothing) -> Content {
    Content::resource(ResourceContents::text(
        "test://embedded-resource",
        "text/plain",
        "This is an embedded resource content.",
    ))
}

async fn multiple_content_types(_: Nothing) -> Vec<Content> {
    let json = json!({ "test": "data", "value": 123 }).to_string();
    vec![
        Content::text("Multiple content types test:"),
        Content::image(PIXEL, PNG),
        Content::resource(ResourceContents::text(
            "test://mixed-content-resource",
            "application/json",
            json,
        )),
    ]
}

async fn error(_: Nothing) -> Result<&'static str, Failure> {
    Err(Failure::tool(
        "This tool intentionally returns an error for testing",
    ))
}
