//! `secure_data_stream`: lines of files, for callers that are known alone.

use std::{
    fmt,
    io::{BufRead, BufReader, Read},
    path::PathBuf,
};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tidegate_handler::{Context, Failure, Structured};

use crate::{
    aside::{Quit, aside},
    root::{Refusal, Root},
};

/// The scope that callers need.
pub(crate) const SCOPE: &str = "data:read";

/// Lines that are told of one call. Whoever needs more asks more narrowly.
const MAX_MATCHES: u64 = 1_000;

/// Bytes that are looked at of one line: longer ones are no text that somebody wrote.
const MAX_LINE: u64 = 64 * 1024;

/// Characters that are shown of a line.
const SHOWN: usize = 500;

/// Bytes at a file's beginning in which a zero says that it is no text, as `grep` has it.
const SNIFFED: usize = 8 * 1024;

/// Finds the lines that hold a text, in all files under the server's root that are neither hidden nor
/// git-ignored, and says each as it is found, by file and number. For authenticated callers alone; the
/// result names who asked.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub(crate) struct SecureDataStream {
    /// What a line has to hold, whatever the case of its letters.
    #[schemars(length(min = 1, max = 200))]
    query: String,
}

/// What was found, for whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Found {
    /// Who asked.
    asked_by: String,
    /// Files that were searched.
    files: u64,
    /// Lines that hold the text. No more are looked for after 1000.
    matches: u64,
    /// Files that could not be read, or hold no text.
    skipped: u64,
}

/// A line that holds the text.
struct Match {
    name: String,
    number: u64,
    line: String,
}

// === impl Match ===

impl fmt::Display for Match {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, number, line } = self;
        write!(f, "{name}:{number}: {line}")
    }
}

/// Searches as `args` says.
///
/// # Cancel safety
///
/// A dropped call ends its reading at the next line; it leaves nothing behind.
pub(crate) async fn secure_data_stream(
    root: Root,
    args: SecureDataStream,
    cx: Context,
) -> Result<Structured<Found>, Failure> {
    let Some(principal) = cx.caller().principal.clone() else {
        return Err(Failure::tool("this is for callers that are known"));
    };
    let query = args.query.to_lowercase();
    if query.is_empty() {
        return Err(Failure::invalid_params(
            "`query` is empty: say what to find",
        ));
    }
    let items = {
        let root = root.clone();
        aside(move |quit| root.select(&[], quit)).await?
    };
    let total = items.len();
    let mut found = Found {
        asked_by: principal.name().to_owned(),
        files: 0,
        matches: 0,
        skipped: 0,
    };
    for (done, item) in (1..).zip(items) {
        let (root, query) = (root.clone(), query.clone());
        let room = MAX_MATCHES - found.matches;
        let searched =
            aside(move |quit| search(&root, &item.name, item.path, &query, room, quit)).await;
        match searched {
            Some(matches) => {
                found.files += 1;
                found.matches += matches.len() as u64;
                for one in matches {
                    cx.info(one.to_string()).await;
                }
            }
            None => found.skipped += 1,
        }
        cx.progress(f64::from(done), total as f64).await;
        if found.matches >= MAX_MATCHES {
            break;
        }
    }
    let text = format!(
        "Found {} lines in {} files for {}",
        found.matches, found.files, found.asked_by
    );
    Ok(Structured::new(found).text(text))
}

/// Searches one file. This blocks. None: it cannot be read, or holds no text.
fn search(
    root: &Root,
    name: &str,
    path: Result<PathBuf, Refusal>,
    query: &str,
    room: u64,
    quit: &Quit,
) -> Option<Vec<Match>> {
    let file = root.file(&path.ok()?).ok()?;
    let mut lines = BufReader::with_capacity(SNIFFED, file);
    if lines.fill_buf().ok()?.contains(&0) {
        return None;
    }
    let mut matches = Vec::new();
    let mut line = Vec::new();
    let mut number = 0;
    while !quit.is_set() && (matches.len() as u64) < room {
        line.clear();
        if lines
            .by_ref()
            .take(MAX_LINE)
            .read_until(b'\n', &mut line)
            .ok()?
            == 0
        {
            break;
        }
        number += 1;
        let text = String::from_utf8_lossy(&line);
        if text.to_lowercase().contains(query) {
            matches.push(Match {
                name: name.to_owned(),
                number,
                line: text.trim_end().chars().take(SHOWN).collect(),
            });
        }
        if line.last() != Some(&b'\n') && line.len() as u64 == MAX_LINE {
            lines.skip_until(b'\n').ok()?;
        }
    }
    Some(matches)
}
