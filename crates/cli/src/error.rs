//! What ends a command: its kind, the error, and hints on how to mend it. The kind picks the exit
//! code.

use std::{error::Error as StdError, fmt, io, process::ExitCode};

use anstyle::{AnsiColor, Style};

use crate::{
    json::{self, Event},
    printable::printable,
};

/// Why a command did not do what it was asked for.
#[derive(Debug)]
pub(crate) struct Error {
    kind: Kind,
    error: Box<dyn StdError + Send + Sync>,
    hints: Vec<String>,
    /// The server's JSON-RPC error code.
    code: Option<i64>,
}

/// The kinds of error, told apart by the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The tool ran, and says that it failed. Its answer is on stdout already.
    Tool,
    /// The command line is wrong, or a setting is.
    Usage,
    /// Nobody answers at that address, or it cannot be listened on.
    Connect,
    /// The server wants to know who is there.
    Auth,
    /// The server refused, or what it said is no MCP.
    Protocol,
    /// The answer did not come in time.
    Timeout,
    /// A file, a folder or the output of this machine failed.
    Local,
    /// Ctrl-C, SIGTERM or SIGHUP.
    Interrupted,
    /// Nobody reads stdout any more, as after `| head -1`: they have what they wanted.
    ReaderGone,
}

/// The part of `--help` that a script reads.
pub(crate) const EXIT_CODES: &str = "\
Exit codes:
  0    it went well
  1    the tool ran and reports a failure
  2    the command line is wrong, or a setting
  3    cannot connect, or cannot listen
  4    the server asks for authentication, or refuses it
  5    the server answered with an error, or not in MCP
  6    no answer in time
  7    a file, a folder or an output of this machine failed
  130  Ctrl-C, SIGTERM or SIGHUP

The result goes to stdout, all talk to stderr; --json prints one JSON object a line.";

// === impl Error ===

impl Error {
    pub(crate) fn new(kind: Kind, error: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self {
            kind,
            error: error.into(),
            hints: Vec::new(),
            code: None,
        }
    }

    /// Returns the error of a write to stdout.
    pub(crate) fn stdout(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::new(Kind::ReaderGone, error),
            _ => Self::new(Kind::Local, format!("cannot write to stdout: {error}")),
        }
    }

    /// Returns the end that Ctrl-C, SIGTERM and SIGHUP make.
    pub(crate) fn interrupted() -> Self {
        Self::new(Kind::Interrupted, "interrupted")
    }

    /// Adds a sentence that says how to mend it.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Puts `what` before the error's own words.
    pub(crate) fn context(mut self, what: impl fmt::Display) -> Self {
        self.error = format!("{what}: {self}").into();
        self
    }

    /// Adds the server's JSON-RPC error code.
    pub(crate) fn code(mut self, code: Option<i64>) -> Self {
        self.code = code;
        self
    }

    #[cfg(test)]
    pub(crate) const fn kind(&self) -> Kind {
        self.kind
    }

    /// Tells the error, on stdout as an event if `as_json`, else on stderr, and returns its exit code.
    pub(crate) fn report(&self, as_json: bool) -> ExitCode {
        // There is nowhere left to complain about an error that cannot be told.
        let _ = match self.kind {
            Kind::ReaderGone => Ok(()),
            // The last event of a call is its result, which says isError itself.
            Kind::Tool if as_json => Ok(()),
            _ if as_json => json::write(&mut io::stdout().lock(), &self.event()),
            _ => self.tell(&mut anstream::stderr()),
        };
        self.kind.exit_code()
    }

    fn event(&self) -> Event<'_> {
        Event::Error {
            kind: self.kind.name(),
            code: self.code,
            message: self.to_string(),
            hints: &self.hints,
        }
    }

    fn tell(&self, to: &mut impl io::Write) -> io::Result<()> {
        let red = Style::new().bold().fg_color(Some(AnsiColor::Red.into()));
        let cyan = Style::new().bold().fg_color(Some(AnsiColor::Cyan.into()));
        let text = self.to_string();
        writeln!(to, "{red}error{red:#}: {}", printable(&text))?;
        for hint in &self.hints {
            writeln!(to, "{cyan}hint{cyan:#}: {}", printable(hint))?;
        }
        Ok(())
    }
}

impl fmt::Display for Error {
    /// The error and its causes, each once: some errors repeat their source in their own words.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut said = self.error.to_string();
        f.write_str(&said)?;
        let mut cause = self.error.source();
        while let Some(error) = cause {
            let words = error.to_string();
            if !said.contains(&words) {
                write!(f, ": {words}")?;
                said.push_str(&words);
            }
            cause = error.source();
        }
        Ok(())
    }
}

// === impl Kind ===

impl Kind {
    const fn code(self) -> u8 {
        match self {
            Self::ReaderGone => 0,
            Self::Tool => 1,
            Self::Usage => 2,
            Self::Connect => 3,
            Self::Auth => 4,
            Self::Protocol => 5,
            Self::Timeout => 6,
            Self::Local => 7,
            Self::Interrupted => 130,
        }
    }

    fn exit_code(self) -> ExitCode {
        ExitCode::from(self.code())
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Tool => "tool",
            Self::Usage => "usage",
            Self::Connect => "connect",
            Self::Auth => "auth",
            Self::Protocol => "protocol",
            Self::Timeout => "timeout",
            Self::Local => "local",
            Self::Interrupted => "interrupted",
            Self::ReaderGone => "reader-gone",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_exit_code_stands_in_the_help() {
        use Kind::*;
        for kind in [
            Tool,
            Usage,
            Connect,
            Auth,
            Protocol,
            Timeout,
            Local,
            Interrupted,
            ReaderGone,
        ] {
            let line = format!("\n  {:<4} ", kind.code());
            assert!(EXIT_CODES.contains(&line), "{kind:?}");
        }
    }

    #[test]
    fn a_reader_that_went_away_is_success() {
        let error = Error::stdout(io::ErrorKind::BrokenPipe.into());
        assert_eq!(error.kind().code(), 0);
        let full = Error::stdout(io::ErrorKind::StorageFull.into());
        assert_eq!(full.kind(), Kind::Local);
    }

    #[test]
    fn causes_are_told_once() {
        #[derive(Debug)]
        struct Outer(io::Error, &'static str);
        impl fmt::Display for Outer {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.1)
            }
        }
        impl StdError for Outer {
            fn source(&self) -> Option<&(dyn StdError + 'static)> {
                Some(&self.0)
            }
        }
        let outer = |words| Error::new(Kind::Connect, Outer(io::Error::other("refused"), words));
        assert_eq!(
            outer("cannot connect").to_string(),
            "cannot connect: refused"
        );
        assert_eq!(outer("connect: refused").to_string(), "connect: refused");
    }

    #[test]
    fn hints_follow_the_error_and_no_escape_reaches_the_terminal() {
        let error = Error::new(Kind::Protocol, "no \u{1b}[2Jtool").hint("try `list`");
        let mut told = anstream::StripStream::new(Vec::new());
        error.tell(&mut told).unwrap();
        let told = String::from_utf8(told.into_inner()).unwrap();
        assert_eq!(told, "error: no \\u{1b}[2Jtool\nhint: try `list`\n");
    }
}
