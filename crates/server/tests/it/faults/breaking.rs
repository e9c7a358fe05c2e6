//! Connections that break at any point, again and again, over sockets and threads: whatever the
//! timing, each client hears its call's whole stream once, in order, and the answer.

use std::time::Duration;

use serde_json::{Value, json};
use tidegate_handler::Context;
use tidegate_testkit::{Answer, Event, Run, Running, Session, soon};
use tokio::time::sleep;

use super::tools::{Count, server_with, text};

/// How many words a call says: the log keeps them all.
const WORDS: u32 = 3_000;

async fn talk(args: Count, cx: Context) -> &'static str {
    for number in 1..=args.n {
        cx.info(number).await;
        if number % 50 == 0 {
            sleep(Duration::from_millis(1)).await;
        }
        if number % 700 == 0 {
            cx.close_stream_for(Duration::ZERO).await;
        }
    }
    "said"
}

/// Numbers that look random and are the same in every run (Knuth's MMIX).
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// A client that hangs up whenever the dice say so.
struct Restless {
    session: Session,
    dice: Dice,
    heard: u32,
    last_id: Option<String>,
}

impl Restless {
    /// Calls, and comes back until the answer is there.
    async fn run(&mut self) {
        let call = self.session.call("talk", json!({ "n": WORDS }));
        let mut answer = self.session.ask(call).await;
        loop {
            let most = self.dice.throw(400);
            if let Some(response) = self.listen(&mut answer, most).await {
                assert_eq!(text(&response["result"]), "said");
                assert_eq!(self.heard, WORDS);
                return;
            }
            let last_id = self.last_id.clone().expect("the stream was primed");
            // Sometimes the old connection stands open a while longer.
            let old = (self.dice.throw(2) == 0).then_some(answer);
            answer = self.session.ask(self.session.resume(&last_id)).await;
            assert_eq!(answer.status, 200);
            drop(old);
        }
    }

    /// Hears up to `most` words; returns the answer if it comes.
    async fn listen(&mut self, answer: &mut Answer, most: u64) -> Option<Value> {
        for _ in 0..=most {
            let event = answer.event().await?;
            if answer.has_event_id() {
                self.last_id = Some(answer.last_event_id().to_owned());
            }
            let Event::Message(message) = event else {
                continue;
            };
            let message: Value = serde_json::from_str(&message).expect("JSON");
            if message.get("id").is_some() {
                return Some(message);
            }
            self.heard += 1;
            assert_eq!(message["params"]["data"], self.heard.to_string());
        }
        None
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_is_heard_whole_however_often_its_connection_breaks() {
    let server: Running = server_with("talk", talk).run().await;
    let mut clients = Vec::new();
    for seed in 0..8 {
        let session = Session::open(&server, "2025-11-25").await;
        clients.push(tokio::spawn(async move {
            let mut client = Restless {
                session,
                dice: Dice(seed),
                heard: 0,
                last_id: None,
            };
            client.run().await;
        }));
    }
    for client in clients {
        let ended = soon("the end of a stream", client).await;
        ended.expect("each heard all of it once");
    }
    server.stop().await;
}
