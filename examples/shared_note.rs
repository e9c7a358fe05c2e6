//! A note that several people write at once: each sees the others' changes live, and nobody writes
//! over what they have not seen.
//!
//! ```text
//! shared_note          opens a note on a free port, says where, and shows it
//! shared_note URL      shows and edits the note at that URL
//!
//! 2 Bring a lamp       sets line 2; one past the last adds a line
//! ```
//!
//! An edit names the version it was made on. Edits of different lines go together; one of a line that
//! has changed since is refused, and its author looks again.

#![expect(clippy::print_stdout, reason = "a program's own words")]

use std::{env, error::Error, sync::Arc};

use parking_lot::Mutex;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tidegate::{
    ChangeError, Client, Context, Failure, Live, ResourceRequest, ResourceSpec, Router, Server,
    client::Topics,
};
use tokio::io::{AsyncBufReadExt, BufReader, stdin};

const NOTE: &str = "note://shared";

/// Lines of a note: what two people still find their way in.
const MOST_LINES: usize = 1000;

/// Sets one line of the note.
#[derive(Deserialize, JsonSchema)]
struct Edit {
    /// The version of the note that the author saw.
    version: u64,
    /// Which line, from 1 on; one past the last adds a line.
    line: usize,
    /// What it shall say.
    #[schemars(length(max = 1000))]
    text: String,
}

#[derive(Clone, Default, Serialize, Deserialize)]
struct Note {
    version: u64,
    lines: Vec<Line>,
}

#[derive(Clone, Serialize, Deserialize)]
struct Line {
    text: String,
    /// The version that this line is from.
    since: u64,
}

// === impl Note ===

impl Note {
    fn edit(&mut self, edit: Edit) -> Result<u64, Failure> {
        let fits = 1..=(self.lines.len() + 1).min(MOST_LINES);
        if !fits.contains(&edit.line) {
            let last = fits.end();
            return Err(Failure::tool(format!("line must be from 1 to {last}")));
        }
        if let Some(line) = self.lines.get(edit.line - 1)
            && line.since > edit.version
        {
            let (number, Line { text, since }) = (edit.line, line);
            let why = format!("line {number} is {text:?} since version {since}; look again");
            return Err(Failure::tool(why));
        }
        self.version += 1;
        let line = Line {
            text: edit.text,
            since: self.version,
        };
        match self.lines.get_mut(edit.line - 1) {
            Some(place) => *place = line,
            None => self.lines.push(line),
        }
        Ok(self.version)
    }

    fn show(&self) {
        println!("--- version {} ---", self.version);
        for (number, line) in (1..).zip(&self.lines) {
            println!("{number} {}", line.text);
        }
    }
}

/// Makes the note: a resource, and a tool that edits it and tells so.
fn note() -> Result<Live, ChangeError> {
    let note = Arc::new(Mutex::new(Note::default()));
    let shown = note.clone();
    let read = move |_: ResourceRequest, _: Context| {
        let note = json!(*shown.lock()).to_string();
        async move { Ok::<_, Failure>(note) }
    };
    let spec = ResourceSpec::new(NOTE, "note").mime("application/json");
    let live = Live::new(Router::new("note", "1.0.0").resource(spec, read));

    let handle = live.handle();
    let edit = move |edit: Edit| {
        let edited = note.lock().edit(edit);
        if edited.is_ok() {
            handle.resource_changed(NOTE);
        }
        async move { edited.map(|version| format!("version {version}")) }
    };
    live.change(|router| router.tool("edit", edit))?;
    Ok(live)
}

async fn look(client: &Client) -> Result<Note, Box<dyn Error>> {
    let read = client.read(NOTE).await?;
    let text = read.contents.first().and_then(|one| one.text.as_deref());
    let note: Note = serde_json::from_str(text.ok_or("the note has no text")?)?;
    note.show();
    Ok(note)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = match env::args().nth(1) {
        Some(url) => url,
        None => open().await?,
    };
    let client = Client::connect(&url).await?;
    let mut listening = client.listen(Topics::new().resource(NOTE)).await?;
    println!("the note is at {url}");
    let mut seen = look(&client).await?;

    let mut typed = BufReader::new(stdin()).lines();
    loop {
        tokio::select! {
            change = listening.next() => match change {
                Some(change) => {
                    change?;
                    seen = look(&client).await?;
                }
                None => break,
            },
            line = typed.next_line() => match line? {
                Some(line) => set(&client, seen.version, &line).await?,
                None => break,
            },
        }
    }
    client.close().await?;
    Ok(())
}

/// Does what was typed: a line's number, and what it shall say.
async fn set(client: &Client, version: u64, typed: &str) -> Result<(), Box<dyn Error>> {
    let (number, text) = typed.split_once(' ').unwrap_or((typed, ""));
    let Ok(line) = number.parse::<usize>() else {
        println!("write a line's number and its text, as in: 1 Bring a lamp");
        return Ok(());
    };
    let edit = json!({"version": version, "line": line, "text": text});
    let edited = client.call_tool("edit", edit).await?;
    if edited.is_error {
        println!("refused: {}", edited.text());
    }
    Ok(())
}

/// Opens a note of our own, which lives as long as this program.
async fn open() -> Result<String, Box<dyn Error>> {
    let bound = Server::from_handler(note()?).bind("127.0.0.1:0").await?;
    let url = bound.url();
    tokio::spawn(bound.run());
    Ok(url)
}
