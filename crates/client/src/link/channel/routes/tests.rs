//! Whatever the order in which messages arrive, each comes to its own request, in order, once.

use proptest::prelude::*;
use serde_json::json;
use tidegate_era::Body;

use super::*;

/// What a server does next.
#[derive(Clone, Debug)]
enum Act {
    Progress(usize),
    Log(usize),
    Answer(usize),
    Ask(usize),
}

fn acts(requests: usize) -> impl Strategy<Value = Vec<Act>> {
    let act = (0..requests, 0..8u8).prop_map(|(of, kind)| match kind {
        0 => Act::Answer(of),
        1 => Act::Ask(of),
        2 | 3 => Act::Log(of),
        _ => Act::Progress(of),
    });
    proptest::collection::vec(act, 0..200)
}

fn admit(routes: &mut Routes, message: &serde_json::Value) -> Reply {
    let bytes = Bytes::from(message.to_string());
    let Ok(Body::One(envelope)) = Body::read(&bytes) else {
        panic!("{message}");
    };
    routes.admit(bytes, &envelope)
}

/// An id of one kind or the other, and a token that is not the id.
fn names(nth: usize) -> (Id, Id) {
    let number = i64::try_from(nth).expect("small");
    if nth.is_multiple_of(2) {
        (Id::Number(number), Id::Text(format!("{nth}").into()))
    } else {
        (Id::Text(format!("{nth}").into()), Id::Number(number))
    }
}

fn request(nth: usize) -> (Id, Envelope) {
    let (id, token) = names(nth);
    let meta =
        json!({"progressToken": token, "io.modelcontextprotocol/protocolVersion": "2026-07-28"});
    let message =
        json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": {"_meta": meta}});
    match Body::read(&message.to_string().into()) {
        Ok(Body::One(envelope)) => (id, *envelope),
        other => panic!("{other:?}"),
    }
}

proptest! {
    #[test]
    fn each_mailbox_gets_its_own_in_order_once(acts in acts(7)) {
        let mut routes = Routes::default();
        let mut expected = vec![Vec::new(); 7];
        let mut done = [false; 7];
        let mailboxes: Vec<_> = (0..7).map(|nth| {
            let (id, envelope) = request(nth);
            routes.register(&id, &envelope).expect("open")
        }).collect();
        for (at, act) in acts.into_iter().enumerate() {
            let (of, message) = match act {
                Act::Progress(of) => (of, json!({"jsonrpc": "2.0", "method": "notifications/progress",
                    "params": {"progressToken": names(of).1, "progress": at}})),
                Act::Log(of) => (of, json!({"jsonrpc": "2.0", "method": "notifications/message",
                    "params": {"level": "info", "data": at, "_meta": {"tidegate/requestId": names(of).0}}})),
                Act::Answer(of) => (of, json!({"jsonrpc": "2.0", "id": names(of).0, "result": {"at": at}})),
                // Its id is a request's, and it is none of that request's.
                Act::Ask(of) => {
                    let asked = json!({"jsonrpc": "2.0", "id": names(of).0, "method": "roots/list"});
                    prop_assert!(admit(&mut routes, &asked).is_some(), "refused");
                    continue;
                }
            };
            let answers = matches!(act, Act::Answer(_));
            prop_assert_eq!(admit(&mut routes, &message), None);
            if !done[of] {
                expected[of].push(message.to_string());
                done[of] = answers;
            }
        }
        for ((mailbox, expected), done) in mailboxes.iter().zip(expected).zip(done) {
            let (got, ended) = drain(mailbox);
            prop_assert_eq!(got, expected);
            prop_assert_eq!(ended, done);
        }
        prop_assert_eq!(routes.tokens.len(), routes.flights.len());
        prop_assert!(routes.asked.is_empty());
    }
}

/// What is in a mailbox, and whether it has ended.
fn drain(mailbox: &Mailbox) -> (Vec<String>, bool) {
    let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    let mut got = Vec::new();
    loop {
        match mailbox.poll(&mut cx) {
            std::task::Poll::Ready(Some(Ok(message))) => {
                got.push(String::from_utf8(message.to_vec()).expect("text"));
            }
            std::task::Poll::Ready(Some(Err(error))) => panic!("{error}"),
            std::task::Poll::Ready(None) => return (got, true),
            std::task::Poll::Pending => return (got, false),
        }
    }
}
