//! What features keep for as long as a store lives: one value of each type.

use std::{
    any::{Any, TypeId},
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

/// One value of each type, shared by the clones of a store and dropped with the last of them.
#[derive(Clone, Default)]
pub(super) struct Kept(Arc<Mutex<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>>);

impl Kept {
    /// The value of this type; made by the first who asks, while others who ask for the same type wait.
    pub(super) fn once<T: Send + Sync + 'static>(&self, make: impl FnOnce() -> T) -> Arc<T> {
        let slot = self.slot::<T>();
        // Outside of the map's lock, so that what is made may ask for values of other types.
        slot.get_or_init(|| Arc::new(make())).clone()
    }

    fn slot<T: Send + Sync + 'static>(&self) -> Arc<OnceLock<Arc<T>>> {
        // Nothing can panic between two states of the map.
        let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let slot = slots.entry(TypeId::of::<T>()).or_insert_with(|| Arc::new(OnceLock::<Arc<T>>::new())).clone();
        drop(slots);
        slot.downcast().expect("each slot is found by the type that it was made for")
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
    fn clones_share_one_value_of_each_type() {
        let kept = Kept::default();
        let number = kept.once(|| 7_u64);
        let same = kept.clone().once(|| -> u64 { unreachable!("it is there") });
        assert!(Arc::ptr_eq(&number, &same));
        assert_eq!((*kept.once(|| "text"), *kept.once(|| 8_u8), *Kept::default().once(|| 9_u64)), ("text", 8, 9));
    }

    #[test]
    fn the_last_clone_drops_the_values() {
        let kept = Kept::default();
        let value: Weak<String> = Arc::downgrade(&kept.once(String::new));
        let clone = kept.clone();
        drop(kept);
        assert!(value.upgrade().is_some());
        drop(clone);
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
