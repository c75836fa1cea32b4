//! Sorted sets made of sorted sets.

use redis::Cmd;

use super::{SortedSet, score};
use crate::{
    codec::Codec,
    collection::{Several, decode, stored::STORE},
    command::sorted_set,
    error::{Error, Result},
    key::Key,
    query::{IntoQuery, Query},
};

/// What becomes of the scores of a member that is in several sorted sets, each times its set's weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Aggregate {
    /// Their sum.
    #[default]
    Sum,
    /// The least.
    Min,
    /// The greatest.
    Max,
}

/// A union or an intersection of sorted sets, in order, with scores: what [`SortedSet::union`] and
/// [`SortedSet::intersection`] make. A query when it runs as it is; its methods say how scores are combined, and where the
/// result goes.
///
/// ```
/// use redis_model::{collection::Aggregate, SortedSet, blocking::Store, prelude::*};
///
/// let store = Store::embedded();
/// let [votes, bonus] = ["votes", "bonus"].map(SortedSet::<String>::at);
/// votes.extend([("ada", 10), ("alan", 12)]).run(&store)?;
/// bonus.extend([("ada", 3), ("grace", 5)]).run(&store)?;
/// let sums = votes.union(&bonus).weights([1, 2]).run(&store)?;
/// assert_eq!(sums, [("grace".to_owned(), 10.0), ("alan".to_owned(), 12.0), ("ada".to_owned(), 16.0)]);
/// let best = SortedSet::at("best");
/// assert_eq!(votes.intersection(&bonus).aggregate(Aggregate::Max).store_into(&best).run(&store)?, 1);
/// assert_eq!(best.score("ada").run(&store)?, Some(10.0));
/// # Ok::<(), redis_model::Error>(())
/// ```
#[must_use = "a combination does nothing until it runs"]
#[derive(Debug)]
pub struct Combined<T, C> {
    set: SortedSet<T, C>,
    others: Result<Vec<Key>>,
    kind: Kind,
    weights: Option<Vec<f64>>,
    aggregate: Aggregate,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Union,
    Intersection,
}

impl<T: 'static, C: Codec<T>> SortedSet<T, C> {
    /// What is here or in any of the others: `ZUNION`. Scores of the same member are added, unless it is told otherwise.
    ///
    /// # Errors
    /// As [`collect`](Self::collect).
    pub fn union(&self, others: impl Several<Self>) -> Combined<T, C> {
        self.combined(Kind::Union, others)
    }

    /// What is here and in all of the others: `ZINTER`. Scores are added, unless it is told otherwise.
    ///
    /// # Errors
    /// As [`collect`](Self::collect).
    pub fn intersection(&self, others: impl Several<Self>) -> Combined<T, C> {
        self.combined(Kind::Intersection, others)
    }

    /// What is here and in none of the others, with its score here: `ZDIFF`.
    ///
    /// # Errors
    /// As [`collect`](Self::collect).
    pub fn difference(&self, others: impl Several<Self>) -> Query<Vec<(T, f64)>> {
        match others.keys() {
            Ok(others) => self.read(sorted_set::difference(&self.and(&others)), score::pairs::<T, C, Vec<_>>),
            Err(error) => Query::invalid(error),
        }
    }

    /// How many members are here and in all of the others: `ZINTERCARD`.
    pub fn intersection_len(&self, others: impl Several<Self>) -> Query<u64> {
        match others.keys() {
            Ok(others) => self.read(sorted_set::intersection_length(&self.and(&others)), decode::count),
            Err(error) => Query::invalid(error),
        }
    }

    /// Puts the [`union`](Self::union) in the place of all that is in `destination`, whose time to live stays: `ZUNIONSTORE` in
    /// a script; how many members that then has. [`Combined::store_into`] does it with weights.
    pub fn union_into(&self, others: impl Several<Self>, destination: &Self) -> Query<u64> {
        self.union(others).store_into(destination)
    }

    /// Puts the [`intersection`](Self::intersection) in the place of all that is in `destination`, whose time to live stays:
    /// `ZINTERSTORE` in a script; how many members that then has. [`Combined::store_into`] does it with weights.
    pub fn intersection_into(&self, others: impl Several<Self>, destination: &Self) -> Query<u64> {
        self.intersection(others).store_into(destination)
    }

    /// Puts the [`difference`](Self::difference) in the place of all that is in `destination`, whose time to live stays:
    /// `ZDIFFSTORE` in a script; how many members that then has.
    pub fn difference_into(&self, others: impl Several<Self>, destination: &Self) -> Query<u64> {
        match others.keys() {
            Ok(others) => self.store("ZDIFFSTORE", others, &Cmd::new(), destination),
            Err(error) => Query::invalid(error),
        }
    }

    /// Adds all that is in the others, and their scores: the [`union`](Self::union) stored into this one; how many members it
    /// then has.
    pub fn union_with(&self, others: impl Several<Self>) -> Query<u64> {
        self.union(others).store_into(self)
    }

    /// Keeps what is in all of the others too, and adds their scores: the [`intersection`](Self::intersection) stored into this
    /// one; how many members it then has.
    pub fn intersect_with(&self, others: impl Several<Self>) -> Query<u64> {
        self.intersection(others).store_into(self)
    }

    /// Removes what is in any of the others: [`difference_into`](Self::difference_into) this one.
    pub fn difference_with(&self, others: impl Several<Self>) -> Query<u64> {
        self.difference_into(others, self)
    }

    fn combined(&self, kind: Kind, others: impl Several<Self>) -> Combined<T, C> {
        let others = others.keys();
        Combined { set: self.clone(), others, kind, weights: None, aggregate: Aggregate::Sum }
    }

    /// `options` are arguments without a command.
    fn store(&self, command: &str, mut sources: Vec<Key>, options: &Cmd, destination: &Self) -> Query<u64> {
        sources.insert(0, self.key().clone());
        let args = Cmd::new().arg(command).take();
        destination.run(&STORE, sources, with_options(args, options), decode::count)
    }

    /// This one's key, then others.
    fn and<'a>(&'a self, others: &'a [Key]) -> Vec<&'a Key> {
        [self.key()].into_iter().chain(others).collect()
    }
}

impl<T: 'static, C: Codec<T>> Combined<T, C> {
    /// Multiplies the scores of each sorted set by its weight: that of the one it is called on first, then those of the
    /// others. `WEIGHTS`.
    ///
    /// # Errors
    /// [`Error::InvalidQuery`] for NaN, and when there are not as many weights as sorted sets.
    pub fn weights(mut self, weights: impl IntoIterator<Item = impl Into<f64>>) -> Self {
        self.weights = Some(weights.into_iter().map(Into::into).collect());
        self
    }

    /// Says what becomes of several scores of a member: `AGGREGATE`. Without it, their sum.
    pub fn aggregate(mut self, aggregate: Aggregate) -> Self {
        self.aggregate = aggregate;
        self
    }

    /// Puts it in the place of all that is in `destination`, whose time to live stays: `ZUNIONSTORE` or `ZINTERSTORE` in a
    /// script; how many members that then has.
    pub fn store_into(self, destination: &SortedSet<T, C>) -> Query<u64> {
        let command = match self.kind {
            Kind::Union => "ZUNIONSTORE",
            Kind::Intersection => "ZINTERSTORE",
        };
        let (set, checked) = (self.set.clone(), self.checked());
        match checked {
            Ok((others, options)) => set.store(command, others, &options, destination),
            Err(error) => Query::invalid(error),
        }
    }

    /// The other keys, and what comes behind them.
    fn checked(self) -> Result<(Vec<Key>, Cmd)> {
        let others = self.others?;
        let mut options = Cmd::new();
        if let Some(weights) = self.weights {
            if weights.len() != others.len() + 1 {
                return Err(Error::invalid_query(
                    "as many weights are needed as there are sorted sets, the first included",
                ));
            }
            options.arg("WEIGHTS");
            for weight in weights {
                options.arg(score::text(weight)?);
            }
        }
        match self.aggregate {
            Aggregate::Sum => {}
            Aggregate::Min => _ = options.arg("AGGREGATE").arg("MIN"),
            Aggregate::Max => _ = options.arg("AGGREGATE").arg("MAX"),
        }
        Ok((others, options))
    }
}

impl<T: 'static, C: Codec<T>> IntoQuery for Combined<T, C> {
    type Output = Vec<(T, f64)>;

    fn into_query(self) -> Query<Self::Output> {
        let (set, kind) = (self.set.clone(), self.kind);
        match self.checked() {
            Ok((others, options)) => {
                let keys = set.and(&others);
                let cmd = match kind {
                    Kind::Union => sorted_set::union(&keys),
                    Kind::Intersection => sorted_set::intersection(&keys),
                };
                set.read(with_options(cmd, &options).arg("WITHSCORES").take(), score::pairs::<T, C, Vec<_>>)
            }
            Err(error) => Query::invalid(error),
        }
    }
}

fn with_options(mut cmd: Cmd, options: &Cmd) -> Cmd {
    for option in crate::command::facts::arguments(options) {
        cmd.arg(option);
    }
    cmd
}
