//! What arrives comes to whom it belongs.

use super::*;

#[tokio::test(start_paused = true)]
async fn answers_and_progress_come_to_their_requests() {
    let mut pair = Pair::new();
    let (mut one, mut two) = (pair.call(1).await, pair.call(2).await);
    let mut peer = pair.peer().await;
    assert_eq!(peer.hear().await["id"], 1);
    assert_eq!(peer.hear().await["id"], 2);
    for message in [
        progress(2, 5),
        progress(1, 7),
        progress(2, 6),
        result(2),
        result(1),
    ] {
        peer.say(message).await;
    }
    assert_eq!(all(&mut one).await, ["progress 7", r#"result {"n":1}"#]);
    let expected = ["progress 5", "progress 6", r#"result {"n":2}"#];
    assert_eq!(all(&mut two).await, expected);
}

#[tokio::test(start_paused = true)]
async fn a_log_message_comes_to_the_only_call_or_the_one_it_names() {
    let mut pair = Pair::new();
    let mut listening = pair.post(modern(9, "subscriptions/listen")).await;
    let mut one = pair.call(1).await;
    let peer = pair.peer().await;
    peer.say(log("of the only one")).await;
    assert_eq!(
        next(&mut one).await.unwrap().unwrap(),
        "log of the only one"
    );

    let mut two = pair.call(2).await;
    let mut named = log("of two");
    named["params"]["_meta"] = json!({"tidegate/requestId": 2});
    peer.say(named.clone()).await;
    peer.say(log("of anyone")).await;
    peer.answer(2).await;
    assert_eq!(all(&mut two).await, ["log of two", r#"result {"n":2}"#]);
    // Late: its request is over, and it is not another's.
    peer.say(named).await;
    peer.answer(1).await;
    assert_eq!(all(&mut one).await, ["log of anyone", r#"result {"n":1}"#]);
    peer.answer(9).await;
    assert_eq!(all(&mut listening).await, [r#"result {"n":9}"#]);
}

#[tokio::test(start_paused = true)]
async fn what_is_of_no_request_comes_to_the_standing_stream() {
    let mut pair = Pair::new();
    let mut opening = pair.post(legacy(1, "initialize")).await;
    let peer = pair.peer().await;
    peer.answer(1).await;
    all(&mut opening).await;
    let mut standing = pair.stand(1).await;
    let (mut two, mut three) = (
        pair.post(legacy(2, "tools/call")).await,
        pair.post(legacy(3, "tools/call")).await,
    );
    peer.say(told("tools/list_changed", json!({}))).await;
    peer.say(log("of anyone")).await;
    peer.say(json!({"jsonrpc": "2.0", "id": 1, "method": "roots/list"}))
        .await;
    // The question's id, not our request's.
    peer.say(told("cancelled", json!({"requestId": 1}))).await;
    let expected = [
        "notifications/tools/list_changed",
        "log of anyone",
        "asks roots/list",
        "notifications/cancelled",
    ];
    for message in expected {
        assert_eq!(next(&mut standing).await.unwrap().unwrap(), message);
    }
    peer.answer(2).await;
    peer.answer(3).await;
    assert_eq!(all(&mut two).await, [r#"result {"n":2}"#]);
    assert_eq!(all(&mut three).await, [r#"result {"n":3}"#]);
    // A second standing stream takes the first one's place.
    let mut other = pair.stand(1).await;
    assert_eq!(all(&mut standing).await, [""; 0]);
    peer.say(log("still there")).await;
    assert_eq!(next(&mut other).await.unwrap().unwrap(), "log still there");
}

#[tokio::test(start_paused = true)]
async fn questions_come_to_whoever_can_answer_or_are_refused() {
    let mut pair = Pair::new();
    let mut modern = pair.call(1).await;
    let mut peer = pair.peer().await;
    peer.hear().await;
    peer.say(json!({"jsonrpc": "2.0", "id": "p", "method": "ping"}))
        .await;
    assert_eq!(
        peer.hear().await,
        json!({"jsonrpc": "2.0", "id": "p", "result": {}})
    );
    // No server of the modern era asks on its own; nobody there would answer.
    let asks = json!({"jsonrpc": "2.0", "id": "q", "method": "roots/list"});
    peer.say(asks.clone()).await;
    let refused = peer.hear().await;
    assert_eq!(
        (&refused["id"], &refused["error"]["code"]),
        (&json!("q"), &json!(-32601))
    );

    let mut oldest = pair.post(legacy(2, "tools/call")).await;
    let mut newer = pair.post(legacy(3, "tools/call")).await;
    peer.say(asks).await;
    assert_eq!(next(&mut oldest).await.unwrap().unwrap(), "asks roots/list");
    for id in [1, 2, 3] {
        peer.answer(id).await;
    }
    assert_eq!(all(&mut modern).await, [r#"result {"n":1}"#]);
    assert_eq!(all(&mut newer).await, [r#"result {"n":3}"#]);
}

#[tokio::test(start_paused = true)]
async fn a_subscription_hears_what_is_its_own() {
    let mut pair = Pair::new();
    let mut one = pair.post(modern(1, "subscriptions/listen")).await;
    let mut two = pair.post(modern(2, "subscriptions/listen")).await;
    let mut peer = pair.peer().await;
    for id in [2, 1, 2] {
        let meta = json!({"io.modelcontextprotocol/subscriptionId": id});
        peer.say(told("tools/list_changed", json!({"_meta": meta})))
            .await;
    }
    peer.say(told("cancelled", json!({"requestId": 2}))).await;
    let changed = "notifications/tools/list_changed";
    assert_eq!(
        all(&mut two).await,
        [changed, changed, "notifications/cancelled"]
    );
    peer.answer(1).await;
    assert_eq!(all(&mut one).await, [changed, r#"result {"n":1}"#]);
    // The first two are the requests; what the server ended is not cancelled.
    peer.hear().await;
    peer.hear().await;
    drop((one, two));
    peer.hears_nothing().await;
}

#[tokio::test(start_paused = true)]
async fn rubbish_is_skipped_and_a_batch_taken_apart() {
    let mut pair = Pair::new();
    let mut one = pair.call(1).await;
    let mut two = pair.call(2).await;
    let peer = pair.peer().await;
    for rubbish in [
        "Server listening…",
        "{",
        "[]",
        "\u{1b}[31mred",
        "{\"a\":1}",
        "7",
    ] {
        peer.say_raw(rubbish).await;
    }
    peer.say_raw(vec![0xff, 0xfe]).await;
    peer.say_raw(format!("[\n{},\r\n{}\n]", progress(2, 1), result(2)))
        .await;
    assert_eq!(all(&mut two).await, ["progress 1", r#"result {"n":2}"#]);
    peer.say_raw("{\"jsonrpc\":\"2.0\",\n\"id\":1,\"result\":\n{\"n\":1}}")
        .await;
    assert_eq!(all(&mut one).await, [r#"result {"n":1}"#]);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_none_ends_its_request() {
    let mut pair = Pair::new();
    let (mut one, mut two) = (pair.call(1).await, pair.call(2).await);
    let peer = pair.peer().await;
    peer.say(json!({"id": 1, "result": {}})).await;
    let why = all(&mut one).await;
    assert!(why[0].contains("no message"), "{why:?}");
    // Only one is left, so it is the one that could not be read.
    peer.say(json!({"jsonrpc": "2.0", "id": null, "error": {"code": -32700, "message": "?"}}))
        .await;
    assert_eq!(all(&mut two).await, ["error -32700"]);
}

#[tokio::test(start_paused = true)]
async fn what_goes_out_is_one_line_and_a_message() {
    let mut pair = Pair::new();
    let mut request = post(modern(1, "tools/call"));
    *request.body_mut() = "{\"jsonrpc\":\"2.0\",\r\n\"method\":\"notifications/x\"}".into();
    let answer = pair.send(request).await.unwrap();
    assert_eq!(answer.status(), StatusCode::ACCEPTED);
    let mut peer = pair.peer().await;
    let heard = peer.heard.recv().await.unwrap();
    assert_eq!(
        heard,
        "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/x\"}"
    );

    let mut request = post(json!({}));
    *request.body_mut() = "{\"jsonrpc\":\"2.0\",\"method\":\"a\nb\"}".into();
    let answer = pair.send(request).await.unwrap();
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    peer.hears_nothing().await;
}
