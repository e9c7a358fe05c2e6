//! The endpoint's guard stands before every plain path too.

use serde_json::json;
use tidegate_server::Fronts;
use tidegate_testkit::{InMemory, Request, Run};

use super::tools::{get, post, tools};

#[tokio::test]
async fn strangers_are_turned_away_on_every_path() {
    let server = tools().fronts(Fronts {
        samples: true,
        ..Fronts::default()
    });
    let server = server.run().await;
    let paths: [fn() -> Request; 4] = [
        || get("/stream?n=1&interval_ms=0"),
        || get("/calculate?a=1&b=2&op=add&interval_ms=0"),
        || get("/tools/echo/stream"),
        || post("echo", json!({})),
    ];
    for request in paths {
        for (name, value) in [
            ("host", "evil.example"),
            ("origin", "https://evil.example"),
            ("origin", "null"),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
        ] {
            let sent = request().header(name, value);
            let what = format!("{sent:?}");
            assert_eq!(server.ask(sent).await.status, 403, "{what}");
        }
        for (name, value) in [
            ("origin", "http://localhost:3000"),
            ("sec-fetch-site", "same-origin"),
            ("sec-fetch-site", "none"),
        ] {
            let answer = server.ask(request().header(name, value)).await;
            assert_eq!(answer.status, 200, "{name}: {value}");
        }
    }
    server.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_stranger_is_turned_away_before_the_method_is_looked_at() {
    let door = tools().in_memory_by_path();
    let request = get("/tools/steps/stream").header("sec-fetch-site", "cross-site");
    assert_eq!(door.ask(request).await.status, 403);
}
