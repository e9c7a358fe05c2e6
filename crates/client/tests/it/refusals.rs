//! What goes wrong, and how it is told.

use serde_json::{Value, json};
use tidegate_client::{Client, Error, Raw};

use crate::fake::{Answer, Fake, Piece, Seen, log};

/// The error of a call that a modern server answers so.
async fn refused(answer: impl Fn(&Seen) -> Answer + Send + Sync + 'static) -> Error {
    let server =
        Fake::modern(move |seen| (seen.method() == "tools/call").then(|| answer(seen))).await;
    let client = Client::builder(&server.url())
        .max_message(4096)
        .connect()
        .await
        .expect("connects");
    client
        .call_tool("work", json!({}))
        .await
        .expect_err("refused")
}

#[tokio::test]
async fn a_json_rpc_error_is_read_on_any_status() {
    for status in [200, 400, 404, 500] {
        let error = refused(move |seen| {
            Answer::json(&seen.error(-32602, json!({"uri": "x"}))).status(status)
        })
        .await;
        assert_eq!(error.rpc_code(), Some(-32602));
        assert_eq!(error.status().map(|status| status.as_u16()), Some(status));
        assert_eq!(error.rpc_data(), Some(&json!({"uri": "x"})));
        assert_eq!(error.to_string(), "refused (-32602)");
    }
}

#[tokio::test]
async fn an_error_on_a_stream_comes_after_its_events() {
    let error = refused(|seen| {
        Answer::events(vec![
            Piece::Event(log("info", "begun")),
            Piece::Event(seen.error(-32603, Value::Null)),
        ])
    })
    .await;
    assert_eq!(error.rpc_code(), Some(-32603));
}

#[tokio::test]
async fn an_error_without_id_is_the_calls() {
    let error = refused(|_| {
        let error = json!({"code": -32700, "message": "bad", "data": null});
        Answer::json(&json!({"jsonrpc": "2.0", "id": null, "error": error})).status(400)
    })
    .await;
    assert_eq!(error.rpc_code(), Some(-32700));
}

#[tokio::test]
async fn a_stream_that_ends_early_is_told_so() {
    let server = Fake::legacy(|seen| {
        (seen.method() == "tools/call")
            .then(|| Answer::events(vec![Piece::Event(log("info", "begun"))]))
    })
    .await;
    let client = Client::connect(&server.url()).await.expect("connects");
    let error = client
        .call_tool("work", json!({}))
        .await
        .expect_err("ended");
    assert!(
        error
            .to_string()
            .contains("ended the stream before the answer"),
        "{error}"
    );
    server.until_seen("notifications/cancelled").await;
}

#[tokio::test]
async fn another_answer_is_not_taken_for_ours() {
    let error =
        refused(|_| Answer::json(&json!({"jsonrpc": "2.0", "id": "other", "result": {}}))).await;
    assert!(error.to_string().contains("before the answer"), "{error}");
}

#[tokio::test]
async fn answers_and_events_are_bounded() {
    let long = || "x".repeat(5000);
    let error = refused(move |seen| Answer::json(&seen.response(json!({"a": long()})))).await;
    assert!(
        error.to_string().contains("longer than 4096 bytes"),
        "{error}"
    );
    let error = refused(move |_| {
        Answer::events(vec![Piece::Text(format!("data: {}", long())), Piece::Hang])
    })
    .await;
    assert!(
        error.to_string().contains("longer than 4096 bytes"),
        "{error}"
    );
}

#[tokio::test]
async fn what_is_no_message_is_told_so() {
    let error = refused(|_| Answer::text(200, "text/html", "<html>")).await;
    assert!(
        error
            .to_string()
            .contains("is this the address of an MCP server?"),
        "{error}"
    );
    let error = refused(|_| Answer::events(vec![Piece::Text("data: {\n\n".to_owned())])).await;
    assert!(error.to_string().contains("no message"), "{error}");
    let error = refused(|_| Answer::text(502, "text/plain", "bad\ngateway")).await;
    assert_eq!(
        error.to_string(),
        "the server refused: 502 Bad Gateway: badgateway"
    );
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let error = refused(|_| Answer::empty(307).header("location", "http://evil.example/")).await;
    assert_eq!(error.status().map(|status| status.as_u16()), Some(307));
    assert!(
        error.to_string().contains("http://evil.example/"),
        "{error}"
    );
}

#[tokio::test]
async fn results_of_unknown_types_are_refused() {
    for (kind, said) in [
        ("input_required", "does not say for what"),
        ("task", "\"task\""),
    ] {
        let error =
            refused(move |seen| Answer::json(&seen.response(json!({"resultType": kind})))).await;
        assert!(error.to_string().contains(said), "{error}");
    }
}

#[tokio::test]
async fn bad_input_is_told_before_anything_is_sent() {
    for url in [
        "127.0.0.1:8080",
        "ftp://localhost/",
        "http://a:b@localhost/mcp",
        "http://",
    ] {
        let error = Client::connect(url).await.expect_err(url);
        assert!(error.is_input(), "{url}: {error}");
    }
    for (name, value) in [
        ("mcp-session-id", "x"),
        ("Content-Type", "x"),
        ("a b", "x"),
        ("a", "\n"),
    ] {
        let error = Client::builder("http://localhost:1/")
            .header(name, value)
            .connect()
            .await;
        assert!(error.expect_err(name).is_input());
    }
    let server = Fake::modern(|_| None).await;
    let client = Client::connect(&server.url()).await.expect("connects");
    for arguments in [json!([1]), json!("a"), json!(null)] {
        let error = client
            .call_tool("work", arguments)
            .await
            .expect_err("no object");
        assert!(
            error.to_string().contains("must be a JSON object"),
            "{error}"
        );
    }
    assert!(
        client
            .request("x/y", json!(1))
            .await
            .expect_err("no object")
            .is_input()
    );
    assert!(
        client
            .get_prompt("p", json!(1))
            .await
            .expect_err("no object")
            .is_input()
    );
    let broken = Raw::trusted(bytes::Bytes::from_static(b"{\"a\""));
    assert!(
        client
            .call_tool("work", broken)
            .await
            .expect_err("no JSON")
            .is_input()
    );
    assert_eq!(server.methods(), ["server/discover"]);
}
