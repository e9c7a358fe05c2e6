//! A page in a browser: it hears events as they happen by `EventSource`, and closes.

use serde_json::{Value, json};
use tidegate::{Context, Fronts, Server, ToolSpec};
use tidegate_integration::page_reports;

/// Listens to a sample, then to a tool, and reports what came when, and that nothing came after.
const PAGE: &str = r#"<!doctype html><title>EventSource</title><script>
const heard = (url, types, last) => new Promise((done) => {
  const events = [];
  const source = new EventSource(url);
  for (const type of types) source.addEventListener(type, (event) => {
    events.push({ type, at: performance.now(), data: JSON.parse(event.data) });
    if (type !== last) return;
    source.close();
    // Were it not closed, it would have connected again by then.
    setTimeout(() => done({ events, state: source.readyState }), 4000);
  });
  source.onerror = () => events.push({ type: "onerror", at: performance.now() });
});
(async () => {
  const report = {
    sample: await heard("/stream?n=4&interval_ms=300", ["message", "end"], "end"),
    tool: await heard("/tools/steps/stream?n=3", ["log", "progress", "result"], "result"),
    written: (await fetch("/tools/writes/stream?n=3")).status,
  };
  await fetch("/report", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(report),
  });
})();
</script>"#;

/// How many steps.
#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Steps {
    /// So many.
    n: u32,
}

async fn steps(args: Steps, cx: Context) -> String {
    for step in 1..=args.n {
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        cx.info(format!("step {step}")).await;
        cx.progress(step, f64::from(args.n)).await;
    }
    "done".to_owned()
}

fn of_type<'a>(heard: &'a Value, kind: &str) -> Vec<&'a Value> {
    let events = heard["events"].as_array().expect("events");
    events
        .iter()
        .filter(|event| event["type"] == kind)
        .collect()
}

/// Each event came at least half an interval after the one before.
fn spaced(events: &[&Value], interval: f64) {
    for pair in events.windows(2) {
        let [before, after] = [pair[0], pair[1]].map(|event| event["at"].as_f64().expect("a time"));
        assert!(after - before >= interval / 2.0, "{pair:?}");
    }
}

#[test]
fn a_page_hears_events_as_they_happen_and_closes() {
    let server = Server::new("page", "1.0.0")
        .tool(ToolSpec::new("steps").read_only(), steps)
        .tool("writes", steps)
        .fronts(Fronts {
            samples: true,
            ..Fronts::default()
        });
    let report = page_reports(PAGE, server.routes());

    let sample = &report["sample"];
    let messages = of_type(sample, "message");
    let words: Vec<_> = messages
        .iter()
        .map(|event| &event["data"]["message"])
        .collect();
    let wanted: Vec<_> = (1..=4)
        .map(|n| json!(format!("Stream message {n}")))
        .collect();
    assert_eq!(words, wanted.iter().collect::<Vec<_>>());
    spaced(&messages, 300.0);

    let tool = &report["tool"];
    spaced(&of_type(tool, "log"), 300.0);
    assert_eq!(of_type(tool, "progress").len(), 3);
    let results = of_type(tool, "result");
    assert_eq!(results[0]["data"]["content"][0]["text"], "done");

    for heard in [sample, tool] {
        assert_eq!(
            of_type(heard, "onerror").len(),
            0,
            "it never broke: {heard}"
        );
        assert_eq!(heard["state"], 2, "closed");
    }
    assert_eq!(
        of_type(sample, "end").len() + results.len(),
        2,
        "and did not come back"
    );
    assert_eq!(
        report["written"], 405,
        "only what changes nothing is called by GET"
    );
}
