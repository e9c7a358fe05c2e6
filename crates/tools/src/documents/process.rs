//! `process_files`: goes through documents one by one, and says so as it does.

use schemars::JsonSchema;
use serde::Deserialize;
use tidegate_handler::{Context, Failure, Structured};

use super::report::{Report, Tally, read};
use crate::{
    aside::aside,
    root::{MAX_ITEMS, Root},
};

/// Reads documents and reports what each holds: media type, size, SHA-256, lines, words, title and
/// most telling words. Says which document it is at while it works; what cannot be read is skipped
/// and reported.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub(crate) struct ProcessFiles {
    /// Paths or globs, relative to the server's root, as in `["notes.md", "reports/**/*.pdf"]`.
    /// None: every file under the root that is neither hidden nor git-ignored.
    #[serde(default)]
    #[schemars(length(max = MAX_ITEMS))]
    paths: Option<Vec<String>>,
    /// A word to find in the result again: it ends with `Done: {message}`.
    #[serde(default)]
    message: Option<String>,
}

/// Processes the documents that `args` names.
///
/// # Cancel safety
///
/// A dropped call ends its reading at the next block; it leaves nothing behind.
pub(crate) async fn process_files(
    root: Root,
    args: ProcessFiles,
    cx: Context,
) -> Result<Structured<Report>, Failure> {
    let paths = args.paths.unwrap_or_default();
    let items = {
        let root = root.clone();
        aside(move |quit| root.select(&paths, quit)).await?
    };
    let total = items.len();
    let mut tally = Tally::default();
    for (done, item) in (1..).zip(items) {
        // Said before the work, so that a reader knows what it is that takes so long.
        cx.info(format!("Processing document {done}/{total}: {}", item.name))
            .await;
        cx.progress(f64::from(done), total as f64).await;
        let root = root.clone();
        let (name, outcome) = aside(move |quit| {
            let outcome = read(&root, &item.name, item.path, quit);
            (item.name, outcome)
        })
        .await;
        tally.enter(name, outcome);
    }
    cx.info("Processing complete!").await;
    let report = tally.report();
    let message = args.message.filter(|message| !message.is_empty());
    let text = format!("Done: {}", message.unwrap_or_else(|| report.count()));
    Ok(Structured::new(report).text(text))
}
