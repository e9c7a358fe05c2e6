//! A call in rounds (modern): it ends with questions, and comes again with the answers.

use std::sync::Arc;

use tidegate_handler::{Caller, Context, Returned};
use tidegate_model::{Call, Failure, InputRequired, Method, Outcome, Raw, ask::InputRequest};
use tidegate_session::{Answers, CallDigest, Round, Stale, read_answers};

use crate::state::{self, State};

/// Returns what a call brought from its round before; none if this is its first.
///
/// # Errors
///
/// When what it brought is not what was given to this caller for this call, or no answers at all.
pub(crate) fn returned(
    state: &Arc<State>,
    call: &Call,
    caller: &Caller,
) -> Result<Option<Box<Returned>>, Failure> {
    if (call.input_responses.is_none() && call.request_state.is_none()) || !may_ask(&call.method) {
        return Ok(None);
    }
    let now = state::now();
    let round = match &call.request_state {
        Some(sealed) => Some(open(state, call, caller, sealed, now)?),
        None => None,
    };
    // What counts once is remembered for longer than any call that came in time can run.
    let longest = state.config.call_deadline.as_secs().saturating_mul(2);
    let (nonce, expires, mut answers) = match round {
        Some(round) => (
            Some(round.nonce),
            round.expires.saturating_add(longest),
            round.answers,
        ),
        None => (None, now, Answers::new()),
    };
    if let Some(responses) = &call.input_responses {
        let read = read_answers(responses.bytes()).ok_or_else(|| {
            Failure::invalid_params("`inputResponses` must be an object of answers by their keys")
        })?;
        answers.extend(read);
    }
    Ok(Some(Box::new(Returned {
        answers,
        nonce,
        expires,
        now,
        spent: Arc::clone(&state.spent),
    })))
}

fn open(
    state: &State,
    call: &Call,
    caller: &Caller,
    sealed: &Raw,
    now: u64,
) -> Result<Round, Failure> {
    let sealed: String = sealed
        .decode()
        .map_err(|_| Failure::invalid_params("`requestState` must be the string that was given"))?;
    let digest = || CallDigest::of(&call.method, &call.params);
    Round::open(&state.keys, &sealed, caller.principal_id(), digest, now).map_err(|stale| {
        Failure::invalid_params(match stale {
            Stale::Forged => "`requestState` is not what was given here; call anew without it",
            Stale::OtherCall => "`requestState` belongs to a call with other parameters",
            Stale::Expired => "`requestState` is too old; call anew without it",
        })
    })
}

/// Ends a round with all questions that are open; `None`: a thread has withdrawn them meanwhile, and
/// the call goes on.
pub(super) fn close(state: &State, cx: &Context, method: &Method, params: &Raw) -> Option<Outcome> {
    let requests = cx.asks().open();
    if requests.is_empty() {
        return None;
    }
    Some(end(state, cx, method, params, requests))
}

fn end(
    state: &State,
    cx: &Context,
    method: &Method,
    params: &Raw,
    requests: Vec<(String, InputRequest)>,
) -> Outcome {
    let digest = CallDigest::of(method, params);
    let expires = state::now().saturating_add(state.config.ask_ttl.as_secs());
    let sealed = Round::new(digest, cx.asks().answers(), expires)
        .and_then(|round| round.seal(&state.keys, cx.caller().principal_id()));
    match sealed {
        Ok(Some(sealed)) => Outcome::Input(Box::new(InputRequired {
            requests,
            state: Some(sealed),
        })),
        Ok(None) => {
            tracing::warn!("what a call was answered so far is too large to be carried on");
            Failure::internal("the answers so far are too large to ask for more").into()
        }
        Err(error) => {
            tracing::error!("a round cannot be sealed: {error}");
            Failure::internal("nothing can be asked at the moment").into()
        }
    }
}

/// The methods whose results may ask for input (2026-07-28 mrtr §Supported Requests).
pub(super) const fn may_ask(method: &Method) -> bool {
    matches!(
        method,
        Method::ToolsCall | Method::PromptsGet | Method::ResourcesRead
    )
}
