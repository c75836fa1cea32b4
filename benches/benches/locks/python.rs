//! redis-py's lock, in a process of its own.

use std::{env, process::Command, time::Duration};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/python/lock.py");

/// A Python that has redis-py.
pub(crate) struct Python {
    program: String,
}

impl Python {
    /// The one in `PYTHON`, or else `python3`.
    ///
    /// # Errors
    /// Why there is none.
    pub(crate) fn find() -> Result<Self, String> {
        let program = env::var("PYTHON").unwrap_or_else(|_| "python3".into());
        let python = Self { program };
        python.run(&["-c", "import redis"])?;
        Ok(python)
    }

    /// The median time to acquire a free lock and to release it.
    pub(crate) fn lock_and_unlock(&self, port: u16, seconds: f64) -> Duration {
        let microseconds = self.run(&[SCRIPT, &port.to_string(), "alone", &seconds.to_string()]);
        let microseconds: f64 = microseconds.expect("redis-py is there").trim().parse().expect("a number");
        Duration::from_secs_f64(microseconds / 1e6)
    }

    /// How many times each of so many threads got one lock.
    pub(crate) fn crowd(&self, port: u16, seconds: f64, workers: usize) -> Vec<u64> {
        let counts = self.run(&[SCRIPT, &port.to_string(), "crowd", &seconds.to_string(), &workers.to_string()]);
        let counts = counts.expect("redis-py is there");
        counts.split_whitespace().map(|count| count.parse().expect("a number")).collect()
    }

    fn run(&self, arguments: &[&str]) -> Result<String, String> {
        let output = Command::new(&self.program).args(arguments).output();
        let output = output.map_err(|error| format!("`{}` does not start: {error}", self.program))?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        let reason = String::from_utf8_lossy(&output.stderr).trim().lines().last().unwrap_or_default().to_owned();
        Err(format!("`{}` says: {reason}", self.program))
    }
}
