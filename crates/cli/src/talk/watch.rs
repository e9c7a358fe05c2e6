//! Where a call's notifications go as they arrive.

use std::io::IsTerminal;

use serde_json::Value;
use tidegate::Level;

use super::{line, live::Live};
use crate::{error::Error, json::Event, show};

/// Shows a call's notifications. Dropping it takes the bar away.
#[derive(Debug)]
pub(crate) struct Watch(Place);

#[derive(Debug)]
enum Place {
    /// A bar and scrolling lines on stderr, which is a terminal.
    Live(Live),
    /// Lines on stderr.
    Plain,
    /// Events on stdout.
    Json,
}

// === impl Watch ===

impl Watch {
    /// Returns what fits: events if `as_json`, else what stderr is good for.
    pub(crate) fn new(name: &str, as_json: bool) -> Self {
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        Self(match std::io::stderr().is_terminal() {
            _ if as_json => Place::Json,
            true if !dumb => Place::Live(Live::new(name)),
            _ => Place::Plain,
        })
    }

    /// Shows a log message.
    pub(crate) fn log(
        &mut self,
        level: Level,
        logger: Option<&str>,
        data: &Value,
    ) -> Result<(), Error> {
        // Talk that nobody hears does not end the work.
        let tell = || drop(line::log(&mut anstream::stderr(), level, logger, data));
        match &mut self.0 {
            Place::Live(live) => live.aside(tell),
            Place::Plain => tell(),
            Place::Json => {
                return show::event(&Event::Log {
                    level: level.name(),
                    logger,
                    data,
                });
            }
        }
        Ok(())
    }

    /// Shows a step of progress.
    pub(crate) fn progress(
        &mut self,
        done: f64,
        total: Option<f64>,
        message: Option<&str>,
    ) -> Result<(), Error> {
        match &mut self.0 {
            Place::Live(live) => live.progress(done, total, message),
            Place::Plain => drop(line::progress(
                &mut anstream::stderr(),
                done,
                total,
                message,
            )),
            Place::Json => {
                return show::event(&Event::Progress {
                    progress: done,
                    total,
                    message,
                });
            }
        }
        Ok(())
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if let Place::Live(live) = &self.0 {
            live.finish();
        }
    }
}
