//! The resources that the suite reads.

use serde_json::json;
use tidegate::{
    Context, Failure, ResourceContents, ResourceRequest, ResourceSpec, Router, TemplateSpec,
};

use crate::media::{PIXEL, PNG};

pub(crate) fn install(router: Router) -> Router {
    router
        .resource(
            ResourceSpec::new("test://static-text", "static-text")
                .description("A text that never changes.")
                .mime("text/plain"),
            static_text,
        )
        .resource(
            ResourceSpec::new("test://static-binary", "static-binary")
                .description("A picture that never changes.")
                .mime(PNG),
            static_binary,
        )
        .resource(
            ResourceSpec::new("test://watched-resource", "watched-resource")
                .description("A text that clients subscribe to.")
                .mime("text/plain"),
            watched,
        )
        .template(
            TemplateSpec::new("test://template/{id}/data", "template-data")
                .description("Data for an id.")
                .mime("application/json"),
            template_data,
        )
        .complete_resource("test://template/{id}/data", "id", ["123", "456"])
}

async fn static_text(request: ResourceRequest, _: Context) -> Result<ResourceContents, Failure> {
    Ok(ResourceContents::text(
        request.uri,
        "text/plain",
        "This is the content of the static text resource.",
    ))
}

async fn static_binary(request: ResourceRequest, _: Context) -> Result<ResourceContents, Failure> {
    Ok(ResourceContents::blob(request.uri, PNG, PIXEL))
}

async fn watched(request: ResourceRequest, _: Context) -> Result<ResourceContents, Failure> {
    Ok(ResourceContents::text(
        request.uri,
        "text/plain",
        "Watched resource content",
    ))
}

async fn template_data(request: ResourceRequest, _: Context) -> Result<ResourceContents, Failure> {
    let Some(id) = request.vars.get("id") else {
        return Err(Failure::not_found(&request.uri));
    };
    let data = json!({ "id": id, "templateTest": true, "data": format!("Data for ID: {id}") });
    Ok(ResourceContents::text(
        &request.uri,
        "application/json",
        data.to_string(),
    ))
}
