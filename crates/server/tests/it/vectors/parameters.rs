//! V6 and V7: arguments that a tool wants mirrored in `Mcp-Param-*`.

use serde_json::{Value, json};

use super::{
    fixture::Running,
    wire::{Sent, Vector, hold},
};

fn call(arguments: &Value) -> Sent {
    Sent::call("forecast", arguments)
}

fn with_city(city: &str, header: &str) -> Sent {
    call(&json!({ "city": city })).header("mcp-param-city", header)
}

fn with_limit(limit: i64, header: &str) -> Sent {
    call(&json!({ "limit": limit })).header("mcp-param-limit", header)
}

#[tokio::test]
async fn v6_a_text_is_mirrored_plain_or_in_base64() {
    let server = Running::start().await;
    hold(
        server.addr,
        [
            Vector::served(
                "beyond ASCII",
                with_city("München", "=?base64?TcO8bmNoZW4=?="),
            ),
            Vector::served("a tab", with_city("a\tb", "=?base64?YQli?=")),
            Vector::served(
                "what looks encoded",
                with_city("=?base64?x?=", "=?base64?PT9iYXNlNjQ/eD89?="),
            ),
            Vector::served("plain", with_city("Oslo", "Oslo")),
            Vector::served("spaces inside", with_city("New York", "New York")),
            Vector::served(
                "Base64 that need not be",
                with_city("Oslo", "=?base64?T3Nsbw==?="),
            ),
            Vector::served("an empty text, plain", with_city("", "")),
            Vector::served("an empty text, encoded", with_city("", "=?base64??=")),
            Vector::served("null needs no header", call(&json!({ "city": null }))),
            Vector::served("nothing needs no header", call(&json!({}))),
            Vector::refused("no header", call(&json!({ "city": "Oslo" })), 400, -32020),
            Vector::refused("another city", with_city("Oslo", "Bergen"), 400, -32020),
            Vector::refused("other letters", with_city("Oslo", "oslo"), 400, -32020),
            Vector::refused(
                "lost padding",
                with_city("Oslo", "=?base64?T3Nsbw?="),
                400,
                -32020,
            ),
            Vector::refused(
                "a header for null",
                call(&json!({ "city": null })).header("mcp-param-city", "Oslo"),
                400,
                -32020,
            ),
            Vector::refused(
                "a header for nothing",
                call(&json!({})).header("mcp-param-city", "Oslo"),
                400,
                -32020,
            ),
            Vector::refused(
                "twice",
                with_city("Oslo", "Oslo").header_too("mcp-param-city", "Oslo"),
                400,
                -32020,
            ),
            Vector::served(
                "a header nobody asked for",
                call(&json!({})).header("mcp-param-else", "x"),
            ),
        ],
    )
    .await;
    server.stop().await;
}

#[tokio::test]
async fn v7_numbers_are_compared_as_numbers() {
    let server = Running::start().await;
    hold(
        server.addr,
        [
            Vector::served("the same digits", with_limit(7, "7")),
            Vector::served("the same number", with_limit(7, "7.0")),
            Vector::served("below zero", with_limit(-7, "-7")),
            Vector::refused("another number", with_limit(7, "8"), 400, -32020),
            Vector::refused("no number", with_limit(7, "seven"), 400, -32020),
            Vector::refused("nothing", with_limit(7, ""), 400, -32020),
        ],
    )
    .await;
    server.stop().await;
}
