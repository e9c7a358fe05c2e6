//! Calls a tool as a front does: the work and the reading of its messages take turns.

use std::{fs, future::poll_fn, sync::Arc, task::Poll, time::Instant};

use serde_json::{Value, json};
use tempfile::TempDir;
use tidegate_era::{Revision, encode::Framing};
use tidegate_handler::{
    Call, Caller, Context, Handler, Id, Lent, Level, Meta, Method, Outcome, Principal, Raw, Router,
};
use tidegate_tools::{Root, install};

/// The built-in tools over a root of their own.
pub(crate) struct Tools {
    pub(crate) root: TempDir,
    router: Router,
}

/// What came of a call.
#[derive(Debug)]
pub(crate) struct Called {
    /// The messages in order, each with the time it was read.
    pub(crate) messages: Vec<(Instant, Value)>,
    pub(crate) outcome: Outcome,
}

// === impl Tools ===

impl Tools {
    /// Installs the tools over a root with these files.
    pub(crate) fn with(files: &[(&str, &[u8])]) -> Self {
        let root = tempfile::tempdir().unwrap();
        for (name, bytes) in files {
            fs::write(root.path().join(name), bytes).unwrap();
        }
        let router = install(
            Router::new("tools", "1.0.0"),
            Root::open(root.path()).unwrap(),
        );
        Self { root, router }
    }

    /// Calls a tool for a caller who wants to hear everything.
    pub(crate) async fn call(&self, tool: &str, args: Value) -> Called {
        self.call_as(tool, args, Some(Level::Info), true).await
    }

    /// Calls a tool for a caller who is known.
    pub(crate) async fn call_by(&self, who: Arc<Principal>, tool: &str, args: Value) -> Called {
        let params = json!({ "name": tool, "arguments": args });
        let context = context(Some(Level::Info), true, Some(who));
        run(&self.router, request(Method::ToolsCall, &params), context).await
    }

    /// Calls a tool for a caller who wants logs from a level on, and progress or none.
    pub(crate) async fn call_as(
        &self,
        tool: &str,
        args: Value,
        log_level: Option<Level>,
        progress: bool,
    ) -> Called {
        let params = json!({ "name": tool, "arguments": args });
        let context = context(log_level, progress, None);
        run(&self.router, request(Method::ToolsCall, &params), context).await
    }

    /// Begins a call, and gives it up as soon as its first message has come.
    pub(crate) async fn call_and_leave(&self, tool: &str, args: Value) {
        let params = json!({ "name": tool, "arguments": args });
        let context = context(Some(Level::Info), true, None);
        let reply = self
            .router
            .call(request(Method::ToolsCall, &params), context.clone());
        let mut work = Box::pin(reply.outcome());
        poll_fn(|task| {
            let done = work.as_mut().poll(task).is_ready();
            assert!(!done, "the call ended before it could be left");
            context.lane().poll_drain(task, Instant::now()).map(drop)
        })
        .await;
    }

    /// Lists the tools.
    pub(crate) async fn list(&self) -> Vec<Value> {
        let call = request(Method::ToolsList, &json!({}));
        let called = run(&self.router, call, context(None, false, None)).await;
        called.result()["tools"].as_array().unwrap().clone()
    }
}

fn request(method: Method, params: &Value) -> Call {
    Call {
        id: Id::from(1),
        method,
        params: Raw::of(params).unwrap(),
        name: params["name"].as_str().map(|name| name.to_owned().into()),
        uri: None,
        arguments: params
            .get("arguments")
            .map(|arguments| Raw::of(arguments).unwrap()),
        cursor: None,
        input_responses: None,
        request_state: None,
        meta: Meta::default(),
    }
}

fn context(log_level: Option<Level>, progress: bool, principal: Option<Arc<Principal>>) -> Context {
    let lent = Lent {
        framing: Framing::Line,
        progress_token: progress.then(|| Raw::of("token").unwrap()),
        log_level,
        traceparent: None,
        tracestate: None,
        shared_as: None,
        returned: None,
    };
    let caller = Caller {
        principal,
        ..Caller::new(Revision::V2026_07_28.facts())
    };
    Context::new(caller, lent)
}

async fn run(router: &Router, call: Call, context: Context) -> Called {
    let mut work = Box::pin(router.call(call, context.clone()).outcome());
    let mut messages = Vec::new();
    let outcome = poll_fn(|task| {
        loop {
            let outcome = work.as_mut().poll(task);
            let drained = context.lane().poll_drain(task, Instant::now());
            if let Poll::Ready(drained) = &drained {
                read(&drained.frames, &mut messages);
            }
            match (outcome, drained) {
                (Poll::Ready(outcome), _) => return Poll::Ready(outcome),
                (Poll::Pending, Poll::Ready(_)) => {}
                (Poll::Pending, Poll::Pending) => return Poll::Pending,
            }
        }
    })
    .await;
    Called { messages, outcome }
}

fn read(frames: &[u8], messages: &mut Vec<(Instant, Value)>) {
    let now = Instant::now();
    let lines = frames
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty());
    messages.extend(lines.map(|line| (now, serde_json::from_slice(line).unwrap())));
}

// === impl Called ===

impl Called {
    /// Returns the texts of the log messages.
    pub(crate) fn logs(&self) -> Vec<&str> {
        self.of("notifications/message")
            .map(|params| params["data"].as_str().unwrap())
            .collect()
    }

    /// Returns done and total of the progress messages.
    pub(crate) fn progress(&self) -> Vec<(f64, f64)> {
        let number = |params: &Value, key| params[key].as_f64().unwrap();
        self.of("notifications/progress")
            .map(|params| (number(params, "progress"), number(params, "total")))
            .collect()
    }

    /// Returns the parameters of the messages of one method.
    pub(crate) fn of(&self, method: &'static str) -> impl Iterator<Item = &Value> {
        let messages = self.messages.iter().map(|(_, message)| message);
        messages
            .filter(move |message| message["method"] == method)
            .map(|message| &message["params"])
    }

    /// Returns the whole result.
    pub(crate) fn result(&self) -> Value {
        match &self.outcome {
            Outcome::Complete(complete) => complete.result.decode().unwrap(),
            outcome => panic!("no result: {outcome:?}"),
        }
    }

    /// Returns the text of the result.
    pub(crate) fn text(&self) -> String {
        self.result()["content"][0]["text"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// Returns the structured result.
    pub(crate) fn structured(&self) -> Value {
        self.result()["structuredContent"].clone()
    }

    /// Returns the text of a failure that the model is meant to see and mend.
    pub(crate) fn failure(&self) -> String {
        match &self.outcome {
            Outcome::Failed(failure) if failure.is_tool() => failure.message().to_owned(),
            Outcome::Complete(_) if self.result()["isError"] == true => self.text(),
            outcome => panic!("no failure of the tool: {outcome:?}"),
        }
    }
}
