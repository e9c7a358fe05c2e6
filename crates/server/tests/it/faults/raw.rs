//! A handler sees what arrived and its caller sees what it answered, token for token: unknown
//! fields, key order, integers of any size. (rmcp 3.9 loses all three.)

use std::sync::Arc;

use tidegate_handler::{
    Call, Caller, Capabilities, Context, Handler, Implementation, Offer, Offered, Outcome, Reply,
};
use tidegate_server::Server;
use tidegate_testkit::{InMemory, Request, Session, call};

/// Answers every call with its own parameters.
struct Mirror;

impl Handler for Mirror {
    fn offer(&self, _: &Caller) -> Offered {
        let mut offer = Offer::new(Implementation::new("mirror", "1.0.0"));
        offer.capabilities = Capabilities {
            tools: Some(Default::default()),
            ..Default::default()
        };
        Offered::Now(Arc::new(offer))
    }

    fn call(&self, call: Call, _: Context) -> Reply {
        Reply::Ready(Outcome::complete(call.arguments.unwrap_or(call.params)))
    }
}

/// Keys out of order, twice the same field name at two depths, an integer that no float holds, a
/// float that no rounding leaves alone, a null, text with an escape, and content of no known kind.
const ODD: &str = concat!(
    r#"{"zebra":1,"apple":{"x":null,"a":[{"type":"hologram","depth":3}]},"#,
    r#""big":12345678901234567890123,"tiny":-0.10,"exp":1E+2,"text":"a\u00e9\/b","_meta":{"k":"v"},"#,
    r#""content":[],"isError":false,"resultTypo":"x"}"#
);

fn with_odd_arguments(request: &Request) -> Vec<u8> {
    let body = request.message().to_string();
    let odd = body.replace(r#""arguments":{}"#, &format!(r#""arguments":{ODD}"#));
    assert_ne!(odd, body);
    request.with_body(odd.as_bytes())
}

#[tokio::test(start_paused = true)]
async fn arguments_come_back_as_they_went() {
    let door = Server::from_handler(Mirror).in_memory();
    let session = Session::open(&door, "2025-11-25").await;
    let empty = serde_json::json!({});
    for request in [
        call("mirror", empty.clone()),
        session.call("mirror", empty.clone()),
    ] {
        let mut connection = door.connect().await;
        connection
            .write(&with_odd_arguments(&request))
            .await
            .expect("the server reads");
        let body = connection.answer().await.body().await;
        let body = std::str::from_utf8(&body).expect("UTF-8");
        // What the eras add stands beside what the handler said, never in its midst.
        let inside = ODD.trim_start_matches('{').trim_end_matches('}');
        assert!(body.contains(inside), "{body}");
    }
}

#[tokio::test(start_paused = true)]
async fn parameters_nobody_knows_reach_the_handler() {
    let door = Server::from_handler(Mirror).in_memory();
    let session = Session::open(&door, "2025-06-18").await;
    let list = session.request("tools/list", serde_json::json!({}));
    let body = r#"{"jsonrpc":"2.0","future":1,"id":1,"method":"tools/list","params":{"z":1,"a":99999999999999999999999}}"#;
    let mut connection = door.connect().await;
    connection
        .write(&list.with_body(body.as_bytes()))
        .await
        .expect("the server reads");
    let answer = connection.answer().await.body().await;
    let answer = std::str::from_utf8(&answer).expect("UTF-8");
    assert!(
        answer.contains(r#""z":1,"a":99999999999999999999999"#),
        "{answer}"
    );
}
