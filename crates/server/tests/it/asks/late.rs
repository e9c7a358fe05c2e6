//! The legacy era: answers and questions that come too late, or twice.

use std::time::Duration;

use parking_lot::Mutex;
use serde_json::{Map, Value, json};
use tidegate_handler::{
    BlockingContext, Context,
    ask::{Elicit, Field, Form},
};
use tidegate_server::{Config, Server};
use tidegate_testkit::{InMemory, Session, server};
use tokio::{
    join,
    sync::mpsc::{UnboundedSender, unbounded_channel},
    time::{sleep, timeout},
};

use crate::faults::tools::text;

fn sure(what: &str) -> Elicit {
    let form = Form::new().required("sure", Field::boolean());
    Elicit::form(what, form)
}

fn yes() -> Value {
    json!({ "action": "accept", "content": { "sure": true } })
}

async fn open(server: Server) -> Session {
    let capabilities = json!({ "elicitation": {} });
    Session::open_with(&server.in_memory(), "2025-11-25", capabilities).await
}

#[tokio::test(start_paused = true)]
async fn a_late_answer_is_no_consent_to_the_next_question() {
    let remove = async |_: Map<String, Value>, cx: Context| {
        let wait = Duration::from_secs(10);
        for what in ["Remove a cache?", "Remove the database?"] {
            let answer = timeout(wait, cx.ask("sure", sure(what))).await;
            if matches!(&answer, Ok(Ok(answer)) if answer.is_accepted()) {
                return format!("yes to: {what}");
            }
        }
        "nothing".to_owned()
    };
    let session = open(server().tool("remove", remove)).await;
    let mut stream = session.ask(session.call("remove", json!({}))).await;
    let first = stream.message().await.expect("a question");
    let second = stream.message().await.expect("a question");
    assert_eq!(second["params"]["message"], "Remove the database?");
    session.reply(&first, yes()).await;
    assert_eq!(text(&stream.result().await), "nothing");
}

#[tokio::test(start_paused = true)]
async fn a_refused_question_leaves_the_other_of_its_key_open() {
    let both = async |_: Map<String, Value>, cx: Context| {
        let (one, other) = join!(
            cx.ask("sure", sure("Remove a cache?")),
            cx.ask("sure", sure("Remove the database?")),
        );
        format!("{} {}", one.is_ok(), other.is_ok())
    };
    let session = open(server().tool("both", both)).await;
    let mut stream = session.ask(session.call("both", json!({}))).await;
    let asked = stream.message().await.expect("a question");
    assert_eq!(asked["params"]["message"], "Remove a cache?");
    session.reply(&asked, yes()).await;
    assert_eq!(text(&stream.result().await), "true false");
}

/// What a tool got to hear when it asked.
type Heard = UnboundedSender<String>;

/// A server that keeps nothing for broken connections: its tools ask when theirs has broken.
fn asking_late(heard: Heard) -> Server {
    let config = Config {
        replay: None,
        ..Config::default()
    };
    let tell = heard.clone();
    let task = move |_: Map<String, Value>, cx: Context| {
        let tell = tell.clone();
        async move {
            cx.info("begun").await;
            sleep(Duration::from_millis(200)).await;
            let answer = cx.ask("sure", sure("Really?")).await;
            let _ = tell.send(format!("{answer:?}"));
        }
    };
    let heard = Mutex::new(heard);
    let thread = move |_: Map<String, Value>, cx: BlockingContext| {
        cx.info("begun");
        std::thread::sleep(Duration::from_millis(200));
        let answer = cx.ask("sure", sure("Really?"));
        let _ = heard.lock().send(format!("{answer:?}"));
    };
    server()
        .config(config)
        .tool("task", task)
        .blocking_tool("thread", thread)
}

#[tokio::test]
async fn whoever_asks_a_client_that_has_gone_is_told_so() {
    let (heard, mut hears) = unbounded_channel();
    let session = open(asking_late(heard)).await;
    for tool in ["task", "thread"] {
        let mut stream = session.ask(session.call(tool, json!({}))).await;
        assert!(stream.message().await.is_some(), "a log");
        drop(stream);
        let said = timeout(Duration::from_secs(10), hears.recv()).await;
        let said = said.expect("soon").expect("an answer");
        assert!(said.contains("connection broke"), "{tool}: {said}");
    }
}
