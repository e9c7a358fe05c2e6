//! What the kernel says of a server: the CPU time it used and the memory it holds.

use std::fs;
use std::time::Duration;

use crate::Fault;

/// Returns the CPU time that process `pid` has used, user and system.
///
/// The scheduler's own nanoseconds where the kernel keeps them, otherwise the clock ticks of `stat`.
///
/// # Errors
/// When the process is gone.
pub fn cpu_time(pid: u32) -> Result<Duration, Fault> {
    let mut total = Duration::ZERO;
    for task in fs::read_dir(format!("/proc/{pid}/task"))? {
        let Ok(line) = fs::read_to_string(task?.path().join("schedstat")) else {
            return ticks(&fs::read_to_string(format!("/proc/{pid}/stat"))?);
        };
        let nanos = line.split_whitespace().next().ok_or("an empty schedstat")?;
        total += Duration::from_nanos(nanos.parse()?);
    }
    Ok(total)
}

/// Reads user and system time from a line of `stat`, whose ticks are hundredths of a second on every Linux of today.
fn ticks(stat: &str) -> Result<Duration, Fault> {
    let (_, fields) = stat.rsplit_once(") ").ok_or("a stat line without a name")?;
    let fields: Vec<&str> = fields.split(' ').collect();
    let [user, system] = [fields.get(11), fields.get(12)]
        .map(|field| field.and_then(|ticks| ticks.parse::<u64>().ok()));
    let (Some(user), Some(system)) = (user, system) else {
        return Err("a stat line without times".into());
    };
    Ok(Duration::from_millis((user + system) * 10))
}

/// Returns the resident bytes of process `pid`.
///
/// From `smaps_rollup`, which counts pages; `status` is off by up to 64 pages a core.
///
/// # Errors
/// When the process is gone.
pub fn resident(pid: u32) -> Result<u64, Fault> {
    let exact = fs::read_to_string(format!("/proc/{pid}/smaps_rollup"));
    let text = exact.or_else(|_| fs::read_to_string(format!("/proc/{pid}/status")))?;
    let line = text.lines().find_map(|line| {
        line.strip_prefix("Rss:")
            .or_else(|| line.strip_prefix("VmRSS:"))
    });
    let kilobytes = line
        .and_then(|line| line.trim().strip_suffix(" kB"))
        .ok_or("no resident size in /proc")?;
    Ok(kilobytes.trim().parse::<u64>()? * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_has_used_time_and_memory() {
        let before = cpu_time(std::process::id()).unwrap();
        let sum = (0..5_000_000_u64).fold(0, |sum, i| std::hint::black_box(sum ^ i));
        assert!(cpu_time(std::process::id()).unwrap() > before, "{sum}");
        assert!(resident(std::process::id()).unwrap() > 100_000);
    }

    #[test]
    fn a_stat_line_is_read_past_a_name_with_spaces() {
        let line = "7 (a ) b) S 1 2 3 4 5 6 7 8 9 10 150 50 0 0";
        assert_eq!(ticks(line).unwrap(), Duration::from_secs(2));
    }
}
