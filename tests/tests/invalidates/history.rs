//! Random histories on two models that differ in nothing else: the same happens in both, and whatever has changed a record
//! has deleted its epoch.

use std::collections::BTreeMap;

use proptest::{collection::vec, prelude::*};
use redis_model::{Async, Blocking, Key, Query, RedisModel, Result};
use redis_model_tests::{Backend, Wait};

use crate::{
    arm,
    config::cases,
    is_armed,
    models::{full, plain},
};

const IDS: [u64; 2] = [1, 2];

#[derive(Debug, Clone)]
enum Step {
    One(Op),
    Batch {
        ops: Vec<Op>,
        is_atomic: bool,
    },
    /// A write that takes the store, by its number.
    Store(usize),
}

#[derive(Debug, Clone)]
struct Op {
    number: usize,
    id: u64,
    create: bool,
    is_checked: bool,
}

/// What the two models have in common.
macro_rules! run {
    ($model:ident, $backend:expr, $step:expr) => {{
        let query = |op: &Op| {
            let stored = $backend.run($model::User::load(op.id)).unwrap();
            let stored = stored.unwrap_or_else(|| $model::user(op.id));
            let (name, query) = $model::query(op.number, op.id, op.create, &stored);
            let query = if op.is_checked { query } else { query.unchecked() };
            (name, query.attempt())
        };
        let told =
            |result: Result<()>| result.map_err(|error| format!("{error:?}").replace(plain::PREFIX, full::PREFIX));
        match $step {
            Step::One(op) => {
                let (name, query) = query(op);
                (vec![name], vec![told($backend.run(query).unwrap())])
            }
            Step::Batch { ops, is_atomic } => {
                let (names, queries): (Vec<_>, Vec<_>) = ops.iter().map(query).unzip();
                let batch = Query::all(queries);
                let results = $backend.run(if *is_atomic { batch.atomic() } else { batch });
                let results = results.map_or_else(|error| vec![Err(error)], |results| results);
                (names, results.into_iter().map(told).collect())
            }
            Step::Store(number) => {
                if !$backend.run($model::User::exists(1)).unwrap() {
                    $model::reset($backend, 1);
                }
                (vec!["store"], vec![told($model::store_writes($backend, number % 5).unwrap())])
            }
        }
    }};
}

/// What is stored of a record: its hash, and its own key.
type Stored = (BTreeMap<String, String>, Option<String>);

fn stored<M: Wait>(backend: &Backend<M>, record: &Key) -> Stored {
    let key = record.to_string();
    let mut hash: BTreeMap<String, String> = backend.raw(&["HGETALL", &key]);
    // Moving a value to its field's present name changes nothing for those who read it.
    if let Some(earlier) = hash.remove("visits") {
        hash.entry("logins".into()).or_insert(earlier);
    }
    (hash, backend.raw(&["GET", &format!("{key}.code")]))
}

/// Without the version: it begins with the server's time, which moves on.
fn unversioned((mut hash, own): Stored) -> Stored {
    hash.remove("rev");
    (hash, own)
}

fn records<T: RedisModel<Id = u64>>() -> [Key; 2] {
    IDS.map(|id| T::record(id).key().clone())
}

fn check<M: Wait>(backend: &Backend<M>, history: &[Step]) -> Result<(), TestCaseError> {
    let epochs = IDS.map(full::epoch);
    for (number, step) in history.iter().enumerate() {
        if let Step::Store(_) = step
            && !backend.run(full::User::exists(1)).unwrap()
        {
            full::reset(backend, 1);
        }
        arm(backend, &epochs);
        let before = records::<full::User>().map(|record| stored(backend, &record));
        let (names, results) = run!(full, backend, step);
        let expected = run!(plain, backend, step);
        prop_assert_eq!((&names, &results), (&expected.0, &expected.1), "step {}: {:?}", number, step);
        let after = records::<full::User>().map(|record| stored(backend, &record));
        let plain = records::<plain::User>().map(|record| stored(backend, &record));
        prop_assert_eq!(
            after.clone().map(unversioned),
            plain.map(unversioned),
            "step {}: {:?} {:?}",
            number,
            step,
            names
        );
        for (position, epoch) in epochs.iter().enumerate() {
            let is_changed = before[position] != after[position];
            let is_armed = is_armed(backend, epoch);
            prop_assert!(!(is_changed && is_armed), "step {number} has changed {epoch:?}: {step:?} {names:?}");
            // Of a batch, others may have written before the one that fails.
            let has_failed = matches!((step, &results[..]), (Step::One(_), [Err(_)]));
            prop_assert!(is_changed || is_armed || !has_failed, "step {number} has failed: {step:?} {names:?}");
        }
    }
    Ok(())
}

fn histories() -> impl Strategy<Value = Vec<Step>> {
    let op = || {
        (any::<usize>(), 1..=2_u64, prop::bool::weighted(0.2), prop::bool::weighted(0.8))
            .prop_map(|(number, id, create, is_checked)| Op { number, id, create, is_checked })
    };
    let step = prop_oneof![
        8 => op().prop_map(Step::One),
        2 => (vec(op(), 1..5), any::<bool>()).prop_map(|(ops, is_atomic)| Step::Batch { ops, is_atomic }),
        1 => any::<usize>().prop_map(Step::Store),
    ];
    vec(step, 1..40)
}

#[test]
fn whatever_changes_a_record_on_the_engine_deletes_its_epoch() {
    proptest!(cases(80), |(history in histories())| {
        check(&Backend::<Blocking>::embedded(), &history)?;
    });
}

fn check_on_a_server<M: Wait>(query: &str) {
    let backend = Backend::<M>::server(query);
    proptest!(cases(20), |(history in histories())| {
        backend.raw::<()>(&["FLUSHDB"]);
        check(&backend, &history)?;
    });
}

#[test]
fn whatever_changes_a_record_on_a_server_deletes_its_epoch() {
    check_on_a_server::<Blocking>("");
}

#[test]
fn whatever_changes_a_record_asynchronously_deletes_its_epoch() {
    check_on_a_server::<Async>("?protocol=resp3");
}
