//! What the companion of a cached function does.

use std::{collections::HashSet, time::Duration};

use super::{
    caching::Caching,
    call::Call,
    entry::Epoch,
    form::Form,
    info::Info,
    job::Job,
    lookup::{Judgement, Trip, near_of, no_store},
    request,
    run::{OnOutage, compute},
};
use crate::{
    error::{Error, Result},
    mode::Mode,
    store::{Source, Store},
};

/// Computes the value of a call whatever there is, and stores it. Who computes it already can no longer store his.
pub async fn bypass<M, R, F, O, Fut>(
    source: impl Source<M>,
    call: Call<'_>,
    form: F,
    on_outage: O,
    body: impl FnOnce() -> Fut,
) -> R
where
    M: Mode,
    F: Form<R>,
    O: OnOutage<R>,
    Fut: Future<Output = R>,
{
    let job = match take_turn(source, call, form).await {
        Ok(job) => Some(job),
        Err(error) => match on_outage.result(error) {
            Some(result) => return result,
            None => None,
        },
    };
    compute(job, body).await
}

async fn take_turn<M: Mode, R, F: Form<R>>(
    source: impl Source<M>,
    call: Call<'_>,
    form: F,
) -> Result<Job<'_, M, R, F>> {
    let store = source.get().ok_or_else(no_store)?;
    let near = near_of(&store, &call);
    Caching::of(&store).breaker.check()?;
    Job::by_force(Trip::new(&store, call, form, near)?).await
}

/// The value that is stored for a call, fresh or not; none if there is none, or none that this could be.
///
/// # Errors
/// What the request meets.
pub async fn peek<M: Mode, P, F: Form<P>>(source: impl Source<M>, call: Call<'_>, form: F) -> Result<Option<P>> {
    let store = source.get().ok_or_else(no_store)?;
    let trip = Trip::new(&store, call, form, None)?;
    let (found, now) = trip.look().await?;
    Ok(match trip.judge(found.lying, &found.epochs, now) {
        Judgement::Fresh(value) | Judgement::Early(value) | Judgement::Stale(value) => Some(value),
        Judgement::Useless => None,
    })
}

/// Stores a value for a call; false if it is none that is stored, and then there is none any more. Who computes it just now
/// can no longer store his.
///
/// # Errors
/// [`Error::Encode`], and what the request meets.
pub async fn put<M: Mode, P, F: Form<P>>(source: impl Source<M>, call: Call<'_>, form: F, value: &P) -> Result<bool> {
    let store = source.get().ok_or_else(no_store)?;
    let near = near_of(&store, &call);
    let trip = Trip::new(&store, call, form, near)?;
    let key = || trip.address.entry.clone();
    let encoded = trip.form.encode(value);
    let encoded = encoded.map_err(|source| Error::Encode { model: "", key: key(), path: String::new(), source })?;
    let life = encoded.as_ref().and_then(|encoded| trip.life(encoded.life));
    let (Some(encoded), Some(life)) = (encoded, life) else {
        trip.remove().await?;
        return Ok(false);
    };
    let epochs = trip.epochs().await?;
    let Some(entry) = encoded.entry(Duration::ZERO, &epochs) else { return Ok(false) };
    let stored = trip.send(request::commit(&trip.address, "", &entry, life.fresh, life.stale)).await;
    trip.forget();
    stored?;
    trip.limit(life).await;
    Ok(true)
}

impl<M: Mode, F> Trip<'_, M, F> {
    /// Removes the value, and takes the turn away from whoever computes it; true if there was one.
    async fn remove(&self) -> Result<bool> {
        let removed = self.send(request::invalidate(&self.address)).await;
        self.forget();
        if self.function.max_size.is_some() {
            self.send(request::forget(&self.prefix.index(), [self.arguments.as_bytes()])).await?;
        }
        removed
    }

    /// The epochs of now, for a value that is of now.
    async fn epochs(&self) -> Result<Vec<Epoch>> {
        if self.address.epochs.is_empty() {
            return Ok(Vec::new());
        }
        let epochs = self.send(request::epochs(&self.address)).await?;
        Ok(epochs.into_iter().map(Option::unwrap_or_default).collect())
    }
}

/// Removes the value that is stored for a call; true if there was one. Who computes it just now can no longer store his.
///
/// # Errors
/// What the request meets.
pub async fn invalidate<M: Mode>(source: impl Source<M>, call: Call<'_>) -> Result<bool> {
    let store = source.get().ok_or_else(no_store)?;
    let near = near_of(&store, &call);
    Trip::new(&store, call, (), near)?.remove().await
}

/// Removes all values of a function, and answers with how many there were. Who computes one just now can no longer
/// store it.
///
/// # Errors
/// What a request meets; some may be removed then.
pub async fn clear<M: Mode>(source: impl Source<M>, call: Call<'_>) -> Result<u64> {
    let store = source.get().ok_or_else(no_store)?;
    let caching = Caching::of(&store);
    let prefix = call.prefix()?;
    let [locks, entries] = prefix.patterns();
    // The locks first: what is stored after that was computed after that.
    let outcome = async {
        remove_all(&store, &locks).await?;
        remove_all(&store, &entries).await
    };
    let removed = outcome.await;
    caching.flights.forget_all(prefix.of_entries().as_bytes());
    if let Some(near) = caching.known_near(&call) {
        near.clear();
    }
    let index = request::remove(&[prefix.index()]);
    let removed = removed?;
    if call.function.max_size.is_some() {
        index.over(&mut store.link()).await?;
    }
    Ok(removed)
}

/// How many values of a function are stored.
///
/// # Errors
/// What a request meets.
pub async fn size<M: Mode>(source: impl Source<M>, call: Call<'_>) -> Result<u64> {
    let store = source.get().ok_or_else(no_store)?;
    let [_, entries] = call.prefix()?.patterns();
    let mut link = store.link();
    // A scan may come to a key twice.
    let (mut cursor, mut found) = (0, HashSet::new());
    loop {
        let (next, keys) = request::page(cursor, &entries).over(&mut link).await?;
        found.extend(keys);
        if next == 0 {
            return Ok(u64::try_from(found.len()).unwrap_or(u64::MAX));
        }
        cursor = next;
    }
}

/// What a function has done in this process.
#[allow(
    clippy::needless_pass_by_value,
    reason = "it takes what its neighbours take: generated code tells them not apart"
)]
pub fn info<M: Mode>(source: impl Source<M>, call: &Call<'_>) -> Info {
    let near = source.with(|store| Caching::of(store?).known_near(call));
    call.function.info(near.map_or(0, |near| near.len()))
}

async fn remove_all<M: Mode>(store: &Store<M>, pattern: &[u8]) -> Result<u64> {
    let mut link = store.link();
    let (mut cursor, mut removed) = (0, 0);
    loop {
        let (next, keys) = request::page(cursor, pattern).over(&mut link).await?;
        let keys: Vec<_> = keys.into_iter().map(crate::key::Key::new).collect();
        removed += request::remove(&keys).over(&mut link).await?;
        if next == 0 {
            return Ok(removed);
        }
        cursor = next;
    }
}
