//! Filters that tell what has been seen, in a few bits for each value.

mod murmur;
mod shape;

use std::{fmt, marker::PhantomData, ops::Deref};

use self::shape::Shape;
use super::{Container, decode, handle::in_record};
use crate::{
    codec::{Codec, Encode, Plain},
    command::bits,
    error::{Error, Result},
    key::Key,
    query::{Query, Reply},
    random::random_text,
};

/// As many bits as one command reads or writes, so that a script can call it too: it then has some 6,000 arguments.
const BITS_OF_COMMAND: usize = 1_500;

/// Whether values have been seen, without keeping them, in a few bits for each: a Bloom filter.
///
/// What it says is not there never was; of what never was, it says in rare cases that it is there. How rare depends on how
/// many values there are: [`with_capacity`](Self::with_capacity) says how many are expected, and the rate once they are in.
///
/// ```
/// use redis_model::{BloomFilter, blocking::Store};
///
/// let store = Store::embedded();
/// let seen = BloomFilter::<String>::at("seen").with_capacity(1_000, 0.01); // 1.2 kB
/// assert!(seen.insert("ada").run(&store)?);
/// assert!(!seen.insert("ada").run(&store)?);
/// assert_eq!(seen.extend(["ada", "bob"]).run(&store)?, 1);
/// assert_eq!(seen.contains_many(["ada", "bob", "eve"]).run(&store)?, [true, true, false]);
/// assert_eq!(seen.len().run(&store)?, 2);
/// # Ok::<(), redis_model::Error>(())
/// ```
///
/// # How it lies in Redis
/// A string of bits, as long as the last one that is set: `m = ceil(-n ln(p) / ln(2)^2)` bits for `n` values and a rate of
/// `p`, of which each value sets `k = ceil(m / n * ln(2))`: those at `MurmurHash3_x86_32(bytes, seed) mod m` for each seed
/// from 0 to `k - 1`. The hash counts as a signed number, the remainder is not negative, and the bytes are those that the
/// codec writes. Bit 0 is the highest of the first byte, as for `SETBIT`. This will not change. The hash has 32 bits: of
/// values of up to four bytes, as small numbers are, one in `2^32 / (n k)` passes for another, whatever the rate.
///
/// With [`PythonJson`](crate::PythonJson) it is pottery's `BloomFilter`. The capacity and the rate are not stored:
/// everybody who shares a filter has to name the same, or it says that values are not there that are.
#[must_use = "a Bloom filter sends nothing: its operations do, when they run"]
pub struct BloomFilter<T, C = Plain> {
    container: Container,
    size: Option<Size>,
    of: PhantomData<fn() -> (T, C)>,
}

#[derive(Debug, Clone, Copy)]
struct Size {
    capacity: u64,
    false_positive_rate: f64,
}

in_record!(BloomFilter<T, C>);

impl<T, C> BloomFilter<T, C> {
    /// The one at this key, which [`with_capacity`](Self::with_capacity) has to give its size. Sends nothing.
    pub fn at(key: impl Into<Key>) -> Self {
        Self::of(Container::at(key.into()))
    }

    /// One at a random key that nothing else has. What is put there stays until it is cleared or expires.
    pub fn temporary() -> Self {
        Self::at(random_text())
    }

    fn of(container: Container) -> Self {
        Self { container, size: None, of: PhantomData }
    }

    /// Says how many values are expected, and how rarely it may say of another that it is there, once they are: `0.01` is
    /// one in a hundred, and takes 9.6 bits for each. Every tenth of that takes 4.8 bits more.
    ///
    /// # Errors
    /// When a query of the filter runs: [`Error::InvalidQuery`] for a capacity of zero, a rate that is not between 0 and 1,
    /// more bits than the 512 MB that Redis stores, and a filter of which this was not said. Nothing is sent.
    pub fn with_capacity(mut self, capacity: u64, false_positive_rate: f64) -> Self {
        self.size = Some(Size { capacity, false_positive_rate });
        self
    }

    fn shape(&self) -> Result<Shape> {
        let Some(size) = self.size else {
            return Err(Error::invalid_query("a Bloom filter without a size: add `.with_capacity(..)`"));
        };
        Shape::new(size.capacity, size.false_positive_rate)
    }

    /// About how many different values are in it, by the estimate of Swamidass and Baldi: `BITCOUNT`. 0 when it is empty.
    /// The server reads the whole filter, a millisecond for some megabytes.
    pub fn len(&self) -> Query<u64> {
        match self.shape() {
            Ok(shape) => self.read(bits::count(self.key()), decode::count).map(move |set| shape.elements(set)),
            Err(error) => Query::invalid(error),
        }
    }
}

#[allow(clippy::needless_pass_by_value, reason = "a literal or an owned value reads better than a reference to it")]
impl<T: 'static, C: Codec<T>> BloomFilter<T, C> {
    /// Adds a value: one `BITFIELD`; whether it is certain that it was not there.
    pub fn insert(&self, value: impl Encode<T, C>) -> Query<bool> {
        match self.offsets([value]) {
            Ok((_, offsets)) => self.write(bits::set_many(self.key(), &offsets), |reply| Ok(!all(reply)?)),
            Err(error) => Query::invalid(error),
        }
    }

    /// Adds values: `BITFIELD`, one for some hundred values, in one round trip; of how many it is certain that they were
    /// not there. Without values, nothing is sent.
    ///
    /// Other requests may run between the commands; what was sent of a request that fails stays.
    pub fn extend(&self, values: impl IntoIterator<Item = impl Encode<T, C>>) -> Query<u64> {
        self.in_commands(values, |offsets| self.write(bits::set_many(self.key(), offsets), decode::flags))
            .map(|were_there| were_there.iter().map(|was_there| u64::from(!was_there)).sum())
    }

    /// Whether a value is there, or seems to be: one `BITFIELD_RO`. False is certain.
    pub fn contains(&self, value: impl Encode<T, C>) -> Query<bool> {
        match self.offsets([value]) {
            Ok((_, offsets)) => self.read(bits::get_many(self.key(), &offsets), all),
            Err(error) => Query::invalid(error),
        }
    }

    /// Whether each of these is there, or seems to be, in their order: `BITFIELD_RO`, one for some hundred values, in one
    /// round trip. False is certain. Without values, nothing is sent.
    pub fn contains_many(&self, values: impl IntoIterator<Item = impl Encode<T, C>>) -> Query<Vec<bool>> {
        self.in_commands(values, |offsets| self.read(bits::get_many(self.key(), offsets), decode::flags))
    }

    /// Asks for the bits of values, of as many in each command as it takes; of each value, whether all of its bits are set.
    fn in_commands(
        &self,
        values: impl IntoIterator<Item = impl Encode<T, C>>,
        ask: impl Fn(&[u64]) -> Query<Vec<bool>>,
    ) -> Query<Vec<bool>> {
        let (hashes, offsets) = match self.offsets(values) {
            Ok(found) => found,
            Err(error) => return Query::invalid(error),
        };
        let of_command = (BITS_OF_COMMAND / hashes).max(1) * hashes;
        Query::all(offsets.chunks(of_command).map(ask))
            .map(move |answers| answers.concat().chunks(hashes).map(|bits| bits.iter().all(|bit| *bit)).collect())
    }

    /// How many bits each value has, and the bits of all.
    fn offsets(&self, values: impl IntoIterator<Item = impl Encode<T, C>>) -> Result<(usize, Vec<u64>)> {
        let shape = self.shape()?;
        let mut offsets = Vec::new();
        for value in values {
            offsets.extend(shape.offsets(&self.encoded(&value)?));
        }
        Ok((shape.hashes as usize, offsets))
    }
}

/// Whether all bits of a reply are set.
fn all(reply: Reply<'_>) -> Result<bool> {
    Ok(decode::flags(reply)?.into_iter().all(|bit| bit))
}

/// What all containers have in common: their key, and its life.
impl<T, C> Deref for BloomFilter<T, C> {
    type Target = Container;

    fn deref(&self) -> &Container {
        &self.container
    }
}

impl<T, C> Clone for BloomFilter<T, C> {
    fn clone(&self) -> Self {
        Self { container: self.container.clone(), ..*self }
    }
}

impl<T, C> fmt::Debug for BloomFilter<T, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BloomFilter")
            .field("container", &self.container)
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}
