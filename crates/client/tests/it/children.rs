//! Servers that are child processes: `tests/children/server.py`, with the faults a test wants.

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use serde_json::json;
use tidegate_client::{Builder, Client, Command, EraChoice, Event, Revision};

/// Returns the command that starts a server of this era, with these faults.
pub(crate) fn command(era: &str, faults: &[&str]) -> Command {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/children/server.py");
    Command::new("python3").arg(script).arg(era).args(faults)
}

/// Returns what a client of such a server is made of.
pub(crate) fn child(era: &str, faults: &[&str]) -> Builder {
    Client::stdio(command(era, faults))
}

/// Returns a client that speaks the era its server does, without asking.
pub(crate) async fn settled(era: &str, faults: &[&str]) -> Client {
    let choice = match era {
        "modern" => EraChoice::Modern,
        _ => EraChoice::Legacy(Revision::NEWEST_LEGACY),
    };
    let builder = child(era, faults).era(choice);
    builder.connect().await.expect("connects")
}

/// Calls a tool that takes nothing, and returns its text.
pub(crate) async fn text(client: &Client, tool: &str) -> String {
    let result = client.call_tool(tool, json!({})).await;
    result
        .unwrap_or_else(|error| panic!("{tool}: {error:?}"))
        .text()
}

/// Returns an event in a few words.
pub(crate) fn shown(event: &Event) -> String {
    match event {
        Event::Log(log) => log.text(),
        Event::Progress(progress) => format!("{}", progress.progress),
        other => panic!("{other:?}"),
    }
}

/// Returns the processes of a group, without those that are dead and not yet buried.
pub(crate) fn group(leader: u32) -> Vec<PathBuf> {
    let mut members = Vec::new();
    for entry in fs::read_dir("/proc").expect("processes").flatten() {
        let Ok(stat) = fs::read_to_string(entry.path().join("stat")) else {
            continue;
        };
        // The name in parentheses may hold anything.
        let Some((_, rest)) = stat.rsplit_once(')') else {
            continue;
        };
        let fields: Vec<&str> = rest.split_whitespace().collect();
        if fields[2] == leader.to_string() && fields[0] != "Z" {
            members.push(entry.path());
        }
    }
    members
}

/// Waits until nobody of a group is left.
pub(crate) async fn gone(leader: u32, within: Duration) {
    let begun = Instant::now();
    while !group(leader).is_empty() {
        let left = group(leader);
        assert!(begun.elapsed() < within, "still there: {left:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
