//! Random histories of operations, compared step by step with a plain map.

// A test reports by its panic.
#![allow(clippy::unwrap_used)]

#[path = "properties/config.rs"]
mod config;
#[path = "histories/oracle.rs"]
mod oracle;
#[path = "histories/steps.rs"]
mod steps;

use std::time::Duration;

use proptest::prelude::*;
use redis_model::{Async, Blocking, Expiring, Query, Result, TimeLeft, prelude::*};
use redis_model_tests::{Backend, Wait};

use self::{
    config::cases,
    oracle::Oracle,
    steps::{Answer, By, Outcome, Player, Step, failure, histories},
};

const IDS: [u8; 3] = [0, 1, 2];

fn run<M: Wait>(backend: &Backend<M>, step: &Step) -> Vec<Outcome> {
    match step {
        Step::One(op) => vec![backend.run(op.query()).unwrap()],
        Step::Batch(ops) => backend.run(Query::all(ops.iter().map(steps::Op::query))).unwrap(),
        Step::Atomic(ops) => match backend.run(Query::all(ops.iter().map(steps::Op::query)).atomic()) {
            Ok(outcomes) => outcomes,
            Err(error) => vec![Err(failure(error))],
        },
        Step::Modify { id, by, name, code } => vec![outcome(modify(backend, *id, *by, name.as_ref(), code.as_ref()))],
        Step::Update { id, by } => {
            let score = Player::at(*id).score();
            let added = score.update(&backend.store, |score| Some(score.unwrap_or(0).wrapping_add(*by)));
            vec![outcome(backend.wait(added).map(drop::<Option<_>>))]
        }
        Step::Advance(by) => {
            assert!(backend.advance(Duration::from_millis(*by)));
            Vec::new()
        }
    }
}

fn outcome(result: Result<()>) -> Outcome {
    result.map(|()| Answer::Done).map_err(failure)
}

fn modify<M: Wait>(
    backend: &Backend<M>,
    id: u8,
    by: By,
    name: Option<&String>,
    code: Option<&Option<String>>,
) -> Result<()> {
    let change = |player: &mut Player| {
        if let Some(name) = name {
            player.name.clone_from(name);
        }
        match code {
            Some(Some(code)) => player.code.set(code.clone()),
            Some(None) => player.code.clear(),
            None => {}
        }
    };
    match by {
        By::Modify => backend.wait(Player::modify(id, &backend.store, change)),
        By::SaveMut => {
            let mut player = backend.run(Player::fetch(id))?;
            change(&mut player);
            backend.wait(player.save_mut(&backend.store))
        }
    }
}

/// What is stored, and how long each record and its code have left.
fn stored<M: Wait>(backend: &Backend<M>) -> Vec<(Option<Player>, TimeLeft, TimeLeft)> {
    let state = |id| (Player::load(id), Player::ttl(id), Player::at(id).code().ttl()).batch();
    backend.run(Query::all(IDS.map(state))).unwrap()
}

/// Without time to compare: only whether there is an end.
fn timeless(left: TimeLeft) -> TimeLeft {
    if let TimeLeft::Left(_) = left { TimeLeft::Left(Duration::ZERO) } else { left }
}

fn check<M: Wait>(backend: &Backend<M>, history: &[Step], time: fn(TimeLeft) -> TimeLeft) -> Result<(), TestCaseError> {
    let mut oracle = Oracle::default();
    for (number, step) in history.iter().enumerate() {
        prop_assert_eq!(run(backend, step), oracle.step(step), "step {}: {:?}", number, step);
        let expected: Vec<_> = IDS.iter().map(|&id| (oracle.load(id), oracle.left(id).map(time))).collect();
        let stored: Vec<_> =
            stored(backend).into_iter().map(|(player, own, code)| (player, [own, code].map(time))).collect();
        prop_assert_eq!(stored, expected, "after step {}: {:?}", number, step);
    }
    Ok(())
}

#[test]
fn the_engine_keeps_what_a_map_would() {
    proptest!(cases(60), |(history in histories(1))| {
        check(&Backend::<Blocking>::embedded(), &history, |left| left)?;
    });
}

fn check_on_a_server<M: Wait>(query: &str) {
    // Nothing may end while a history runs, so that the clock has no part in it.
    let backend = Backend::<M>::server(query);
    proptest!(cases(20), |(history in histories(60_000))| {
        backend.raw::<()>(&["FLUSHDB"]);
        check(&backend, &history, timeless)?;
    });
}

#[test]
fn an_atomic_batch_that_deletes_and_writes_leaves_no_partial_record() {
    let backend = Backend::<Blocking>::embedded();
    let player = Player { id: 1, name: "a".into(), score: None, lives: None, home: None, code: Expiring::none() };
    backend.run(player.save()).unwrap();
    let _ = backend.run((Player::delete(1), Player::at(1).score().incr(1)).batch().atomic());
    let is_marked = backend.raw::<bool>(&["HEXISTS", "history:{1}", "@v"]);
    assert_eq!(backend.run(Player::exists(1)).unwrap(), is_marked);
}

#[test]
fn a_server_keeps_what_a_map_would() {
    check_on_a_server::<Blocking>("");
}

#[test]
fn a_server_keeps_what_a_map_would_asynchronously() {
    check_on_a_server::<Async>("?protocol=resp3");
}
