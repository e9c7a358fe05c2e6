//! `subscriptions/listen`: acknowledged first, told only what was asked for, tagged, and ended by a
//! result. (rmcp 3.9 loses changes that follow the acknowledgement at once.)

use std::time::Duration;

use serde_json::{Value, json};
use tidegate_handler::{Capabilities, Change, Lists};
use tidegate_server::{Config, Respond};
use tidegate_testkit::{Answer, Event, InMemory, Run, modern};
use tokio::time::{Instant, sleep};

use super::changing::{
    TOLD, changed, changing, everything, listen, listening, resource, silent, tag,
};

/// Reads the next change and checks whose it is.
async fn next(stream: &mut Answer, id: &Value) -> String {
    let message = stream.message().await.expect("a change");
    assert_eq!(message["params"]["_meta"], tag(id));
    assert_eq!(message.get("id"), None);
    changed(&message).to_owned()
}

#[tokio::test(start_paused = true)]
async fn each_listener_hears_what_it_asked_for_under_its_own_id() {
    let (server, bulletin) = changing(everything());
    let door = server.in_memory();
    let (number, text) = (json!(12), json!("12"));
    let lists = json!({ "toolsListChanged": true, "promptsListChanged": true });
    let mut first = listen(&door, 12, lists).await;
    let resources = json!({
        "toolsListChanged": false, "resourcesListChanged": true, "resourceSubscriptions": ["memo://a"],
    });
    let mut second = listen(&door, "12", resources).await;

    bulletin.tell(Change::Tools);
    assert_eq!(next(&mut first, &number).await, "tools");
    bulletin.tell(resource("memo://b"));
    bulletin.tell(resource("memo://a"));
    assert_eq!(next(&mut second, &text).await, "memo://a");
    bulletin.tell(Change::Resources);
    assert_eq!(next(&mut second, &text).await, "resources");
    bulletin.tell(Change::Prompts);
    assert_eq!(next(&mut first, &number).await, "prompts");

    // Nothing else is on its way to either.
    for stream in [&mut first, &mut second] {
        let next = stream.event().await;
        assert_eq!(next, Some(Event::Comment("ping".to_owned())));
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_not_offered_is_left_out_of_the_acknowledgement_and_never_told() {
    let (server, bulletin) = changing(Capabilities {
        tools: Some(TOLD),
        prompts: Some(Lists::default()),
        resources: Some(TOLD),
        ..Capabilities::default()
    });
    let door = server.in_memory();
    let all = json!({
        "toolsListChanged": true, "promptsListChanged": true, "resourcesListChanged": true,
        "resourceSubscriptions": ["memo://a"],
    });
    let mut stream = door.ask(listening(all)).await;
    let first = stream.message().await.expect("an acknowledgement");
    assert_eq!(
        first["params"]["notifications"],
        json!({ "toolsListChanged": true, "resourcesListChanged": true })
    );
    bulletin.tell(Change::Prompts);
    bulletin.tell(resource("memo://a"));
    bulletin.tell(Change::Tools);
    assert_eq!(next(&mut stream, &json!(1)).await, "tools");
}

#[tokio::test(start_paused = true)]
async fn whoever_promises_nothing_has_no_such_method() {
    let nothing = Capabilities {
        tools: Some(Lists::default()),
        resources: Some(Lists::default()),
        ..Capabilities::default()
    };
    let tools = || listening(json!({ "toolsListChanged": true }));
    for door in [
        changing(nothing.clone()).0.in_memory(),
        silent(nothing).in_memory(),
    ] {
        let answer = door.ask(tools().id("n")).await;
        assert_eq!(answer.status, 404);
        let response = answer.response().await;
        assert_eq!(response["error"]["code"], -32601);
        assert_eq!(response["id"], "n");
    }
    let one = |resources| Capabilities {
        resources: Some(resources),
        ..Capabilities::default()
    };
    for promised in [
        one(TOLD),
        one(Lists {
            list_changed: false,
            subscribe: true,
        }),
    ] {
        let door = changing(promised).0.in_memory();
        assert_eq!(door.ask(tools()).await.status, 200);
    }
}

#[tokio::test]
async fn a_promise_without_a_bulletin_is_not_served() {
    let refused = silent(everything()).try_service().expect_err("no bulletin");
    assert!(refused.to_string().contains("bulletin"), "{refused}");
    let quiet = Capabilities {
        tools: Some(Lists::default()),
        ..Capabilities::default()
    };
    silent(quiet).try_service().expect("nothing was promised");
}

#[tokio::test(start_paused = true)]
async fn bad_requests_are_refused_before_anything_streams() {
    let config = Config {
        max_subscriptions: 2,
        max_streams: 1,
        ..Config::default()
    };
    let (server, _bulletin) = changing(everything());
    let door = server.config(config).in_memory();
    for wrong in [
        modern("subscriptions/listen", json!({})),
        modern("subscriptions/listen", json!({ "notifications": [] })),
        listening(json!({ "toolsListChanged": 1 })),
        listening(json!({ "resourceSubscriptions": ["a", "b", "c"] })),
    ] {
        let answer = door.ask(wrong.id("w")).await;
        assert_eq!((answer.status, answer.is_stream()), (400, false));
        let response = answer.response().await;
        assert_eq!(response["error"]["code"], -32602);
        assert_eq!(response["id"], "w");
    }
    let tools = || listening(json!({ "toolsListChanged": true }));
    let blind = door.ask(tools().accept("application/json")).await;
    assert_eq!(blind.status, 406);

    let first = door.ask(tools()).await;
    let full = door.ask(tools()).await;
    assert_eq!((full.status, full.header("retry-after")), (503, Some("5")));
    // Hanging up is how a listener leaves.
    drop(first);
    sleep(Duration::from_secs(1)).await;
    assert_eq!(door.ask(tools()).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn it_lives_and_ends_with_a_result_when_it_is_old() {
    let config = Config {
        stream_age: Duration::from_secs(40),
        respond: Respond::Json,
        ..Config::default()
    };
    let (server, _bulletin) = changing(everything());
    let door = server.config(config).in_memory();
    let start = Instant::now();
    let mut stream = listen(&door, "old", json!({ "toolsListChanged": true })).await;
    for seconds in [15, 30] {
        assert_eq!(
            stream.event().await,
            Some(Event::Comment("ping".to_owned()))
        );
        assert_eq!(start.elapsed().as_secs(), seconds);
    }
    let (last, _) = stream.rest().await;
    assert_eq!(start.elapsed().as_secs(), 40);
    let [end] = &last[..] else {
        panic!("{last:?}");
    };
    assert_eq!(end["id"], "old");
    assert_eq!(end["result"]["resultType"], "complete");
    let meta = &end["result"]["_meta"];
    assert_eq!(meta["io.modelcontextprotocol/subscriptionId"], "old");
    assert_eq!(
        meta["io.modelcontextprotocol/serverInfo"]["name"],
        "changing"
    );
}

#[tokio::test]
async fn a_server_that_stops_tells_what_changed_and_ends_each_stream_with_its_result() {
    let (server, bulletin) = changing(everything());
    let mut server = server.run().await;
    let filter = json!({ "toolsListChanged": true });
    let first = listen(&server, 7, filter.clone()).await;
    let second = listen(&server, "seven", filter).await;
    bulletin.tell(Change::Tools);
    server.begin_to_stop();
    for (stream, id) in [(first, json!(7)), (second, json!("seven"))] {
        let (messages, _) = stream.rest().await;
        let [told, end] = &messages[..] else {
            panic!("{messages:?}");
        };
        assert_eq!(changed(told), "tools");
        assert_eq!(end["id"], id);
        assert_eq!(end["result"]["resultType"], "complete");
    }
    server.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_service_that_was_told_to_stop_takes_no_listener() {
    let (server, _bulletin) = changing(everything());
    let service = server.service();
    let door = tidegate_testkit::Door::Memory(service.clone());
    let stream = listen(&door, 1, json!({ "toolsListChanged": true })).await;
    service.stop();
    let (messages, _) = stream.rest().await;
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0]["result"]["resultType"], "complete");
    assert_eq!(door.ask(listening(json!({}))).await.status, 503);
}

#[tokio::test(start_paused = true)]
async fn a_slow_listener_is_told_once_of_each_and_of_everything() {
    let many: Vec<String> = (0..1_000)
        .map(|number| format!("memo://{number}"))
        .collect();
    let (server, bulletin) = changing(everything());
    let door = server.in_memory();
    let filter = json!({ "toolsListChanged": true, "resourceSubscriptions": many });
    let mut stream = listen(&door, 1, filter).await;
    // Nobody reads: the pipe holds 16 kB, and 100 rounds are 15 MB.
    for _ in 0..100 {
        for uri in &many {
            bulletin.tell(resource(uri));
        }
        sleep(Duration::from_millis(1)).await;
    }
    bulletin.tell(Change::Tools);
    let mut told = Vec::new();
    while told.last().is_none_or(|last| last != "tools") {
        told.push(next(&mut stream, &json!(1)).await);
    }
    // What was on its way when the reader stopped, of which hyper keeps some 400 kB, and then each
    // once.
    assert!(told.len() < 10 * many.len(), "{} messages", told.len());
    let last: Vec<&String> = told[told.len() - 1 - many.len()..told.len() - 1]
        .iter()
        .collect();
    assert!(
        last.into_iter().eq(many.iter()),
        "in the order they changed"
    );
}
