//! redis-py's lock, in a process of its own.

use std::time::Duration;

use redis_model_benches::Python;

/// A Python that has redis-py.
pub(crate) struct RedisPy(Python);

impl RedisPy {
    /// The one in `PYTHON`, or else `python3`.
    ///
    /// # Errors
    /// Why there is none.
    pub(crate) fn find() -> Result<Self, String> {
        Python::find("lock.py", "redis").map(Self)
    }

    /// The median time to acquire a free lock and to release it.
    pub(crate) fn lock_and_unlock(&self, port: u16, seconds: f64) -> Duration {
        let printed = self.0.run(&[&port.to_string(), "alone", &seconds.to_string()]);
        let microseconds: f64 = printed[0].parse().expect("a number");
        Duration::from_secs_f64(microseconds / 1e6)
    }

    /// How many times each of so many threads got one lock.
    pub(crate) fn crowd(&self, port: u16, seconds: f64, workers: usize) -> Vec<u64> {
        let counts = self.0.run(&[&port.to_string(), "crowd", &seconds.to_string(), &workers.to_string()]);
        counts.iter().map(|count| count.parse().expect("a number")).collect()
    }
}
