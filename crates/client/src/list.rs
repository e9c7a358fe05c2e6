//! Lists that come page by page, and what is learned from the list of tools.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use serde::de::DeserializeOwned;
use serde_json::{json, value::RawValue};
use tidegate_era::header_params;
use tidegate_model::{HeaderParam, Raw};

use crate::{dispatch::Dispatch, endpoint::Outgoing, error::Error, results::ToolInfo};

/// How many pages a list may have. At the usual fifty to a hundred entries a page this is a list
/// nobody reads; a server that invents cursors is cut off here.
const MOST_PAGES: usize = 1000;

/// How many bytes a list may have in all: a thousand tools with long schemas are 5 MB.
const MOST_BYTES: usize = 64 << 20;

/// Returns all entries of a list, which `method` gives under `key`.
pub(crate) async fn entries<T: DeserializeOwned>(
    dispatch: &Arc<Dispatch>,
    method: &str,
    key: &str,
) -> Result<Vec<T>, Error> {
    let mut entries = Vec::new();
    let mut seen = HashSet::new();
    let mut cursor: Option<String> = None;
    let mut bytes = 0;
    for _ in 0..MOST_PAGES {
        let mut outgoing = Outgoing::new(method, dispatch.wire.log_level);
        if let Some(cursor) = &cursor {
            outgoing = outgoing.field("cursor", json!(cursor));
        }
        let result = dispatch.ask(outgoing).await?;
        bytes += result.bytes().len();
        if bytes > MOST_BYTES {
            return Err(Error::answer(format_args!(
                "{method} gives more than {MOST_BYTES} bytes"
            )));
        }
        let (page, next) = page(method, key, &result)?;
        entries.extend(page);
        // An empty cursor is a cursor; the end is where there is none.
        let Some(next) = next else {
            return Ok(entries);
        };
        if !seen.insert(next.clone()) {
            return Err(Error::answer(format_args!(
                "{method} gives the cursor {next:?} twice; its pages have no end"
            )));
        }
        cursor = Some(next);
    }
    Err(Error::answer(format_args!(
        "{method} gives more than {MOST_PAGES} pages"
    )))
}

fn page<T: DeserializeOwned>(
    method: &str,
    key: &str,
    result: &Raw,
) -> Result<(Vec<T>, Option<String>), Error> {
    let shape = |error| Error::shape(method, error);
    let mut fields: HashMap<String, Box<RawValue>> = result.decode().map_err(shape)?;
    let mut take = |key: &str| fields.remove(key).map(Box::<str>::from);
    let entries =
        take(key).ok_or_else(|| Error::answer(format_args!("{method} gives no {key}")))?;
    let next = take("nextCursor").unwrap_or_else(|| "null".into());
    Ok((
        serde_json::from_str(&entries).map_err(shape)?,
        serde_json::from_str(&next).map_err(shape)?,
    ))
}

/// Returns the server's tools, and remembers which arguments each wants mirrored in headers.
///
/// A tool with a header no client can send is left out (2026-07-28 streamable-http §Schema
/// Extension); legacy servers know no such headers.
pub(crate) async fn tools(dispatch: &Arc<Dispatch>) -> Result<Vec<ToolInfo>, Error> {
    let mut tools: Vec<ToolInfo> = entries(dispatch, "tools/list", "tools").await?;
    if !dispatch.is_modern() {
        return Ok(tools);
    }
    let mut params: HashMap<String, Arc<[HeaderParam]>> = HashMap::new();
    tools.retain(|tool| match header_params(&tool.input_schema) {
        Ok(found) => {
            if !found.is_empty() {
                params.insert(tool.name.clone(), found.into());
            }
            true
        }
        Err(error) => {
            tracing::warn!(tool = tool.name, %error, "a tool is left out: its schema cannot be honoured");
            false
        }
    });
    *dispatch.params.lock() = params;
    Ok(tools)
}
