//! A chat room: what anybody says, everybody sees at once.
//!
//! ```text
//! chat_room NAME          opens a room on a free port, says where, and enters it
//! chat_room NAME URL      enters the room at that URL
//! ```
//!
//! What is typed is said; Ctrl-D leaves. The room is a resource. The tool `say` changes it and tells
//! so, and whoever listens reads what is new.

#![expect(clippy::print_stdout, reason = "a program's own words")]

use std::{collections::VecDeque, env, error::Error, sync::Arc};

use parking_lot::Mutex;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tidegate::{
    ChangeError, Client, Context, Failure, Live, ResourceRequest, ResourceSpec, Router, Server,
    client::Topics,
};
use tokio::io::{AsyncBufReadExt, BufReader, stdin};

const ROOM: &str = "chat://room";

/// A room remembers this many lines: a screen or two for whoever comes late.
const REMEMBERED: usize = 100;

/// Says a line in the room.
#[derive(Deserialize, JsonSchema)]
struct Say {
    /// Who says it.
    name: String,
    /// What is said.
    #[schemars(length(min = 1, max = 1000))]
    text: String,
}

#[derive(Clone, Serialize, Deserialize)]
struct Line {
    number: u64,
    name: String,
    text: String,
}

type Lines = Arc<Mutex<VecDeque<Line>>>;

/// Makes the room: a resource that holds the lines, and a tool that adds one.
fn room() -> Result<Live, ChangeError> {
    let lines = Lines::default();
    let shown = lines.clone();
    let read = move |_: ResourceRequest, _: Context| {
        let lines = json!(*shown.lock()).to_string();
        async move { Ok::<_, Failure>(lines) }
    };
    let spec = ResourceSpec::new(ROOM, "room").mime("application/json");
    let live = Live::new(Router::new("chat", "1.0.0").resource(spec, read));

    let handle = live.handle();
    let say = move |Say { name, text }: Say| {
        let number = add(&lines, name, text);
        handle.resource_changed(ROOM); // everybody who listens hears it now
        async move { format!("line {number}") }
    };
    live.change(|router| router.tool("say", say))?;
    Ok(live)
}

fn add(lines: &Lines, name: String, text: String) -> u64 {
    let mut lines = lines.lock();
    let number = lines.back().map_or(1, |last| last.number + 1);
    if lines.len() == REMEMBERED {
        lines.pop_front();
    }
    lines.push_back(Line { number, name, text });
    number
}

/// Shows the lines that come after `seen`, and returns the number of the last one.
async fn show(client: &Client, seen: u64) -> Result<u64, Box<dyn Error>> {
    let room = client.read(ROOM).await?;
    let text = room.contents.first().and_then(|one| one.text.as_deref());
    let lines: Vec<Line> = serde_json::from_str(text.unwrap_or("[]"))?;
    let mut last = seen;
    for line in lines.into_iter().filter(|line| line.number > seen) {
        println!("{}: {}", line.name, line.text);
        last = line.number;
    }
    Ok(last)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut args = env::args().skip(1);
    let name = args.next().ok_or("say your name")?;
    let url = match args.next() {
        Some(url) => url,
        None => open().await?,
    };
    let client = Client::connect(&url).await?;
    let mut listening = client.listen(Topics::new().resource(ROOM)).await?;
    println!("{name} is in the room at {url}");
    let mut seen = show(&client, 0).await?;

    let mut typed = BufReader::new(stdin()).lines();
    loop {
        tokio::select! {
            change = listening.next() => match change {
                Some(change) => {
                    change?;
                    seen = show(&client, seen).await?;
                }
                None => break println!("the room has closed"),
            },
            line = typed.next_line() => match line? {
                Some(text) => {
                    let said = client.call_tool("say", json!({"name": name, "text": text})).await?;
                    if said.is_error {
                        println!("not said: {}", said.text());
                    }
                }
                None => break,
            },
        }
    }
    show(&client, seen).await?;
    client.close().await?;
    Ok(())
}

/// Opens a room of our own, which lives as long as this program.
async fn open() -> Result<String, Box<dyn Error>> {
    let bound = Server::from_handler(room()?).bind("127.0.0.1:0").await?;
    let url = bound.url();
    tokio::spawn(bound.run());
    Ok(url)
}
