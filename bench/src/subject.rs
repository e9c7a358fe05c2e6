//! What is measured: which server, with which flags and which allocator.

use clap::ValueEnum;
use tidegate_bench_common::{Respond, Shows, Stream};

/// Who is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Subject {
    /// Our server.
    Tidegate,
    /// The floor: a plain axum handler with a typed parse.
    Axum,
    /// The floor below: bare hyper.
    Hyper,
    /// The official SDK at its best settings.
    Rmcp,
    /// Our nearest kin among libraries, at its best settings.
    TowerMcp,
}

/// Which allocator all servers of a row have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Allocator {
    /// For all that is timed or counted: what a server that cares for speed has.
    Mimalloc,
    /// For memory as well, because mimalloc touches the pages of a buffer that no one has used yet.
    System,
}

/// A server with its flags.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setup {
    /// Who.
    pub subject: Subject,
    /// How it answers calls.
    pub respond: Respond,
    /// How many tools it offers beside the measured ones.
    pub tools: usize,
    /// How the floor streams.
    pub stream: Stream,
    /// Whether it keeps what it said for clients that come back, as it does by default.
    pub replay: bool,
    /// With which allocator it is built.
    pub allocator: Allocator,
    /// What its callers have to show.
    pub shows: Shows,
}

// === impl Subject ===

impl Subject {
    /// Returns the name in the tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tidegate => "tidegate",
            Self::Axum => "axum floor",
            Self::Hyper => "hyper floor",
            Self::Rmcp => "rmcp",
            Self::TowerMcp => "tower-mcp",
        }
    }

    /// Whether it has sessions; a floor has none, and its load sends a made-up id.
    #[must_use]
    pub const fn keeps_sessions(self) -> bool {
        matches!(self, Self::Tidegate | Self::Rmcp | Self::TowerMcp)
    }

    /// Returns its program's file name.
    #[must_use]
    pub const fn program(self) -> &'static str {
        match self {
            Self::Tidegate => "tidegate-bench-server",
            Self::Axum => "axum-floor",
            Self::Hyper => "hyper-floor",
            Self::Rmcp => "rmcp-server",
            Self::TowerMcp => "tower-mcp-server",
        }
    }
}

// === impl Allocator ===

impl Allocator {
    /// Returns the name in the tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mimalloc => "mimalloc",
            Self::System => "system",
        }
    }

    /// Returns cargo's flags for a build with it.
    #[must_use]
    pub const fn features(self) -> &'static [&'static str] {
        match self {
            Self::Mimalloc => &[],
            Self::System => &["--no-default-features"],
        }
    }
}

// === impl Setup ===

impl Setup {
    /// Returns the plain server.
    #[must_use]
    pub const fn new(subject: Subject, respond: Respond) -> Self {
        Self {
            subject,
            respond,
            tools: 1,
            stream: Stream::Batch,
            replay: true,
            allocator: Allocator::Mimalloc,
            shows: Shows::Nothing,
        }
    }

    /// Returns the same server with `tools` extra tools.
    #[must_use]
    pub const fn with_tools(mut self, tools: usize) -> Self {
        self.tools = tools;
        self
    }

    /// Returns the same server, which keeps nothing.
    #[must_use]
    pub const fn without_replay(mut self) -> Self {
        self.replay = false;
        self
    }

    /// Returns the same server built with `allocator`.
    #[must_use]
    pub const fn with_allocator(mut self, allocator: Allocator) -> Self {
        self.allocator = allocator;
        self
    }

    /// Returns the same server, whose callers have to show something.
    #[must_use]
    pub const fn with_guard(mut self, shows: Shows) -> Self {
        self.shows = shows;
        self
    }

    /// Returns the flags it is started with.
    #[must_use]
    pub fn flags(self) -> Vec<String> {
        let name = |value: Option<clap::builder::PossibleValue>| {
            value.map_or_else(String::new, |v| v.get_name().to_owned())
        };
        let mut flags = vec![
            "--workers=1".to_owned(),
            format!("--tools={}", self.tools),
            format!("--respond={}", name(self.respond.to_possible_value())),
            format!("--stream={}", name(self.stream.to_possible_value())),
        ];
        if !self.replay {
            flags.push("--no-replay".to_owned());
        }
        if self.shows != Shows::Nothing {
            flags.push(format!("--shows={}", name(self.shows.to_possible_value())));
        }
        flags
    }
}
