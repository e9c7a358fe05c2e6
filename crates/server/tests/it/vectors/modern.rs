//! V1–V3, V8, V9, V13 and V19 as a modern client meets them.

use hyper::Method;
use serde_json::{Value, json};

use super::{
    fixture::Running,
    wire::{MODERN, Sent, Vector, hold, with_claim},
};

const FUTURE: &str = "2031-01-01";

fn discover(params: &Value) -> Sent {
    request("a1", "server/discover", params)
}

fn request(id: &str, method: &str, params: &Value) -> Sent {
    Sent::modern(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }))
}

fn from_the_future() -> Value {
    json!({ "_meta": {
        "io.modelcontextprotocol/protocolVersion": FUTURE,
        "io.modelcontextprotocol/clientCapabilities": {},
    } })
}

#[tokio::test]
async fn v1_a_header_that_contradicts_the_body_outranks_an_unknown_version() {
    let server = Running::start().await;
    let answer = discover(&from_the_future()).send(server.addr).await;
    assert_eq!((answer.status, answer.error()), (400, Some(-32020)));
    assert_eq!(answer.json()["id"], "a1");
    server.stop().await;
}

#[tokio::test]
async fn v2_an_unknown_version_is_answered_with_the_known_ones() {
    let server = Running::start().await;
    let sent = discover(&from_the_future()).header("mcp-protocol-version", FUTURE);
    let answer = sent.send(server.addr).await;
    assert_eq!((answer.status, answer.error()), (400, Some(-32022)));

    let data = &answer.json()["error"]["data"];
    assert_eq!(data["requested"], FUTURE);
    let discovered = discover(&with_claim(json!({}))).send(server.addr).await;
    assert_eq!(
        data["supported"],
        discovered.json()["result"]["supportedVersions"]
    );
    for version in [MODERN, "2025-11-25", "2025-06-18", "2025-03-26"] {
        let supported = data["supported"].as_array().expect("an array");
        assert!(supported.iter().any(|known| known == version), "{version}");
    }
    server.stop().await;
}

#[tokio::test]
async fn v3_the_claim_is_required_and_the_clients_name_is_not() {
    let server = Running::start().await;
    let mut no_capabilities = with_claim(json!({}));
    let meta = no_capabilities["_meta"].as_object_mut().expect("an object");
    meta.remove("io.modelcontextprotocol/clientCapabilities");
    let mut no_object = with_claim(json!({}));
    no_object["_meta"]["io.modelcontextprotocol/clientCapabilities"] = json!(true);

    let no_claim = discover(&json!({}));
    let answer = no_claim.clone().send(server.addr).await;
    assert_eq!(answer.json()["id"], "a1", "the id is echoed");
    hold(
        server.addr,
        [
            Vector::refused("no _meta", no_claim, 400, -32602),
            Vector::refused("no capabilities", discover(&no_capabilities), 400, -32602),
            Vector::refused(
                "capabilities that are no object",
                discover(&no_object),
                400,
                -32602,
            ),
            Vector::served("no clientInfo", discover(&with_claim(json!({})))),
            Vector::refused(
                "no version header",
                discover(&with_claim(json!({}))).without("mcp-protocol-version"),
                400,
                -32020,
            ),
        ],
    )
    .await;
    server.stop().await;
}

#[tokio::test]
async fn v8_and_v9_methods_of_the_past_are_unknown() {
    let server = Running::start().await;
    let past = [
        "initialize",
        "ping",
        "logging/setLevel",
        "resources/subscribe",
        "resources/unsubscribe",
        "unknown/method",
    ];
    let params = with_claim(json!({
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": { "name": "t", "version": "0" },
    }));
    hold(
        server.addr,
        past.map(|method| Vector::refused(method, request("8", method, &params), 404, -32601)),
    )
    .await;
    server.stop().await;
}

#[tokio::test]
async fn v13_an_unknown_resource_is_an_error_that_names_it() {
    let server = Running::start().await;
    let params = with_claim(json!({ "uri": "memo://nobody" }));
    let answer = request("13", "resources/read", &params)
        .send(server.addr)
        .await;
    assert_eq!((answer.status, answer.error()), (200, Some(-32602)));
    assert_eq!(answer.json()["error"]["data"]["uri"], "memo://nobody");
    server.stop().await;
}

#[tokio::test]
async fn v19_what_is_no_request() {
    let server = Running::start().await;
    let notification = json!({
        "jsonrpc": "2.0", "method": "notifications/cancelled", "params": with_claim(json!({ "requestId": 1 })),
    });
    let accepted = Sent::modern(&notification).send(server.addr).await;
    assert_eq!((accepted.status, accepted.body.len()), (202, 0));

    let response = Sent::modern(&json!({ "jsonrpc": "2.0", "id": 1, "result": {} }));
    let array = json!([{ "jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": with_claim(json!({})) }]);
    let null_id = json!({ "jsonrpc": "2.0", "id": null, "method": "tools/list", "params": with_claim(json!({})) });
    hold(
        server.addr,
        [
            Vector::refused("a response", response, 400, -32600),
            Vector::refused("an array", Sent::modern(&array), 400, -32600),
            Vector::refused("an id that is null", Sent::modern(&null_id), 400, -32600),
        ],
    )
    .await;

    let broken = Sent::post("{\"jsonrpc\":").header("mcp-protocol-version", MODERN);
    let answer = broken.send(server.addr).await;
    assert_eq!((answer.status, answer.error()), (400, Some(-32700)));
    assert_eq!(answer.json().get("id"), None, "{}", answer.text());

    let put = Sent::new(Method::PUT, "").send(server.addr).await;
    assert_eq!(put.status, 405);
    assert!(
        put.header("allow")
            .is_some_and(|allow| allow.contains("POST"))
    );
    server.stop().await;
}
