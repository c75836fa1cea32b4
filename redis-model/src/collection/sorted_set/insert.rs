//! Members that are added or changed under a condition.

use redis::Cmd;

use super::{SortedSet, score};
use crate::{
    codec::{Codec, Encode},
    collection::decode,
    command::sorted_set,
    error::Result,
    query::{Query, Step, reply},
};

/// More members than this are added by several commands, in one script, which can call none with so many arguments.
const PIECE: usize = 3_000;

/// When [`SortedSet::insert_if`] adds a member, or gives it another score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum InsertIf {
    /// Always. What `insert` does, but for what it answers.
    Always,
    /// Only if the member is not there: `NX`. No score changes.
    Absent,
    /// Only if the member is there: `XX`. None is added.
    Present,
    /// If the member is not there, or its score is less than the new one: `GT`.
    Greater,
    /// If the member is not there, or its score is greater than the new one: `LT`.
    Less,
    /// Only if the member is there, with a score that is less than the new one: `XX` and `GT`.
    PresentAndGreater,
    /// Only if the member is there, with a score that is greater than the new one: `XX` and `LT`.
    PresentAndLess,
}

impl InsertIf {
    fn words(self) -> &'static [&'static str] {
        match self {
            Self::Always => &[],
            Self::Absent => &["NX"],
            Self::Present => &["XX"],
            Self::Greater => &["GT"],
            Self::Less => &["LT"],
            Self::PresentAndGreater => &["XX", "GT"],
            Self::PresentAndLess => &["XX", "LT"],
        }
    }
}

#[allow(clippy::needless_pass_by_value, reason = "a literal or an owned value reads better than a reference to it")]
impl<T: 'static, C: Codec<T>> SortedSet<T, C> {
    /// Adds a member or changes its score where the condition holds: `ZADD`; whether anything has changed.
    ///
    /// ```
    /// use redis_model::{collection::InsertIf, SortedSet, blocking::Store};
    ///
    /// let store = Store::embedded();
    /// let best = SortedSet::<String>::at("best");
    /// assert!(best.insert_if(InsertIf::Greater, "ada", 120).run(&store)?);
    /// assert!(!best.insert_if(InsertIf::Greater, "ada", 90).run(&store)?);
    /// assert_eq!(best.score("ada").run(&store)?, Some(120.0));
    /// # Ok::<(), redis_model::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::InvalidQuery`](crate::Error::InvalidQuery) for NaN.
    pub fn insert_if(&self, condition: InsertIf, member: impl Encode<T, C>, score: impl Into<f64>) -> Query<bool> {
        let cmd = sorted_set::insert_if(self.key(), condition.words());
        match score::with_pairs(self, cmd, [(member, score)]) {
            Ok(cmd) => self.write(cmd.unwrap_or_default(), reply::flag),
            Err(error) => Query::invalid(error),
        }
    }

    /// The same with many members, isolated: one `ZADD`, or one for every 3,000 in a script; how many were added or changed.
    /// Without members, nothing is sent.
    ///
    /// # Errors
    /// As [`insert_if`](Self::insert_if).
    pub fn extend_if<V: Encode<T, C>>(
        &self,
        condition: InsertIf,
        members: impl IntoIterator<Item = (V, impl Into<f64>)>,
    ) -> Query<u64> {
        match self.additions(condition, members) {
            Err(error) => Query::invalid(error),
            Ok(mut cmds) => match cmds.len() {
                0 => Query::answered(|| 0),
                1 => self.write(cmds.swap_remove(0), decode::count),
                _ => self.write_all(cmds.into_iter().map(Step::Run).collect(), decode::sum),
            },
        }
    }

    fn additions<V: Encode<T, C>>(
        &self,
        condition: InsertIf,
        members: impl IntoIterator<Item = (V, impl Into<f64>)>,
    ) -> Result<Vec<Cmd>> {
        let start = || sorted_set::insert_if(self.key(), condition.words());
        let mut members = members.into_iter();
        let mut cmds = Vec::new();
        while let Some(cmd) = score::with_pairs(self, start(), members.by_ref().take(PIECE))? {
            cmds.push(cmd);
        }
        Ok(cmds)
    }
}
