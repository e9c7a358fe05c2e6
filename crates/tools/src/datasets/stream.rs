//! `stream_data_analysis`: goes through a data set in chunks, and says so after each.

use schemars::JsonSchema;
use serde::Deserialize;
use tidegate_handler::{Context, Failure, Structured};
use tokio::{join, sync::mpsc};

use super::{
    analysis::{Analysis, Step, Unusable},
    summary::Summary,
};
use crate::{
    aside::{Quit, aside},
    root::Root,
};

/// Chunks that reading may be ahead of what has been sent: enough that neither waits for the
/// other's next turn, and a slow reader holds it back.
const AHEAD: usize = 8;

/// Reads a data set (CSV, TSV or JSON Lines, of any size) in chunks and reports figures of each
/// column: count, mean, deviation, least, greatest, quantiles, nulls and different values. Says how
/// far it is after each chunk; rows that do not fit are left out and reported.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub(crate) struct StreamDataAnalysis {
    /// Path of a .csv, .tsv, .jsonl or .ndjson file, relative to the server's root. The first
    /// record of CSV and TSV names the columns.
    dataset: String,
    /// Items (rows or lines) a chunk.
    #[serde(default = "chunk_size")]
    #[schemars(range(min = 1, max = 1_000_000))]
    chunk_size: u32,
}

fn chunk_size() -> u32 {
    100
}

/// Analyses the data set that `args` names.
///
/// # Cancel safety
///
/// A dropped call ends its reading within a thousand items; it leaves nothing behind.
pub(crate) async fn stream_data_analysis(
    root: Root,
    args: StreamDataAnalysis,
    cx: Context,
) -> Result<Structured<Summary>, Failure> {
    let (steps, mut arriving) = mpsc::channel::<Step>(AHEAD);
    let work = aside(move |quit| analyse(&root, &args, &steps, quit));
    let tell = async {
        while let Some(step) = arriving.recv().await {
            cx.info(step).await;
            cx.progress(step.done as f64, step.total as f64).await;
        }
    };
    let (summary, ()) = join!(work, tell);
    Ok(Structured::new(summary?).text("Analysis complete"))
}

/// Goes through the whole data set. This blocks, also while nobody takes its steps.
fn analyse(
    root: &Root,
    args: &StreamDataAnalysis,
    steps: &mpsc::Sender<Step>,
    quit: &Quit,
) -> Result<Summary, Unusable> {
    let mut analysis = Analysis::open(root, &args.dataset, quit)?;
    while let Some(step) = analysis.step(u64::from(args.chunk_size), quit)? {
        if steps.blocking_send(step).is_err() {
            return Err(Unusable::Quit);
        }
    }
    Ok(analysis.finish())
}
