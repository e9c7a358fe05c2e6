//! The first event, the handshake, and what is refused of a later era.

use serde_json::json;
use tidegate_server::{Config, HttpSse};
use tidegate_testkit::{
    Old, Run,
    lines::{claiming, request},
};

use super::tools::{config, nothing_left, server};
use crate::faults::tools::{echo, say, text};

#[tokio::test]
async fn each_revision_of_the_era_shakes_hands_and_calls() {
    let server = server().run().await;
    for revision in ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"] {
        let mut client = Old::open(&server, revision, json!({})).await;
        client.send(&request(1, "tools/list", json!({}))).await;
        let list = client.answer(1).await;
        assert_eq!(list["result"]["tools"][0]["name"], "echo");
        client.call("two", "echo", say("ahoy")).await;
        let called = client.answer("two").await;
        assert_eq!(text(&called["result"]), "ahoy");
        assert_eq!(called["result"].get("resultType"), None, "a later word");
    }
    nothing_left(&server).await;
    server.stop().await;
}

#[tokio::test]
async fn the_stream_says_where_messages_go_and_is_kept_by_nobody() {
    let server = server().run().await;
    for (path, posted) in [
        ("/sse", "/messages?key="),
        ("/sse?x=1", "/messages?key="),
        ("/mcp/sse", "/mcp/messages?key="),
    ] {
        let mut client = Old::connect_at(&server, path).await;
        assert!(client.uri().starts_with(posted), "{}", client.uri());
        for (name, value) in [
            ("cache-control", "no-cache, no-transform"),
            ("x-accel-buffering", "no"),
            ("deprecation", "@1742947200"),
        ] {
            assert_eq!(client.header(name), Some(value));
        }
        assert_eq!(client.header("sunset"), None);
        assert_eq!(client.header("mcp-session-id"), None);
        client.shake_hands("2024-11-05", json!({})).await;
    }
    server.stop().await;
}

#[tokio::test]
async fn a_path_that_a_proxy_cut_is_told_whole() {
    let http_sse = HttpSse {
        prefix: "/tools".to_owned(),
        ..HttpSse::default()
    };
    let config = Config {
        http_sse,
        ..config()
    };
    let server = server().config(config).run().await;
    let client = Old::connect_at(&server, "/mcp/sse").await;
    assert!(client.uri().starts_with("/tools/mcp/messages?key="));
    server.stop().await;
}

#[tokio::test]
async fn the_end_of_the_transport_is_said_if_it_is_known() {
    use std::time::{Duration, SystemTime};
    use tidegate_server::Deprecation;

    let sunset = SystemTime::UNIX_EPOCH + Duration::from_secs(1_798_761_600);
    for (deprecation, said) in [
        (
            Some(Deprecation {
                sunset: Some(sunset),
                ..Deprecation::default()
            }),
            [Some("@1742947200"), Some("Fri, 01 Jan 2027 00:00:00 GMT")],
        ),
        (None, [None, None]),
    ] {
        let http_sse = HttpSse {
            deprecation,
            ..HttpSse::default()
        };
        let config = Config {
            http_sse,
            ..config()
        };
        let server = server().config(config).run().await;
        let client = Old::connect(&server).await;
        let posted = client
            .post(client.posting(&request(1, "ping", json!({}))))
            .await;
        let refused = server.ask(Old::get("/messages")).await;
        assert_eq!((posted.status, refused.status), (202, 405));
        for answer in [&posted, &refused] {
            assert_eq!(
                ["deprecation", "sunset"].map(|name| answer.header(name)),
                said
            );
        }
        assert_eq!(
            ["deprecation", "sunset"].map(|name| client.header(name)),
            said
        );
        server.stop().await;
    }
}

#[tokio::test]
async fn a_sunset_before_the_deprecation_is_a_mistake() {
    use tidegate_server::Deprecation;

    let config = Config {
        http_sse: HttpSse {
            deprecation: Some(Deprecation {
                sunset: Some(std::time::SystemTime::UNIX_EPOCH),
                ..Deprecation::default()
            }),
            ..HttpSse::default()
        },
        ..config()
    };
    let error = server()
        .config(config)
        .try_service()
        .expect_err("a mistake");
    assert!(
        error.to_string().contains("http_sse.deprecation"),
        "{error}"
    );
}

#[tokio::test]
async fn the_front_is_off_until_it_is_wanted() {
    let server = tidegate_testkit::server().tool("echo", echo).run().await;
    for path in ["/sse", "/mcp/sse", "/messages?key=x", "/streams"] {
        assert_eq!(server.ask(Old::get(path)).await.status, 404, "{path}");
    }
    server.stop().await;
}

#[tokio::test]
async fn a_modern_claim_is_told_what_is_spoken_here() {
    let server = server().run().await;
    let mut client = Old::connect(&server).await;
    let mut future = claiming(1, "tools/list", json!({}));
    let version = "io.modelcontextprotocol/protocolVersion";
    future["params"]["_meta"][version] = json!("2031-01-01");
    let mut bare = claiming(2, "server/discover", json!({}));
    let meta = bare["params"]["_meta"].as_object_mut().expect("an object");
    meta.remove("io.modelcontextprotocol/clientCapabilities");
    for (message, id, requested) in [
        (claiming(0, "server/discover", json!({})), 0, "2026-07-28"),
        (future, 1, "2031-01-01"),
        (bare, 2, "2026-07-28"),
    ] {
        client.send(&message).await;
        let refused = client.answer(id).await;
        let error = &refused["error"];
        assert_eq!(error["code"], -32022, "{refused}");
        assert_eq!(error["data"]["requested"], requested);
        assert_eq!(
            error["data"]["supported"],
            json!(["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"])
        );
    }
    client.shake_hands("2025-11-25", json!({})).await;
    client.send(&claiming(3, "tools/list", json!({}))).await;
    assert_eq!(client.answer(3).await["error"]["code"], -32022);
    server.stop().await;
}

#[tokio::test]
async fn a_session_is_opened_once_and_before_it_is_used() {
    let server = server().run().await;
    let mut client = Old::connect(&server).await;
    client.send(&request(1, "ping", json!({}))).await;
    assert_eq!(client.answer(1).await["result"], json!({}));
    client.send(&request(2, "tools/list", json!({}))).await;
    assert_eq!(client.answer(2).await["error"]["code"], -32600);
    client.shake_hands("2024-11-05", json!({})).await;
    let again = json!({ "protocolVersion": "2024-11-05", "capabilities": {} });
    client.send(&request(3, "initialize", again)).await;
    assert_eq!(client.answer(3).await["error"]["code"], -32600);
    server.stop().await;
}

#[tokio::test]
async fn what_is_not_spoken_is_answered_by_the_newest_that_is() {
    let server = server().run().await;
    for asked in ["2026-07-28", "1999-01-01"] {
        let mut client = Old::connect(&server).await;
        let params = json!({ "protocolVersion": asked, "capabilities": {} });
        client.send(&request(1, "initialize", params)).await;
        let opened = client.answer(1).await;
        assert_eq!(opened["result"]["protocolVersion"], "2025-11-25");
    }
    server.stop().await;
}
