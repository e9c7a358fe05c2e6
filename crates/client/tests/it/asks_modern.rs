//! Questions in the middle of modern calls: `input_required` and what follows.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use serde_json::{Value, json};
use tidegate_client::{
    Failure,
    ask::{Elicit, ElicitAnswer, Root, Sampled},
};
use tokio::sync::Barrier;

use crate::{
    fake::{Answer, Seen},
    inside::Inside,
};

/// A state that no JSON library would write in the same way.
const STATE: &str = r#""v1.\u006b3\/\ud83d\ude00 \" ä""#;

fn form() -> Value {
    let schema = json!({
        "type": "object",
        "properties": {"sure": {"type": "boolean", "default": true}, "name": {"type": "string"}},
        "required": ["sure"],
    });
    json!({"method": "elicitation/create", "params": {"message": "Sure?", "requestedSchema": schema}})
}

/// Answers the first call with questions, and one that has answers with its result.
fn asks(
    questions: &Value,
    state: Option<&'static str>,
) -> impl Fn(&Seen) -> Option<Answer> + use<> {
    let questions = questions.clone();
    move |seen| {
        if seen.method() != "tools/call" {
            return None;
        }
        if seen.body["params"].get("inputResponses").is_some() {
            return Some(Answer::json(&seen.response(json!({"content": []}))));
        }
        let state = state.map_or_else(String::new, |state| format!(r#","requestState":{state}"#));
        let (id, questions) = (&seen.body["id"], &questions);
        let text = format!(
            r#"{{"jsonrpc":"2.0","id":{id},"result":{{"resultType":"input_required","inputRequests":{questions}{state}}}}}"#
        );
        Some(Answer::text(200, "application/json", &text))
    }
}

async fn agree(form: Elicit) -> Result<ElicitAnswer, Failure> {
    Ok(ElicitAnswer::accept(form.defaults()))
}

#[tokio::test]
async fn the_request_is_repeated_with_the_answers_and_the_state_byte_for_byte() {
    let server = Inside::modern(asks(&json!({"ok": form()}), Some(STATE)));
    let client = server.client().on_elicitation(agree).connect().await;
    let client = client.expect("connects");
    let arguments = json!({"b": 1, "a": [2]});
    client.call_tool("work", arguments).await.expect("a result");

    let calls = server.all("tools/call");
    assert_eq!(calls.len(), 2);
    assert_ne!(calls[0].body["id"], calls[1].body["id"]);
    let (first, second) = (&calls[0].body["params"], &calls[1].body["params"]);
    assert_eq!(first.get("inputResponses"), None);
    for field in ["name", "arguments"] {
        assert_eq!(first[field], second[field]);
    }
    assert_eq!(
        second["inputResponses"],
        json!({"ok": {"action": "accept", "content": {"sure": true}}})
    );
    assert!(
        calls[1]
            .text
            .contains(&format!(r#""requestState":{STATE}"#)),
        "{}",
        calls[1].text
    );
    assert_eq!(second["_meta"]["progressToken"], calls[1].body["id"]);
}

#[tokio::test]
async fn no_state_is_made_up() {
    let server = Inside::modern(asks(&json!({"ok": form()}), None));
    let client = server.client().on_elicitation(agree).connect().await;
    client
        .expect("connects")
        .call_tool("work", json!({}))
        .await
        .expect("a result");
    let second = &server.all("tools/call")[1].body["params"];
    assert_eq!(second.get("requestState"), None);
}

#[tokio::test]
async fn all_questions_of_a_round_are_answered_side_by_side() {
    let questions = json!({
        "form": form(),
        "say": {"method": "sampling/createMessage", "params": {
            "messages": [{"role": "user", "content": {"type": "text", "text": "?"}}], "maxTokens": 9,
        }},
        "where": {"method": "roots/list"},
    });
    let server = Inside::modern(asks(&questions, None));
    let both = Arc::new(Barrier::new(2));
    let meet = |barrier: &Arc<Barrier>| {
        let barrier = barrier.clone();
        move || {
            let barrier = barrier.clone();
            async move { barrier.wait().await }
        }
    };
    let (here, there) = (meet(&both), meet(&both));
    let client = server
        .client()
        .on_elicitation(move |form| {
            let met = here();
            async move {
                met.await;
                agree(form).await
            }
        })
        .on_sampling(move |asked| {
            let met = there();
            async move {
                met.await;
                Ok(Sampled::new("m", format!("{} tokens", asked.max_tokens)))
            }
        })
        .roots([Root::new("file:///work")])
        .connect()
        .await
        .expect("connects");
    client.call_tool("work", json!({})).await.expect("a result");
    let answers = &server.all("tools/call")[1].body["params"]["inputResponses"];
    assert_eq!(answers["say"]["content"]["text"], "9 tokens");
    assert_eq!(
        answers["where"],
        json!({"roots": [{"uri": "file:///work"}]})
    );
    assert_eq!(answers["form"]["action"], "accept");
}

#[tokio::test]
async fn capabilities_follow_from_the_handlers_in_every_request() {
    let server = Inside::modern(asks(&json!({}), None));
    let client = server
        .client()
        .on_elicitation(agree)
        .on_elicitation_url(|_| async { Ok(ElicitAnswer::decline()) })
        .on_sampling(|_| async { Ok(Sampled::new("m", "hi")) })
        .roots([])
        .tasks(true)
        .connect()
        .await
        .expect("connects");
    client.ping().await.expect("there");
    for probe in server.all("server/discover") {
        assert_eq!(
            probe.body["params"]["_meta"]["io.modelcontextprotocol/clientCapabilities"],
            json!({
                "elicitation": {"form": {}, "url": {}}, "sampling": {}, "roots": {},
                "extensions": {"io.modelcontextprotocol/tasks": {}},
            })
        );
    }
}

#[tokio::test]
async fn what_is_not_answered_ends_the_call_and_sends_nothing() {
    let url = json!({"method": "elicitation/create",
        "params": {"mode": "url", "message": "Pay", "url": "https://pay.example/"}});
    let short = |_: Elicit| async { Ok(ElicitAnswer::accept(serde_json::Map::new())) };
    for (question, said) in [
        (url, "did not declare elicitation by url"),
        (
            json!({"method": "roots/list"}),
            "no such method: roots/list",
        ),
        (form(), "does not fit the form"),
    ] {
        let server = Inside::modern(asks(&json!({"q": question}), None));
        let client = server.client().on_elicitation(short).connect().await;
        let error = client
            .expect("connects")
            .call_tool("work", json!({}))
            .await
            .expect_err("not answered");
        assert!(error.is_declined(), "{error:?}");
        assert!(error.to_string().contains(said), "{error}");
        assert_eq!(server.all("tools/call").len(), 1);
    }
    let server = Inside::modern(asks(&json!({"q": form()}), None));
    let refuse = |_: Elicit| async { Err(Failure::tool("the user said no")) };
    let client = server.client().on_elicitation(refuse).connect().await;
    let error = client
        .expect("connects")
        .call_tool("work", json!({}))
        .await
        .expect_err("refused");
    assert!(error.to_string().contains("the user said no"), "{error}");
}

#[tokio::test]
async fn a_panic_in_a_handler_ends_the_call_and_nothing_else() {
    let server = Inside::modern(asks(&json!({"q": form()}), None));
    let broken = |form: Elicit| async move {
        assert!(form.defaults().is_empty(), "never");
        Ok(ElicitAnswer::decline())
    };
    let client = server.client().on_elicitation(broken).connect().await;
    let client = client.expect("connects");
    let error = client
        .call_tool("work", json!({}))
        .await
        .expect_err("not answered");
    assert!(error.to_string().contains("panicked"), "{error}");
    client.ping().await.expect("there");
}

#[tokio::test]
async fn rounds_are_bounded() {
    let endless = |seen: &Seen| {
        (seen.method() == "tools/call").then(|| {
            let input = json!({"resultType": "input_required", "inputRequests": {"q": form()}});
            Answer::json(&seen.response(input))
        })
    };
    let server = Inside::modern(endless);
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    let client = server
        .client()
        .on_elicitation(move |form| {
            count.fetch_add(1, Ordering::Relaxed);
            agree(form)
        })
        .rounds(3)
        .connect()
        .await
        .expect("connects");
    let error = client
        .call_tool("work", json!({}))
        .await
        .expect_err("no end");
    assert!(error.to_string().contains("more than 3 times"), "{error}");
    assert_eq!(asked.load(Ordering::Relaxed), 3);
    assert_eq!(server.all("tools/call").len(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_asks_for_nothing_is_left_alone_for_a_while() {
    let calls = AtomicUsize::new(0);
    let server = Inside::modern(move |seen| {
        (seen.method() == "tools/call").then(|| {
            let result = match calls.fetch_add(1, Ordering::Relaxed) {
                nth @ 0..3 => {
                    json!({"resultType": "input_required", "requestState": nth.to_string()})
                }
                _ => json!({"content": []}),
            };
            Answer::json(&seen.response(result))
        })
    });
    let client = server.client().connect().await.expect("connects");
    client.call_tool("work", json!({})).await.expect("a result");
    let calls = server.all("tools/call");
    let waits: Vec<Duration> = calls
        .windows(2)
        .map(|pair| pair[1].at - pair[0].at)
        .collect();
    for (wait, least) in waits.iter().zip([500, 1000, 2000]) {
        let least = Duration::from_millis(least);
        assert!(
            *wait >= least && *wait <= least * 2 + Duration::from_millis(50),
            "{waits:?}"
        );
    }
    assert_eq!(calls[3].body["params"]["requestState"], "2");
    assert_eq!(calls[3].body["params"].get("inputResponses"), None);
}

#[tokio::test]
async fn only_three_methods_may_ask() {
    let server = Inside::modern(|seen| {
        let input = json!({"resultType": "input_required", "inputRequests": {"q": form()}});
        (seen.method() != "server/discover").then(|| Answer::json(&seen.response(input)))
    });
    let client = server.client().on_elicitation(agree).connect().await;
    let error = client
        .expect("connects")
        .list_tools()
        .await
        .expect_err("not allowed");
    assert!(error.is_answer(), "{error}");
    assert_eq!(server.all("tools/list").len(), 1);
}
