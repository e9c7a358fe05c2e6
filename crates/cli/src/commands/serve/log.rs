//! Log lines, on stderr: stdout is data.

use std::io::{self, IsTerminal};

use tracing_subscriber::EnvFilter;

use crate::settings::{Filter, LogFormat};

/// Where a line a request is logged.
const ACCESS: &str = "tidegate::access";

/// Logs what `filter` lets through, from now on; and a line a request, if `access` wants it or the
/// filter names it.
///
/// It is off by itself: it costs more than a call does, and whoever starts a server over stdio may
/// never read what it says on stderr, and would make it wait in the end.
pub(super) fn to_stderr(filter: &Filter, access: bool, format: LogFormat) {
    let mut filter = filter.as_str().to_owned();
    if !filter.contains(ACCESS) {
        let level = if access { "info" } else { "off" };
        filter = format!("{filter},{ACCESS}={level}");
    }
    let colours = anstream::AutoStream::choice(&io::stderr());
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(filter))
        .with_writer(io::stderr)
        .with_ansi(colours != anstream::ColorChoice::Never && io::stderr().is_terminal());
    match format {
        LogFormat::Text => subscriber.init(),
        LogFormat::Json => subscriber
            .json()
            .flatten_event(true)
            .with_current_span(false)
            .with_span_list(false)
            .init(),
    }
}
