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
use redis_model::{Async, Blocking, Error, Expiring, Query, Result, TimeLeft, Ttl, prelude::*};
use redis_model_tests::{Backend, Wait};

use self::{
    config::cases,
    oracle::Oracle,
    steps::{Answer, By, NewCode, Outcome, Player, Step, failure, histories},
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
        Step::Modify { id, by, name, code } => vec![outcome(modify(backend, *id, *by, name.as_ref(), code))],
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

fn modify<M: Wait>(backend: &Backend<M>, id: u8, by: By, name: Option<&String>, code: &NewCode) -> Result<()> {
    let change = |player: &mut Player| {
        if let Some(name) = name {
            player.name.clone_from(name);
        }
        match code {
            NewCode::Set(code) => player.code.set(code.clone()),
            NewCode::Cleared => player.code.clear(),
            NewCode::Same => {}
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

fn player() -> Player {
    Player { id: 1, name: "a".into(), score: None, lives: None, home: None, code: Expiring::none() }
}

#[test]
fn an_increment_out_of_range_leaves_an_absent_field_absent() {
    let backend = Backend::<Blocking>::embedded();
    backend.run(player().save()).unwrap();
    let lives = Player::at(1).lives();
    assert!(matches!(backend.run(lives.incr(256)), Err(Error::OutOfRange { .. })));
    assert_eq!(backend.run(lives.get()).unwrap(), None);
}

#[test]
fn an_increment_out_of_range_by_the_smallest_number_leaves_the_field() {
    let backend = Backend::<Blocking>::embedded();
    backend.run(Player { lives: Some(3), ..player() }.save()).unwrap();
    let lives = Player::at(1).lives();
    let refused = backend.run(lives.incr(i64::MIN));
    assert_eq!(backend.run(lives.get()).unwrap(), Some(3));
    assert!(matches!(refused, Err(Error::OutOfRange { .. })), "{refused:?}");
}

#[test]
fn a_field_with_its_own_life_is_bound_to_the_life_that_its_record_then_has() {
    let backend = Backend::<Blocking>::embedded();
    let five = Duration::from_secs(5);
    let writes: [(&str, &dyn Fn() -> Result<()>); 2] = [
        ("set", &|| backend.run(Player::at(1).code().set("x"))),
        ("modify", &|| backend.wait(Player::modify(1, &backend.store, |player| player.code.set("y".into())))),
    ];
    for (name, write) in writes {
        backend.run(player().save().ttl(Ttl::For(five))).unwrap();
        write().unwrap();
        // The write has started the record's ten minutes again, so the code has its whole minute.
        assert!(backend.advance(2 * five));
        assert!(backend.run(Player::exists(1)).unwrap(), "{name}");
        assert!(backend.run(Player::at(1).code().exists()).unwrap(), "{name}");
    }
}

#[test]
fn an_atomic_batch_that_deletes_and_writes_leaves_no_partial_record() {
    let backend = Backend::<Blocking>::embedded();
    backend.run(player().save()).unwrap();
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
