//! What the short ways do, and what they leave to the long ones, where the two meet.

use redis::ConnectionLike;

use crate::{
    oracle::Rules,
    scenarios::{acquire, release_of, request},
    scripts::Scripts,
    steps::{Acquire, Mode, Step},
    stored,
    trace::Trace,
};

/// Runs all of them.
pub(crate) fn run(con: &mut dyn ConnectionLike, scripts: &Scripts) -> Result<(), String> {
    the_expiry_is_moved_when_it_must(con, scripts)?;
    what_ends_now_is_ended_first(con, scripts)?;
    wrong_counts_are_left_to_be_made_again(con, scripts)?;
    lost_counts_let_nobody_overtake(con, scripts)
}

fn lasting(step: Step, lease: u64) -> Step {
    let Step::Acquire(it) = step else { return step };
    Step::Acquire(Acquire { lease, ..it })
}

fn take(con: &mut dyn ConnectionLike, scripts: &Scripts, steps: &[Step]) -> Result<(), String> {
    let mut trace = Trace::new(con, Rules::default())?;
    steps.iter().try_for_each(|step| trace.step(con, scripts, step, true))
}

/// The keys stay for a minute beyond the last lease, and their expiry is moved to two minutes beyond it.
fn the_expiry_is_moved_when_it_must(con: &mut dyn ConnectionLike, scripts: &Scripts) -> Result<(), String> {
    let steps = [
        lasting(acquire("first", Mode::Shared, "a", 0), 1_000),
        lasting(acquire("just", Mode::Shared, "a", 0), 61_000),
        Step::Keep { holds: vec![(request("first"), 61_000)], silence: 1, waiters: vec![] },
        lasting(acquire("longer", Mode::Shared, "a", 0), 61_001),
    ];
    take(con, scripts, &steps)
}

/// A lease that ends in this very millisecond is over.
fn what_ends_now_is_ended_first(con: &mut dyn ConnectionLike, scripts: &Scripts) -> Result<(), String> {
    for last in [release_of("stays", "b"), acquire("new", Mode::Exclusive, "c", 0)] {
        for passed in [999_999, 1_000_000] {
            let steps = [
                acquire("ends", Mode::Exclusive, "a", 0),
                lasting(acquire("stays", Mode::Exclusive, "b", 0), 2_000),
                Step::Advance(passed),
                last.clone(),
            ];
            take(con, scripts, &steps)?;
        }
    }
    Ok(())
}

/// Whatever count is gone or has lost just this hold, the only hold of its owner ends, and all is counted again.
fn wrong_counts_are_left_to_be_made_again(con: &mut dyn ConnectionLike, scripts: &Scripts) -> Result<(), String> {
    use Mode::{Exclusive, Shared};
    for (mode, field, wrong) in [
        (Shared, "c:a.b", "0:0:1:1"),
        (Shared, "c:a", "1:0:0:1"),
        (Shared, "c:", "1:0:0:1"),
        (Exclusive, "c:a.b", "1:0:1:1"),
        (Exclusive, "c:a", "1:0:1:0"),
        (Exclusive, "c:", "1:0:1:0"),
    ] {
        for value in [Some(wrong), None] {
            let mut trace = Trace::new(con, Rules::default())?;
            trace.step(con, scripts, &acquire("holder", mode, "a.b", 0), true)?;
            trace.step(con, scripts, &acquire("stays", Shared, "a.c", 0), true)?;
            stored::set_field(con, field, value).map_err(|error| error.to_string())?;
            let end = trace.step(con, scripts, &release_of("holder", "a.b"), true);
            end.map_err(|error| format!("{mode:?} {field} {value:?}: {error}"))?;
        }
    }
    Ok(())
}

/// Where the counts of holds are gone, those of waiters still keep a newcomer back.
fn lost_counts_let_nobody_overtake(con: &mut dyn ConnectionLike, scripts: &Scripts) -> Result<(), String> {
    let mut trace = Trace::new(con, Rules::default())?;
    trace.step(con, scripts, &acquire("holder", Mode::Exclusive, "a.b", 0), true)?;
    trace.step(con, scripts, &acquire("waiter", Mode::Shared, "a.b", 2_000), true)?;
    for field in ["c:", "c:a", "c:a.b"] {
        stored::set_field(con, field, None).map_err(|error| error.to_string())?;
    }
    trace.step(con, scripts, &acquire("new", Mode::Exclusive, "a", 0), false)?;
    trace.step(con, scripts, &release_of("holder", "a.b"), true)
}
