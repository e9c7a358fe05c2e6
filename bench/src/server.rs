//! A measured server: built, started on its core, stopped as a program should be.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::Fault;
use crate::machine::{Cores, pin};
use crate::subject::{Allocator, Setup, Subject};

/// How long a server may take to stop; callgrind writes its figures then.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where programs are and where they run.
#[derive(Debug, Clone)]
pub struct Place {
    target: PathBuf,
    /// The cores, where there are two.
    pub cores: Option<Cores>,
}

/// A running server. Dropping kills it.
#[derive(Debug)]
pub struct Server {
    child: Child,
    addr: SocketAddr,
    shows: Option<String>,
}

// === impl Place ===

impl Place {
    /// Finds the target folder, which is the one that this program was built in.
    ///
    /// # Errors
    /// When the program stands elsewhere.
    pub fn find(cores: Option<Cores>) -> Result<Self, Fault> {
        let program = std::env::current_exe()?;
        let target = program
            .ancestors()
            .nth(2)
            .ok_or("this program stands outside a target folder")?;
        Ok(Self {
            target: target.to_owned(),
            cores,
        })
    }

    /// Builds what `subjects` need, as everyone gets it: `cargo build --release`.
    ///
    /// # Errors
    /// When cargo does not succeed.
    pub fn build(
        &self,
        subjects: &[Subject],
        allocator: Allocator,
        bench: &Path,
    ) -> Result<(), Fault> {
        let features = allocator.features();
        if subjects.contains(&Subject::Tidegate) {
            let args = [
                "--package=tidegate-bench",
                "--bin=tidegate-bench-server",
                "--features=server",
            ];
            cargo_build(
                &bench.join("../Cargo.toml"),
                &self.target,
                &[&args, features].concat(),
            )?;
        }
        if subjects.iter().any(|&subject| subject != Subject::Tidegate) {
            let args = [&["--locked"], features].concat();
            cargo_build(
                &bench.join("rivals/Cargo.toml"),
                &self.target.join("rivals"),
                &args,
            )?;
        }
        subjects
            .iter()
            .try_for_each(|&subject| self.keep(subject, allocator))
    }

    /// Copies a built program to where the build with the other allocator does not replace it.
    fn keep(&self, subject: Subject, allocator: Allocator) -> Result<(), Fault> {
        let built = if subject == Subject::Tidegate {
            "release"
        } else {
            "rivals/release"
        };
        let kept = self.program(subject, allocator);
        fs::create_dir_all(kept.parent().ok_or("a program outside a folder")?)?;
        fs::copy(self.target.join(built).join(subject.program()), kept)?;
        Ok(())
    }

    fn program(&self, subject: Subject, allocator: Allocator) -> PathBuf {
        self.target
            .join("bench")
            .join(allocator.name())
            .join(subject.program())
    }

    /// Starts a server.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start(&self, setup: Setup) -> Result<Server, Fault> {
        self.spawn(
            setup,
            Command::new(self.program(setup.subject, setup.allocator)),
        )
    }

    /// Starts a server under `wrapper`, a program that takes another's command line.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start_under(&self, mut wrapper: Command, setup: Setup) -> Result<Server, Fault> {
        wrapper.arg(self.program(setup.subject, setup.allocator));
        self.spawn(setup, wrapper)
    }

    /// Spawns on the server's core: the child inherits where its parent stands.
    fn spawn(&self, setup: Setup, mut command: Command) -> Result<Server, Fault> {
        command
            .args(setup.flags())
            .stdin(Stdio::null())
            .stdout(Stdio::piped());
        let Some(cores) = self.cores else {
            return Server::start(command);
        };
        pin(cores.server)?;
        let server = Server::start(command);
        pin(cores.load)?;
        server
    }
}

fn cargo_build(manifest: &Path, target: &Path, args: &[&str]) -> Result<(), Fault> {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo
        .args(["build", "--release", "--manifest-path"])
        .arg(manifest)
        .arg("--target-dir")
        .arg(target)
        .args(args);
    cargo.env("CARGO_INCREMENTAL", "0"); // incremental code is slower code, and no one ships it
    match cargo.status()?.success() {
        true => Ok(()),
        false => Err(format!("cargo could not build {}", manifest.display()).into()),
    }
}

// === impl Server ===

impl Server {
    fn start(mut command: Command) -> Result<Self, Fault> {
        let mut child = command
            .spawn()
            .map_err(|error| format!("{command:?} did not start: {error}"))?;
        let stdout = child.stdout.take().ok_or("a server without stdout")?;
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        let mut words = line.split_whitespace();
        match words.next().unwrap_or_default().parse() {
            Ok(addr) => {
                let shows = words.next().map(str::to_owned);
                Ok(Self { child, addr, shows })
            }
            Err(_) => Err(format!(
                "{command:?} printed {line:?} instead of its address: {:?}",
                child.wait()?
            )
            .into()),
        }
    }

    /// Returns where it listens.
    #[must_use]
    pub const fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Returns what its callers have to show, if they have to.
    #[must_use]
    pub fn shows(&self) -> Option<&str> {
        self.shows.as_deref()
    }

    /// Returns its process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Stops it with TERM and waits for its end.
    ///
    /// # Errors
    /// When it does not stop, or ends badly.
    pub fn stop(mut self) -> Result<(), Fault> {
        kill_process(Pid::from_child(&self.child), Signal::TERM)?;
        let asked = Instant::now();
        loop {
            match self.child.try_wait()? {
                Some(status) if status.success() => return Ok(()),
                Some(status) => return Err(format!("the server ended with {status}").into()),
                None if asked.elapsed() > PATIENCE => {
                    return Err("the server does not stop on TERM".into());
                }
                None => std::thread::sleep(Duration::from_millis(10)),
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            let _ = self.child.kill(); // the run has failed already; what is left is to leave nothing behind
            let _ = self.child.wait();
        }
    }
}
