//! Many looks at the machine, and what they come to.

use schemars::JsonSchema;
use serde::Serialize;

use super::sample::Sample;

/// What a monitoring session found.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub(crate) struct Session {
    /// How many looks were taken.
    pub(crate) samples: u32,
    /// Share of all processors in use, in percent.
    pub(crate) cpu: Range,
    /// Share of the memory in use, in percent.
    pub(crate) memory: Range,
    /// Processes that ran or wanted to, over the minute before each look.
    pub(crate) load: Range,
    /// Share of all disks in use, in percent.
    pub(crate) disk: Range,
    /// Bytes a second that came in by network.
    pub(crate) received: Range,
    /// Bytes a second that went out by network.
    pub(crate) sent: Range,
}

/// A figure over the whole session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub(crate) struct Range {
    /// Its least value.
    pub(crate) min: f64,
    /// The mean of its values.
    pub(crate) mean: f64,
    /// Its greatest value.
    pub(crate) max: f64,
}

// === impl Session ===

impl Session {
    /// Enters a look.
    pub(super) fn enter(&mut self, sample: &Sample) {
        self.samples += 1;
        self.cpu.enter(sample.cpu, self.samples);
        self.memory.enter(sample.memory, self.samples);
        self.load.enter(sample.load, self.samples);
        self.disk.enter(sample.disk, self.samples);
        self.received.enter(sample.received, self.samples);
        self.sent.enter(sample.sent, self.samples);
    }
}

// === impl Range ===

impl Range {
    /// Enters the value that is number `count`, from 1.
    fn enter(&mut self, value: f64, count: u32) {
        if count == 1 {
            (self.min, self.max) = (value, value);
        }
        self.min = self.min.min(value);
        self.max = self.max.max(value);
        self.mean += (value - self.mean) / f64::from(count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_spans_its_samples() {
        let sample = |cpu| Sample {
            cpu,
            ..Sample::default()
        };
        let mut session = Session::default();
        [10.0, 40.0, 25.0]
            .into_iter()
            .for_each(|cpu| session.enter(&sample(cpu)));
        assert_eq!(session.samples, 3);
        assert_eq!(
            session.cpu,
            Range {
                min: 10.0,
                mean: 25.0,
                max: 40.0
            }
        );
    }
}
