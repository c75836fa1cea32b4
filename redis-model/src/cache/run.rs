//! Calls of cached functions: what generated code runs.

use super::{
    caching::Caching,
    call::Call,
    due::{Due, Plan},
    form::Form,
    function::Function,
    info::Event,
    job::Job,
    lookup::{self, Lookup, Trip},
};
use crate::{
    error::{Error, Result},
    mode::{Mode, poll_once},
    store::Source,
};

/// What a call gives when Redis cannot be asked.
pub trait OnOutage<R> {
    /// The result; none if the body is to run.
    fn result(&self, error: Error) -> Option<R>;
}

/// The body runs: `on_error = bypass`.
#[derive(Debug)]
pub struct Bypass;

/// The error is the function's: `on_error = fail`.
#[derive(Debug)]
pub struct Fail;

impl<R> OnOutage<R> for Bypass {
    fn result(&self, _error: Error) -> Option<R> {
        None
    }
}

impl<T, E: From<Error>> OnOutage<std::result::Result<T, E>> for Fail {
    fn result(&self, error: Error) -> Option<std::result::Result<T, E>> {
        Some(Err(error.into()))
    }
}

/// The value of a call: from this process, from Redis, or from the body. One that is outdated is computed anew before this
/// returns, by one of its callers.
pub async fn run<M, R, F, O, Fut>(
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
    if let Some(result) = kept(&source, &call, &form) {
        return result;
    }
    M::settled(beyond(source, call, form, on_outage, body)).await
}

/// The rest of a call that this process has no value for.
async fn beyond<M, R, F, O, Fut>(
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
    let function = call.function;
    let due = match look(source, call, form).await {
        Ok(Lookup::Answer(result)) => return result,
        Ok(Lookup::Due(due)) => Ok(due),
        Err(error) => Err(error),
    };
    // A call that finds its value does not have to hold the state of one that computes it.
    Box::pin(async move {
        let plan = match due {
            Ok(due) => due.plan().await,
            Err(error) => Err(error),
        };
        follow(plan, function, on_outage, body).await
    })
    .await
}

/// The same, except that a value that is outdated is given at once, and computed anew in the background.
pub async fn run_in_background<M, R, F, O, B, Fut>(
    source: impl Source<M>,
    call: Call<'static>,
    form: F,
    on_outage: O,
    body: B,
) -> R
where
    M: Mode,
    R: Send + 'static,
    F: Form<R> + 'static,
    O: OnOutage<R>,
    B: FnOnce() -> Fut + Send + 'static,
    Fut: Future<Output = R> + Send + 'static,
{
    if let Some(result) = kept(&source, &call, &form) {
        return result;
    }
    let function = call.function;
    let plan = match Box::pin(look(source, call, form)).await {
        Ok(Lookup::Answer(result)) => return result,
        Ok(Lookup::Due(mut due)) => match due.take_present() {
            // A task, or a thread, that would find out only that is not worth while.
            Some(present) if due.is_under_way() => return present,
            Some(present) => {
                // Where nothing can run in the background, the next caller finds it as outdated.
                _ = M::spawn("redis-model-refresh", refresh(due, body));
                return present;
            }
            None => Box::pin(due.plan()).await,
        },
        Err(error) => Err(error),
    };
    Box::pin(follow(plan, function, on_outage, body)).await
}

/// Finishes the call of a blocking function.
pub fn wait<T>(call: impl Future<Output = T>) -> T {
    poll_once(call)
}

/// The value that this process has kept, if it has.
fn kept<M: Mode, R, F: Form<R>>(source: &impl Source<M>, call: &Call<'_>, form: &F) -> Option<R> {
    call.function.l1?;
    let result = form.restore(&lookup::kept(source, call)?)?;
    call.function.note(Event::L1Hit);
    Some(result)
}

/// Looks for the value in Redis.
///
/// # Errors
/// What keeps Redis from being asked.
async fn look<M: Mode, R, F: Form<R>>(source: impl Source<M>, call: Call<'_>, form: F) -> Result<Lookup<'_, M, R, F>> {
    let store = source.get().ok_or_else(|| lookup::has_no_store(call.function))?;
    let caching = Caching::of(&store);
    caching.breaker.check()?;
    let near = lookup::near_of(&store, &call);
    let function = call.function;
    let trip = Trip::within(caching, store, call, form, near).inspect_err(|error| function.note_error(error))?;
    trip.find().await
}

/// Does what is planned.
async fn follow<M, R, F, O, Fut>(
    plan: Result<Plan<'_, M, R, F>>,
    function: &Function,
    on_outage: O,
    body: impl FnOnce() -> Fut,
) -> R
where
    M: Mode,
    F: Form<R>,
    O: OnOutage<R>,
    Fut: Future<Output = R>,
{
    let job = match plan {
        Ok(Plan::Answer(result)) => return result,
        Ok(Plan::Compute(job)) => Some(job),
        Ok(Plan::Leave) => None,
        Err(error) => {
            if let Some(result) = on_outage.result(error) {
                return result;
            }
            function.note(Event::Bypassed);
            None
        }
    };
    compute(job, body).await
}

/// Runs the body, and stores what it returns if that is for others, too.
pub(super) async fn compute<M: Mode, R, F: Form<R>, Fut: Future<Output = R>>(
    job: Option<Job<'_, M, R, F>>,
    body: impl FnOnce() -> Fut,
) -> R {
    let result = body().await;
    match job {
        Some(job) => job.finish(result).await,
        None => result,
    }
}

/// Computes a value anew, unless somebody else does.
async fn refresh<M: Mode, R, F: Form<R>, Fut: Future<Output = R>>(
    due: Due<'static, M, R, F>,
    body: impl FnOnce() -> Fut,
) {
    if let Ok(Plan::Compute(job)) = due.plan().await {
        compute(Some(job), body).await;
    }
}
