//! What happens at the two ends of a list.

use std::collections::VecDeque;

use redis::Cmd;

use super::List;
use crate::{
    codec::{Codec, Encode},
    collection::decode,
    command::list,
    error::Result,
    query::{Query, Step, reply},
};

/// One of the two ends of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum End {
    /// Where index 0 is.
    Front,
    /// Where index -1 is.
    Back,
}

impl End {
    fn name(self) -> &'static str {
        match self {
            Self::Front => "LEFT",
            Self::Back => "RIGHT",
        }
    }
}

#[allow(clippy::needless_pass_by_value, reason = "a literal or an owned value reads better than a reference to it")]
impl<T: 'static, C: Codec<T>> List<T, C> {
    /// Adds an element at the back: `RPUSH`; how many there are then. With a limit, what is too much goes from the front.
    pub fn push_back(&self, value: impl Encode<T, C>) -> Query<u64> {
        self.with_encoded(&value, |value| self.push(End::Back, list::push_one_back(self.key(), &value)))
    }

    /// Adds an element at the front: `LPUSH`; how many there are then. With a limit, what is too much goes from the back.
    pub fn push_front(&self, value: impl Encode<T, C>) -> Query<u64> {
        self.with_encoded(&value, |value| self.push(End::Front, list::push_one_front(self.key(), &value)))
    }

    /// Adds elements at the back, in their order: one `RPUSH`; how many there are then. With a limit, what is too much goes
    /// from the front, and of more than the limit only the last ones are sent. Without values, it is [`len`](Self::len).
    pub fn extend(&self, values: impl IntoIterator<Item = impl Encode<T, C>>) -> Query<u64> {
        self.push_all(End::Back, list::push_back(self.key()), values)
    }

    /// Adds elements at the front, each before the one that came before it, so that the last of them is the first of the
    /// list, as with `deque.extendleft`: one `LPUSH`; how many there are then. With a limit, what is too much goes from the
    /// back. Without values, it is [`len`](Self::len).
    pub fn extend_front(&self, values: impl IntoIterator<Item = impl Encode<T, C>>) -> Query<u64> {
        self.push_all(End::Front, list::push_front(self.key()), values)
    }

    /// Takes the first element: `LPOP`. `None` when the list is empty.
    ///
    /// # Errors
    /// When run: [`Error::Decode`](crate::Error::Decode) when it is no value of its type; it is gone then.
    pub fn pop_front(&self) -> Query<Option<T>> {
        self.write(list::pop_front(self.key()), reply::value::<T, C>)
    }

    /// Takes the last element: `RPOP`. `None` when the list is empty.
    ///
    /// # Errors
    /// As [`pop_front`](Self::pop_front).
    pub fn pop_back(&self) -> Query<Option<T>> {
        self.write(list::pop_back(self.key()), reply::value::<T, C>)
    }

    /// Takes so many elements from the front, or all if there are fewer, the first one first: one `LPOP`.
    ///
    /// # Errors
    /// As [`pop_front`](Self::pop_front); all of them are gone then.
    pub fn pop_front_many(&self, count: u64) -> Query<Vec<T>> {
        self.pop_many(list::pop_front(self.key()), count)
    }

    /// Takes so many elements from the back, or all if there are fewer, the last one first: one `RPOP`.
    ///
    /// # Errors
    /// As [`pop_front_many`](Self::pop_front_many).
    pub fn pop_back_many(&self, count: u64) -> Query<Vec<T>> {
        self.pop_many(list::pop_back(self.key()), count)
    }

    /// The first element: `LINDEX`. `None` when the list is empty.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub fn front(&self) -> Query<Option<T>> {
        self.get(0)
    }

    /// The last element: `LINDEX`. `None` when the list is empty.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub fn back(&self) -> Query<Option<T>> {
        self.get(-1)
    }

    /// Moves the first element to an end of another list, or of this one, and returns it: `LMOVE`. `None` when this list is
    /// empty. If the other has a limit, what is too much goes from its other end.
    ///
    /// In a cluster both have to lie in one slot.
    ///
    /// # Errors
    /// When run: as [`pop_front`](Self::pop_front).
    pub fn move_front_to(&self, other: &Self, end: End) -> Query<Option<T>> {
        self.move_to(End::Front, other, end)
    }

    /// Moves the last element to an end of another list, or of this one, and returns it: `LMOVE`. `None` when this list is
    /// empty. If the other has a limit, what is too much goes from its other end.
    ///
    /// # Errors
    /// As [`move_front_to`](Self::move_front_to).
    ///
    /// ```
    /// use redis_model::{collection::End, List, blocking::Store};
    ///
    /// let store = Store::embedded();
    /// let (open, done) = (List::<String>::at("open"), List::<String>::at("done"));
    /// open.extend(["first", "second"]).run(&store)?;
    /// assert_eq!(open.move_back_to(&done, End::Front).run(&store)?.as_deref(), Some("second"));
    /// assert_eq!((open.len().run(&store)?, done.len().run(&store)?), (1, 1));
    /// # Ok::<(), redis_model::Error>(())
    /// ```
    pub fn move_back_to(&self, other: &Self, end: End) -> Query<Option<T>> {
        self.move_to(End::Back, other, end)
    }

    fn push(&self, end: End, cmd: Cmd) -> Query<u64> {
        match self.trim(end) {
            None => self.write(cmd, decode::count),
            Some((limit, trim)) => {
                let steps = vec![Step::Run(cmd), Step::Silent(trim)];
                self.write_all(steps, decode::count).map(move |length| length.min(limit))
            }
        }
    }

    fn push_all(&self, end: End, cmd: Cmd, values: impl IntoIterator<Item = impl Encode<T, C>>) -> Query<u64> {
        match self.with_last_values(cmd, values) {
            Ok(Some(cmd)) => self.push(end, cmd),
            Ok(None) => self.len(),
            Err(error) => Query::invalid(error),
        }
    }

    /// A command with values as its last arguments; with a limit only the last of so many, as no other would stay. `None`
    /// without any.
    ///
    /// # Errors
    /// [`Error::Encode`](crate::Error::Encode).
    pub(super) fn with_last_values(
        &self,
        cmd: Cmd,
        values: impl IntoIterator<Item = impl Encode<T, C>>,
    ) -> Result<Option<Cmd>> {
        let Some(limit) = self.max_len else { return self.with_values(cmd, values) };
        let mut last = VecDeque::new();
        for value in values {
            last.push_back(self.encoded(&value)?);
            // One is pushed even where none may stay, so that what is there goes.
            if last.len() as u64 > limit.max(1) {
                last.pop_front();
            }
        }
        Ok((!last.is_empty()).then(|| last.iter().fold(cmd, |mut cmd, value| cmd.arg(value).take())))
    }

    /// The limit, with the command that keeps it after a push at one end, if there is a limit.
    fn trim(&self, end: End) -> Option<(u64, Cmd)> {
        let limit = self.max_len?;
        let trim = match end {
            End::Front => list::keep_front(self.key(), limit),
            End::Back => list::keep_back(self.key(), limit),
        };
        Some((limit, trim))
    }

    fn pop_many(&self, mut cmd: Cmd, count: u64) -> Query<Vec<T>> {
        if count == 0 {
            return Query::answered(Vec::new);
        }
        self.write(cmd.arg(list::signed(count)).take(), decode::elements::<T, C, Vec<T>>)
    }

    fn move_to(&self, from: End, other: &Self, to: End) -> Query<Option<T>> {
        let cmd = list::move_element(self.key(), other.key(), from.name(), to.name());
        let decode = reply::value::<T, C>;
        other.along_with(match other.trim(to) {
            None => self.write(cmd, decode),
            Some((_, trim)) => self.write_all(vec![Step::Run(cmd), Step::Silent(trim)], decode),
        })
    }
}
