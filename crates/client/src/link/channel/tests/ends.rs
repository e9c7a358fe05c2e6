//! How requests and connections end: given up, unread, broken, closed.

use super::*;

#[tokio::test(start_paused = true)]
async fn a_call_that_is_dropped_is_cancelled_in_the_modern_era() {
    let mut pair = Pair::new();
    let one = pair.call(1).await;
    let probe = pair.post(modern(2, "server/discover")).await;
    let old = pair.post(legacy(3, "tools/call")).await;
    let mut done = pair.call(4).await;
    let mut peer = pair.peer().await;
    for id in 1..=4 {
        assert_eq!(peer.hear().await["id"], id);
    }
    peer.answer(4).await;
    assert_eq!(all(&mut done).await, [r#"result {"n":4}"#]);
    drop((probe, old, done));
    peer.hears_nothing().await;
    drop(one);
    let cancelled = peer.hear().await;
    assert_eq!(cancelled["method"], "notifications/cancelled");
    assert_eq!(cancelled["params"]["requestId"], 1);
    // What comes late all the same is nobody's.
    peer.answer(1).await;
    let mut next_one = pair.call(5).await;
    peer.hear().await;
    peer.answer(5).await;
    assert_eq!(all(&mut next_one).await, [r#"result {"n":5}"#]);
}

#[tokio::test(start_paused = true)]
async fn who_does_not_read_is_cut_off_alone() {
    let mut pair = Pair::new();
    let (mut unread, mut read) = (pair.call(1).await, pair.call(2).await);
    let mut peer = pair.peer().await;
    peer.hear().await;
    peer.hear().await;
    let long = "x".repeat(1 << 20);
    let mut message = log(&long);
    message["params"]["_meta"] = json!({"tidegate/requestId": 1});
    for _ in 0..17 {
        peer.say(message.clone()).await;
    }
    let cancelled = peer.hear().await;
    assert_eq!(cancelled["params"]["requestId"], 1);
    peer.answer(2).await;
    assert_eq!(all(&mut read).await, [r#"result {"n":2}"#]);
    let mut error = None;
    while let Some(message) = next(&mut unread).await {
        error = message.err();
    }
    let error = error.expect("cut off");
    assert!(error.is_broken(), "{error}");
    assert!(error.to_string().contains("read"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn an_answer_has_room_however_much_waits() {
    let mut pair = Pair::new();
    let mut one = pair.call(1).await;
    let peer = pair.peer().await;
    let long = "x".repeat(1 << 20);
    for _ in 0..15 {
        peer.say(log(&long)).await;
    }
    peer.say(json!({"jsonrpc": "2.0", "id": 1, "result": {"long": long.repeat(2)}}))
        .await;
    let all = all(&mut one).await;
    assert_eq!(all.len(), 16);
    assert!(all[15].starts_with("result"));
}

#[tokio::test(start_paused = true)]
async fn a_broken_connection_ends_every_call_and_the_next_opens_another() {
    let mut pair = Pair::new();
    let (mut one, mut two) = (pair.call(1).await, pair.call(2).await);
    let peer = pair.peer().await;
    peer.say.send(Err("it fell over".into())).await.unwrap();
    for call in [&mut one, &mut two] {
        let error = next(call).await.unwrap().unwrap_err();
        assert!(error.is_broken(), "{error}");
        let why = std::error::Error::source(&error)
            .expect("a reason")
            .to_string();
        assert_eq!(why, "it fell over");
        assert!(next(call).await.is_none());
    }
    let mut three = pair.call(3).await;
    let mut peer = pair.peer().await;
    assert_eq!(peer.hear().await["id"], 3);
    peer.answer(3).await;
    assert_eq!(all(&mut three).await, [r#"result {"n":3}"#]);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_hears_no_more_is_opened_anew() {
    let mut pair = Pair::new();
    let mut one = pair.call(1).await;
    let Peer { heard, say } = pair.peer().await;
    drop(heard);
    let mut two = pair.call(2).await;
    let peer = pair.peer().await;
    peer.answer(2).await;
    assert_eq!(all(&mut two).await, [r#"result {"n":2}"#]);
    // What the old one still says is heard.
    say.send(Ok(result(1).to_string().into())).await.unwrap();
    assert_eq!(all(&mut one).await, [r#"result {"n":1}"#]);
}

#[tokio::test(start_paused = true)]
async fn a_session_ends_with_its_connection() {
    let mut pair = Pair::new();
    let opened = pair.send(post(legacy(1, "initialize"))).await.unwrap();
    assert_eq!(opened.headers()[SESSION_ID], "1");
    let peer = pair.peer().await;
    let mut standing = pair.stand(1).await;
    drop(peer);
    let error = next(&mut standing).await.unwrap().unwrap_err();
    assert!(error.is_broken(), "{error}");
    for request in [
        within(1, post(legacy(2, "tools/call"))),
        within(1, post(told("initialized", json!({})))),
        get(1),
    ] {
        let answer = pair.send(request).await.unwrap();
        assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    }
    assert!(
        pair.peers.is_empty(),
        "nothing is opened for an old session"
    );
    let opened = pair.send(post(legacy(3, "initialize"))).await.unwrap();
    assert_eq!(opened.headers()[SESSION_ID], "2");
    let answer = pair
        .send(within(1, post(legacy(4, "tools/call"))))
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::NOT_FOUND, "still the old one");
}

#[tokio::test(start_paused = true)]
async fn nothing_but_rubbish_ends_the_connection() {
    let mut pair = Pair::new();
    let mut one = pair.call(1).await;
    let peer = pair.peer().await;
    for nth in 0..=1_000 {
        peer.say_raw(format!("line {nth}")).await;
    }
    let error = next(&mut one).await.unwrap().unwrap_err();
    assert!(error.is_broken(), "{error}");
}

#[tokio::test(start_paused = true)]
async fn who_breaks_again_and_again_is_left_alone_for_a_while() {
    let mut pair = Pair::new();
    let begun = tokio::time::Instant::now();
    for id in 1..=5 {
        let mut call = pair.call(id).await;
        drop(pair.peer().await);
        assert!(next(&mut call).await.unwrap().unwrap_err().is_broken());
    }
    assert!(
        begun.elapsed() < Duration::from_secs(10),
        "{:?}",
        begun.elapsed()
    );
    let error = pair
        .send(post(modern(6, "tools/call")))
        .await
        .expect_err("refused");
    assert!(error.is_connect(), "{error}");
    tokio::time::advance(Duration::from_secs(31)).await;
    pair.call(7).await;
    pair.peer().await;
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_does_not_come_about_is_told() {
    let mut pair = Pair::new();
    *pair.shut.lock() = Some("no such program");
    for id in 1..=10 {
        let error = pair.send(post(modern(id, "ping"))).await.expect_err("shut");
        assert!(error.is_connect(), "{error}");
    }
    *pair.shut.lock() = None;
    pair.call(11).await;
    pair.peer().await;
}

#[tokio::test(start_paused = true)]
async fn closing_waits_until_the_server_has_ended() {
    let mut pair = Pair::new();
    let mut one = pair.call(1).await;
    let mut listening = pair.post(modern(2, "subscriptions/listen")).await;
    let mut peer = pair.peer().await;
    peer.hear().await;
    peer.hear().await;
    let delete = || {
        let mut request = Request::new(Bytes::new());
        *request.method_mut() = Method::DELETE;
        request
    };
    let closing = tokio::spawn((pair.link)(delete()));
    assert!(next(&mut one).await.unwrap().is_err());
    let ended = all(&mut listening).await;
    assert_eq!(
        ended,
        [r#"result {"resultType":"complete"}"#],
        "not to be opened anew"
    );
    assert!(peer.heard.recv().await.is_none(), "nothing more comes");
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(!closing.is_finished());
    drop(peer);
    let answer = closing.await.unwrap().unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let answer = pair.send(delete()).await.unwrap();
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
}

#[tokio::test(start_paused = true)]
async fn a_link_that_is_dropped_closes_its_connection() {
    let mut pair = Pair::new();
    let one = pair.call(1).await;
    let mut peer = pair.peer().await;
    peer.hear().await;
    drop(pair);
    drop(one);
    assert_eq!(peer.hear().await["method"], "notifications/cancelled");
    assert!(peer.heard.recv().await.is_none());
    peer.say.closed().await;
}
