//! Bad input gets a clear error, and the connection goes on.

use serde_json::{Value, json};
use tidegate_server::Config;
use tidegate_testkit::{Lines, lines::claiming, lines::request};

use crate::faults::tools::{echo, text};

#[tokio::test(start_paused = true)]
async fn each_bad_line_is_answered_and_the_next_one_read() {
    let mut client = Lines::to(tidegate_testkit::server().tool("echo", echo));
    let unclaimed = request(1, "tools/list", json!({})).to_string();
    let unknown = claiming(2, "no/such", json!({})).to_string();
    let mut later = claiming(3, "tools/list", json!({}));
    later["params"]["_meta"]["io.modelcontextprotocol/protocolVersion"] = json!("2099-01-01");
    let later = later.to_string();
    let legacy_only = claiming(4, "ping", json!({})).to_string();
    for (line, id, code) in [
        ("rubbish", Value::Null, -32700),
        ("{\"jsonrpc\":\"2.0\",\"id\":9,", Value::Null, -32700),
        ("\"text\"", Value::Null, -32600),
        ("[]", Value::Null, -32600),
        (unclaimed.as_str(), json!(1), -32600),
        (unknown.as_str(), json!(2), -32601),
        (later.as_str(), json!(3), -32022),
        (legacy_only.as_str(), json!(4), -32601),
    ] {
        client.write(format!("{line}\n").as_bytes()).await;
        let refused = client.message().await;
        assert_eq!(refused["error"]["code"], code, "{line}: {refused}");
        assert_eq!(refused["id"], id, "{line}");
    }
    // What is no request has nobody to be answered, however wrong it is.
    client
        .write(b"{\"jsonrpc\":\"2.0\",\"method\":\"notifications/no/such\"}\n\r\n\n")
        .await;
    client
        .write(b"{\"jsonrpc\":\"2.0\",\"id\":\"nobody\",\"result\":{}}\n")
        .await;
    let call = json!({ "name": "echo", "arguments": { "message": "ahoy" } });
    client.send(&claiming(10, "tools/call", call)).await;
    assert_eq!(text(&client.message().await["result"]), "ahoy");
}

#[tokio::test(start_paused = true)]
async fn a_line_that_is_too_long_is_skipped() {
    let config = Config {
        max_body: 1_000,
        ..Config::default()
    };
    let mut client = Lines::to(tidegate_testkit::server().tool("echo", echo).config(config));
    let long = "x".repeat(100_000);
    let call = json!({ "name": "echo", "arguments": { "message": long } });
    client.send(&claiming(1, "tools/call", call)).await;
    let refused = client.message().await;
    assert_eq!(refused["error"]["code"], -32600);
    assert!(
        refused["error"]["message"]
            .to_string()
            .contains("1000 bytes"),
        "{refused}"
    );
    client.send(&claiming(2, "tools/list", json!({}))).await;
    assert_eq!(client.message().await["id"], 2);
}
