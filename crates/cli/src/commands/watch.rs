//! `tidegate watch`: what changes on a server, as it changes.

use clap::ValueEnum;
use tidegate::{
    Client,
    client::{Change, Listening, Topics},
};

use crate::{
    error::{Error, Kind},
    json::Event,
    printable::printable,
    remote::Remote,
    runtime, show, signals,
};

const EXAMPLES: &str = "\
Examples:
  tidegate watch https://example.org/mcp
  tidegate watch https://example.org/mcp --list tools
  tidegate watch https://example.org/mcp --resource file:///notes.txt --json

`tidegate serve` changes nothing by itself: these need a server that does.";

/// Watch what changes on a server, until Ctrl-C
///
/// One line for each change: a list that is another one now, a resource that reads otherwise. A
/// connection that breaks is made anew; then everything watched is told as changed, because nobody
/// knows what did meanwhile.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(flatten)]
    remote: Remote,

    /// A list to watch; may be given again. Without any, and without --resource: all
    #[arg(long, value_name = "LIST")]
    list: Vec<List>,

    /// A resource to watch, by its URI; may be given again
    #[arg(long, value_name = "URI")]
    resource: Vec<String>,

    /// Print one JSON event a line: changed
    #[arg(long)]
    pub(crate) json: bool,
}

/// A list that may change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum List {
    /// The tools
    Tools,
    /// The resources and their templates
    Resources,
    /// The prompts
    Prompts,
}

/// JSON-RPC's code for a method that does not exist: the server has nothing to listen to.
const METHOD_NOT_FOUND: i64 = -32601;

/// Runs the command.
pub(crate) fn run(args: Args) -> Result<(), Error> {
    runtime::client(async {
        let work = async |client: &Client| args.work(client).await;
        args.remote.with(None, work).await
    })
}

// === impl Args ===

impl Args {
    async fn work(&self, client: &Client) -> Result<(), Error> {
        let listening = async {
            let listening = client.listen(self.topics()).await;
            listening.map_err(|error| match error.rpc_code() {
                Some(METHOD_NOT_FOUND) => self
                    .remote
                    .explain(error)
                    .context("the server tells no changes"),
                _ => self.remote.explain(error),
            })
        };
        let mut listening = signals::or_interrupt(listening).await?;
        let stop = signals::interrupted()?;
        self.say(client, &listening);
        tokio::select! {
            ended = self.tell(&mut listening) => ended,
            () = stop => Ok(()),
        }
    }

    /// Returns what to watch.
    fn topics(&self) -> Topics {
        let lists = match self.list.as_slice() {
            [] if self.resource.is_empty() => Topics::lists(),
            lists => lists.iter().fold(Topics::new(), |topics, list| match list {
                List::Tools => topics.tools(),
                List::Resources => topics.resources(),
                List::Prompts => topics.prompts(),
            }),
        };
        self.resource.iter().fold(lists, Topics::resource)
    }

    /// Says that it listens, and to what.
    fn say(&self, client: &Client, listening: &Listening) {
        let (asked, agreed) = (self.topics(), listening.honoured());
        let mut all = vec![Change::Tools, Change::Resources, Change::Prompts];
        all.extend(self.resource.iter().cloned().map(Change::Resource));
        all.retain(|change| asked.wants(change));
        let (told, untold): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|change| agreed.wants(change));
        let names = |changes: &[Change]| {
            let names: Vec<_> = changes.iter().map(name).collect();
            printable(&names.join(", ")).into_owned()
        };
        let server = printable(&client.server().name).into_owned();
        anstream::eprintln!("watching {server}: {} (Ctrl-C ends it)", names(&told));
        if !untold.is_empty() {
            anstream::eprintln!("the server tells no changes of: {}", names(&untold));
        }
    }

    /// Tells each change, until there are no more.
    async fn tell(&self, listening: &mut Listening) -> Result<(), Error> {
        while let Some(change) = listening.next().await {
            let change = change.map_err(|error| self.remote.explain(error))?;
            self.show(&change)?;
        }
        Err(Error::new(
            Kind::Protocol,
            "the server has ended the subscription",
        ))
    }

    fn show(&self, change: &Change) -> Result<(), Error> {
        if !self.json {
            let what = match change {
                Change::Resource(_) => "changed: ",
                _ => "changed: the list of ",
            };
            return show::text(&format!("{what}{}", name(change)));
        }
        let uri = match change {
            Change::Resource(uri) => Some(uri.as_str()),
            _ => None,
        };
        let what = uri.map_or_else(|| list(change), |_| "resource");
        show::event(&Event::Changed { what, uri })
    }
}

/// Returns what changed: a list by its name, a resource by its URI.
fn name(change: &Change) -> &str {
    match change {
        Change::Resource(uri) => uri,
        other => list(other),
    }
}

fn list(change: &Change) -> &'static str {
    match change {
        Change::Tools => "tools",
        Change::Resources => "resources",
        Change::Prompts => "prompts",
        _ => "something",
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        args: Args,
    }

    fn topics(words: &[&str]) -> Topics {
        let words = [&["watch", "http://127.0.0.1:1/mcp"], words].concat();
        Line::try_parse_from(words).unwrap().args.topics()
    }

    #[test]
    fn all_lists_unless_something_is_named() {
        assert_eq!(topics(&[]), Topics::lists());
        assert_eq!(topics(&["--list", "tools"]), Topics::new().tools());
        let notes = Topics::new().resource("file:///notes.txt");
        assert_eq!(topics(&["--resource", "file:///notes.txt"]), notes);
        assert_eq!(
            topics(&["--resource", "file:///notes.txt", "--list", "prompts"]),
            notes.prompts()
        );
    }
}
