//! Compare-and-set loops: what they do, and how long they go on.

use std::time::Duration;

use crate::{
    error::{Error, Result},
    mode::Mode,
    query::Query,
    random::scattered,
    store::Store,
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

/// Where one value is stored that may be absent.
pub(crate) trait Slot<T>: Send + Sync {
    /// What is stored.
    fn stored(&self) -> Query<Option<Vec<u8>>>;

    /// # Errors
    /// [`Error::Decode`].
    fn decode(&self, stored: Vec<u8>) -> Result<T>;

    /// Stores the value, or removes what is there, if that still is what was read: else [`Error::Conflict`].
    fn exchange(&self, stored: Option<Vec<u8>>, value: Option<&T>) -> Query<()>;
}

/// Replaces a stored value by what `change` makes of it, again and again until nobody else was faster; answers with the new
/// one.
///
/// # Errors
/// [`Error::Conflict`] after a thousand tries, and those of the slot.
pub(crate) async fn update<M: Mode, T>(
    store: &Store<M>,
    slot: &impl Slot<T>,
    mut change: impl FnMut(Option<T>) -> Option<T>,
) -> Result<Option<T>> {
    let mut tries = Tries::new();
    loop {
        let mut link = store.link();
        let stored = slot.stored().over(&mut link).await?;
        let current = stored.clone().map(|bytes| slot.decode(bytes)).transpose()?;
        let changed = change(current);
        match slot.exchange(stored, changed.as_ref()).over(&mut link).await {
            Err(error) if error.is_conflict() => tries.again::<M>(error).await?,
            result => return result.map(|()| changed),
        }
    }
}
