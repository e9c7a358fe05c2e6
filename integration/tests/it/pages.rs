//! What the pages of the guides tell their readers to type, and to write into files.

use std::path::Path;

use serde_json::Value;
use tidegate_integration::Page;

#[cfg(unix)]
#[test]
fn every_command_of_the_migration_guide_works() {
    Page::read("migrating.md").run();
}

#[cfg(unix)]
#[test]
fn every_command_of_the_streaming_guide_works() {
    Page::read("streaming.md").run();
}

#[cfg(unix)]
#[test]
fn every_command_of_the_plain_http_guide_says_what_the_page_says() {
    Page::read("plain-http.md").run_exactly();
}

#[cfg(unix)]
#[test]
fn every_command_of_the_security_guide_works() {
    Page::read("security.md").run();
}

#[test]
fn the_configurations_for_hosts_are_json_that_names_a_server() {
    let page = Page::read("hosts.md");
    let blocks = page.blocks("json");
    assert!(blocks.len() >= 10, "{} blocks", blocks.len());
    for block in blocks {
        let read: Result<Value, _> = serde_json::from_str(block);
        let config = read.unwrap_or_else(|error| panic!("{error} in:\n{block}"));
        let keys = [
            "mcpServers",
            "servers",
            "context_servers",
            "mcp",
            "amp.mcpServers",
        ];
        let servers = keys.iter().find_map(|key| config.get(key)?.as_object());
        let servers = servers.unwrap_or_else(|| panic!("no servers in:\n{block}"));
        for server in servers.values() {
            let urls = ["url", "serverUrl", "httpUrl"];
            let by_url = urls
                .iter()
                .any(|key| server[key].as_str().is_some_and(is_ours));
            let by_command = server["command"].to_string().contains("tidegate");
            assert!(
                by_url != by_command,
                "neither a URL nor a command:\n{block}"
            );
        }
    }
}

#[test]
fn what_the_guides_point_at_is_there() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    for name in [
        "hosts.md",
        "migrating.md",
        "plain-http.md",
        "security.md",
        "streaming.md",
        "tls.md",
        "tutorial.md",
    ] {
        let page = Page::read(name);
        let links = page.links();
        assert!(!links.is_empty(), "{name} points at nothing");
        for link in links.iter().filter(|link| !link.contains("://")) {
            let (path, place) = link.split_once('#').unwrap_or((link, ""));
            let path = docs.join(if path.is_empty() { name } else { path });
            assert!(path.exists(), "{name} points at {link}, which is not there");
            let is_heading = |line: &str| line.starts_with('#') && anchor(line) == place;
            if !place.is_empty() {
                let there = std::fs::read_to_string(&path).expect("a page");
                assert!(
                    there.lines().any(is_heading),
                    "no heading for {link} of {name}"
                );
            }
        }
    }
}

/// Returns what a heading is called in links.
fn anchor(heading: &str) -> String {
    let heading = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = heading
        .chars()
        .filter(|c| c.is_alphanumeric() || " -".contains(*c));
    kept.collect::<String>().replace(' ', "-")
}

fn is_ours(url: &str) -> bool {
    url.ends_with("/mcp") || url.ends_with("/sse")
}
