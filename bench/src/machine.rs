//! The machine: its cores, its limits, and what to write beside the figures.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread::available_parallelism;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

use crate::Fault;

/// Which core the server gets and which the load.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cores {
    /// The server's.
    pub server: usize,
    /// The load's.
    pub load: usize,
}

// === impl Cores ===

impl Cores {
    /// Returns two cores of those this process may use; nothing where there is only one.
    #[must_use]
    pub fn find() -> Option<Self> {
        let allowed = sched_getaffinity(None).ok()?;
        let mut cores = (0..CpuSet::MAX_CPU).filter(|&core| allowed.is_set(core));
        let (load, server) = (cores.next()?, cores.next()?);
        Some(Self { server, load })
    }
}

/// Keeps this thread, and the processes it starts from now on, on `core`.
///
/// # Errors
/// When the kernel refuses.
pub fn pin(core: usize) -> Result<(), Fault> {
    let mut set = CpuSet::new();
    set.set(core);
    Ok(sched_setaffinity(None, &set)?)
}

/// Raises the limit of open files as far as it goes, for this process and those it starts, and returns it.
///
/// # Errors
/// When the kernel refuses.
pub fn raise_file_limit() -> Result<u64, Fault> {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    setrlimit(
        Resource::Nofile,
        Rlimit {
            current: maximum,
            maximum,
        },
    )?;
    Ok(maximum.unwrap_or(u64::MAX))
}

/// Describes the machine, its tools and the measured versions, a line each.
#[must_use]
pub fn describe(cores: Option<Cores>, bench: &Path) -> Vec<String> {
    let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu
        .lines()
        .find_map(|line| line.strip_prefix("model name"))
        .and_then(|rest| rest.split(": ").nth(1));
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let count = available_parallelism().map_or(1, usize::from);
    let pins = match cores {
        Some(Cores { server, load }) => format!("server on core {server}, load on core {load}"),
        None => "one core only: server and load share it, so times mean little; instructions and memory hold".to_owned(),
    };
    let busy = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    vec![
        format!(
            "Machine: {} ({count} cores), Linux {}",
            model.unwrap_or("unknown processor"),
            kernel.trim()
        ),
        format!("Pinning: {pins}"),
        format!(
            "Load average at the start: {}",
            busy.split(' ').take(3).collect::<Vec<_>>().join(" ")
        ),
        format!("Tools: {}, {}", version_of("rustc"), version_of("valgrind")),
        format!(
            "Ours: {}",
            locked(
                &bench.join("../Cargo.lock"),
                &["tidegate", "tokio", "hyper", "serde_json", "mimalloc"]
            )
        ),
        format!(
            "Floors and rivals: {}",
            locked(
                &bench.join("rivals/Cargo.lock"),
                &[
                    "axum",
                    "hyper",
                    "rmcp",
                    "tower-mcp",
                    "tokio",
                    "serde_json",
                    "mimalloc",
                ]
            )
        ),
    ]
}

fn version_of(tool: &str) -> String {
    let output = Command::new(tool).arg("--version").output();
    match output {
        Ok(output) if output.status.success() => {
            String::from_utf8_lossy(&output.stdout).trim().to_owned()
        }
        _ => format!("no {tool}"),
    }
}

/// Returns the versions that a lock file has of `names`.
fn locked(lock: &Path, names: &[&str]) -> String {
    let text = fs::read_to_string(lock).unwrap_or_default();
    let version = |name: &&str| {
        let (_, rest) = text.split_once(&format!("name = \"{name}\"\nversion = \""))?;
        Some(format!("{name} {}", rest.split('"').next()?))
    };
    names
        .iter()
        .filter_map(version)
        .collect::<Vec<_>>()
        .join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pinned_thread_stays_where_it_was_put() {
        let Some(cores) = Cores::find() else { return };
        assert_ne!(cores.server, cores.load);
        std::thread::spawn(move || {
            pin(cores.server).unwrap();
            let now = sched_getaffinity(None).unwrap();
            assert!(now.is_set(cores.server) && !now.is_set(cores.load));
        })
        .join()
        .unwrap();
    }

    #[test]
    fn versions_come_from_the_lock_file() {
        let lock = Path::new(env!("CARGO_MANIFEST_DIR")).join("rivals/Cargo.lock");
        assert!(locked(&lock, &["rmcp", "no-such-crate"]).starts_with("rmcp 3.9"));
    }
}
