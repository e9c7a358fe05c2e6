//! What a child process is started with.

use std::{
    ffi::{OsStr, OsString},
    fmt,
    path::{Path, PathBuf},
};

use crate::error::Error;

/// The command that starts a server as a child process, which speaks on its stdin and stdout.
///
/// It gets the environment of this process, with what [`env`](Self::env) adds or changes: servers
/// take their credentials from there. It is started again when it has died and is needed.
///
/// ```no_run
/// use tidegate_client::{Client, Command};
///
/// # async fn run() -> Result<(), tidegate_client::Error> {
/// let command = Command::new("npx").args(["-y", "@modelcontextprotocol/server-everything"]);
/// let client = Client::stdio(command).connect().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, PartialEq, Eq)]
#[must_use = "a command does nothing until a client connects to it"]
pub struct Command {
    program: OsString,
    args: Vec<OsString>,
    envs: Vec<(OsString, OsString)>,
    dir: Option<PathBuf>,
}

/// How a command line is written as a target.
pub(crate) const SCHEME: &str = "stdio:";

// === impl Command ===

impl Command {
    /// Returns the command that starts `program`, found in `PATH` if it is a bare name.
    pub fn new(program: impl AsRef<OsStr>) -> Self {
        Self {
            program: program.as_ref().to_owned(),
            args: Vec::new(),
            envs: Vec::new(),
            dir: None,
        }
    }

    /// Adds an argument.
    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.args.push(arg.as_ref().to_owned());
        self
    }

    /// Adds arguments.
    pub fn args<A: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        let args = args.into_iter().map(|arg| arg.as_ref().to_owned());
        self.args.extend(args);
        self
    }

    /// Sets a variable of the environment.
    pub fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        let variable = (name.as_ref().to_owned(), value.as_ref().to_owned());
        self.envs.push(variable);
        self
    }

    /// Sets the folder it runs in; by default that of this process.
    pub fn current_dir(mut self, dir: impl AsRef<Path>) -> Self {
        self.dir = Some(dir.as_ref().to_owned());
        self
    }

    /// Reads a command line: words as a shell splits and quotes them, of which nothing is expanded.
    ///
    /// # Errors
    ///
    /// When there is no word, or a quote is not closed.
    ///
    /// ```
    /// use tidegate_client::Command;
    ///
    /// let command = Command::parse("python3 server.py --name 'two words'")?;
    /// assert_eq!(command, Command::new("python3").args(["server.py", "--name", "two words"]));
    /// # Ok::<(), tidegate_client::Error>(())
    /// ```
    pub fn parse(line: &str) -> Result<Self, Error> {
        let words = shlex::split(line).ok_or_else(|| {
            Error::input(format_args!(
                "the command `{line}` has a quote that is not closed, or ends in a backslash"
            ))
        })?;
        if line.contains('\0') {
            return Err(Error::input(
                "the command holds a NUL, which no argument may have",
            ));
        }
        let mut words = words.into_iter();
        let program = words.next().filter(|program| !program.is_empty());
        let program = program.ok_or_else(|| {
            Error::input("there is no command; write it like stdio:python3 server.py")
        })?;
        Ok(Self::new(program).args(words))
    }

    /// Returns the name its server is remembered by: what is run, and where.
    pub(crate) fn name(&self) -> String {
        format!("{SCHEME}{:?} {:?} {:?}", self.program, self.args, self.dir)
    }

    /// Returns the command as a line that reads as it, without its environment and folder.
    pub(crate) fn line(&self) -> String {
        let words = std::iter::once(&self.program).chain(&self.args);
        let words: Vec<_> = words.map(|word| word.to_string_lossy()).collect();
        let joined = shlex::try_join(words.iter().map(AsRef::as_ref));
        // What cannot be quoted holds a NUL, and cannot be started either.
        joined.unwrap_or_else(|_| words.join(" "))
    }

    pub(super) fn program(&self) -> &OsStr {
        &self.program
    }

    /// Writes the command down for the system.
    pub(super) fn fill(&self, command: &mut tokio::process::Command) {
        command.args(&self.args);
        for name in OURS {
            command.env_remove(name);
        }
        command.envs(self.envs.iter().map(|(name, value)| (name, value)));
        if let Some(dir) = &self.dir {
            command.current_dir(dir);
        }
    }
}

/// What the `tidegate` command takes for itself: credentials for one server, which no other one that it
/// starts is to see.
const OURS: [&str; 2] = ["TIDEGATE_TOKEN", "TIDEGATE_CLIENT_SECRET"];

impl fmt::Debug for Command {
    /// Writes no values of the environment: most are secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let envs: Vec<_> = self.envs.iter().map(|(name, _)| name).collect();
        f.debug_struct("Command")
            .field("program", &self.program)
            .field("args", &self.args)
            .field("envs", &envs)
            .field("dir", &self.dir)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_line_is_split_as_a_shell_does() {
        let command = Command::parse(r#"  a 'b c'  "d \"e" f\ g $HOME "#).unwrap();
        assert_eq!(
            command,
            Command::new("a").args(["b c", "d \"e", "f g", "$HOME"])
        );
        for line in ["", "   ", "''", "a 'b", "a \\"] {
            let error = Command::parse(line).unwrap_err();
            assert!(error.is_input(), "{line}: {error}");
        }
    }

    #[test]
    fn secrets_are_not_printed() {
        let command = Command::new("a").env("KEY", "s3cret");
        let text = format!("{command:?} {}", command.name());
        assert!(text.contains("KEY") && !text.contains("s3cret"), "{text}");
    }
}
