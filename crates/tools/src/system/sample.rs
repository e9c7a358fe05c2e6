//! One look at the machine: processor, memory, load, disks and network.

use std::{
    fmt,
    time::{Duration, Instant},
};

use sysinfo::{Disks, MINIMUM_CPU_UPDATE_INTERVAL, Networks, System};

/// Looks at the machine again and again. What is a rate is measured from look to look.
#[derive(Debug)]
pub(super) struct Probe {
    system: System,
    disks: Disks,
    networks: Networks,
    last: Instant,
}

/// What one look found.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Sample {
    /// Share of all processors in use since the last look, in percent.
    pub(super) cpu: f64,
    /// Share of the memory in use, in percent.
    pub(super) memory: f64,
    /// Processes that ran or wanted to, over the last minute. Zero where the system does not say.
    pub(super) load: f64,
    /// Share of all disks in use, in percent.
    pub(super) disk: f64,
    /// Bytes a second that came in by network since the last look.
    pub(super) received: f64,
    /// Bytes a second that went out by network since the last look.
    pub(super) sent: f64,
}

// === impl Probe ===

impl Probe {
    /// How soon after a look another has a meaning: the system counts processor time in ticks.
    pub(super) const SOONEST: Duration = MINIMUM_CPU_UPDATE_INTERVAL;

    /// Takes a first look, from which rates are measured. This blocks.
    pub(super) fn new() -> Self {
        let mut system = System::new();
        system.refresh_cpu_usage();
        Self {
            system,
            disks: Disks::new_with_refreshed_list(),
            networks: Networks::new_with_refreshed_list(),
            last: Instant::now(),
        }
    }

    /// Takes a look. This blocks: a disk that is far away may take its time.
    pub(super) fn look(&mut self) -> Sample {
        self.system.refresh_cpu_usage();
        self.system.refresh_memory();
        self.disks.refresh(false);
        self.networks.refresh(true);
        let elapsed = self.last.elapsed().as_secs_f64();
        self.last = Instant::now();
        let (received, sent) = self
            .networks
            .values()
            .fold((0, 0), |(received, sent), network| {
                (received + network.received(), sent + network.transmitted())
            });
        Sample {
            cpu: f64::from(self.system.global_cpu_usage()),
            memory: percent(self.system.used_memory(), self.system.total_memory()),
            load: System::load_average().one,
            disk: self.disk(),
            received: received as f64 / elapsed.max(f64::MIN_POSITIVE),
            sent: sent as f64 / elapsed.max(f64::MIN_POSITIVE),
        }
    }

    fn disk(&self) -> f64 {
        let disks = self.disks.list();
        let total: u64 = disks.iter().map(sysinfo::Disk::total_space).sum();
        let free: u64 = disks.iter().map(sysinfo::Disk::available_space).sum();
        percent(total.saturating_sub(free), total)
    }
}

fn percent(part: u64, whole: u64) -> f64 {
    if whole == 0 {
        0.0
    } else {
        100.0 * part as f64 / whole as f64
    }
}

// === impl Sample ===

impl Sample {
    /// Says what is not in the line itself.
    pub(super) fn rest(&self) -> String {
        let Self {
            load,
            disk,
            received,
            sent,
            ..
        } = self;
        let (received, sent) = (Rate(*received), Rate(*sent));
        format!("Load: {load:.2}, Disk: {disk:.1}%, Network: {received} in, {sent} out")
    }
}

impl fmt::Display for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CPU: {:.1}%, Memory: {:.1}%", self.cpu, self.memory)
    }
}

/// Bytes a second, shown in a unit of its size.
struct Rate(f64);

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = [(1e9, "GB/s"), (1e6, "MB/s"), (1e3, "KB/s")];
        match units.into_iter().find(|(size, _)| self.0 >= *size) {
            Some((size, unit)) => write!(f, "{:.1} {unit}", self.0 / size),
            None => write!(f, "{:.0} B/s", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::thread::sleep;

    use super::*;

    #[test]
    fn a_look_finds_a_machine_that_runs() {
        let mut probe = Probe::new();
        sleep(Probe::SOONEST);
        let sample = probe.look();
        assert!((0.0..=100.0).contains(&sample.cpu), "{sample:?}");
        assert!(sample.memory > 0.0 && sample.memory <= 100.0, "{sample:?}");
        assert!((0.0..=100.0).contains(&sample.disk), "{sample:?}");
        assert!(
            sample.load >= 0.0 && sample.received >= 0.0 && sample.sent >= 0.0,
            "{sample:?}"
        );
    }

    #[test]
    fn a_sample_reads_as_a_line() {
        let sample = Sample {
            cpu: 12.34,
            memory: 45.6,
            load: 0.5,
            disk: 63.0,
            received: 1234.0,
            sent: 17.0,
        };
        assert_eq!(sample.to_string(), "CPU: 12.3%, Memory: 45.6%");
        assert_eq!(
            sample.rest(),
            "Load: 0.50, Disk: 63.0%, Network: 1.2 KB/s in, 17 B/s out"
        );
    }

    #[test]
    fn a_share_of_nothing_is_none() {
        assert_eq!(percent(0, 0), 0.0);
        assert_eq!(percent(1, 4), 25.0);
    }
}
