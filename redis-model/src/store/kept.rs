//! What features keep for as long as a store lives: one value of each type.

use std::{
    any::{Any, TypeId},
    fmt,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
};

/// One value of each type, dropped with the store.
pub(super) struct Kept {
    values: Values,
    number: u64,
}

/// A list that only grows, so that it is read without a lock. It stays short: features have one or two types each.
#[derive(Default)]
struct Values(OnceLock<Box<Value>>);

struct Value {
    of: TypeId,
    /// The `OnceLock` of its type.
    slot: Box<dyn Any + Send + Sync>,
    others: Values,
}

impl Default for Kept {
    fn default() -> Self {
        static LAST: AtomicU64 = AtomicU64::new(0);
        Self { values: Values::default(), number: LAST.fetch_add(1, Ordering::Relaxed) }
    }
}

impl Kept {
    /// The value of this type; made by the first who asks, while others who ask for the same type wait.
    pub(super) fn once<T: Send + Sync + 'static>(&self, make: impl FnOnce() -> T) -> Arc<T> {
        // The place is there by now, so that what is made may ask for values of other types.
        self.slot::<T>().get_or_init(|| Arc::new(make())).clone()
    }

    /// A number that only this one and its clones have in this process.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    fn slot<T: Send + Sync + 'static>(&self) -> &OnceLock<Arc<T>> {
        let of = TypeId::of::<T>();
        let mut values = &self.values;
        loop {
            // Of several who come to the end, each with another type, one gets the place, and the others go on.
            let value = values.0.get_or_init(|| {
                let slot = Box::new(OnceLock::<Arc<T>>::new());
                Box::new(Value { of, slot, others: Values::default() })
            });
            if value.of == of {
                return value.slot.downcast_ref().expect("each slot is found by the type that it was made for");
            }
            values = &value.others;
        }
    }
}

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Kept")
    }
}

#[cfg(test)]
mod tests {
    use std::{
        panic::{AssertUnwindSafe, catch_unwind},
        sync::Weak,
        thread,
    };

    use super::*;

    #[test]
    fn all_share_one_value_of_each_type() {
        let kept = Kept::default();
        let number = kept.once(|| 7_u64);
        let same = kept.once(|| -> u64 { unreachable!("it is there") });
        assert!(Arc::ptr_eq(&number, &same));
        assert_eq!((*kept.once(|| "text"), *kept.once(|| 8_u8), *Kept::default().once(|| 9_u64)), ("text", 8, 9));
    }

    #[test]
    fn values_are_dropped_with_it() {
        let kept = Kept::default();
        let value: Weak<String> = Arc::downgrade(&kept.once(String::new));
        assert!(value.upgrade().is_some());
        drop(kept);
        assert!(value.upgrade().is_none());
    }

    #[test]
    fn what_is_made_may_ask_for_another() {
        let kept = Kept::default();
        assert_eq!(*kept.once(|| u16::from(*kept.once(|| 3_u8)) + 1), 4);
    }

    #[test]
    fn many_who_ask_at_once_get_the_same() {
        let kept = Kept::default();
        let ask = || kept.once(thread::current);
        let asked: Vec<_> = thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(ask)).collect();
            threads.into_iter().filter_map(|thread| thread.join().ok()).collect()
        });
        assert_eq!(asked.len(), 8);
        assert!(asked.iter().all(|value| Arc::ptr_eq(value, &asked[0])));
    }

    #[test]
    fn after_a_panic_the_next_one_makes_it() {
        let kept = Kept::default();
        let panicked = catch_unwind(AssertUnwindSafe(|| kept.once::<u8>(|| panic!("not yet"))));
        assert!(panicked.is_err());
        assert_eq!(*kept.once(|| 5_u8), 5);
    }
}
