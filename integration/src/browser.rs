//! A page in a headless Chromium, and what it reports.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use axum::response::Html;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::Value;
use tokio::sync::mpsc;

use crate::clients::prepared;

/// How long a page may take. A browser starts within seconds, on a loaded machine within ten.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// What keeps the browser to itself: no display, no calls home, no profile of anybody's.
const FLAGS: [&str; 9] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];

/// A browser, ended when the value is dropped.
pub(crate) struct Browser(Child);

/// Lets a browser visit `page`, which stands in an axum program whose other paths are the
/// `server`'s, and returns what the page's script posts to `/report`.
///
/// # Panics
/// There is no browser, or the page reports nothing in time.
#[must_use]
pub fn page_reports(page: &'static str, server: tidegate::Service) -> Value {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}/", listener.local_addr().expect("bound"));
    let page = Router::new().route("/", get(move || async move { Html(page) }));
    reports(listener, page.fallback_service(server), &url, &[])
}

/// Serves `app`, lets a browser with these flags visit `url`, and returns what the page there posts
/// to `/report`.
pub(crate) fn reports(listener: TcpListener, app: Router, url: &str, flags: &[String]) -> Value {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime can be made");
    runtime.block_on(async {
        let (tell, mut told) = mpsc::channel(1);
        let report = move |Json(report): Json<Value>| async move {
            // Whoever waits takes the first one.
            let _ = tell.try_send(report);
        };
        let app = app.route("/report", post(report));
        listener.set_nonblocking(true).expect("a socket");
        let listener = tokio::net::TcpListener::from_std(listener).expect("a socket");
        tokio::spawn(async move { axum::serve(listener, app).await });
        let profile = tempfile::tempdir().expect("a temporary folder can be made");
        let more: Vec<&str> = flags.iter().map(String::as_str).collect();
        let browser = Browser::start(profile.path(), &more, url);
        let report = tokio::time::timeout(PATIENCE, told.recv()).await;
        drop(browser);
        report
            .unwrap_or_else(|_| panic!("the page at {url} reports nothing"))
            .expect("the program goes on")
    })
}

// === impl Browser ===

impl Browser {
    /// Starts it with `more` flags than those above, at `url`.
    pub(crate) fn start(profile: &std::path::Path, more: &[&str], url: &str) -> Self {
        let mut command = Command::new(prepared("TIDEGATE_CHROMIUM"));
        let mut data = std::ffi::OsString::from("--user-data-dir=");
        data.push(profile);
        command.args(FLAGS).args(more).arg(data).arg(url);
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        Self(child.unwrap_or_else(|error| panic!("{command:?} does not start: {error}")))
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // It may have ended by itself; either way nothing is left behind.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
