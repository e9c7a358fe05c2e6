//! Log lines, on stderr: stdout is data.

use std::io::{self, IsTerminal};

use tracing_subscriber::EnvFilter;

use crate::settings::{Filter, LogFormat};

/// Logs what `filter` lets through.
pub(super) fn to_stderr(filter: &Filter, format: LogFormat) {
    let colours = anstream::AutoStream::choice(&io::stderr());
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(filter.as_str()))
        .with_writer(io::stderr)
        .with_ansi(colours != anstream::ColorChoice::Never && io::stderr().is_terminal());
    match format {
        LogFormat::Text => subscriber.init(),
        LogFormat::Json => subscriber.json().init(),
    }
}
