//! Changing a value by what the caller makes of it.

use super::Cell;
use crate::{
    codec::{Codec, Plain},
    command::{key as keys, string},
    error::Result,
    mode::Mode,
    query::{Query, reply},
    retry::{Slot, update},
    store::Store,
};

impl<T: Send + 'static, C: Codec<T>> Cell<T, C> {
    /// Replaces the value by what `change` makes of it, again and again until nobody else was faster; answers with the new
    /// value. `None` goes in where there is none, and out to remove it. The time to live stays.
    ///
    /// Takes two round trips for each try, `GET` and a conditional `SET` or `UNLINK`. `change` may run several times.
    ///
    /// # Errors
    /// [`Error::Conflict`](crate::Error::Conflict) after a thousand tries.
    pub fn update<'a, M: Mode>(
        &self,
        store: &'a Store<M>,
        change: impl FnMut(Option<T>) -> Option<T> + Send + 'a,
    ) -> M::Result<'a, Option<T>> {
        let cell = self.clone();
        M::run(async move { update(store, &cell, change).await })
    }
}

impl<T: 'static, C: Codec<T>> Slot<T> for Cell<T, C> {
    fn stored(&self) -> Query<Option<Vec<u8>>> {
        self.read(string::get(self.key()), reply::value::<Vec<u8>, Plain>)
    }

    fn decode(&self, stored: Vec<u8>) -> Result<T> {
        self.decoded::<T, C>(stored)
    }

    fn exchange(&self, stored: Option<Vec<u8>>, value: Option<&T>) -> Query<()> {
        Query::built(|| {
            let cmd = match value {
                Some(value) => string::set(self.key(), &self.written::<T, C>(value)?).arg("KEEPTTL").take(),
                None => keys::unlink([self.key()]),
            };
            Ok(self.write_if(stored, cmd))
        })
    }
}
