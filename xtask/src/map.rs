//! The crate map of ARCHITECTURE.md: drawn from cargo's own knowledge, so that a new arrow arrives as
//! a line in the diff.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::shell::{cargo, read, root};

const PAGE: &str = "ARCHITECTURE.md";
const BEGIN: &str = "<!-- map:begin -->";
const END: &str = "<!-- map:end -->";

/// One crate of the workspace.
struct Room {
    purpose: String,
    /// The crates of the workspace that it stands on, dev-dependencies left out.
    stands_on: BTreeSet<String>,
}

type House = BTreeMap<String, Room>;

pub(crate) fn run(arguments: &[String]) -> Result<()> {
    match arguments {
        [] => draw(),
        [flag] if flag == "--check" => check(),
        _ => bail!("usage: cargo xtask map [--check]"),
    }
}

/// Says whether the map in the page is the map of the workspace.
pub(crate) fn check() -> Result<()> {
    let page = page()?;
    ensure!(
        page == redrawn(&page)?,
        "the map in {PAGE} is stale: run `cargo xtask map`"
    );
    Ok(())
}

fn draw() -> Result<()> {
    let page = page()?;
    fs::write(root().join(PAGE), redrawn(&page)?)?;
    Ok(())
}

fn page() -> Result<String> {
    fs::read_to_string(root().join(PAGE)).with_context(|| format!("cannot read {PAGE}"))
}

fn redrawn(page: &str) -> Result<String> {
    let marked = page.split_once(BEGIN).and_then(|(before, rest)| {
        let (_, after) = rest.split_once(END)?;
        Some((before, after))
    });
    let (before, after) =
        marked.with_context(|| format!("{PAGE} has no `{BEGIN}` … `{END}` to draw between"))?;
    Ok(format!(
        "{before}{BEGIN}\n{}{END}{after}",
        picture(&house()?)
    ))
}

fn house() -> Result<House> {
    let text = read(&mut cargo("metadata --format-version 1 --no-deps --locked"))?;
    let metadata: Value = serde_json::from_str(&text)?;
    let packages = metadata["packages"]
        .as_array()
        .context("cargo metadata lists no packages")?;
    let names: BTreeSet<&str> = packages.iter().filter_map(|p| p["name"].as_str()).collect();
    let rooms = packages.iter().filter_map(|package| {
        let stands_on = package["dependencies"]
            .as_array()?
            .iter()
            .filter_map(|dependency| {
                let name = dependency["name"].as_str()?;
                (dependency["kind"].is_null() && names.contains(name)).then(|| short(name))
            });
        let room = Room {
            purpose: package["description"]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
            stands_on: stands_on.collect(),
        };
        Some((short(package["name"].as_str()?), room))
    });
    Ok(rooms.collect())
}

/// A crate's folder name: `tidegate-era` is `era`, the facade keeps its own.
fn short(name: &str) -> String {
    name.strip_prefix("tidegate-").unwrap_or(name).to_owned()
}

/// The picture, then every arrow as text: what stands below never points up.
fn picture(house: &House) -> String {
    let mut text = String::from("\n```mermaid\ngraph TD\n");
    let order = top_down(house);
    for name in &order {
        let below = &house[name].stands_on;
        // An arrow that a longer way says already is left out of the picture, not of the list.
        let is_said = |to: &String| below.iter().any(|via| via != to && reaches(house, via, to));
        for to in below.iter().filter(|to| !is_said(to)) {
            let _ = writeln!(text, "    {name} --> {to}");
        }
    }
    text.push_str("```\n\n| crate | what it is | stands on |\n| --- | --- | --- |\n");
    for name in &order {
        let room = &house[name];
        let below: Vec<&str> = room.stands_on.iter().map(String::as_str).collect();
        let _ = writeln!(
            text,
            "| `{name}` | {} | {} |",
            room.purpose,
            below.join(", ")
        );
    }
    text.push('\n');
    text
}

fn reaches(house: &House, from: &str, to: &str) -> bool {
    house[from]
        .stands_on
        .iter()
        .any(|next| next == to || reaches(house, next, to))
}

/// Crates by their height over the ground, highest first; by name where that is equal.
fn top_down(house: &House) -> Vec<String> {
    fn height(house: &House, name: &str) -> usize {
        house[name]
            .stands_on
            .iter()
            .map(|next| 1 + height(house, next))
            .max()
            .unwrap_or(0)
    }
    let mut order: Vec<String> = house.keys().cloned().collect();
    order.sort_by_key(|name| std::cmp::Reverse(height(house, name)));
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room(stands_on: &[&str]) -> Room {
        Room {
            purpose: "a room".into(),
            stands_on: stands_on.iter().map(|s| (*s).into()).collect(),
        }
    }

    #[test]
    fn draws_top_down_without_arrows_that_a_longer_way_says() {
        let house: House = [
            ("model".to_owned(), room(&[])),
            ("era".to_owned(), room(&["model"])),
            ("server".to_owned(), room(&["era", "model"])),
        ]
        .into();
        let text = picture(&house);
        assert!(
            text.contains("    server --> era\n    era --> model\n```"),
            "{text}"
        );
        assert!(!text.contains("server --> model"), "{text}");
        assert!(
            text.contains("| `server` | a room | era, model |\n| `era` |"),
            "{text}"
        );
    }
}
