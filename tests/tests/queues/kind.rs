//! The three kinds of queues, seen as one.

use redis_model::{Query, Result};

use super::*;

/// A queue of texts; those without priorities ignore them.
pub(crate) trait Kind: Sync {
    fn new(key: &str) -> Self;

    fn put_all(&self, values: &[(String, i32)]) -> Query<()>;

    fn try_get(&self) -> Query<Option<String>>;

    fn get<M: Wait>(&self, backend: &Backend<M>, limit: Duration) -> Result<Option<String>>;

    fn peek(&self) -> Query<Option<String>>;

    fn load(&self) -> Query<Vec<String>>;

    fn len(&self) -> Query<u64>;

    /// Which of these is taken next; they are in the order in which they were put.
    fn next(values: &[(String, i32)]) -> Option<usize>;
}

/// Puts one value of no particular priority.
pub(crate) fn put<M: Wait>(backend: &Backend<M>, queue: &impl Kind, value: &str) {
    backend.run(queue.put_all(&[(value.to_owned(), 0)])).unwrap();
}

macro_rules! by_order {
    ($kind:ident, $next:expr) => {
        impl Kind for $kind<String> {
            fn new(key: &str) -> Self {
                Self::at(key)
            }

            fn put_all(&self, values: &[(String, i32)]) -> Query<()> {
                $kind::put_all(self, values.iter().map(|(value, _)| value))
            }

            fn try_get(&self) -> Query<Option<String>> {
                $kind::try_get(self)
            }

            fn get<M: Wait>(&self, backend: &Backend<M>, limit: Duration) -> Result<Option<String>> {
                backend.wait($kind::get(self, &backend.store, limit))
            }

            fn peek(&self) -> Query<Option<String>> {
                $kind::peek(self)
            }

            fn load(&self) -> Query<Vec<String>> {
                $kind::load(self)
            }

            fn len(&self) -> Query<u64> {
                $kind::len(self)
            }

            fn next(values: &[(String, i32)]) -> Option<usize> {
                let next: fn(usize) -> usize = $next;
                (!values.is_empty()).then(|| next(values.len()))
            }
        }
    };
}

by_order!(Queue, |_| 0);
by_order!(Stack, |length| length - 1);

impl Kind for PriorityQueue<String> {
    fn new(key: &str) -> Self {
        Self::at(key)
    }

    fn put_all(&self, values: &[(String, i32)]) -> Query<()> {
        PriorityQueue::put_all(self, values.iter().map(|(value, priority)| (value, *priority)))
    }

    fn try_get(&self) -> Query<Option<String>> {
        PriorityQueue::try_get(self).map(|taken| taken.map(|(value, _)| value))
    }

    fn get<M: Wait>(&self, backend: &Backend<M>, limit: Duration) -> Result<Option<String>> {
        Ok(backend.wait(PriorityQueue::get(self, &backend.store, limit))?.map(|(value, _)| value))
    }

    fn peek(&self) -> Query<Option<String>> {
        PriorityQueue::peek(self).map(|next| next.map(|(value, _)| value))
    }

    fn load(&self) -> Query<Vec<String>> {
        PriorityQueue::load(self).map(|values| values.into_iter().map(|(value, _)| value).collect())
    }

    fn len(&self) -> Query<u64> {
        PriorityQueue::len(self)
    }

    fn next(values: &[(String, i32)]) -> Option<usize> {
        // The first of several equal ones.
        values.iter().enumerate().min_by_key(|(_, (_, priority))| *priority).map(|(place, _)| place)
    }
}
