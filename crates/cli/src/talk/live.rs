//! The live display of a terminal: log lines scroll, a bar stands below them.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::line;
use crate::printable::printable;

/// Steps of the bar: finer than any terminal is wide.
const STEPS: u64 = 10_000;

/// How often the spinner turns: often enough to look alive, slow enough to cost nothing.
const TURN: Duration = Duration::from_millis(100);

/// A bar at the foot of the terminal, a spinner until the total is known.
#[derive(Debug)]
pub(super) struct Live {
    bar: ProgressBar,
    has_total: bool,
}

// === impl Live ===

impl Live {
    /// Shows a spinner for the tool or document called `name`.
    pub(super) fn new(name: &str) -> Self {
        let colours = anstream::AutoStream::choice(&std::io::stderr());
        console::set_colors_enabled_stderr(colours != anstream::ColorChoice::Never);
        let bar = ProgressBar::with_draw_target(Some(STEPS), ProgressDrawTarget::stderr());
        bar.set_style(style("{spinner:.cyan} {prefix}  {elapsed}  {wide_msg}"));
        bar.set_prefix(printable(name).replace('\n', " "));
        bar.enable_steady_tick(TURN);
        Self {
            bar,
            has_total: false,
        }
    }

    /// Runs `write` while the bar is out of the way.
    pub(super) fn aside<R>(&self, write: impl FnOnce() -> R) -> R {
        self.bar.suspend(write)
    }

    /// Moves the bar.
    pub(super) fn progress(&mut self, done: f64, total: Option<f64>, message: Option<&str>) {
        let total = total.filter(|total| *total > 0.0);
        if total.is_some() && !self.has_total {
            let bar =
                "{spinner:.cyan} {prefix}  {bar:30.cyan/blue} {percent:>3}%  {elapsed}  {wide_msg}";
            self.bar.set_style(style(bar));
            self.has_total = true;
        }
        if let Some(total) = total {
            self.bar.set_position(position(done, total));
        }
        let steps = line::steps(done, total, message);
        self.bar.set_message(printable(&steps).replace('\n', " "));
    }

    /// Takes the bar away.
    pub(super) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template)
        .expect("the templates are written here")
        .progress_chars("━╸─")
}

fn position(done: f64, total: f64) -> u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "between 0 and STEPS; a NaN becomes 0"
    )]
    let position = ((done / total).clamp(0.0, 1.0) * STEPS as f64) as u64;
    position
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_stays_within_its_ends() {
        assert_eq!(position(0.0, 14.0), 0);
        assert_eq!(position(7.0, 14.0), STEPS / 2);
        assert_eq!(position(0.25, 1.0), STEPS / 4);
        for (done, total, at) in [
            (15.0, 14.0, STEPS),
            (-1.0, 14.0, 0),
            (f64::INFINITY, 1.0, STEPS),
            (f64::NAN, 1.0, 0),
        ] {
            assert_eq!(position(done, total), at);
        }
    }

    #[test]
    fn a_total_turns_the_spinner_into_a_bar() {
        let mut live = Live::new("count");
        live.progress(1.0, None, None);
        assert!(!live.has_total);
        live.progress(1.0, Some(0.0), None);
        assert!(!live.has_total);
        live.progress(1.0, Some(2.0), Some("half\u{7}"));
        assert!(live.has_total);
        assert_eq!(live.bar.message(), "1/2  half\\u{7}");
        assert_eq!(live.bar.position(), STEPS / 2);
        live.finish();
        assert!(live.bar.is_finished());
    }
}
