//! How long a compare-and-set loop goes on.

use std::time::Duration;

use crate::{
    error::{Error, Result},
    mode::Mode,
    random::scattered,
};

/// Somebody wins each round, so that a loop that loses a thousand of them is wrong about something else.
const MOST: u32 = 1_000;

/// Losing this often in a row means a crowd: from then on each try waits a little, so that the crowd thins out.
const UNHURRIED: u32 = 4;

/// Counts the tries of one loop.
pub(crate) struct Tries {
    count: u32,
}

impl Tries {
    pub(crate) fn new() -> Self {
        Self { count: 0 }
    }

    /// Goes on after a conflict, with a pause that grows; the conflict itself when it has been enough.
    pub(crate) async fn again<M: Mode>(&mut self, conflict: Error) -> Result<()> {
        self.count += 1;
        if self.count >= MOST {
            return Err(conflict);
        }
        if self.count > UNHURRIED {
            let longest = 100 << (self.count - UNHURRIED).min(7);
            M::sleep(Duration::from_micros(scattered(longest))).await;
        }
        Ok(())
    }
}
