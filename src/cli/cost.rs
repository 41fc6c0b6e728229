//! What a cross-validation takes: the steps of the training go in, seconds and memory come out, for the
//! figures and the model card. Never part of a model, and of figures on request only, for it is not
//! the same twice.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::train::out_of_fold::FITTING_LINES;

/// A clock that is told each step when it begins.
#[derive(Debug)]
pub struct Clock {
    start: Instant,
    lines: Mutex<Lines>,
}

/// Time spent on fitting lines, and since when it is being spent.
#[derive(Debug, Default)]
struct Lines {
    spent: Duration,
    since: Option<Instant>,
}

impl Clock {
    /// Starts it.
    pub fn new() -> Self {
        Clock { start: Instant::now(), lines: Mutex::default() }
    }

    /// A step begins, and the one before it has ended.
    pub fn step(&self, step: &str) {
        // Nothing is left half done in there, whatever became of another thread.
        let mut lines = self.lines.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(since) = lines.since.take() {
            lines.spent += since.elapsed();
        }
        lines.since = step.contains(FITTING_LINES).then(Instant::now);
    }

    /// What was spent until now.
    pub fn cost(&self) -> Value {
        self.step("");
        let lines = self.lines.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut cost = json!({
            "seconds": self.start.elapsed().as_secs_f64(),
            "line_model_seconds": lines.spent.as_secs_f64(),
            "threads": rayon::current_num_threads(),
        });
        if let Some(kb) = peak_memory() {
            cost["peak_memory_bytes"] = json!(kb * 1024);
        }
        cost
    }
}

/// The most memory that this process has held, in kB, where the system tells.
pub fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_step_that_fits_lines_counts_as_such() {
        let clock = Clock::new();
        let wait = || std::thread::sleep(Duration::from_millis(20));
        wait();
        let seconds = |cost: &Value, name: &str| cost[name].as_f64().unwrap();
        assert_eq!(clock.cost()["line_model_seconds"], 0.0);
        clock.step(&format!("fold 1 of 2: {FITTING_LINES} on 7 lines"));
        wait();
        clock.step("fitting words");
        wait();
        let cost = clock.cost();
        let lines = seconds(&cost, "line_model_seconds");
        assert!(lines >= 0.02, "{cost}");
        assert!(seconds(&cost, "seconds") - lines >= 0.04, "{cost}");
        assert!(cost["threads"].as_u64() >= Some(1), "{cost}");
    }
}
