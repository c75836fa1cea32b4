//! What random steps do not come upon: damaged state, and more entries than one script removes.

use redis::ConnectionLike;

use crate::{
    edges,
    oracle::Rules,
    scripts::{Costs, Scripts, Sources},
    steps::{Acquire, Mode, Part, Request, Step},
    stored,
    trace::Trace,
};

/// Runs all of them: what their steps have cost, or what went wrong. Other costs than those expected are wrong.
pub(crate) fn run(con: &mut dyn ConnectionLike, sources: &Sources, expected: Option<&Costs>) -> Result<Costs, String> {
    let scripts = Scripts::load(con, sources, Rules::default(), expected).ok_or("no Lua")?;
    lost_counts_are_made_again(con, &scripts)?;
    garbage_is_said_to_be_damage(con, &scripts)?;
    strangers_are_removed(con, &scripts)?;
    new_holders_are_not_held_up(con, &scripts)?;
    nobody_sees_a_hold_whose_time_is_over(con, &scripts)?;
    edges::run(con, &scripts)?;
    many_end_step_by_step(con, &scripts)?;
    one_call_keeps_many(con, &scripts)?;
    Ok(scripts.into_costs())
}

pub(crate) fn request(owner: &str) -> Request {
    Request { owner: owner.to_owned(), id: 1 }
}

pub(crate) fn acquire(owner: &str, mode: Mode, path: &'static str, silence: u64) -> Step {
    let request = request(owner);
    Step::Acquire(Acquire { request, mode, path, lease: 1_000, silence, is_fair: true, channel: "news" })
}

/// The same as a second request of its owner, which overtakes.
fn another(step: Step) -> Step {
    let Step::Acquire(it) = step else { return step };
    Step::Acquire(Acquire { request: Request { id: 2, ..it.request }, is_fair: false, ..it })
}

fn release(owner: &str) -> Step {
    release_of(owner, "a.b")
}

pub(crate) fn release_of(owner: &str, path: &str) -> Step {
    Step::Release { request: request(owner), path: path.into(), refusal: 0, may_come_again: false }
}

/// Whatever count is gone, the script in which it would fall below nothing counts everything again.
fn lost_counts_are_made_again(con: &mut dyn ConnectionLike, scripts: &Scripts) -> Result<(), String> {
    for mode in [Mode::Shared, Mode::Exclusive] {
        for (field, leaver) in [
            ("c:a.b", "holder"),
            ("c:a", "holder"),
            ("c:", "holder"),
            ("w:a.b", "waiter"),
            ("w:a", "waiter"),
            ("w:", "waiter"),
        ] {
            for end in [release(leaver), Step::Advance(1_500_000), Step::Advance(2_500_000)] {
                // Whoever waits where nobody seems to wait is not found until then.
                if field == "w:a.b" && matches!(end, Step::Advance(1_500_000)) {
                    continue;
                }
                lose_count(con, scripts, mode, field, &end).map_err(|error| format!("{mode:?} {field}: {error}"))?;
            }
        }
    }
    Ok(())
}

fn lose_count(
    con: &mut dyn ConnectionLike,
    scripts: &Scripts,
    mode: Mode,
    field: &str,
    end: &Step,
) -> Result<(), String> {
    let mut trace = Trace::new(con, Rules::default())?;
    let stays =
        Step::Keep { holds: vec![(request("stays"), 9_000), (request("below"), 9_000)], silence: 1, waiters: vec![] };
    let other = if mode == Mode::Shared { Mode::Exclusive } else { Mode::Shared };
    let steps = [
        acquire("holder", mode, "a.b", 0),
        another(acquire("holder", mode, "a.b", 0)),
        acquire("stays", mode, "a.c", 0),
        acquire("below", Mode::Exclusive, "d", 0),
        stays,
        acquire("waiter", other, "a.b", 2_000),
        acquire("second", other, "a.b", 2_000),
        acquire("patient", Mode::Exclusive, "", 9_000),
    ];
    for step in steps {
        trace.step(con, scripts, &step, true)?;
    }
    stored::set_field(con, field, None).map_err(|error| error.to_string())?;
    trace.step(con, scripts, end, true)?;
    // An exclusive request would be kept back by what is left of the wrong counts.
    trace.step(con, scripts, &Step::Keep { holds: vec![], silence: 1, waiters: vec![] }, true)
}

/// A field that nobody has written so is reported, not taken for something else.
fn garbage_is_said_to_be_damage(con: &mut dyn ConnectionLike, scripts: &Scripts) -> Result<(), String> {
    let fields = [
        ("#", Some("1 2 3")),
        ("h:holder", Some("soon")),
        ("h:holder", Some("4000000001000\n1|X|2|a")),
        ("h:holder", Some("4000000001000\n1|Y|2|a\n")),
        ("c:a", Some("1:1")),
        ("x:late/1", Some("soon")),
        ("q:waiter/1", Some("1|2")),
        ("q:waiter/1", None),
    ];
    for (field, garbage) in fields {
        // On the path of the holder, and on the way to it.
        for first in [
            release("holder"),
            release_of("holder", "a"),
            acquire("new", Mode::Shared, "a", 0),
            acquire("new", Mode::Shared, "a.b", 0),
            acquire("new", Mode::Exclusive, "a.b", 0),
        ] {
            let mut trace = Trace::new(con, Rules::default())?;
            trace.step(con, scripts, &acquire("holder", Mode::Exclusive, "a", 0), true)?;
            trace.step(con, scripts, &acquire("waiter", Mode::Shared, "a", 2_000), true)?;
            stored::set_field(con, field, garbage).map_err(|error| error.to_string())?;
            let steps = [first, release("holder"), Step::Advance(3_000_000), release("nobody")];
            let error = steps.iter().find_map(|step| trace.step(con, scripts, step, false).err()).unwrap_or_default();
            if !error.contains("LOCKSTATE") {
                return Err(format!("{field} {garbage:?}: {error}"));
            }
        }
    }
    Ok(())
}

/// An index or a queue of another size than is written down is made again, or given up.
fn strangers_are_removed(con: &mut dyn ConnectionLike, scripts: &Scripts) -> Result<(), String> {
    for part in [Part::Index, Part::Queue] {
        let mut trace = Trace::new(con, Rules::default())?;
        for owner in 0..35 {
            trace.step(con, scripts, &acquire(&owner.to_string(), Mode::Shared, "a", 0), true)?;
        }
        trace.step(con, scripts, &acquire("waiter", Mode::Exclusive, "a", 2_000), true)?;
        stored::add_stranger(con, part).map_err(|error| error.to_string())?;
        trace.lose(part);
        trace.step(con, scripts, &acquire("another", Mode::Shared, "b", 0), true)?;
        trace.step(con, scripts, &Step::Keep { holds: vec![], silence: 9, waiters: vec![request("waiter")] }, true)?;
    }
    Ok(())
}

/// Whoever got a hold while it waited is served, though another waits on its path that had one before, and goes on to.
fn new_holders_are_not_held_up(con: &mut dyn ConnectionLike, scripts: &Scripts) -> Result<(), String> {
    use Mode::{Exclusive, Shared};
    let behind_exclusive = [
        acquire("stays", Shared, "p", 0),
        acquire("goes", Shared, "p", 0),
        another(acquire("old", Shared, "q", 0)),
        acquire("old", Exclusive, "p", 2_000),
        acquire("new", Shared, "p", 2_000),
        another(acquire("new", Shared, "r", 0)),
        release("goes"),
    ];
    let behind_shared = [
        acquire("goes", Exclusive, "p.y", 0),
        another(acquire("old", Shared, "q", 0)),
        acquire("old", Shared, "p", 2_000),
        acquire("new", Shared, "p", 2_000),
        another(acquire("new", Exclusive, "p.x", 0)),
        release("goes"),
    ];
    let asks_again = [
        acquire("stays", Shared, "p", 0),
        acquire("old", Exclusive, "p", 2_000),
        acquire("new", Shared, "p", 2_000),
        another(acquire("new", Shared, "r", 0)),
        acquire("new", Shared, "p", 2_000),
    ];
    for steps in [behind_exclusive.to_vec(), behind_shared.to_vec(), asks_again.to_vec()] {
        let mut trace = Trace::new(con, Rules { is_impatient: true, ..Rules::default() })?;
        for step in steps {
            trace.step(con, scripts, &step, true)?;
        }
    }
    Ok(())
}

/// A lease that ends now has ended, also where no script has removed it yet, and where the index is gone.
fn nobody_sees_a_hold_whose_time_is_over(con: &mut dyn ConnectionLike, scripts: &Scripts) -> Result<(), String> {
    for count in [1, 35] {
        let mut trace = Trace::new(con, Rules::default())?;
        for owner in 0..count {
            trace.step(con, scripts, &acquire(&owner.to_string(), Mode::Shared, "a", 0), true)?;
        }
        let peek = Step::Peek { owner: String::new(), mode: Mode::Exclusive, path: "a" };
        for step in
            [Step::Advance(999_999), peek.clone(), Step::Advance(1), peek.clone(), Step::Lose(Part::Index), peek]
        {
            trace.step(con, scripts, &step, true)?;
        }
        trace.step(con, scripts, &acquire("new", Mode::Exclusive, "a", 0), true)?;
    }
    Ok(())
}

/// What lapses at once is removed in several scripts, but no script goes by a hold of its own that has lapsed.
fn many_end_step_by_step(con: &mut dyn ConnectionLike, scripts: &Scripts) -> Result<(), String> {
    let mut trace = Trace::new(con, Rules::default())?;
    for owner in 0..1_100 {
        trace.step(con, scripts, &acquire(&owner.to_string(), Mode::Shared, "a.b", 0), owner == 40)?;
    }
    let micros = trace.advance(1_500_000);
    let mut run = |step: Step| scripts.run(con, &step, micros).map(|it| it.0.join(" "));
    let replies = [
        run(Step::Peek { owner: String::new(), mode: Mode::Exclusive, path: "a" })?,
        run(release("999"))?,
        run(acquire("new", Mode::Exclusive, "a.b", 0))?,
        run(Step::Keep { holds: vec![(request("998"), 9)], silence: 9, waiters: vec![] })?,
        run(acquire("new", Mode::Exclusive, "a.b", 0))?,
    ];
    let fence = micros.to_string();
    let expected = ["0", "0", "0 0", "0 -1", &format!("1 {fence}")];
    if replies == expected { Ok(()) } else { Err(format!("{replies:?}, not {expected:?}")) }
}

/// More fields than one call may have arguments.
fn one_call_keeps_many(con: &mut dyn ConnectionLike, scripts: &Scripts) -> Result<(), String> {
    let mut trace = Trace::new(con, Rules::default())?;
    trace.step(con, scripts, &acquire("holder", Mode::Exclusive, "a", 0), true)?;
    let waiters = (0..7_000).map(|owner: u32| request(&owner.to_string())).chain([request("holder")]).collect();
    trace.step(con, scripts, &Step::Keep { holds: vec![], silence: 9, waiters }, true)
}
