//! The stores that are used where none is named.

use std::{
    cell::RefCell,
    marker::PhantomData,
    sync::{
        PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
};

use super::Store;
#[cfg(feature = "async")]
use crate::mode::Async;
use crate::mode::{Blocking, Mode};

/// A mode that has a store of its own for the whole process.
pub trait Installed: Mode {
    /// Where it is.
    #[doc(hidden)]
    fn place() -> &'static Place<Self>;

    /// Hands over the one that the current task or thread uses instead, if there is one. What it is handed to must be
    /// quick.
    #[doc(hidden)]
    fn with_scoped<T>(take: impl FnOnce(Option<&Store<Self>>) -> T) -> T;
}

/// Where the store of a mode is.
#[derive(Debug)]
pub struct Place<M: Mode> {
    store: RwLock<Option<Store<M>>>,
    /// That of the store, plus one: who only asks whether it is the one that he knows does not have to lock it. 0 for none.
    number: AtomicU64,
}

impl<M: Mode> Place<M> {
    const fn new() -> Self {
        Self { store: RwLock::new(None), number: AtomicU64::new(0) }
    }

    fn set(&self, store: Store<M>) {
        // A store has no broken state.
        let mut place = self.store.write().unwrap_or_else(PoisonError::into_inner);
        self.number.store(store.number() + 1, Ordering::Relaxed);
        *place = Some(store);
    }

    fn with<T>(&self, take: impl FnOnce(Option<&Store<M>>) -> T) -> T {
        take(self.store.read().unwrap_or_else(PoisonError::into_inner).as_ref())
    }

    fn number(&self) -> Option<u64> {
        self.number.load(Ordering::Relaxed).checked_sub(1)
    }
}

static BLOCKING: Place<Blocking> = Place::new();

thread_local! {
    static SCOPE: RefCell<Option<Store<Blocking>>> = const { RefCell::new(None) };
}

impl Installed for Blocking {
    fn place() -> &'static Place<Self> {
        &BLOCKING
    }

    fn with_scoped<T>(take: impl FnOnce(Option<&Store<Self>>) -> T) -> T {
        SCOPE.with_borrow(|scoped| take(scoped.as_ref()))
    }
}

#[cfg(feature = "async")]
static ASYNC: Place<Async> = Place::new();

#[cfg(feature = "async")]
tokio::task_local! {
    static TASK_SCOPE: Store<Async>;
}

#[cfg(feature = "async")]
impl Installed for Async {
    fn place() -> &'static Place<Self> {
        &ASYNC
    }

    fn with_scoped<T>(take: impl FnOnce(Option<&Store<Self>>) -> T) -> T {
        let mut take = Some(take);
        let mut hand = |store: Option<&Store<Self>>| take.take().map(|take| take(store));
        match TASK_SCOPE.try_with(|store| hand(Some(store))) {
            Ok(Some(taken)) => taken,
            _ => hand(None).expect("without a scope it was not handed over yet"),
        }
    }
}

impl<M: Installed> Store<M> {
    /// Makes this the store of the whole process for functions of its mode that name none: those with
    /// [`#[cached]`](macro@crate::cached). Another call replaces it.
    pub fn install(&self) {
        M::place().set(self.clone());
    }
}

/// Where a store comes from.
pub trait Source<M: Mode> {
    /// Hands the store over, if there is one. What it is handed to must be quick.
    fn with<T>(&self, take: impl FnOnce(Option<&Store<M>>) -> T) -> T;

    /// The number of the store, if there is one.
    fn number(&self) -> Option<u64> {
        self.with(|store| store.map(Store::number))
    }

    /// The store itself.
    fn get(&self) -> Option<Store<M>> {
        self.with(|store| Some(store?.clone()))
    }
}

/// The store that is used where none is named: that of the current scope, else the installed one.
#[derive(Debug)]
pub struct Current<M>(PhantomData<fn() -> M>);

/// The store that is used where none is named.
pub fn current<M: Installed>() -> Current<M> {
    Current(PhantomData)
}

impl<M: Installed> Source<M> for Current<M> {
    fn with<T>(&self, take: impl FnOnce(Option<&Store<M>>) -> T) -> T {
        M::with_scoped(|scoped| match scoped {
            Some(store) => take(Some(store)),
            None => M::place().with(take),
        })
    }

    fn number(&self) -> Option<u64> {
        M::with_scoped(|scoped| scoped.map(Store::number)).or_else(|| M::place().number())
    }
}

impl<M: Mode> Source<M> for Option<Store<M>> {
    fn with<T>(&self, take: impl FnOnce(Option<&Store<M>>) -> T) -> T {
        take(self.as_ref())
    }
}

impl<M: Mode> Source<M> for &Store<M> {
    fn with<T>(&self, take: impl FnOnce(Option<&Store<M>>) -> T) -> T {
        take(Some(self))
    }
}

/// What names a store: a store, a reference to one, or an `Option` of either.
pub trait Given<M: Mode> {
    /// The store.
    fn store(self) -> Option<Store<M>>;
}

impl<M: Mode> Given<M> for Store<M> {
    fn store(self) -> Option<Store<M>> {
        Some(self)
    }
}

impl<M: Mode> Given<M> for &Store<M> {
    fn store(self) -> Option<Store<M>> {
        Some(self.clone())
    }
}

impl<M: Mode, G: Given<M>> Given<M> for Option<G> {
    fn store(self) -> Option<Store<M>> {
        self.and_then(G::store)
    }
}

/// The store that is named.
pub fn given<M: Mode>(named: impl Given<M>) -> Option<Store<M>> {
    named.store()
}

/// Runs code in whose thread this store is used where none is named.
pub(crate) fn in_thread<T>(store: &Store<Blocking>, code: impl FnOnce() -> T) -> T {
    /// Puts the former store back, also when the code panics.
    struct Restore(Option<Store<Blocking>>);

    impl Drop for Restore {
        fn drop(&mut self) {
            SCOPE.set(self.0.take());
        }
    }

    let _restore = Restore(SCOPE.replace(Some(store.clone())));
    code()
}

/// Runs a future in whose task this store is used where none is named.
#[cfg(feature = "async")]
pub(crate) async fn in_task<F: Future>(store: &Store<Async>, future: F) -> F::Output {
    TASK_SCOPE.scope(store.clone(), future).await
}
