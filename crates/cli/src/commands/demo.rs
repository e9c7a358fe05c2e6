//! `tidegate demo`: the whole of it on one screen, a server and its client over real documents.
//!
//! ```text
//! documents of the binary ─▶ a temporary folder ─▶ server ─▶ 127.0.0.1 ─▶ client ─▶ this terminal
//! ```

use std::{fs, io, io::Write};

use serde_json::{Map, Value};
use tempfile::TempDir;
use tidegate::{Client, Level, Server, client::CallResult};
use tidegate_tools::{Root, demo_documents};
use tokio::sync::oneshot;

use super::{call, serve};
use crate::{
    error::{Error, Kind},
    invite,
    json::Event,
    remote::Remote,
    runtime, show, signals,
    table::{Column, Table},
    talk::Watch,
};

const EXAMPLES: &str = "\
Examples:
  tidegate demo
  tidegate demo --once

It works in an empty folder, and leaves nothing behind.";

/// The tool that the demo calls.
const TOOL: &str = "process_files";

/// See it work: a server, its client, and a dozen documents
///
/// The server reads documents that this program brings along; the client shows each notification as
/// it comes, and then the report.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// End after the report; without it the server stays up, with lines to try, until Ctrl-C
    #[arg(long)]
    once: bool,

    /// Print one JSON event a line: listening, log, progress, result
    #[arg(long)]
    pub(crate) json: bool,
}

/// Runs the command.
pub(crate) fn run(args: Args) -> Result<(), Error> {
    // The folder goes when `documents` does, however the demo ends.
    let documents = unpack().map_err(|error| {
        let error = format!("cannot unpack the documents into a temporary folder: {error}");
        Error::new(Kind::Local, error).hint("TMPDIR names another place")
    })?;
    let root = Root::open(documents.path()).map_err(|error| Error::new(Kind::Local, error))?;
    runtime::server(None, args.show(root))
}

fn unpack() -> io::Result<TempDir> {
    let folder = tempfile::Builder::new()
        .prefix("tidegate-demo-")
        .tempdir()?;
    for (name, bytes) in demo_documents() {
        fs::write(folder.path().join(name), bytes)?;
    }
    Ok(folder)
}

// === impl Args ===

impl Args {
    async fn show(&self, root: Root) -> Result<(), Error> {
        let stop = signals::stop()?;
        let server = Server::from_handler(serve::tools(root));
        let bound = server.bind("127.0.0.1:0").await.map_err(serve::explain)?;
        let url = bound.url();
        let (end, ended) = oneshot::channel::<()>();
        let play = async {
            let played = self.play(&url).await;
            if played.is_ok() && !self.once {
                self.tell(&format!("\nThe server stays up at {url} until Ctrl-C."));
                self.tell(&invite::try_it(&url, invite::Shows::default()));
                stop.await;
            }
            // The server stops when this end of the channel is gone.
            drop(end);
            played
        };
        let serving = bound.run_until(async { drop(ended.await) });
        let (played, served) = tokio::join!(play, serving);
        played.and(served.map_err(serve::explain))
    }

    async fn play(&self, url: &str) -> Result<(), Error> {
        if self.json {
            show::event(&Event::Listening {
                url,
                fingerprint: None,
            })?;
        }
        let count = demo_documents().count();
        self.tell(&format!(
            "A server at {url} has {count} documents; its client calls {TOOL}.\n"
        ));
        let here = url.parse().expect("a bound server's URL");
        let remote = Remote::at(here);
        let work = async |client: &Client| {
            let mut watch = Watch::new(TOOL, self.json);
            let result = call::follow(client, TOOL, Map::new(), &mut watch).await?;
            drop(watch);
            self.report(&result.map_err(|error| remote.explain(error))?)
        };
        remote.with(Some(Level::Info), work).await
    }

    fn report(&self, result: &CallResult) -> Result<(), Error> {
        if self.json {
            show::result(&result.raw)?;
        } else {
            if let Some(report) = &result.structured {
                let lines = table(report).lines(show::width());
                self.tell("");
                show::lines(&lines)?;
            }
            show::content(&result.content)?;
        }
        match result.is_error {
            true => Err(Error::new(
                Kind::Tool,
                format!("the tool {TOOL} reports a failure"),
            )),
            false => Ok(()),
        }
    }

    /// Says a line to a person; a machine gets events only.
    fn tell(&self, line: &str) {
        if !self.json {
            // Talk that nobody hears does not end the demo.
            let _ = writeln!(anstream::stderr(), "{line}");
        }
    }
}

/// Returns the report's documents, a row each.
fn table(report: &Value) -> Table {
    let mut table = Table::new([
        Column::left("document"),
        Column::left("type"),
        Column::right("words"),
        Column::left("title"),
        Column::left("telling words"),
    ]);
    let documents = report.get("documents").and_then(Value::as_array);
    for document in documents.into_iter().flatten() {
        let cell = |key: &str| match document.get(key) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Array(words)) => {
                let words: Vec<_> = words.iter().filter_map(Value::as_str).take(3).collect();
                words.join(", ")
            }
            Some(Value::Null) | None => String::new(),
            Some(other) => other.to_string(),
        };
        table.row(["name", "media_type", "words", "title", "telling_words"].map(cell));
    }
    table
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_documents_are_unpacked_and_the_folder_goes_again() {
        let folder = unpack().unwrap();
        let path = folder.path().to_owned();
        assert_eq!(
            fs::read_dir(&path).unwrap().count(),
            demo_documents().count()
        );
        drop(folder);
        assert!(!path.exists());
    }

    #[test]
    fn a_document_is_a_row_with_what_it_has() {
        let report = json!({"documents": [
            {
                "name": "a.md", "media_type": "text/markdown", "words": 7, "title": "Tides",
                "telling_words": ["neap", "spring", "ebb", "flow"],
            },
            {"name": "b.png", "media_type": "image/png"},
        ]});
        assert_eq!(
            table(&report).lines(None),
            [
                "document  type           words  title  telling words",
                "a.md      text/markdown      7  Tides  neap, spring, ebb",
                "b.png     image/png",
            ]
        );
    }
}
