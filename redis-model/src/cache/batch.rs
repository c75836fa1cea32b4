//! Calls for many values at once: what generated code runs for `#[cached(batch)]`.
//!
//! Each value has an entry of its own, as if it were a call of its own. What all of them need is sent together: one request
//! to look, one to take turns, one to store.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    hash::{BuildHasher, Hash},
    time::{Duration, Instant},
};

use foldhash::fast::RandomState;

use super::{
    caching::Caching,
    call::Call,
    due::{Claiming, Due, LONGEST, Plan, Step},
    form::Form,
    function::Function,
    info::Event,
    job::Job,
    key::CacheKey,
    lookup::{self, Lookup, Trip},
    request,
    run::OnOutage,
};
use crate::{
    error::{Error, Result},
    lock::Pauses,
    mode::Mode,
    query::Query,
    store::Source,
};

/// What a function of many values returns: a map of those that there are, or a `Result` of one.
pub trait BatchReturns: Sized {
    /// What a value is asked for by.
    type Id: CacheKey + Clone + Eq + Hash;
    /// A value.
    type Value;

    /// The result of these values.
    fn of_values(values: HashMap<Self::Id, Self::Value>) -> Self;

    /// The values.
    ///
    /// # Errors
    /// The result itself, if it is an error.
    fn into_values(self) -> std::result::Result<HashMap<Self::Id, Self::Value>, Self>;
}

impl<I: CacheKey + Clone + Eq + Hash, V, S: BuildHasher + Default> BatchReturns for HashMap<I, V, S> {
    type Id = I;
    type Value = V;

    fn of_values(values: HashMap<I, V>) -> Self {
        values.into_iter().collect()
    }

    fn into_values(self) -> std::result::Result<HashMap<I, V>, Self> {
        Ok(self.into_iter().collect())
    }
}

impl<I: CacheKey + Clone + Eq + Hash + Ord, V> BatchReturns for BTreeMap<I, V> {
    type Id = I;
    type Value = V;

    fn of_values(values: HashMap<I, V>) -> Self {
        values.into_iter().collect()
    }

    fn into_values(self) -> std::result::Result<HashMap<I, V>, Self> {
        Ok(self.into_iter().collect())
    }
}

impl<T: BatchReturns, E> BatchReturns for std::result::Result<T, E> {
    type Id = T::Id;
    type Value = T::Value;

    fn of_values(values: HashMap<T::Id, T::Value>) -> Self {
        Ok(T::of_values(values))
    }

    fn into_values(self) -> std::result::Result<HashMap<T::Id, T::Value>, Self> {
        match self {
            Ok(values) => values.into_values().map_err(Ok),
            Err(error) => Err(Err(error)),
        }
    }
}

/// The values of these ids: from this process, from Redis, and from the body, which gets those that are missing or
/// outdated.
///
/// Ids that the body has no value for are missing in the result. When it fails, and there is no value for each id that it
/// was asked for, the result is its error.
pub async fn run_batch<'f, M, R, F, O, Fut>(
    source: impl Source<M>,
    function: &'f Function,
    ids: &[R::Id],
    call: impl Fn(&R::Id) -> Call<'f>,
    form: F,
    on_outage: O,
    body: impl Fn(Vec<R::Id>) -> Fut,
) -> R
where
    M: Mode,
    R: BatchReturns,
    F: Form<Option<R::Value>>,
    O: OnOutage<R>,
    Fut: Future<Output = R>,
{
    let mut found = Found::new(ids);
    let dues = match look(&source, function, call, &form, &mut found).await {
        Ok(dues) => dues,
        Err(error) => return found.without_redis(function, on_outage.result(error), body).await,
    };
    let until = Instant::now() + function.wait.min(LONGEST);
    let mut pauses = Pauses::new();
    let mut claims: Vec<_> = dues.into_iter().map(|(id, due)| (id, due.claiming(None))).collect();
    while !claims.is_empty() {
        let is_last = Instant::now() >= until;
        let round = match ask(claims, &mut found, is_last).await {
            Ok(round) => round,
            Err(error) => return found.without_redis(function, on_outage.result(error), body).await,
        };
        if !round.jobs.is_empty() {
            let asked = round.jobs.iter().map(|(id, _)| id.clone()).collect();
            match body(asked).await.into_values() {
                Ok(values) => finish(round.jobs, values, &mut found).await,
                Err(failure) if !found.take_fallbacks(round.jobs) => return failure,
                Err(_) => {}
            }
        }
        claims = round.claims;
        if let Some(lease) = round.lease {
            let left = until.saturating_duration_since(Instant::now());
            M::sleep(pauses.next(Some(lease)).min(left)).await;
        }
    }
    R::of_values(found.values)
}

/// What is known so far.
struct Found<I, V> {
    /// Each once.
    ids: Vec<I>,
    /// Those that are not answered yet.
    missing: HashSet<I, RandomState>,
    values: HashMap<I, V>,
}

/// The computations of some ids.
type Jobs<'f, M, I, V, F> = Vec<(I, Job<'f, M, Option<V>, F>)>;

/// The claims for some ids.
type Claims<'f, M, I, V, F> = Vec<(I, Claiming<'f, M, Option<V>, F>)>;

/// One round of claims.
struct Round<'f, M: Mode, I, V, F> {
    jobs: Jobs<'f, M, I, V, F>,
    /// Those that are to be asked again.
    claims: Claims<'f, M, I, V, F>,
    /// How long others compute at most, if there is anything to wait for.
    lease: Option<Duration>,
}

impl<I: Clone + Eq + Hash, V> Found<I, V> {
    fn new(ids: &[I]) -> Self {
        let mut missing = HashSet::with_capacity_and_hasher(ids.len(), RandomState::default());
        let ids = ids.iter().filter(|id| missing.insert((*id).clone())).cloned().collect();
        Self { ids, missing, values: HashMap::new() }
    }

    fn answer(&mut self, id: I, value: Option<V>) {
        self.missing.remove(&id);
        if let Some(value) = value {
            self.values.insert(id, value);
        }
    }

    /// Takes the outdated values of those that could not be computed; false if one of them has none.
    fn take_fallbacks<M: Mode, F: Form<Option<V>>>(&mut self, jobs: Jobs<'_, M, I, V, F>) -> bool {
        let mut has_all = true;
        for (id, job) in jobs {
            match job.into_fallback() {
                Some(value) => self.answer(id, value),
                None => has_all = false,
            }
        }
        has_all
    }

    /// The result when Redis cannot be asked: what was found already, and what the body has.
    async fn without_redis<R, Fut>(self, function: &Function, failure: Option<R>, body: impl Fn(Vec<I>) -> Fut) -> R
    where
        R: BatchReturns<Id = I, Value = V>,
        Fut: Future<Output = R>,
    {
        if let Some(failure) = failure {
            return failure;
        }
        let missing: Vec<_> = self.ids.into_iter().filter(|id| self.missing.contains(id)).collect();
        for _ in &missing {
            function.note(Event::Bypassed);
        }
        let mut values = self.values;
        match body(missing).await.into_values() {
            Ok(more) => {
                values.extend(more);
                R::of_values(values)
            }
            Err(failure) => failure,
        }
    }
}

/// Looks for the values: in this process, then in Redis, with one request. What is missing or outdated is due.
///
/// # Errors
/// What keeps Redis from being asked.
async fn look<'f, M: Mode, I: Clone + Eq + Hash, V, F: Form<Option<V>> + Copy>(
    source: &impl Source<M>,
    function: &'f Function,
    call: impl Fn(&I) -> Call<'f>,
    form: F,
    found: &mut Found<I, V>,
) -> Result<Vec<(I, Due<'f, M, Option<V>, F>)>> {
    let store = source.get().ok_or_else(|| lookup::has_no_store(function))?;
    let caching = Caching::of(&store);
    let mut trips = Vec::with_capacity(found.ids.len());
    for id in found.ids.clone() {
        let call = call(&id);
        if let Some(value) = lookup::kept(&&store, &call).and_then(|kept| form.restore(&kept)) {
            function.note(Event::L1Hit);
            found.answer(id, value);
            continue;
        }
        let near = lookup::near_of(&store, &call);
        let trip = Trip::within(caching.clone(), store.clone(), call, form, near);
        trips.push((id, trip.inspect_err(|error| function.note_error(error))?));
    }
    let Some((_, first)) = trips.first() else { return Ok(Vec::new()) };
    caching.breaker.check()?;
    let fills: Vec<_> = trips.iter().map(|(_, trip)| trip.fill()).collect();
    let (looks, now) = first.look_at(request::look_all(trips.iter().map(|(_, trip)| &trip.address))).await?;
    let mut dues = Vec::new();
    for (((id, trip), fill), look) in trips.into_iter().zip(fills).zip(looks) {
        match trip.sort(look, now, fill) {
            Lookup::Answer(value) => found.answer(id, value),
            Lookup::Due(due) => dues.push((id, due)),
        }
    }
    Ok(dues)
}

/// Asks for the turns to compute, with one request. At last, what others compute is waited for no more.
///
/// # Errors
/// What the request meets, if there is an id without a value.
async fn ask<'f, M: Mode, I: Clone + Eq + Hash, V, F: Form<Option<V>>>(
    mut claims: Claims<'f, M, I, V, F>,
    found: &mut Found<I, V>,
    is_last: bool,
) -> Result<Round<'f, M, I, V, F>> {
    let mut round = Round { jobs: Vec::new(), claims: Vec::new(), lease: None };
    let queries: Vec<_> = claims.iter_mut().map(|(_, claim)| claim.query().attempt()).collect();
    let Some((_, first)) = claims.first() else { return Ok(round) };
    let mut outcomes = first.trip().send(Query::all(queries)).await?.into_iter();
    for (id, claim) in claims {
        let outcome = outcomes.next().unwrap_or_else(|| Err(Error::protocol("a claim was not answered")));
        let plan = match claim.take(outcome)? {
            Step::Plan(plan) => plan,
            Step::Wait(claim, _) if is_last => claim.alone(),
            Step::Wait(claim, lease) => {
                round.lease = Some(round.lease.map_or(lease, |least| least.min(lease)));
                round.claims.push((id, claim));
                continue;
            }
            Step::Again(claim) => {
                round.claims.push((id, claim));
                continue;
            }
        };
        match plan {
            Plan::Answer(value) => found.answer(id, value),
            Plan::Compute(job) => round.jobs.push((id, job)),
            Plan::Leave => {}
        }
    }
    Ok(round)
}

/// Stores what the body has returned, with one request.
async fn finish<M: Mode, I: Clone + Eq + Hash, V, F: Form<Option<V>>>(
    jobs: Jobs<'_, M, I, V, F>,
    mut values: HashMap<I, V>,
    found: &mut Found<I, V>,
) {
    let mut ended = Vec::with_capacity(jobs.len());
    let mut requests = Vec::with_capacity(jobs.len());
    for (id, mut job) in jobs {
        let value = values.remove(&id);
        let mut ending = job.end(&value);
        let request = ending.request.take();
        ended.push((job, ending, request.is_some()));
        requests.extend(request.map(Query::attempt));
        found.answer(id, value);
    }
    let Some((first, ..)) = ended.first() else { return };
    let mut outcomes = match first.trip().send(Query::all(requests)).await {
        Ok(outcomes) => outcomes.into_iter(),
        Err(_) => Vec::new().into_iter(),
    };
    for (mut job, ending, was_sent) in ended {
        let lost = || Err(Error::protocol("a commit was not answered"));
        let outcome = was_sent.then(|| outcomes.next().unwrap_or_else(lost));
        if let Some(life) = job.settle(ending, outcome) {
            job.trip().limit(life).await;
        }
    }
}
