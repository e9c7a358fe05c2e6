//! Tools that are about their arguments: a schema kept as written, an argument mirrored in a header.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tidegate::{Router, ToolSpec};

/// Returns the region. Callers repeat it in the header `Mcp-Param-Region`.
#[derive(Deserialize, JsonSchema)]
struct Routed {
    /// Where the work is to be done.
    #[schemars(extend("x-mcp-header" = "Region"))]
    region: String,
}

pub(super) fn install(router: Router) -> Router {
    router
        .tool(
            ToolSpec::new("json_schema_2020_12_tool")
                .description("Takes a contact; its schema uses the words of JSON Schema 2020-12.")
                .input_schema(contact_schema()),
            contact,
        )
        .tool("test_x_mcp_header", routed)
}

async fn contact(arguments: Map<String, Value>) -> String {
    let names: Vec<_> = arguments.keys().map(String::as_str).collect();
    format!("Arguments received: {}", names.join(", "))
}

async fn routed(args: Routed) -> String {
    format!("Region: {}", args.region)
}

/// The suite looks for each of these words in the list of tools.
fn contact_schema() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "$defs": {
            "address": {
                "$anchor": "addressDef",
                "type": "object",
                "properties": {
                    "street": { "type": "string" },
                    "city": { "type": "string" }
                }
            }
        },
        "properties": {
            "name": { "type": "string" },
            "address": { "$ref": "#/$defs/address" },
            "contactMethod": { "type": "string", "enum": ["phone", "email"] },
            "phone": { "type": "string" },
            "email": { "type": "string" }
        },
        "allOf": [{ "anyOf": [{ "required": ["phone"] }, { "required": ["email"] }] }],
        "if": {
            "properties": { "contactMethod": { "const": "phone" } },
            "required": ["contactMethod"]
        },
        "then": { "required": ["phone"] },
        "else": { "required": ["email"] },
        "additionalProperties": false
    })
}
