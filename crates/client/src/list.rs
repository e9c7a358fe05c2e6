//! Lists that come page by page, and what is learned from the list of tools.

use std::{
    collections::{HashMap, HashSet},
    fmt,
    sync::Arc,
};

use serde::de::DeserializeOwned;
use serde_json::{json, value::RawValue};
use tidegate_era::{code, header_params};
use tidegate_model::Raw;

use crate::{
    dispatch::{Dispatch, ToolFacts},
    endpoint::Outgoing,
    error::Error,
    results::ToolInfo,
};

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
    match pages(dispatch, method, key).await {
        // A cursor of a page that was kept, and that the server does not know any more: all pages
        // are dropped and read anew, once (2026-07-28 caching §Interaction with Pagination).
        Err(Broken::Cursor(_)) => {
            dispatch.wire.cache.drop_list(method);
            let again = pages(dispatch, method, key).await;
            again.map_err(|(Broken::Cursor(error) | Broken::Other(error))| error)
        }
        Err(Broken::Other(error)) => Err(error),
        Ok(entries) => Ok(entries),
    }
}

/// Why a list was not read to its end.
enum Broken {
    /// The server does not know the cursor it gave.
    Cursor(Error),
    Other(Error),
}

async fn pages<T: DeserializeOwned>(
    dispatch: &Arc<Dispatch>,
    method: &str,
    key: &str,
) -> Result<Vec<T>, Broken> {
    let endless = |why: fmt::Arguments<'_>| {
        Err(Broken::Other(Error::answer(format_args!(
            "{method} gives {why}"
        ))))
    };
    let mut entries = Vec::new();
    let mut seen = HashSet::new();
    let mut cursor: Option<String> = None;
    let mut bytes = 0;
    for _ in 0..MOST_PAGES {
        let mut outgoing = Outgoing::new(method, dispatch.wire.log_level);
        if let Some(cursor) = &cursor {
            outgoing = outgoing.field("cursor", json!(cursor));
        }
        let result = dispatch.recall(outgoing).await;
        let result = result.map_err(|error| match (&cursor, error.rpc_code()) {
            (Some(_), Some(code::INVALID_PARAMS)) => Broken::Cursor(error),
            _ => Broken::Other(error),
        })?;
        bytes += result.bytes().len();
        if bytes > MOST_BYTES {
            return endless(format_args!("more than {MOST_BYTES} bytes"));
        }
        let (page, next) = page(method, key, &result).map_err(Broken::Other)?;
        entries.extend(page);
        // An empty cursor is a cursor; the end is where there is none.
        let Some(next) = next else {
            return Ok(entries);
        };
        if !seen.insert(next.clone()) {
            return endless(format_args!(
                "the cursor {next:?} twice; its pages have no end"
            ));
        }
        cursor = Some(next);
    }
    endless(format_args!("more than {MOST_PAGES} pages"))
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
    let is_modern = dispatch.is_modern();
    let mut facts = HashMap::new();
    tools.retain(|tool| {
        let params = if is_modern {
            header_params(&tool.input_schema)
        } else {
            Ok(Vec::new())
        };
        let params = match params {
            Ok(params) => params,
            Err(error) => {
                tracing::warn!(tool = tool.name, %error, "a tool is left out: its schema cannot be honoured");
                return false;
            }
        };
        let known = ToolFacts::new(params, tool.annotations.as_ref());
        facts.insert(tool.name.clone(), known);
        true
    });
    dispatch.tools.replace(facts);
    Ok(tools)
}
