//! Looking for a call's value: in this process, then in Redis.

use std::{
    any::Any,
    borrow::Cow,
    sync::Arc,
    time::{Duration, Instant},
};

use super::{
    address::{Address, Prefix},
    caching::Caching,
    call::Call,
    due::{Due, Present},
    entry::{Entry, Epoch, Kind},
    form::{Form, Kept},
    function::Function,
    info::Event,
    key::Arguments,
    near::{Fill, Near},
    request::{self, Found, Lying},
};
use crate::{
    error::{Error, Result},
    mode::Mode,
    query::{Batch as _, Query},
    store::{Source, Store},
};

/// What a look has come to.
pub(super) enum Lookup<'f, M: Mode, R, F> {
    Answer(R),
    /// There is nothing, or something that is to be refreshed.
    Due(Due<'f, M, R, F>),
}

/// A call under way. It goes from hand to hand and is of some size, so that it is boxed.
pub(super) struct Trip<'f, M: Mode, F> {
    pub(super) function: &'f Function,
    pub(super) store: Store<M>,
    pub(super) caching: Arc<Caching<M>>,
    pub(super) near: Option<Arc<Near<M>>>,
    pub(super) address: Address,
    pub(super) prefix: Cow<'f, Prefix>,
    pub(super) arguments: Arguments,
    pub(super) form: F,
}

/// What an entry is good for.
pub(super) enum Judgement<R> {
    Fresh(R),
    /// Fresh, but it will not be for long.
    Early(R),
    Stale(R),
    /// Nothing.
    Useless,
}

impl<'f, M: Mode, F> Trip<'f, M, F> {
    pub(super) fn new(store: &Store<M>, call: Call<'f>, form: F, near: Option<Arc<Near<M>>>) -> Result<Box<Self>> {
        Self::within(Caching::of(store), store.clone(), call, form, near)
    }

    /// The same with what the store keeps, which takes a while to find.
    pub(super) fn within(
        caching: Arc<Caching<M>>,
        store: Store<M>,
        call: Call<'f>,
        form: F,
        near: Option<Arc<Near<M>>>,
    ) -> Result<Box<Self>> {
        let function = call.function;
        let (address, prefix, arguments) = call.address()?;
        Ok(Box::new(Self { function, store, caching, near, address, prefix, arguments, form }))
    }

    /// Sends a request, unless the server is to be spared.
    ///
    /// # Errors
    /// What the request meets. It is counted already.
    pub(super) async fn send<T>(&self, query: Query<T>) -> Result<T> {
        let outcome = query.over(&mut self.store.link_within(self.function.timeout)).await;
        self.caching.breaker.note(&outcome);
        if let Err(error) = &outcome {
            self.function.note_error(error);
        }
        outcome
    }

    /// What lies there is good for, under these epochs and now by the server's clock.
    pub(super) fn judge<R>(&self, lying: Lying, epochs: &[Option<Epoch>], now: u64) -> Judgement<R>
    where
        F: Form<R>,
    {
        let entry = match lying {
            Lying::Entry(entry) => entry,
            Lying::Nothing => return Judgement::Useless,
            Lying::Other(_) => {
                // It will be overwritten.
                self.function.note(Event::Error);
                return Judgement::Useless;
            }
        };
        if !entry.is_of(epochs) {
            return Judgement::Useless;
        }
        let left = Duration::from_millis(entry.fresh_until().saturating_sub(now));
        let is_early = self.caching.is_early(entry.cost(), left, self.function);
        if left.is_zero() && self.function.stale.is_zero() {
            return Judgement::Useless;
        }
        let kind = entry.kind();
        let Some(result) = self.form.decode(kind, entry.into_payload()) else {
            // Of an earlier version of the function, or not ours: it will be overwritten. That there is no value, or an
            // error, is nothing wrong where only a value is asked for.
            if kind == Kind::Value {
                self.function.note(Event::Error);
            }
            return Judgement::Useless;
        };
        match (left.is_zero(), is_early) {
            (true, _) => Judgement::Stale(result),
            (false, true) => Judgement::Early(result),
            (false, false) => Judgement::Fresh(result),
        }
    }

    /// Looks at the entry in Redis, and tells the server's time.
    ///
    /// # Errors
    /// What the request meets.
    pub(super) async fn look(&self) -> Result<(Found, u64)> {
        self.look_at(request::look(&self.address)).await
    }

    /// The same with any query, of this or of other calls, too.
    pub(super) async fn look_at<T: 'static>(&self, look: Query<T>) -> Result<(T, u64)> {
        if let Some(now) = self.caching.now() {
            // The time is that before the request: what was fresh then is taken to be fresh.
            return Ok((self.send(look).await?, now));
        }
        let asked = Instant::now();
        let (found, now) = self.send((look, request::time()).batch()).await?;
        self.caching.clock.told(now, asked);
        Ok((found, now))
    }

    /// The place for a value that is about to be read, in this process.
    pub(super) fn fill(&self) -> Option<(Fill, Instant)> {
        let fill = self.near.as_ref()?.begin(self.arguments.as_bytes(), &self.address.epochs)?;
        Some((fill, Instant::now()))
    }
}

impl<'f, M: Mode, F> Trip<'f, M, F> {
    /// Looks for the value in Redis.
    ///
    /// # Errors
    /// What the request meets.
    pub(super) async fn find<R>(self: Box<Self>) -> Result<Lookup<'f, M, R, F>>
    where
        F: Form<R>,
    {
        let fill = self.fill();
        let (found, now) = self.look().await?;
        Ok(self.sort(found, now, fill))
    }

    /// What comes of what was found.
    pub(super) fn sort<R>(self: Box<Self>, found: Found, now: u64, fill: Option<(Fill, Instant)>) -> Lookup<'f, M, R, F>
    where
        F: Form<R>,
    {
        let Found { lying, epochs } = found;
        let entry = lying.entry();
        let (seen, cost) = (lying.head().to_vec(), entry.map(Entry::cost));
        let left = Duration::from_millis(entry.map_or(0, Entry::fresh_until).saturating_sub(now));
        match self.judge(lying, &epochs, now) {
            Judgement::Fresh(result) => {
                self.function.note(Event::L2Hit);
                if let (Some(near), Some((fill, asked)), Some(kept)) = (&self.near, fill, self.form.keep(&result)) {
                    let left = left.saturating_sub(self.caching.earliness(cost.unwrap_or_default(), self.function));
                    near.install(fill, kept, asked + left);
                }
                Lookup::Answer(result)
            }
            Judgement::Early(result) => Lookup::Due(Due::new(self, Present::Early(result), seen, epochs)),
            Judgement::Stale(result) => Lookup::Due(Due::new(self, Present::Stale(result), seen, epochs)),
            Judgement::Useless => Lookup::Due(Due::new(self, Present::Nothing, seen, epochs)),
        }
    }
}

/// What this process has kept of the call's value.
pub(super) fn kept<M: Mode>(source: &impl Source<M>, call: &Call<'_>) -> Option<Kept> {
    // Bound by the first call that looks for a place; those with another store, or a name of their own, have theirs found.
    let (number, near) = call.function.bound.get()?;
    let arguments = call.arguments()?;
    if source.number() == Some(*number) && !call.is_named() {
        return near.upgrade()?.downcast_ref::<Near<M>>()?.get(arguments, Instant::now());
    }
    source.with(|store| near_of(store?, call))?.get(arguments, Instant::now())
}

/// Where this process keeps values of the function, if it does.
pub(super) fn near_of<M: Mode>(store: &Store<M>, call: &Call<'_>) -> Option<Arc<Near<M>>> {
    call.function.l1?;
    if let Some((number, near)) = call.function.bound.get()
        && *number == store.number()
        && !call.is_named()
    {
        return near.upgrade()?.downcast().ok();
    }
    let near = Caching::of(store).near(store, call)?;
    if !call.is_named() {
        call.function.bound.get_or_init(|| {
            let near: Arc<dyn Any + Send + Sync> = near.clone();
            (store.number(), Arc::downgrade(&near))
        });
    }
    Some(near)
}

/// The error of a call that has no store, which is counted: its caller may not hear of it.
pub(super) fn has_no_store(function: &Function) -> Error {
    let error = no_store();
    function.note_error(&error);
    error
}

/// The error of one who asks where there is no store.
pub(super) fn no_store() -> Error {
    let reason = "no store to cache in: call `install()` on one of the function's mode, blocking or async, or name one with `store = ..`";
    Error::Config { reason: reason.into() }
}
