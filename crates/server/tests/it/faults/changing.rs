//! A handler that offers what it is told to, and changes when the test says so.

use std::sync::Arc;

use serde_json::{Value, json};
use tidegate_handler::{
    Bulletin, Call, Caller, Capabilities, Change, Context, Handler, Implementation, Lists, Offer,
    Offered, Outcome, Raw, Reply,
};
use tidegate_server::Server;
use tidegate_testkit::{Answer, Door, Request, modern};

/// A handler that changes.
pub(super) struct Changing {
    capabilities: Capabilities,
    bulletin: Option<Arc<Bulletin>>,
}

/// Lists whose changes are told.
pub(super) const TOLD: Lists = Lists {
    list_changed: true,
    subscribe: false,
};

/// Everything that a server can tell of.
pub(super) fn everything() -> Capabilities {
    Capabilities {
        tools: Some(TOLD),
        prompts: Some(TOLD),
        resources: Some(Lists {
            list_changed: true,
            subscribe: true,
        }),
        ..Capabilities::default()
    }
}

/// A server that tells of what its capabilities say, and where it is told what changed.
pub(super) fn changing(capabilities: Capabilities) -> (Server<Changing>, Arc<Bulletin>) {
    let bulletin = Bulletin::new(0x1000);
    let handler = Changing {
        capabilities,
        bulletin: Some(Arc::clone(&bulletin)),
    };
    (Server::from_handler(handler), bulletin)
}

/// A server that has no bulletin, whatever its capabilities say.
pub(super) fn silent(capabilities: Capabilities) -> Server<Changing> {
    Server::from_handler(Changing {
        capabilities,
        bulletin: None,
    })
}

/// One resource changed.
pub(super) fn resource(uri: &str) -> Change {
    Change::Resource(uri.to_owned())
}

/// The request to listen to `notifications`.
pub(super) fn listening(notifications: Value) -> Request {
    modern(
        "subscriptions/listen",
        json!({ "notifications": notifications }),
    )
}

/// Listens, and reads the acknowledgement.
pub(super) async fn listen(door: &Door, id: impl Into<Value>, notifications: Value) -> Answer {
    let id = id.into();
    let mut stream = door.ask(listening(notifications).id(id.clone())).await;
    assert_eq!(stream.status, 200);
    assert!(stream.is_stream());
    let first = stream.message().await.expect("an acknowledgement");
    assert_eq!(first["method"], "notifications/subscriptions/acknowledged");
    assert_eq!(first["params"]["_meta"], tag(&id));
    stream
}

/// The `_meta` of all that a listener is told.
pub(super) fn tag(id: &Value) -> Value {
    json!({ "io.modelcontextprotocol/subscriptionId": id })
}

/// What a notification says has changed: the list, or the resource.
pub(super) fn changed(message: &Value) -> &str {
    let method = message["method"].as_str().unwrap_or_default();
    if method == "notifications/resources/updated" {
        return message["params"]["uri"].as_str().expect("a URI");
    }
    let list = method.strip_prefix("notifications/");
    list.and_then(|list| list.strip_suffix("/list_changed"))
        .unwrap_or_else(|| panic!("no change: {message}"))
}

// === impl Changing ===

impl Handler for Changing {
    fn offer(&self, _: &Caller) -> Offered {
        let mut offer = Offer::new(Implementation::new("changing", "1.0.0"));
        offer.capabilities = self.capabilities.clone();
        Offered::Now(Arc::new(offer))
    }

    fn call(&self, _: Call, _: Context) -> Reply {
        Reply::Ready(Outcome::complete(Raw::empty_object()))
    }

    fn bulletin(&self) -> Option<Arc<Bulletin>> {
        self.bulletin.clone()
    }
}
