//! V4 and V5: `Mcp-Name` mirrors the name in the body, plain or in Base64.

use serde_json::json;

use super::{
    fixture::Running,
    wire::{Sent, Vector, hold, with_claim},
};

#[tokio::test]
async fn v4_the_name_stands_in_the_header_letter_for_letter() {
    let server = Running::start().await;
    let call = || Sent::call("note.append", &json!({}));
    hold(
        server.addr,
        [
            Vector::refused("no Mcp-Name", call().without("mcp-name"), 400, -32020),
            Vector::refused(
                "other letters",
                call().header("mcp-name", "NOTE.append"),
                400,
                -32020,
            ),
            Vector::refused(
                "another name",
                call().header("mcp-name", "echo"),
                400,
                -32020,
            ),
            Vector::refused(
                "twice",
                call().header_too("mcp-name", "note.append"),
                400,
                -32020,
            ),
            Vector::served("white space", call().header("mcp-name", "  note.append  ")),
            Vector::refused("no Mcp-Method", call().without("mcp-method"), 400, -32020),
            Vector::refused(
                "another method",
                call().header("mcp-method", "tools/list"),
                400,
                -32020,
            ),
            Vector::refused(
                "a method in capitals",
                call().header("mcp-method", "TOOLS/CALL"),
                400,
                -32020,
            ),
            Vector::served("as it should be", call()),
        ],
    )
    .await;
    server.stop().await;
}

#[tokio::test]
async fn v5_a_name_beyond_ascii_stands_there_in_base64() {
    let server = Running::start().await;
    let get = |header: &str| {
        let params = with_claim(json!({ "name": "naïve-name" }));
        let message =
            json!({ "jsonrpc": "2.0", "id": 5, "method": "prompts/get", "params": params });
        Sent::modern(&message).header("mcp-name", header)
    };
    hold(
        server.addr,
        [
            Vector::served("Base64", get("=?base64?bmHDr3ZlLW5hbWU=?=")),
            Vector::refused(
                "lost padding",
                get("=?base64?bmHDr3ZlLW5hbWU?="),
                400,
                -32020,
            ),
            Vector::refused(
                "capitals are literal",
                get("=?BASE64?bmHDr3ZlLW5hbWU=?="),
                400,
                -32020,
            ),
            Vector::refused("no Base64", get("=?base64?bmHD!!!?="), 400, -32020),
            Vector::refused("no UTF-8 inside", get("=?base64?bmH/?="), 400, -32020),
            Vector::refused("start and end overlap", get("=?base64?="), 400, -32020),
            Vector::refused("another name", get("=?base64?bmFpdmU=?="), 400, -32020),
            Vector::refused("raw UTF-8", get("naïve-name"), 400, -32020),
        ],
    )
    .await;
    server.stop().await;
}
