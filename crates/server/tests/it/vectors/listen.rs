//! V12 as a modern listener meets it.

use std::sync::Arc;

use serde_json::{Value, json};
use tidegate_handler::{
    Bulletin, Call, Caller, Capabilities, Change, Context, Handler, Implementation, Lists, Offer,
    Offered, Outcome, Raw, Reply,
};
use tidegate_server::Server;
use tidegate_testkit::{Run, modern};

/// A server without prompts, whose tools change and whose resources can be subscribed to.
struct Memos(Arc<Bulletin>);

impl Handler for Memos {
    fn offer(&self, _: &Caller) -> Offered {
        let mut offer = Offer::new(Implementation::new("memos", "1.0.0"));
        offer.capabilities = Capabilities {
            tools: Some(Lists {
                list_changed: true,
                subscribe: false,
            }),
            resources: Some(Lists {
                list_changed: false,
                subscribe: true,
            }),
            ..Capabilities::default()
        };
        Offered::Now(Arc::new(offer))
    }

    fn call(&self, _: Call, _: Context) -> Reply {
        Reply::Ready(Outcome::complete(Raw::empty_object()))
    }

    fn bulletin(&self) -> Option<Arc<Bulletin>> {
        Some(Arc::clone(&self.0))
    }
}

fn told(method: &str, params: Value) -> Value {
    json!({ "jsonrpc": "2.0", "method": method, "params": params })
}

#[tokio::test]
async fn v12_a_listener_is_acknowledged_told_and_seen_off() {
    let bulletin = Bulletin::new(1);
    let server = Server::from_handler(Memos(Arc::clone(&bulletin)));
    let mut server = server.run().await;
    let notifications = json!({
        "toolsListChanged": true, "promptsListChanged": true, "resourceSubscriptions": ["memo://a"],
    });
    let params = json!({ "notifications": notifications });
    let listen = modern("subscriptions/listen", params).id(12);
    let mut stream = server.ask(listen).await;
    assert_eq!(stream.status, 200);
    assert_eq!(stream.header("content-type"), Some("text/event-stream"));
    assert_eq!(stream.header("x-accel-buffering"), Some("no"));
    let tag = json!({ "io.modelcontextprotocol/subscriptionId": 12 });
    assert_eq!(
        stream.message().await,
        Some(told(
            "notifications/subscriptions/acknowledged",
            json!({
                "_meta": tag,
                "notifications": { "toolsListChanged": true, "resourceSubscriptions": ["memo://a"] },
            })
        ))
    );
    bulletin.tell(Change::Tools);
    assert_eq!(
        stream.message().await,
        Some(told(
            "notifications/tools/list_changed",
            json!({ "_meta": tag })
        ))
    );
    bulletin.tell(Change::Resource("memo://a".to_owned()));
    assert_eq!(
        stream.message().await,
        Some(told(
            "notifications/resources/updated",
            json!({ "_meta": tag, "uri": "memo://a" })
        ))
    );
    server.begin_to_stop();
    let (last, _) = stream.rest().await;
    let result = json!({ "resultType": "complete", "_meta": {
        "io.modelcontextprotocol/serverInfo": { "name": "memos", "version": "1.0.0" },
        "io.modelcontextprotocol/subscriptionId": 12,
    } });
    assert_eq!(
        last,
        [json!({ "jsonrpc": "2.0", "id": 12, "result": result })]
    );
    server.stop().await;
}

#[tokio::test]
async fn v12_what_to_listen_to_is_required() {
    let server = Server::from_handler(Memos(Bulletin::new(1))).run().await;
    let listen = modern("subscriptions/listen", json!({})).id(12);
    let answer = server.ask(listen).await;
    assert_eq!(answer.status, 400);
    let response = answer.response().await;
    assert_eq!(
        (&response["id"], &response["error"]["code"]),
        (&json!(12), &json!(-32602))
    );
    server.stop().await;
}
