//! What queries touch, written as `r` or `w`, the key, and the field if there is one.

use redis::Cmd;

use super::Touch;
use crate::{
    command::facts::readable,
    error::{Error, Result},
    key::Key,
    query::{Batch as _, Body, Condition, EXTREME, Part, Query, Script, Step, reply},
};

static SCRIPT: Script = Script::new("return 1");

fn cmd(line: &str) -> Cmd {
    line.split(' ').fold(Cmd::new(), |mut cmd, word| cmd.arg(word).take())
}

fn command(line: &str) -> Query<()> {
    Query::command(cmd(line))
}

fn steps(steps: Vec<Step>) -> Query<()> {
    Query::part(Part::steps(steps, Vec::new(), "Record"), reply::done)
}

fn show(touch: &Touch<'_>) -> String {
    let kind = if touch.is_write { 'w' } else { 'r' };
    let field = touch.field.map(|field| format!("/{}", readable(field))).unwrap_or_default();
    format!("{kind} {}{field}", readable(touch.key))
}

fn touches<T>(query: &Query<T>) -> Result<Vec<String>> {
    let mut shown = Vec::new();
    query.for_each_touch(&mut |touch| {
        shown.push(show(&touch));
        Ok(())
    })?;
    Ok(shown)
}

#[track_caller]
fn assert_touches<T>(query: &Query<T>, expected: &[&str]) {
    assert_eq!(touches(query).expect("its keys are known"), expected);
}

#[track_caller]
fn assert_unknown<T>(query: &Query<T>, what: &str) {
    let error = touches(query).expect_err("its keys are not known");
    let Error::InvalidQuery { reason } = error else { panic!("{error:?}") };
    assert!(reason.contains(&format!("{what} is none")), "{reason}");
}

#[test]
fn a_command_shows_its_key_and_fields() {
    assert_touches(&command("HSET k a 1 b 2"), &["w k/a", "w k/b"]);
    assert_touches(&command("GET k"), &["r k"]);
    assert_touches(&command("UNLINK a b"), &["w a", "w b"]);
}

#[test]
fn a_batch_shows_those_of_all_its_parts() {
    let batch = || (command("SET a 1"), command("HGET k f"), (command("GET b"), command("INCR n")).batch()).batch();
    let expected = ["w a", "r k/f", "r b", "w n"];
    assert_touches(&batch(), &expected);
    assert_touches(&Query::all([command("SET a 1"), command("GET b")]), &["w a", "r b"]);
    let merged = touches(&batch().atomic()).expect("its keys are known");
    assert!(merged.ends_with(&expected.map(str::to_owned)), "{merged:?}");
    assert!(merged[..merged.len() - expected.len()].iter().all(|touch| touch.starts_with("r ")), "{merged:?}");
}

#[test]
fn records_that_must_exist_and_conditions_are_read() {
    let key = || Key::new("k");
    let record = Query::part(Part::command(cmd("HSET k.own f 1"), "Record").requiring(&key()), reply::done);
    assert_touches(&record, &["r k", "w k.own/f"]);
    let conditions = [
        Condition::exists("e"),
        Condition::missing("m"),
        Condition::field_equals("h", "f", "v"),
        Condition::field_absent("h", "g"),
        Condition::string_equals("s", "v"),
        Condition::lease(Key::new("l"), "ada", 7, "a.b"),
        Condition::token(Key::new("t"), b"token", "m"),
    ];
    let query = conditions.into_iter().fold(command("GET k"), Query::when);
    assert_touches(&query, &["r l/h:ada", "r t", "r e", "r m", "r h/f", "r h/g", "r s", "r k"]);
}

#[test]
fn a_field_that_is_moved_from_an_earlier_name_is_written() {
    let renamed = Condition::renamed(Key::new("k"), "new", &["old"]);
    let query = Query::part(Part::steps(vec![Step::Run(cmd("HGET k new"))], vec![renamed], "Record"), reply::done);
    assert_touches(&query, &["w k/new", "r k/new"]);
}

#[test]
fn steps_that_write_show_their_field() {
    let key = || Key::new("k");
    let extreme = Body::new(&EXTREME, vec![key()], Cmd::new().arg("f").arg("5").arg("max").take());
    let query = steps(vec![
        Step::Increment { key: key(), field: Some(b"n".to_vec()), by: b"1".to_vec(), low: None, high: Some(9) },
        Step::Timestamp { key: key(), field: "t" },
        Step::Body(extreme),
        Step::Silent(cmd("HDEL k g")),
    ]);
    assert_touches(&query, &["w k/n", "w k/t", "w k/f", "w k/g"]);
}

#[test]
fn looking_after_a_record_is_no_write_of_its_own() {
    let key = || Key::new("k");
    let query = steps(vec![
        Step::Create { key: key(), mark: "_", schema: 1, ttl: Some(1), version: Some("v"), leftovers: Vec::new() },
        Step::StillExists { key: key() },
        Step::NoteMissing { key: key() },
        Step::MoveVersion { key: key(), field: "v" },
        Step::Refresh { key: key(), ttl: 1, with: Vec::new() },
        Step::ExpireNew { key: key(), ttl: 1 },
        Step::ExpireLike { key: Key::new("k.own"), like: key() },
        Step::Invalidate { epoch: Key::new("k@epoch") },
    ]);
    assert_touches(&query, &["r k", "r k", "r k", "r k", "r k", "r k", "r k.own", "r k", "r k@epoch"]);
}

#[test]
fn commands_whose_keys_are_not_known_are_refused_by_name() {
    for line in ["EVAL x 1 k", "COPY a b", "ZUNIONSTORE a 1 b", "PING", "NOSUCH k"] {
        let name = format!("`{}`", line.split(' ').next().expect("a name"));
        assert_unknown(&command(line), &name);
        assert_unknown(&(command("GET k"), command(line)).batch(), &name);
        assert_unknown(&command(line).when(Condition::exists("k")), &name);
    }
}

#[test]
fn scripts_are_refused_whether_bare_or_not() {
    let script = || Query::script(&SCRIPT, vec![Key::new("k")], Cmd::new().arg("f").take(), reply::done);
    assert_unknown(&script(), "a script");
    assert_unknown(&script().when(Condition::exists("k")), "a script");
    assert_unknown(&(script(), command("GET k")).batch().atomic(), "a script");
}

#[test]
fn scripts_on_a_field_show_it_as_written_unless_they_only_read() {
    static WRITES: Script = Script::new("return 1").on_field();
    static READS: Script = Script::new("return 1").on_field().reading();
    for (script, shown) in [(&WRITES, "w k/f"), (&READS, "r k/f")] {
        let query =
            || Query::script(script, vec![Key::new("k"), Key::new("k:index")], Cmd::new().arg("f").take(), reply::done);
        assert_touches(&query(), &[shown]);
        assert_touches(&(query(), command("EXISTS g")).batch().atomic(), &[shown, "r g"]);
    }
}

#[test]
fn scripts_on_keys_show_as_written_what_they_may_write() {
    static WRITES: Script = Script::new("return 1").on_keys();
    static READS: Script = Script::new("return 1").on_keys().reading();
    static MAKES: Script = Script::new("return 1").on_first_key();
    for (script, shown) in [(&WRITES, ["w a", "w b"]), (&READS, ["r a", "r b"]), (&MAKES, ["w a", "r b"])] {
        let query = Query::script(script, vec![Key::new("a"), Key::new("b")], Cmd::new(), reply::done);
        assert_touches(&query, &shown);
    }
}

#[test]
fn the_first_refusal_ends_the_visit() {
    let mut seen = 0;
    let refused = command("HSET k a 1 b 2").for_each_touch(&mut |_| {
        seen += 1;
        Err(Error::LockLost { path: "a".into() })
    });
    assert!(refused.is_err_and(|error| error.is_lock_lost()));
    assert_eq!(seen, 1);
}

#[test]
fn a_query_that_is_invalid_touches_nothing() {
    assert_touches(&command("SELECT 1"), &[]);
}
