//! The client against our own server: in this process, and over a socket, in both eras.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use serde_json::json;
use tidegate_client::{Client, EraChoice, Event, Level, Revision};
use tidegate_handler::{Context, Failure, Router, ToolSpec};
use tidegate_server::Server;

const ERAS: [EraChoice; 4] = [
    EraChoice::Modern,
    EraChoice::Legacy(Revision::V2025_11_25),
    EraChoice::Legacy(Revision::V2025_06_18),
    EraChoice::Legacy(Revision::V2025_03_26),
];

/// How far to count.
#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Count {
    /// To here.
    n: u32,
}

async fn count(args: Count, cx: Context) -> Result<String, Failure> {
    for nth in 1..=args.n {
        cx.debug("a detail").await;
        cx.info(format!("item {nth}")).await;
        cx.progress(nth, f64::from(args.n)).await;
    }
    Ok(format!("counted to {}", args.n))
}

/// Where to go.
#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Travel {
    city: String,
}

async fn travel(args: Travel) -> String {
    args.city
}

fn router() -> Router {
    let schema = json!({
        "type": "object", "required": ["city"],
        "properties": {"city": {"type": "string", "x-mcp-header": "City"}},
    });
    Router::new("real", "1.0.0")
        .tool("count", count)
        .tool(ToolSpec::new("travel").input_schema(schema), travel)
}

async fn sees_all_of_it(client: &Client) {
    let mut call = client
        .call("count")
        .arguments(json!({"n": 100}))
        .start()
        .await
        .expect("starts");
    for nth in 1..=100 {
        let Some(Event::Log(log)) = call.next().await else {
            panic!("no log {nth}")
        };
        assert_eq!(
            (log.level, log.text()),
            (Level::Info, format!("item {nth}"))
        );
        let Some(Event::Progress(step)) = call.next().await else {
            panic!("no progress {nth}")
        };
        assert!((step.progress - f64::from(nth)).abs() < f64::EPSILON);
    }
    assert_eq!(call.next().await, None);
    assert_eq!(
        call.result().await.expect("a result").text(),
        "counted to 100"
    );

    let tools = client.list_tools().await.expect("tools");
    assert_eq!(tools.len(), 2);
    for city in ["Oslo", "München", " spaced "] {
        let result = client
            .call_tool("travel", json!({"city": city}))
            .await
            .expect("a result");
        assert_eq!(result.text(), city);
    }
    client.ping().await.expect("there");
    client.close().await.expect("ends");
}

#[tokio::test]
async fn a_handler_is_called_without_a_socket() {
    let client = Client::in_process(router()).await.expect("connects");
    assert_eq!(client.server().name, "real");
    assert_eq!(client.server().revision, Revision::V2026_07_28);
    sees_all_of_it(&client).await;
}

#[tokio::test]
async fn a_handler_that_cannot_be_served_is_told_so() {
    let twice = router().tool("count", count);
    let error = Client::in_process(twice)
        .await
        .expect_err("two of one name");
    assert!(error.is_input(), "{error}");
}

#[tokio::test]
async fn every_era_sees_every_notification_over_a_socket() {
    let bound = Server::from_handler(router())
        .bind("127.0.0.1:0")
        .await
        .expect("a port");
    let url = bound.url();
    let serving = tokio::spawn(bound.run());
    for era in ERAS {
        let client = Client::builder(&url)
            .era(era)
            .connect()
            .await
            .expect("connects");
        sees_all_of_it(&client).await;
    }
    serving.abort();
}

#[tokio::test]
async fn an_unlisted_schema_is_learned_from_the_server() {
    let client = Client::in_process(router()).await.expect("connects");
    let result = client
        .call_tool("travel", json!({"city": "Oslo"}))
        .await
        .expect("a result");
    assert_eq!(result.text(), "Oslo");
}

#[tokio::test]
async fn dropping_a_call_stops_the_work_in_every_era() {
    /// Says when it is dropped.
    struct Dropped(Arc<AtomicBool>);

    impl Drop for Dropped {
        fn drop(&mut self) {
            self.0.store(true, Ordering::Release);
        }
    }

    for era in ERAS {
        let stopped = Arc::new(AtomicBool::new(false));
        let flag = stopped.clone();
        let endless = move |_: serde_json::Map<String, serde_json::Value>, cx: Context| {
            let dropped = Dropped(flag.clone());
            async move {
                cx.info("begun").await;
                std::future::pending::<()>().await;
                drop(dropped);
                "never"
            }
        };
        let spec = ToolSpec::new("endless").input_schema(json!({"type": "object"}));
        let router = Router::new("real", "1.0.0").tool(spec, endless);
        let bound = Server::from_handler(router)
            .bind("127.0.0.1:0")
            .await
            .expect("a port");
        let url = bound.url();
        let serving = tokio::spawn(bound.run());

        let client = Client::builder(&url)
            .era(era)
            .connect()
            .await
            .expect("connects");
        let mut call = client.call("endless").start().await.expect("starts");
        assert!(matches!(call.next().await, Some(Event::Log(_))), "{era:?}");
        drop(call);
        for _ in 0..500 {
            if stopped.load(Ordering::Acquire) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert!(stopped.load(Ordering::Acquire), "{era:?}: the work goes on");
        serving.abort();
    }
}

#[tokio::test]
async fn a_stream_the_server_closes_is_taken_up_without_a_gap() {
    let polled = async |_: serde_json::Map<String, serde_json::Value>, cx: Context| {
        let mut closed = 0;
        for nth in 0..3 {
            cx.info(format!("before {nth}")).await;
            closed += usize::from(cx.close_stream_for(Duration::from_millis(20)).await);
            // Long enough for the client to be back before the next time.
            tokio::time::sleep(Duration::from_millis(150)).await;
            cx.info(format!("after {nth}")).await;
        }
        closed.to_string()
    };
    let spec = ToolSpec::new("polled").input_schema(json!({"type": "object"}));
    let bound = Server::from_handler(Router::new("real", "1.0.0").tool(spec, polled))
        .bind("127.0.0.1:0")
        .await
        .expect("a port");
    let url = bound.url();
    let serving = tokio::spawn(bound.run());
    for era in ERAS {
        let client = Client::builder(&url)
            .era(era)
            .connect()
            .await
            .expect("connects");
        let mut call = client.call("polled").start().await.expect("starts");
        let mut heard = Vec::new();
        while let Some(event) = call.next().await {
            if let Event::Log(log) = event {
                heard.push(log.text());
            }
        }
        let told = [
            "before 0", "after 0", "before 1", "after 1", "before 2", "after 2",
        ];
        assert_eq!(heard, told, "{era:?}");
        let comes_back = era == EraChoice::Legacy(Revision::V2025_11_25);
        let closed = if comes_back { "3" } else { "0" };
        assert_eq!(call.result().await.expect("a result").text(), closed);
    }
    serving.abort();
}
