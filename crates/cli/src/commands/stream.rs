//! `tidegate stream`: a plain HTTP stream, each event as it comes.

use serde_json::Value;
use tidegate::{
    Client, Level,
    client::{self, CallResult, Plain, PlainClient, PlainStream, Target},
};
use url::Url;

use crate::{
    arguments::{Argument, Given},
    credentials::{self, Credentials},
    error::{Error, Kind},
    json::{Event, Fields, Foreign},
    remote::{self, Remote},
    runtime, show, signals,
    talk::Watch,
};

const EXAMPLES: &str = "\
Examples:
  tidegate stream 'http://127.0.0.1:8080/stream?n=3'
  tidegate stream 'http://127.0.0.1:8080/calculate?a=6&b=7&op=multiply' --json
  tidegate stream http://127.0.0.1:8080/tools/count/stream n=5 delay_ms=200
  tidegate stream 'http://127.0.0.1:8080/tools/count/stream?n=5&delay_ms=200'
  tidegate stream http://127.0.0.1:8080/tools/process_files/stream paths:='[\"*.md\"]'

How a tool's arguments are written:
  key=value    text, or what the tool's schema says if the server's /mcp can be asked for it
  key:=json    a JSON value as it is: n:=3
  key=@file    the text of a file
  -            a JSON object on stdin; what is typed goes over it
  ?key=value   in the URL, as key=value; log=LEVEL there stands for --level";

/// Read a plain HTTP stream: each event as it comes
///
/// Reads server-sent events, lines of JSON (NDJSON) and lines of text. A tool's stream,
/// /tools/NAME/stream, is called with arguments: its progress and log messages go to stderr, its
/// result to stdout. Ctrl-C ends the stream, which cancels the tool.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The stream's address, as in http://127.0.0.1:8080/stream?n=3
    #[arg(value_parser = address)]
    url: Url,

    /// A tool's arguments: key=value, key:=json, key=@file, or - for JSON on stdin
    #[arg(value_name = "ARGUMENT")]
    arguments: Vec<Argument>,

    #[command(flatten)]
    credentials: Credentials,

    /// The lightest log messages of a tool to ask for: debug, info, notice, warning, error, critical,
    /// alert, emergency
    #[arg(long, default_value = "info")]
    level: Level,

    /// Print one JSON event a line
    #[arg(long)]
    pub(crate) json: bool,
}

/// Reads the address of a plain stream.
fn address(text: &str) -> Result<Url, String> {
    let example = "write it as http://127.0.0.1:8080/stream";
    match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => Ok(url),
        // `localhost:8080` parses, with `localhost` for its scheme.
        Ok(_) => Err(format!(
            "a stream's address begins with http:// or https://; {example}"
        )),
        Err(error) => Err(format!("{error}; {example}")),
    }
}

/// Runs the command.
pub(crate) fn run(mut args: Args) -> Result<(), Error> {
    args.take_query();
    // Before a connection opens: a slip in the arguments costs the server nothing.
    let given = Given::read(args.arguments.clone())?;
    if args.tool().is_none() && !args.arguments.is_empty() {
        let error = "only a tool's stream, /tools/NAME/stream, takes arguments";
        return Err(Error::new(Kind::Usage, error)
            .hint("write the parameters of other streams in the URL: '…/stream?n=3'"));
    }
    runtime::client(async { signals::or_interrupt(args.work(given)).await })
}

// === impl Args ===

impl Args {
    /// Returns the name of the tool whose stream it is.
    fn tool(&self) -> Option<&str> {
        let (before, last) = self.url.path().rsplit_once('/')?;
        let (_, name) = before.split_once("/tools/")?;
        (last == "stream").then_some(name)
    }

    /// Takes what a tool's URL asks for, as a URL for curl does, among the arguments: the call sends
    /// them all in its body. `log` stays, which is the stream's own.
    fn take_query(&mut self) {
        if self.tool().is_none() || self.url.query().is_none() {
            return;
        }
        let pairs = self.url.query_pairs().into_owned();
        let (kept, arguments): (Vec<_>, Vec<_>) = pairs.partition(|(name, _)| name == "log");
        self.url.set_query(None);
        if !kept.is_empty() {
            self.url.query_pairs_mut().extend_pairs(kept);
        }
        let arguments = arguments.into_iter();
        self.arguments
            .extend(arguments.map(|(name, value)| Argument::Text(name, value)));
    }

    async fn work(&self, given: Given) -> Result<(), Error> {
        let client = self.client()?;
        let opened = match self.tool() {
            None => client.listen_stream(self.url.as_str()).await,
            Some(name) => {
                let schema = match given.wants_schema() {
                    true => self.schema(name).await,
                    false => None,
                };
                let arguments = Value::Object(given.for_tool(schema.as_ref())?);
                client.call_stream(self.url.as_str(), arguments).await
            }
        };
        let stream = opened.map_err(|error| self.explain(error))?;
        self.follow(stream).await
    }

    fn client(&self) -> Result<PlainClient, Error> {
        let client = PlainClient::at(self.url.as_str()).map_err(|error| self.explain(error))?;
        self.credentials
            .give_plain(client.log_level(self.level), &self.endpoint())
    }

    /// Returns the endpoint that the stream stands beside, on servers such as ours: who logs in, logs in
    /// for it.
    fn endpoint(&self) -> Url {
        let mut endpoint = self.url.clone();
        endpoint.set_path("/mcp");
        endpoint.set_query(None);
        endpoint
    }

    /// Returns the tool's input schema; none if there is no endpoint beside the stream that lists it.
    async fn schema(&self, name: &str) -> Option<Value> {
        let endpoint = Target::Http(self.endpoint());
        let mut schema = None;
        let list = async |client: &Client| {
            let tools = client
                .list_tools()
                .await
                .map_err(|error| self.explain(error))?;
            schema = tools.into_iter().find(|tool| tool.name == name);
            Ok(())
        };
        // A server may have plain streams alone; then text stays text.
        let _ = Remote::at(endpoint)
            .with_credentials(self.credentials.clone())
            .with(None, list)
            .await;
        schema.map(|tool| tool.input_schema)
    }

    async fn follow(&self, mut stream: PlainStream) -> Result<(), Error> {
        let mut watch = Watch::new(self.tool().unwrap_or("stream"), self.json);
        while let Some(item) = stream.next().await {
            match item.map_err(|error| self.explain(error))? {
                Plain::Log(log) => watch.log(log.level, log.logger.as_deref(), &log.data)?,
                Plain::Progress(step) => {
                    watch.progress(step.progress, step.total, step.message.as_deref())?;
                }
                Plain::Error(error) => {
                    let code = Some(error.code);
                    return Err(Error::new(Kind::Protocol, error.message).code(code));
                }
                Plain::Result(raw) => {
                    drop(watch);
                    return self.result(&raw);
                }
                Plain::End(data) if self.json => {
                    let event = "end";
                    show::event(&Foreign { event, data: &data })?;
                }
                Plain::Other { event, data } if self.json => {
                    let event = event.as_str();
                    show::event(&Foreign { event, data: &data })?;
                }
                Plain::Other { data, .. } => show_data(&data)?,
                _ => {}
            }
        }
        Ok(())
    }

    /// Shows a result: a tool's as `tidegate call` does, any other as it came.
    fn result(&self, raw: &tidegate::Raw) -> Result<(), Error> {
        let value: Value = raw.decode().unwrap_or_default();
        let is_error = value["isError"] == true;
        match &value {
            Value::Object(fields) if self.json => show::event(&Event::Result(Fields(fields)))?,
            value if value["content"].is_array() => {
                let result = CallResult::try_from(raw.clone());
                let result = result.map_err(|error| self.explain(error))?;
                show::content(&result.content)?;
            }
            value => show_data(value)?,
        }
        if is_error {
            let error = format!(
                "the tool {} reports a failure",
                self.tool().unwrap_or("here")
            );
            return Err(Error::new(Kind::Tool, error));
        }
        Ok(())
    }

    /// Turns the library's error into this command's, with what may mend it.
    fn explain(&self, error: client::Error) -> Error {
        let kind = remote::kind(&error);
        let status = error.status().map(|status| status.as_u16());
        let code = error.rpc_code();
        let login = credentials::login_hint(&error, self.endpoint().as_str());
        let told = Error::new(kind, error).code(code);
        match (kind, status) {
            (Kind::Connect, _) => told.hint(format!("is a server listening at {}?", self.url)),
            (Kind::Auth, _) => self.credentials.hint(told, login),
            (_, Some(400)) if self.tool().is_some() && !self.arguments.is_empty() => {
                told.hint("a number or another JSON value is written key:=3")
            }
            _ => told,
        }
    }
}

/// Prints what an event says: text as it is, all else as JSON on one line.
fn show_data(data: &Value) -> Result<(), Error> {
    match data.as_str() {
        Some(text) => show::text(text),
        None => show::text(&data.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use clap::{Args as _, FromArgMatches};

    use super::*;

    fn args(url: &str) -> Args {
        let command = Args::augment_args(clap::Command::new("stream"));
        let matches = command.try_get_matches_from(["stream", url]).unwrap();
        Args::from_arg_matches(&matches).unwrap()
    }

    #[test]
    fn a_tools_stream_is_known_by_its_path() {
        for (path, tool) in [
            ("/tools/echo/stream", Some("echo")),
            ("/tools/echo/stream?log=debug", Some("echo")),
            ("/behind/a/proxy/tools/echo/stream", Some("echo")),
            ("/stream?n=3", None),
            ("/calculate?a=1&b=2&op=add", None),
            ("/tools/echo", None),
        ] {
            let args = args(&format!("http://127.0.0.1:1{path}"));
            assert_eq!(args.tool(), tool, "{path}");
        }
    }

    #[test]
    fn the_query_of_a_tools_stream_is_its_arguments() {
        let text = |name: &str, value: &str| Argument::Text(name.into(), value.into());
        let base = "http://127.0.0.1:1";
        for (path, left, arguments) in [
            (
                "/tools/count/stream?n=2&log=debug&a%20b=@c+d",
                "/tools/count/stream?log=debug",
                vec![text("n", "2"), text("a b", "@c d")],
            ),
            (
                "/tools/count/stream?n=2",
                "/tools/count/stream",
                vec![text("n", "2")],
            ),
            ("/tools/count/stream", "/tools/count/stream", vec![]),
            ("/stream?n=3", "/stream?n=3", vec![]),
        ] {
            let mut args = args(&format!("{base}{path}"));
            args.take_query();
            assert_eq!(args.url.as_str(), format!("{base}{left}"));
            assert_eq!(args.arguments, arguments, "{path}");
        }
    }
}
