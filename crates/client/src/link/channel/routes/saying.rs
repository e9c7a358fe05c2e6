//! What the channel says by itself.

use bytes::Bytes;
use serde_json::json;
use tidegate_model::Id;

/// Says that the client is there.
pub(super) fn pong(id: &Id) -> Bytes {
    json!({"jsonrpc": "2.0", "id": id, "result": {}})
        .to_string()
        .into()
}

/// What a server says when it ends a subscription (2026-07-28 subscriptions §Graceful Closure).
pub(super) fn over(id: &Id) -> Bytes {
    json!({"jsonrpc": "2.0", "id": id, "result": {"resultType": "complete"}})
        .to_string()
        .into()
}

/// Cancels a request.
pub(super) fn cancelled(id: &Id) -> Bytes {
    let params = json!({"requestId": id, "reason": "the caller no longer waits"});
    let message = json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": params});
    message.to_string().into()
}

/// Refuses to answer a question of the server's.
pub(super) fn refusal(id: &Id, code: i64, why: &str) -> Bytes {
    json!({"jsonrpc": "2.0", "id": id, "error": {"code": code, "message": why}})
        .to_string()
        .into()
}
