//! What is somebody else's: a caller that is known, and is not whose it is.

use serde_json::json;
use tidegate_testkit::{Event, Request, Session, modern};

use super::attack::{Target, US};

#[tokio::test]
async fn what_is_anothers_is_as_if_it_were_not_there() {
    let target = Target::start().await;
    let token = |subject: &str| {
        let mint = target
            .issuer
            .mint()
            .audience(US)
            .scope("notes:read notes:write");
        mint.subject(subject).token()
    };
    let (ann, bob) = (token("ann"), token("bob"));
    // The same name, by another issuer's word or as a key, is somebody else too.
    let other_client = target.good().claim("client_id", "other").token();
    let session = Session::open_as(&target.server, "2025-11-25", &ann).await;
    let open = Request::new("GET")
        .accept("text/event-stream")
        .at("/sse")
        .bearer(&ann);
    let mut stream = target.server.ask(open).await;
    let Some(Event::Message(messages)) = stream.event().await else {
        panic!("where are messages posted?");
    };
    let ping = json!({ "jsonrpc": "2.0", "id": 1, "method": "ping" });
    let requests = [
        (
            session.request("tools/call", json!({ "name": "note", "arguments": {} })),
            -32001,
        ),
        (session.request("ping", json!({})), -32001),
        (session.get(), -32001),
        (session.resume("0-1"), -32001),
        (session.resume("no event"), -32001),
        (session.delete(), -32001),
        (Request::post(ping).at(&messages), -32600),
    ];
    for thief in [&bob, &other_client, &target.key] {
        for (request, code) in &requests {
            let answer = target.server.ask(request.clone().bearer(thief)).await;
            assert_eq!(answer.status, 404, "{request:?}");
            assert_eq!(answer.header("www-authenticate"), None);
            assert_eq!(answer.error().await, *code, "{request:?}");
        }
    }
    for id in ["", "x", "../x", session.id()] {
        let request = modern("tasks/get", json!({ "taskId": id })).bearer(&bob);
        let answer = target.server.ask(request).await;
        assert!([400, 404].contains(&answer.status) || answer.error().await == -32602);
    }
    let still = session.request("ping", json!({}));
    assert_eq!(target.server.ask(still).await.status, 200);
    drop(stream);
    target.stands().await;
}
