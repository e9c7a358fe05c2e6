//! Ctrl-C ends the work at the server, and not only the waiting here.

use std::{
    io::{BufRead, BufReader},
    sync::mpsc,
    thread,
    time::Duration,
};

use serde_json::{Map, Value, json};
use tidegate::{
    Context, Failure, Server, ToolSpec,
    ask::{Elicit, Field, Form},
};

use crate::process::{Running, tidegate};

/// Says so when a call's future is dropped.
struct Ended(mpsc::Sender<()>);

impl Drop for Ended {
    fn drop(&mut self) {
        // The test may be over already.
        let _ = self.0.send(());
    }
}

/// Serves a tool that asks, and one that never ends by itself; tells when the latter's work was ended.
pub(crate) fn endless() -> (String, mpsc::Receiver<()>) {
    let (ended, ends) = mpsc::channel();
    let (sender, url) = mpsc::channel();
    thread::spawn(move || {
        let wait = move |_: Map<String, Value>, cx: Context| {
            let ended = Ended(ended.clone());
            async move {
                let _ended = ended;
                cx.info("waiting").await;
                std::future::pending::<Result<String, Failure>>().await
            }
        };
        let object = json!({"type": "object"});
        let age = |_: Map<String, Value>, cx: Context| async move {
            let form = Form::new().required("age", Field::integer());
            let answer = cx.ask("age", Elicit::form("How old?", form)).await?;
            Ok::<_, Failure>(format!("{:?}", answer.get("age")))
        };
        let server = Server::new("endless", "1.0.0")
            .tool(ToolSpec::new("wait").input_schema(object.clone()), wait)
            .tool(ToolSpec::new("age").input_schema(object), age);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let bound = server.bind("127.0.0.1:0").await.unwrap();
            sender.send(bound.url()).unwrap();
            bound.run().await.unwrap();
        });
    });
    (url.recv().unwrap(), ends)
}

#[test]
fn the_tool_is_ended_in_both_eras() {
    let (url, ends) = endless();
    for era in ["modern", "legacy"] {
        let mut running = Running::start(&mut tidegate(&["call", &url, "wait", "--era", era]));
        let mut stderr = BufReader::new(running.child.stderr.take().unwrap());
        let mut line = String::new();
        stderr.read_line(&mut line).unwrap();
        assert_eq!(line, "info       waiting\n");
        assert!(ends.try_recv().is_err(), "{era}: it ended before Ctrl-C");
        running.signal("INT");
        running.end().ends(130);
        let ended = ends.recv_timeout(Duration::from_secs(10));
        assert!(ended.is_ok(), "{era}: the tool goes on");
    }
}
