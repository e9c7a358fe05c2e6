//! From a decoded call to an answer, or to work that is under way.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use tidegate_era::encode::Framing;
use tidegate_handler::{Caller, Context, Lent, Reply, Returned};
use tidegate_model::{Call, Id, Level, Outcome};
use tidegate_session::Numbers;

use super::{
    rounds,
    running::{Asking, Running, panicked},
};
use crate::{state::State, tasks};

/// A call that was given to the handler.
pub(crate) enum Begun {
    /// It is done already; nobody polled anything.
    Done(Id, Outcome),
    /// It is under way.
    Running(Running),
}

/// Gives a call to the handler; what it says is framed as the front wants it, and numbered, if
/// there are numbers.
pub(crate) fn begin(
    state: &Arc<State>,
    mut call: Call,
    caller: Caller,
    framing: Framing,
    log_level: Option<Level>,
    returned: Option<Box<Returned>>,
    numbers: Option<Box<Numbers>>,
) -> Begun {
    let id = call.id.clone();
    let facts = caller.facts;
    let asking = match &caller.session {
        Some(ticket) => Asking::Live(ticket.key),
        // Who knows no JSON-RPC could neither read a question nor answer it.
        None if matches!(framing, Framing::Typed(_)) => Asking::Never,
        None if rounds::may_ask(&call.method) => {
            Asking::Rounds(call.method.clone(), call.params.clone())
        }
        None => Asking::Never,
    };
    let shares = caller.request.is_none();
    let cx = Context::numbered(
        caller,
        Lent {
            framing,
            progress_token: call.meta.progress_token.clone(),
            log_level,
            // Whatever came with a head of its own has a stream of its own.
            shared_as: shares.then(|| id.clone()),
            traceparent: call.meta.traceparent.take(),
            tracestate: call.meta.tracestate.take(),
            returned,
        },
        numbers,
    );
    let span = tracing::debug_span!(
        "call",
        method = call.method.name(),
        name = call.name.as_ref().map(|name| name.as_str()),
        traceparent = cx.traceparent(),
    );
    let begun = catch_unwind(AssertUnwindSafe(|| {
        let _in = span.enter();
        state.handler.call(call, cx.clone())
    }));
    match begun {
        Ok(Reply::Ready(outcome)) => {
            // Nobody reads the lane of a call that is done.
            cx.lane().detach();
            Begun::Done(id, outcome)
        }
        Ok(Reply::Running(work)) => match tasks::admit(state, &cx, work, &span) {
            Ok(work) => Begun::Running(Running::new(state, facts, asking, id, cx, work, span)),
            Err(failure) => {
                cx.lane().detach();
                Begun::Done(id, failure.into())
            }
        },
        Err(_) => {
            cx.lane().detach();
            Begun::Done(id, panicked())
        }
    }
}
