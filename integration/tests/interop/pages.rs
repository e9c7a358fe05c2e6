//! The commands of `docs/plain-http.md`: each is run as it stands there, and says what it says there.

use std::path::Path;
use std::process::Command;

use tidegate_integration::{Documents, Endpoint, Finished, tidegate, tidegate_serving};

const PAGE: &str = include_str!("../../../docs/plain-http.md");

/// Where the page's server listens.
const USUAL: &str = "http://127.0.0.1:8080";

/// Returns the page's commands, each with the output that stands under it.
fn commands() -> Vec<(&'static str, &'static str)> {
    let blocks = PAGE.split("```sh\n").skip(1);
    blocks
        .map(|block| {
            let (command, rest) = block.split_once("\n```\n").expect("a command ends");
            let rest = rest
                .strip_prefix("\n```text\n")
                .expect("its output follows");
            let (output, _) = rest.split_once("```").expect("the output ends");
            (command, output)
        })
        .collect()
}

/// Times differ from run to run.
fn timeless(text: &str) -> String {
    let mut pieces = text.split("\"timestamp\":\"");
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |before, piece| {
        let (_, after) = piece.split_once('"').expect("a time ends");
        before + "\"timestamp\":\"…\"" + after
    })
}

#[test]
fn every_command_says_what_the_page_says() {
    let documents = Documents::many(1);
    let server = tidegate_serving(&documents);
    let root = server
        .url()
        .strip_suffix("/mcp")
        .expect("the endpoint's URL");
    let folder = Path::new(tidegate().get_program())
        .parent()
        .expect("a folder")
        .to_owned();
    let old = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(std::iter::once(folder).chain(std::env::split_paths(&old)));
    let commands = commands();
    assert!(commands.len() >= 8, "{commands:?}");
    for (command, output) in commands {
        let here = command.replace(USUAL, root);
        let mut shell = Command::new("sh");
        shell
            .args(["-c", &here])
            .env("PATH", path.as_ref().expect("a path"));
        let seen = Finished::run(&mut shell).well();
        let lines: String = seen
            .lines
            .iter()
            .map(|(_, line)| format!("{line}\n"))
            .collect();
        assert_eq!(timeless(&lines), timeless(output), "{command}");
    }
}
