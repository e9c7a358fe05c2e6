//! Questions of servers within a session: on a call's stream, and on the standing one.

use std::time::Duration;

use serde_json::{Value, json};
use tidegate_client::{
    Event, Failure,
    ask::{Elicit, ElicitAnswer, Root, Sample, Sampled},
};

use crate::{
    fake::{Answer, Gate, Piece, Seen, log, notification},
    inside::Inside,
};

fn request(id: &str, method: &str, params: Value) -> Piece {
    Piece::Event(json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}))
}

fn form(id: &str) -> Piece {
    let schema =
        json!({"type": "object", "properties": {"sure": {"type": "boolean", "default": true}}});
    request(
        id,
        "elicitation/create",
        json!({"message": "?", "requestedSchema": schema}),
    )
}

async fn agree(form: Elicit) -> Result<ElicitAnswer, Failure> {
    Ok(ElicitAnswer::accept(form.defaults()))
}

/// A server that asks on its call's stream, and answers the call once it has been answered.
fn asking(
    questions: impl Fn() -> Vec<Piece> + Send + Sync + 'static,
    last: &'static str,
) -> Inside {
    let gate = Gate::new();
    Inside::legacy(move |seen| {
        if seen.body["id"] == last && seen.body["method"].is_null() {
            gate.open();
        }
        (seen.method() == "tools/call").then(|| {
            let mut pieces = questions();
            pieces.push(Piece::Until(gate.clone()));
            pieces.push(Piece::Event(seen.response(json!({"content": []}))));
            Answer::events(pieces)
        })
    })
}

#[tokio::test]
async fn questions_on_a_calls_stream_are_answered_by_the_handlers() {
    let ask = || {
        vec![
            form("f"),
            request("r", "roots/list", json!({})),
            request(
                "s",
                "sampling/createMessage",
                json!({
                    "messages": [{"role": "user", "content": {"type": "text", "text": "?"}}],
                    "maxTokens": 9,
                }),
            ),
        ]
    };
    // The model takes longest.
    let server = asking(ask, "s");
    let say = |asked: Sample| async move {
        tokio::time::sleep(Duration::from_millis(100)).await;
        Ok(Sampled::new("m", format!("{}", asked.max_tokens)))
    };
    let client = server
        .client()
        .on_elicitation(agree)
        .on_sampling(say)
        .roots([Root::new("file:///work")])
        .connect()
        .await
        .expect("connects");
    client.call_tool("work", json!({})).await.expect("a result");
    let answers = server.until_answers(3).await;
    let answer = |id: &str| {
        let found = answers.iter().find(|answer| answer["id"] == id);
        found.expect("answered")["result"].clone()
    };
    assert_eq!(
        answer("f"),
        json!({"action": "accept", "content": {"sure": true}})
    );
    assert_eq!(answer("r"), json!({"roots": [{"uri": "file:///work"}]}));
    assert_eq!(answer("s")["content"]["text"], "9");
    let capabilities = &server.all("initialize")[0].body["params"]["capabilities"];
    assert_eq!(
        *capabilities,
        json!({"elicitation": {"form": {}}, "sampling": {}, "roots": {"listChanged": true}})
    );
}

#[tokio::test]
async fn events_go_on_while_a_user_thinks() {
    let ask = || vec![form("f"), Piece::Event(log("info", "meanwhile"))];
    let server = asking(ask, "f");
    let decided = Gate::new();
    let deciding = decided.clone();
    let client = server
        .client()
        .on_elicitation(move |form| {
            let deciding = deciding.clone();
            async move {
                deciding.opened().await;
                agree(form).await
            }
        })
        .connect()
        .await
        .expect("connects");
    let mut call = client.call("work").start().await.expect("starts");
    let heard = call.next().await;
    assert!(matches!(heard, Some(Event::Log(log)) if log.text() == "meanwhile"));
    assert!(server.answers().is_empty());
    decided.open();
    call.result().await.expect("a result");
}

#[tokio::test]
async fn what_was_not_declared_is_refused() {
    let ask = || {
        let page =
            json!({"mode": "url", "message": "?", "url": "https://x/", "elicitationId": "1"});
        vec![
            request(
                "s",
                "sampling/createMessage",
                json!({"messages": [], "maxTokens": 1}),
            ),
            request("x", "tools/list", json!({})),
            request("p", "ping", json!({})),
            request("u", "elicitation/create", page),
        ]
    };
    let server = asking(ask, "u");
    let client = server.client().on_elicitation(agree).connect().await;
    let call = client.expect("connects");
    call.call_tool("work", json!({})).await.expect("a result");
    let answers = server.until_answers(4).await;
    let code = |id: &str| {
        let found = answers.iter().find(|answer| answer["id"] == id);
        found.expect("answered")["error"]["code"].as_i64()
    };
    assert_eq!(code("s"), Some(-32601));
    assert_eq!(code("x"), Some(-32601));
    assert_eq!(code("p"), None);
    assert_eq!(code("u"), Some(-32602));
}

#[tokio::test]
async fn a_refusal_of_the_users_is_told_as_one() {
    let ask = || {
        vec![request(
            "s",
            "sampling/createMessage",
            json!({"messages": [], "maxTokens": 1}),
        )]
    };
    let server = asking(ask, "s");
    let refuse = |_: Sample| async { Err(Failure::tool("the user rejected it")) };
    let client = server.client().on_sampling(refuse).connect().await;
    let client = client.expect("connects");
    client.call_tool("work", json!({})).await.expect("a result");
    let error = &server.answers()[0]["error"];
    assert_eq!(
        *error,
        json!({"code": -1, "message": "the user rejected it"})
    );
}

#[tokio::test]
async fn a_question_the_server_takes_back_is_not_answered() {
    let gate = Gate::new();
    let begun = Gate::new();
    let (shut, asked) = (gate.clone(), begun.clone());
    let server = Inside::legacy(move |seen| {
        (seen.method() == "tools/call").then(|| {
            Answer::events(vec![
                form("f"),
                Piece::Until(asked.clone()),
                Piece::Event(notification("cancelled", json!({"requestId": "f"}))),
                Piece::Until(shut.clone()),
                Piece::Event(seen.response(json!({"content": []}))),
            ])
        })
    });
    /// Opens its gate when the user is not asked any more.
    struct Asked(Gate);
    impl Drop for Asked {
        fn drop(&mut self) {
            self.0.open();
        }
    }
    let client = server
        .client()
        .on_elicitation(move |form| {
            let (begun, gate) = (begun.clone(), gate.clone());
            async move {
                let _asked = Asked(gate);
                begun.open();
                std::future::pending::<()>().await;
                agree(form).await
            }
        })
        .connect()
        .await
        .expect("connects");
    let calling = client.call_tool("work", json!({}));
    let called = tokio::time::timeout(Duration::from_secs(10), calling).await;
    called
        .expect("the user is not waited for")
        .expect("a result");
    assert!(server.answers().is_empty());
}

/// A server that asks on its standing stream.
fn standing(seen: &Seen) -> Option<Answer> {
    (seen.method() == "GET").then(|| Answer::events(vec![form("f"), Piece::Hang]))
}

#[tokio::test]
async fn the_standing_stream_is_open_before_the_first_call() {
    let server = Inside::legacy(standing);
    let client = server.client().on_elicitation(agree).connect().await;
    let _client = client.expect("connects");
    let stream = &server.all("GET")[0];
    assert_eq!(stream.header("mcp-session-id"), Some("session-1"));
    assert_eq!(stream.header("last-event-id"), None);
    assert_eq!(
        server.until_answers(1).await[0]["result"]["action"],
        "accept"
    );

    let server = Inside::legacy(standing);
    server.client().connect().await.expect("connects");
    assert!(server.all("GET").is_empty(), "nobody would answer");
}

#[tokio::test]
async fn a_server_without_a_standing_stream_is_fine() {
    let server = Inside::legacy(|_| None);
    let client = server.client().on_elicitation(agree).connect().await;
    client.expect("connects").ping().await.expect("there");
    assert_eq!(server.all("GET").len(), 1);
}

#[tokio::test]
async fn changed_roots_are_told() {
    let server = Inside::legacy(|_| None);
    let client = server.client().roots([]).connect().await.expect("connects");
    client.roots_changed().await.expect("told");
    assert_eq!(server.all("notifications/roots/list_changed").len(), 1);
    let client = server.client().connect().await.expect("connects");
    assert!(
        client
            .roots_changed()
            .await
            .expect_err("no roots")
            .is_input()
    );
    let stray = server
        .client()
        .roots([Root::new("https://x/")])
        .connect()
        .await;
    assert!(stray.expect_err("no file").is_input());
}
