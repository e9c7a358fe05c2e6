//! What is listed and read is kept as long as the server says.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use serde_json::{Value, json};
use tidegate_client::{
    Change, Topics,
    ask::{Elicit, ElicitAnswer},
};
use tokio::time::sleep;

use crate::{
    fake::{Answer, Gate, Piece, Seen},
    inside::Inside,
    listening::{acknowledged, changed},
};

fn lists(seen: &Seen) -> Option<Answer> {
    let result = match seen.method() {
        "tools/list" => json!({"tools": []}),
        "prompts/list" => json!({"prompts": []}),
        "resources/read" => json!({"contents": [{"uri": "test://a", "text": "a"}]}),
        _ => return None,
    };
    Some(held(seen, result))
}

/// A result that holds a minute.
fn held(seen: &Seen, mut result: Value) -> Answer {
    result["ttlMs"] = json!(60_000);
    result["cacheScope"] = json!("private");
    Answer::json(&seen.response(result))
}

#[tokio::test(start_paused = true)]
async fn what_holds_is_not_asked_for_again() {
    let server = Inside::modern(lists);
    let client = server.client().connect().await.expect("connects");
    for _ in 0..3 {
        client.list_tools().await.expect("tools");
        client.read("test://a").await.expect("contents");
    }
    client.read("test://b").await.expect("contents");
    assert_eq!(server.all("tools/list").len(), 1);
    assert_eq!(server.all("resources/read").len(), 2, "two resources");

    sleep(Duration::from_secs(61)).await;
    client.list_tools().await.expect("tools");
    assert_eq!(server.all("tools/list").len(), 2);
}

#[tokio::test]
async fn the_cache_can_be_switched_off_and_sessions_have_none() {
    for (server, on) in [
        (Inside::modern(lists), false),
        (Inside::legacy(lists), true),
    ] {
        let client = server.client().cache(on).connect().await.expect("connects");
        for _ in 0..2 {
            client.list_tools().await.expect("tools");
        }
        assert_eq!(server.all("tools/list").len(), 2);
    }
}

#[tokio::test]
async fn a_request_of_the_users_own_is_always_sent() {
    let server = Inside::modern(lists);
    let client = server.client().connect().await.expect("connects");
    client.list_tools().await.expect("tools");
    let request = client.request("tools/list", json!({})).await;
    request.expect("tools");
    assert_eq!(server.all("tools/list").len(), 2);
}

#[tokio::test]
async fn a_change_that_is_told_ends_what_is_kept() {
    let gate = Gate::new();
    let shut = gate.clone();
    let server = Inside::modern(move |seen| match seen.method() {
        "subscriptions/listen" => Some(Answer::events(vec![
            acknowledged(seen, json!({"toolsListChanged": true})),
            Piece::Until(shut.clone()),
            changed(seen, "tools/list_changed", json!({})),
            Piece::Hang,
        ])),
        _ => lists(seen),
    });
    let client = server.client().connect().await.expect("connects");
    let mut listening = client.listen(Topics::new().tools()).await.expect("listens");
    client.list_tools().await.expect("tools");
    client.list_prompts().await.expect("prompts");
    gate.open();
    assert_eq!(
        listening.next().await.expect("one").expect("no fault"),
        Change::Tools
    );
    client.list_tools().await.expect("tools");
    client.list_prompts().await.expect("prompts");
    assert_eq!(server.all("tools/list").len(), 2);
    assert_eq!(server.all("prompts/list").len(), 1);
}

#[tokio::test]
async fn an_unknown_cursor_drops_every_page() {
    let era = Arc::new(AtomicUsize::new(0));
    let now = era.clone();
    let server = Inside::modern(move |seen| {
        if seen.method() != "resources/list" {
            return None;
        }
        let era = now.load(Ordering::Relaxed);
        let entry = |name: String| json!([{"uri": format!("test://{name}"), "name": name}]);
        let result = match seen.body["params"]["cursor"].as_str() {
            None => json!({"resources": entry(format!("a{era}")), "nextCursor": era.to_string()}),
            Some(cursor) if cursor == era.to_string() => {
                // The second page does not hold.
                let page = json!({"resources": entry(format!("b{era}"))});
                return Some(Answer::json(&seen.response(page)));
            }
            Some(_) => return Some(Answer::json(&seen.error(-32602, Value::Null))),
        };
        Some(held(seen, result))
    });
    let client = server.client().connect().await.expect("connects");
    let names = || async {
        let resources = client.list_resources().await.expect("resources");
        let names: Vec<String> = resources.into_iter().map(|found| found.name).collect();
        names.join(" ")
    };
    assert_eq!(names().await, "a0 b0");
    assert_eq!(names().await, "a0 b0");
    assert_eq!(
        server.all("resources/list").len(),
        3,
        "the first page was kept"
    );
    era.store(1, Ordering::Relaxed);
    assert_eq!(names().await, "a1 b1");
}

#[tokio::test]
async fn what_came_of_an_answer_is_not_kept() {
    let server = Inside::modern(|seen| {
        if seen.method() != "resources/read" {
            return None;
        }
        if seen.body["params"].get("inputResponses").is_some() {
            return lists(seen);
        }
        let question = json!({"method": "elicitation/create",
            "params": {"message": "?", "requestedSchema": {"type": "object", "properties": {}}}});
        let input = json!({"resultType": "input_required", "inputRequests": {"q": question}});
        Some(Answer::json(&seen.response(input)))
    });
    let agree = |form: Elicit| async move { Ok(ElicitAnswer::accept(form.defaults())) };
    let client = server.client().on_elicitation(agree).connect().await;
    let client = client.expect("connects");
    for _ in 0..2 {
        client.read("test://a").await.expect("contents");
    }
    assert_eq!(server.all("resources/read").len(), 4);
}
