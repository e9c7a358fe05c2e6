//! What a client saw, in the order in which it saw it.

mod expected;

use std::time::Duration;

use serde_json::Value;

use crate::process::Finished;

/// One line that a client printed.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The revision that was agreed on.
    Connected(String),
    /// The names of the server's tools.
    Tools(Vec<String>),
    /// A log message.
    Log {
        /// How grave it is.
        level: String,
        /// What it says.
        data: Value,
    },
    /// A progress notification.
    Progress {
        /// How much is done.
        done: f64,
        /// How much there is.
        total: Option<f64>,
    },
    /// A question of the server's, by its method.
    Asked(String),
    /// From here on every change is heard.
    Listening,
    /// What changed: `tools`, `prompts`, `resources`, or the URI of a resource.
    Changed(String),
    /// The call's result.
    Result(Value),
}

/// The events of one call, each with the time at which it was seen.
#[derive(Debug)]
pub struct Transcript {
    events: Vec<(Duration, Event)>,
}

// === impl Transcript ===

impl Transcript {
    /// Reads what a client printed.
    ///
    /// # Panics
    /// A line is no event.
    #[must_use]
    pub fn of(finished: &Finished) -> Self {
        let events = finished.lines.iter().map(|(at, line)| {
            let event = Event::read(line);
            (
                *at,
                event.unwrap_or_else(|| panic!("no event: {line}\n{}", finished.errors)),
            )
        });
        Self {
            events: events.collect(),
        }
    }

    /// Returns a transcript of what a client in this process saw.
    #[must_use]
    pub fn heard(events: impl IntoIterator<Item = Event>) -> Self {
        let events = events.into_iter().map(|event| (Duration::ZERO, event));
        Self {
            events: events.collect(),
        }
    }

    /// Asserts that the server's tools have these among them.
    #[track_caller]
    pub fn lists(&self, tools: &[&str]) -> &Self {
        let listed = self.events.iter().find_map(|(_, event)| match event {
            Event::Tools(names) => Some(names),
            _ => None,
        });
        let listed = listed.expect("the client prints the tools that it lists");
        let missing: Vec<_> = tools
            .iter()
            .filter(|tool| !listed.iter().any(|l| l == *tool))
            .collect();
        assert!(missing.is_empty(), "{missing:?} are not among {listed:?}");
        self
    }

    /// Asserts that this revision was agreed on.
    #[track_caller]
    pub fn speaks(&self, revision: &str) -> &Self {
        assert!(
            self.events
                .iter()
                .any(|(_, e)| matches!(e, Event::Connected(r) if r == revision)),
            "{self:?}"
        );
        self
    }

    /// Asserts that the first notification came this long before the result, at least.
    #[track_caller]
    pub fn hears_early_by(&self, least: Duration) -> &Self {
        let is_notice = |event: &Event| matches!(event, Event::Log { .. } | Event::Progress { .. });
        let first = self
            .events
            .iter()
            .find(|(_, event)| is_notice(event))
            .expect("there are notifications")
            .0;
        let result = self.events.last().expect("there is a result").0;
        assert!(
            result - first >= least,
            "the first notification came only {:?} early",
            result - first
        );
        self
    }

    /// Returns the result of the call.
    #[must_use]
    #[track_caller]
    pub fn result(&self) -> &Value {
        match self.events.last() {
            Some((_, Event::Result(result))) => result,
            other => panic!("the last event is no result: {other:?}"),
        }
    }

    /// Returns the progress notifications: what was done, of what total.
    #[must_use]
    pub fn progress(&self) -> Vec<(f64, Option<f64>)> {
        let progress = self.events.iter().filter_map(|(_, event)| match event {
            Event::Progress { done, total } => Some((*done, *total)),
            _ => None,
        });
        progress.collect()
    }

    /// Tells the events of the call as a person would, for a diff that can be read.
    fn told(&self, wanted: impl Fn(&Event) -> bool) -> Vec<String> {
        let told = self
            .events
            .iter()
            .filter(|(_, event)| wanted(event))
            .filter_map(|(_, event)| match event {
                Event::Connected(_)
                | Event::Tools(_)
                | Event::Asked(_)
                | Event::Listening
                | Event::Changed(_) => None,
                Event::Log { level, data } => Some(format!(
                    "{level}: {}",
                    data.as_str()
                        .map_or_else(|| data.to_string(), str::to_owned)
                )),
                Event::Progress {
                    done,
                    total: Some(total),
                } => Some(format!("{done} of {total}")),
                Event::Progress { done, total: None } => Some(format!("{done}")),
                Event::Result(_) => Some("the result".to_owned()),
            });
        told.collect()
    }
}

// === impl Event ===

impl Event {
    fn read(line: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(line).ok()?;
        let event = match value["event"].as_str()? {
            "connected" => Self::Connected(value["version"].as_str()?.to_owned()),
            "tools" => {
                let names = value["names"].as_array()?.iter().filter_map(Value::as_str);
                Self::Tools(names.map(str::to_owned).collect())
            }
            "log" => Self::Log {
                level: value["level"].as_str()?.to_owned(),
                data: value["data"].clone(),
            },
            "progress" => Self::Progress {
                done: value["progress"].as_f64()?,
                total: value["total"].as_f64(),
            },
            "asked" => Self::Asked(value["method"].as_str()?.to_owned()),
            "listening" => Self::Listening,
            "changed" => Self::Changed(value["what"].as_str()?.to_owned()),
            "result" => Self::Result(value),
            _ => return None,
        };
        Some(event)
    }
}
