//! A server that stops lets tasks end, and says of the others that it stopped.

use std::{sync::Arc, time::Duration};

use tidegate_handler::Context;
use tidegate_model::TaskStatus;
use tidegate_server::Config;
use tidegate_store::{MemoryTasks, Place, Record, TaskStore};
use tidegate_testkit::Run;
use tokio::sync::Notify;

use super::tools::{begin, lasting, waiting};
use crate::faults::tools::{Nothing, telling};

async fn kept(store: &MemoryTasks, id: &str) -> Record {
    let found = store.get(Place { id, owner: b"" }, 0).await;
    found
        .expect("the store answers")
        .expect("it is kept")
        .record
}

#[tokio::test]
async fn tasks_may_end_before_the_server_does() {
    let go = Arc::new(Notify::new());
    let held = Arc::clone(&go);
    let store = Arc::new(MemoryTasks::default());
    let spec = tidegate_handler::ToolSpec::new("held").durable();
    let mut server = lasting()
        .tool(spec, move |_: Nothing, _: Context| {
            let held = Arc::clone(&held);
            async move {
                held.notified().await;
                "done"
            }
        })
        .tasks(Arc::clone(&store))
        .run()
        .await;
    let id = begin(&server, "held").await;
    server.begin_to_stop();
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(kept(&store, &id).await.task.status, TaskStatus::Working);
    go.notify_one();
    server.stop().await;
    let record = kept(&store, &id).await;
    assert_eq!(record.task.status, TaskStatus::Completed);
    let result = record.end.expect("ended").expect("a result");
    assert!(result.as_str().contains("done"), "{result}");
}

#[tokio::test]
async fn what_does_not_end_is_recorded_as_stopped() {
    let (tell, mut heard) = telling();
    let store = Arc::new(MemoryTasks::default());
    let config = Config {
        drain: Duration::from_millis(50),
        ..Config::default()
    };
    let server = waiting(tell)
        .config(config)
        .tasks(Arc::clone(&store))
        .run()
        .await;
    let id = begin(&server, "waits").await;
    let asking = begin(&server, "greet").await;
    assert_eq!(heard.recv().await, Some("begun"));
    server.stop().await;
    assert_eq!(heard.recv().await, Some("dropped"));
    for id in [id, asking] {
        let record = kept(&store, &id).await;
        assert_eq!(record.task.status, TaskStatus::Failed);
        let error = record.end.expect("ended").expect_err("an error");
        assert!(
            error.as_str().contains("-32603") && error.as_str().contains("stopped"),
            "{error}"
        );
    }
}
