//! Analytics in real time: a tool that is a stream goes through a data set, window by window, and
//! each window's figures arrive as soon as its last row has been read.
//!
//! ```text
//! analytics FILE.csv COLUMN [ROWS]     as in: analytics crates/tools/demo/tide-predictions.csv observed_m 100
//! ```
//!
//! It holds one window in memory, whatever the size of the file. Rows without a number are counted
//! and passed over. The first line names the columns; none holds a comma.

#![expect(clippy::print_stdout, reason = "a program's own words")]

use std::{collections::VecDeque, env, error::Error, mem, path::Path, sync::Arc};

use futures_util::{Stream, TryStreamExt, stream};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tidegate::{
    Client, Context, Failure, Level, Server, Step, Structured, ToolSpec, client::Event,
};
use tokio::{
    fs::File,
    io::{AsyncBufReadExt, BufReader, Lines},
};

/// Sums up a column of the data set, window by window.
#[derive(Deserialize, JsonSchema)]
struct Analyse {
    /// The column's name, as in the first line.
    column: String,
    /// Rows in a window.
    #[schemars(range(min = 1, max = 100_000))]
    rows: usize,
}

/// What a window, or all of them, come to.
#[derive(Default, Serialize, JsonSchema)]
struct Summary {
    windows: u64,
    count: u64,
    mean: f64,
    /// Rows that hold no number there.
    skipped: u64,
}

type Said = Step<Structured<Summary>>;

/// A data set that is being read.
struct Reading {
    lines: Lines<BufReader<File>>,
    column: usize,
    rows: usize,
    /// The window that is being filled.
    window: Vec<f64>,
    bytes_read: u64,
    bytes: u64,
    sum: f64,
    summary: Summary,
    /// What is to be said before another line is read.
    ready: VecDeque<Said>,
    ended: bool,
}

// === impl Reading ===

impl Reading {
    async fn open(file: Arc<Path>, args: Analyse) -> Result<Self, Failure> {
        let opened = File::open(&file).await?;
        let bytes = opened.metadata().await?.len();
        let mut lines = BufReader::new(opened).lines();
        let head = lines.next_line().await?.unwrap_or_default();
        let column = head.split(',').position(|name| name == args.column);
        let column = column.ok_or_else(|| {
            let column = &args.column;
            Failure::tool(format!("no column is named {column:?}; there are: {head}"))
        })?;
        Ok(Self {
            lines,
            column,
            rows: args.rows,
            window: Vec::with_capacity(args.rows),
            bytes_read: head.len() as u64 + 1,
            bytes,
            sum: 0.0,
            summary: Summary::default(),
            ready: VecDeque::new(),
            ended: false,
        })
    }

    /// Returns what is said next: the stream's next item.
    async fn next(mut self) -> Option<(Result<Said, Failure>, Self)> {
        loop {
            if let Some(step) = self.ready.pop_front() {
                return Some((Ok(step), self));
            }
            if self.ended {
                return None;
            }
            match self.lines.next_line().await {
                Ok(Some(row)) => self.enter(&row),
                Ok(None) => self.end(),
                Err(error) => {
                    self.ended = true;
                    return Some((Err(error.into()), self));
                }
            }
        }
    }

    fn enter(&mut self, row: &str) {
        self.bytes_read += row.len() as u64 + 1;
        let field = row.split(',').nth(self.column);
        match field.and_then(|field| field.trim().parse::<f64>().ok()) {
            Some(value) if value.is_finite() => self.window.push(value),
            _ => self.summary.skipped += 1,
        }
        if self.window.len() == self.rows {
            self.close_window();
        }
    }

    /// Says what the window comes to, and begins the next one.
    fn close_window(&mut self) {
        let mut values = mem::take(&mut self.window);
        values.sort_by(f64::total_cmp);
        let sum: f64 = values.iter().sum();
        self.summary.windows += 1;
        self.summary.count += values.len() as u64;
        self.sum += sum;
        let figures = json!({
            "window": self.summary.windows,
            "count": values.len(),
            "mean": thousandths(sum / values.len() as f64),
            "p50": percentile(&values, 50),
            "p95": percentile(&values, 95),
        });
        self.ready.push_back(Step::Log(Level::Info, figures));
        self.ready.push_back(Step::Progress {
            done: self.bytes_read.min(self.bytes) as f64,
            total: Some(self.bytes as f64),
            message: None,
        });
        values.clear();
        self.window = values;
    }

    fn end(&mut self) {
        if !self.window.is_empty() {
            self.close_window();
        }
        self.ended = true;
        let mut summary = mem::take(&mut self.summary);
        summary.mean = self.sum / summary.count.max(1) as f64;
        let text = format!(
            "{} numbers in {} windows, mean {:.3}, {} rows skipped",
            summary.count, summary.windows, summary.mean, summary.skipped
        );
        let result = Structured::new(summary).text(text);
        self.ready.push_back(Step::Done(result));
    }
}

/// Leaves out what nobody reads.
fn thousandths(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

/// Returns the smallest value that `percent` of all are not above (nearest rank).
fn percentile(sorted: &[f64], percent: usize) -> f64 {
    sorted[(sorted.len() * percent).div_ceil(100).max(1) - 1]
}

fn analyse(file: Arc<Path>, args: Analyse) -> impl Stream<Item = Result<Said, Failure>> {
    stream::once(Reading::open(file, args))
        .map_ok(|reading| stream::unfold(reading, Reading::next))
        .try_flatten()
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut args = env::args().skip(1);
    let file: Arc<Path> = Path::new(&args.next().ok_or("say which file")?).into();
    let column = args.next().ok_or("say which column")?;
    let rows = args.next().map_or(Ok(100), |rows| rows.parse::<usize>())?;

    let analyse = move |args: Analyse, _: Context| analyse(file.clone(), args);
    let bound = Server::new("analytics", "1.0.0")
        .stream_tool(ToolSpec::new("analyse").read_only(), analyse)
        .bind("127.0.0.1:0")
        .await?;
    let client_url = bound.url();
    tokio::spawn(bound.run());

    let client = Client::connect(&client_url).await?;
    let arguments = json!({"column": column, "rows": rows});
    let mut call = client.call("analyse").arguments(arguments).start().await?;
    while let Some(event) = call.next().await {
        match event {
            Event::Log(log) => println!("{}", log.text()),
            Event::Progress(step) => {
                let share = 100.0 * step.progress / step.total.unwrap_or(f64::INFINITY);
                println!("{share:.0} % read");
            }
            _ => {}
        }
    }
    let result = call.result().await?;
    println!("{}", result.text());
    client.close().await?;
    Ok(())
}
