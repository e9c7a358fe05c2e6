//! Questions of a running call to its client.

use std::{
    future,
    sync::Arc,
    task::{self, Poll},
};

use parking_lot::Mutex;
use tidegate_model::{Failure, Raw, ask::InputRequest};
use tidegate_session::{Answers, Asks, Spent};

use super::Context;
use crate::ask::Ask;

/// What a call that came again brought from the round before; for fronts.
#[derive(Clone, Debug)]
pub struct Returned {
    /// What was answered so far.
    pub answers: Answers,
    /// The name of the state it came with; none: answers without a state.
    pub nonce: Option<[u8; 16]>,
    /// Until when answers that were used are remembered, in seconds since 1970: longer than any
    /// call that came with that state can run.
    pub expires: u64,
    /// The time now, in seconds since 1970.
    pub now: u64,
    /// Which answers were used.
    pub spent: Arc<Mutex<Spent>>,
}

// === impl Context ===

impl Context {
    /// Asks the client for something, and waits for its answer. `key` names the question within
    /// the call.
    ///
    /// In the modern era a call that waits for answers ends its round, with all questions that are
    /// open then (so `join!` asks several at once); its client sends it again with the answers,
    /// and the handler runs again **from its top**, where questions that were answered return at
    /// once. What stands before a question may therefore run more than once:
    ///
    /// ```
    /// use tidegate_handler::{Context, Failure, ask::{Elicit, Field, Form}};
    ///
    /// async fn remove(path: String, cx: Context) -> Result<String, Failure> {
    ///     // Looking is safe to repeat …
    ///     let size = std::fs::metadata(&path)?.len();
    ///     let form = Form::new().required("sure", Field::boolean().title("Remove it"));
    ///     let answer = cx
    ///         .ask("sure", Elicit::form(format!("Remove {path}, {size} bytes?"), form))
    ///         .await?;
    ///     if answer.get("sure").is_none_or(|sure| sure != true) {
    ///         return Ok("kept".to_owned());
    ///     }
    ///     // … and what is not stands after the last question.
    ///     std::fs::remove_file(&path)?;
    ///     Ok("removed".to_owned())
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// When the client did not declare that it can be asked this, its answer has not the right
    /// shape, it refused, or nobody waits for the call any more.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future withdraws the question.
    pub async fn ask<A: Ask>(&self, key: &str, question: A) -> Result<A::Answer, Failure> {
        let request = self.allowed(&question)?;
        question.read(&self.answer_to(key, &request).await?)
    }

    /// Like [`ask`](Self::ask), and each answer counts once: a call that is sent again with an
    /// answer that was used already is refused. For payments and the like.
    ///
    /// # Errors
    ///
    /// As [`ask`](Self::ask), and when the answer was used before.
    pub async fn ask_once<A: Ask>(&self, key: &str, question: A) -> Result<A::Answer, Failure> {
        let request = self.allowed(&question)?;
        let asks = self.asks();
        if let Some(returned) = &self.call.lent.returned
            && asks.get(key).is_some()
        {
            match returned.nonce {
                Some(nonce) => returned.spend(nonce, key)?,
                // Without its state nobody knows whether it was used.
                None => asks.forget(key),
            }
        }
        question.read(&self.answer_to(key, &request).await?)
    }

    /// Returns whether the client declared that it can be asked this.
    #[must_use]
    pub fn can_ask(&self, question: &impl Ask) -> bool {
        let client = self.caller().client_capabilities();
        question.request().is_declared(&client)
    }

    /// Returns the call's questions; for fronts.
    #[must_use]
    pub fn asks(&self) -> &Asks {
        &self.call.asks
    }

    fn allowed(&self, question: &impl Ask) -> Result<InputRequest, Failure> {
        let request = question.request();
        if request.is_declared(&self.caller().client_capabilities()) {
            return Ok(request);
        }
        Err(Failure::missing_capability(&request.needs()))
    }

    async fn answer_to(&self, key: &str, request: &InputRequest) -> Result<Raw, Failure> {
        let mut withdraw = Withdraw {
            cx: self,
            key,
            waits: false,
        };
        future::poll_fn(|task| {
            let answer = self.poll_answer(task, key, request);
            withdraw.waits = answer.is_pending();
            answer
        })
        .await
    }

    fn poll_answer(
        &self,
        task: &task::Context<'_>,
        key: &str,
        request: &InputRequest,
    ) -> Poll<Result<Raw, Failure>> {
        let had_new = self.asks().has_new();
        if let Poll::Ready(answer) = self.asks().poll(task, key, request) {
            return Poll::Ready(answer);
        }
        if self.lane().poll_cancelled(task).is_ready() {
            // A thread that waits here must not wait for ever.
            return Poll::Ready(Err(Failure::tool("nobody waits for this call any more")));
        }
        if !had_new && self.asks().has_new() {
            // Whoever polls the call looks for questions; a thread's come while nobody does.
            self.lane().wake_reader();
        }
        Poll::Pending
    }
}

/// Withdraws a question that nobody waits for any more.
struct Withdraw<'a> {
    cx: &'a Context,
    key: &'a str,
    /// What was refused waits for nothing, and must not take the question of another.
    waits: bool,
}

impl Drop for Withdraw<'_> {
    fn drop(&mut self) {
        if self.waits {
            self.cx.asks().withdraw(self.key);
        }
    }
}

// === impl Returned ===

impl Returned {
    fn spend(&self, nonce: [u8; 16], key: &str) -> Result<(), Failure> {
        let mut spent = self.spent.lock();
        match spent.spend(nonce, key, self.expires, self.now) {
            Ok(true) => Ok(()),
            Ok(false) => Err(Failure::invalid_params(format_args!(
                "the answer {key:?} counts once and was used already; call anew"
            ))),
            Err(_) => Err(Failure::busy(
                "too many answers that count once are remembered; try again later",
            )),
        }
    }
}
