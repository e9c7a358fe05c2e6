//! A stream that goes on: what is refused is asked for again, with longer and longer waits; what is
//! broken is reported and left out; the summary says what was lost.
//!
//! ```text
//! robust_stream [ATTEMPTS [FILE]]     as in: robust_stream 4, or robust_stream 1 to see what is lost
//! ```
//!
//! The source is a real server on a loopback port, and a bad one: it hands out the lines of a file of
//! readings, one a connection, and hangs up on every third caller.

#![expect(clippy::print_stdout, reason = "a program's own words")]

use std::{env, error::Error, fs, io, net::SocketAddr, sync::Arc, time::Duration};

use backon::{BackoffBuilder, ExponentialBuilder};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tidegate::{Client, Context, Failure, Server, Structured, client::Event};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    time::{sleep, timeout},
};

/// How long the source may take for an answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// The longest chunk that is taken; a source that sends on for ever fills no memory.
const LONGEST: u64 = 64 * 1024;

/// Collects the readings of a source that is not reliable.
#[derive(Deserialize, JsonSchema)]
struct Collect {
    /// How often each chunk is asked for before it is given up.
    #[schemars(range(min = 1, max = 10))]
    attempts: usize,
}

#[derive(Default, Serialize, JsonSchema)]
struct Summary {
    good: u64,
    /// Chunks that arrived and are no JSON, by number.
    broken: Vec<u64>,
    /// Chunks that never arrived, by number.
    lost: Vec<u64>,
    /// How often something was asked for again.
    retries: u64,
}

async fn collect(
    source: SocketAddr,
    args: Collect,
    cx: Context,
) -> Result<Structured<Summary>, Failure> {
    let mut summary = Summary::default();
    let Some(count) = fetch(source, "count", args.attempts, &mut summary, &cx).await else {
        return Err(Failure::tool("the source does not say what it has"));
    };
    let count: u64 = count.parse()?;
    for number in 1..=count {
        let chunk = fetch(
            source,
            &number.to_string(),
            args.attempts,
            &mut summary,
            &cx,
        )
        .await;
        match chunk.as_deref().map(serde_json::from_str::<Value>) {
            Some(Ok(reading)) => {
                summary.good += 1;
                cx.info(format!("chunk {number}: {reading}")).await;
            }
            Some(Err(error)) => {
                summary.broken.push(number);
                cx.warning(format!("chunk {number} is broken: {error}"))
                    .await;
            }
            None => {
                summary.lost.push(number);
                cx.error(format!("chunk {number} is lost")).await;
            }
        }
        cx.progress(number as f64, count as f64).await;
    }
    let text = format!(
        "{} of {count} chunks; broken: {:?}; lost: {:?}; {} retries",
        summary.good, summary.broken, summary.lost, summary.retries
    );
    Ok(Structured::new(summary).text(text))
}

/// Asks the source until it answers, but not for ever. The caller hears of each refusal.
async fn fetch(
    source: SocketAddr,
    what: &str,
    attempts: usize,
    summary: &mut Summary,
    cx: &Context,
) -> Option<String> {
    // Twice as long each time, with some chance in it, so that many callers do not come back at once.
    let mut waits = ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(10))
        .with_max_delay(Duration::from_secs(2))
        .with_max_times(attempts - 1)
        .with_jitter()
        .build();
    loop {
        let error = match timeout(PATIENCE, ask(source, what)).await {
            Ok(Ok(answer)) => return Some(answer),
            Ok(Err(error)) => error,
            Err(_) => io::ErrorKind::TimedOut.into(),
        };
        let wait = waits.next()?;
        summary.retries += 1;
        cx.notice(format!("{what}: {error}; again in {wait:.0?}"))
            .await;
        sleep(wait).await;
    }
}

async fn ask(source: SocketAddr, what: &str) -> io::Result<String> {
    let mut connection = TcpStream::connect(source).await?;
    connection.write_all(format!("{what}\n").as_bytes()).await?;
    let mut answer = String::new();
    let mut reader = BufReader::new(connection).take(LONGEST);
    if reader.read_line(&mut answer).await? == 0 {
        let why = "the source hung up";
        return Err(io::Error::new(io::ErrorKind::UnexpectedEof, why));
    }
    Ok(answer.trim_end().to_owned())
}

/// Hands out lines, and hangs up on every third caller.
async fn bad_source(listener: TcpListener, lines: Arc<[String]>) -> io::Result<()> {
    for caller in 1_u64.. {
        let (mut connection, _) = listener.accept().await?;
        if caller.is_multiple_of(3) {
            continue; // dropping it is hanging up
        }
        let lines = lines.clone();
        tokio::spawn(async move {
            let (read, mut write) = connection.split();
            let mut wish = String::new();
            BufReader::new(read).read_line(&mut wish).await?;
            let answer = match wish.trim().parse::<usize>() {
                Ok(number) => lines
                    .get(number.wrapping_sub(1))
                    .cloned()
                    .unwrap_or_default(),
                Err(_) => lines.len().to_string(),
            };
            write.write_all(format!("{answer}\n").as_bytes()).await
        });
    }
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut args = env::args().skip(1);
    let attempts = args.next().map_or(Ok(4), |text| text.parse::<usize>())?;
    let readings = match args.next() {
        Some(file) => fs::read_to_string(file)?,
        None => include_str!("readings.jsonl").to_owned(),
    };
    let lines: Arc<[String]> = readings.lines().map(str::to_owned).collect();

    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let source = listener.local_addr()?;
    tokio::spawn(bad_source(listener, lines));

    let tool = move |args: Collect, cx: Context| collect(source, args, cx);
    let server = Server::new("readings", "1.0.0").tool("collect", tool);
    let bound = server.bind("127.0.0.1:0").await?;
    let client_url = bound.url();
    tokio::spawn(bound.run());

    let client = Client::connect(&client_url).await?;
    let arguments = json!({"attempts": attempts});
    let mut call = client.call("collect").arguments(arguments).start().await?;
    while let Some(event) = call.next().await {
        if let Event::Log(log) = event {
            println!("{:8} {}", log.level, log.text());
        }
    }
    println!("{}", call.result().await?.text());
    client.close().await?;
    Ok(())
}
