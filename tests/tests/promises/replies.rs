//! Replies that no server gives: they are errors, never a panic and never somebody's data.

use proptest::{collection::vec, prelude::*, sample::select};
use redis_model::{
    Batch as _, Condition, Error, Expiring, Query, RedisFields, RedisModel, Run as _, path,
    redis::{Value, parse_redis_value},
};

use crate::{
    canned::{Canned, always},
    command,
    config::cases,
};

#[derive(RedisFields, Debug, Clone, PartialEq)]
struct Address {
    city: String,
    zip: Option<String>,
    #[redis(ttl = 9)]
    token: Expiring<String>,
}

/// A model with everything that makes its replies different.
#[derive(RedisModel, Debug, Clone, PartialEq)]
#[redis(prefix = "hostile:full", ttl = 600)]
struct Full {
    #[redis(id)]
    id: u64,
    name: String,
    number: i64,
    small: Option<u8>,
    #[redis(nested)]
    address: Address,
    #[redis(nested)]
    other: Option<Address>,
    #[redis(ttl = 300)]
    code: Expiring<String>,
    #[redis(version)]
    rev: u64,
}

/// A model that is read by one `HMGET`.
#[derive(RedisModel, Debug, Clone, PartialEq)]
#[redis(prefix = "hostile:plain")]
struct Plain {
    #[redis(id)]
    id: u64,
    number: Option<u8>,
    #[redis(alias = "former")]
    other: Option<u8>,
    #[redis(nested)]
    place: Option<Place>,
}

#[derive(RedisFields, Debug, Clone, PartialEq)]
struct Place {
    x: u8,
}

/// A model that is read by an `HMGET` and a `GET`.
#[derive(RedisModel, Debug, Clone, PartialEq)]
#[redis(prefix = "hostile:session")]
struct Session {
    #[redis(id)]
    id: u64,
    number: Option<u8>,
    #[redis(ttl = 300)]
    code: Expiring<String>,
}

fn full() -> Full {
    let address = Address { city: "c".into(), zip: None, token: Expiring::new("t".into()) };
    let code = Expiring::new("o".into());
    Full {
        id: 1,
        name: "n".into(),
        number: 1,
        small: None,
        address: address.clone(),
        other: Some(address),
        code,
        rev: 0,
    }
}

fn text(text: &str) -> Value {
    Value::BulkString(text.into())
}

fn error(text: &str) -> Value {
    parse_redis_value(format!("-{text}\r\n").as_bytes()).unwrap()
}

/// Replies that hold no data for any of the queries here.
fn junk() -> Vec<Value> {
    vec![
        Value::Int(i64::MIN),
        Value::Int(i64::MIN + 1),
        Value::Int(i64::MAX),
        Value::Int(-1000),
        Value::Okay,
        Value::SimpleString("QUEUED".into()),
        Value::BulkString(vec![0xff, 0xfe]),
        Value::Double(f64::NAN),
        Value::Array(Vec::new()),
        Value::Array(vec![Value::Array(vec![Value::Nil])]),
        Value::Array(vec![error("ERR inside")]),
        Value::Array(vec![Value::Map(vec![(Value::Nil, Value::Nil)])]),
        Value::Map(Vec::new()),
        Value::Set(Vec::new()),
        error("ERR outside"),
    ]
}

/// How many fields the `HMGET` of a [`Plain`] asks for.
fn width() -> usize {
    let mut connection = always(&Value::Nil);
    let _ = Plain::load(1).query(&mut connection);
    connection.sent[0].len() - 2
}

#[test]
fn what_is_no_reply_to_the_query_is_an_error() {
    let it = Plain::at(1);
    for reply in junk() {
        let mut connection = always(&reply);
        let outcomes = [
            ("load", Plain::load(1).query(&mut connection).map(drop)),
            ("load of own keys", Full::load(1).query(&mut connection).map(drop)),
            ("fetch", Plain::fetch(1).query(&mut connection).map(drop)),
            ("get", it.number().get().query(&mut connection).map(drop)),
            ("get of a nested struct", it.place().get().query(&mut connection).map(drop)),
            ("select", it.select((path!(Plain.number), path!(Plain.other))).query(&mut connection).map(drop)),
            ("incr", it.number().incr(1).query(&mut connection).map(drop)),
            ("set_max", it.number().set_max(1).query(&mut connection).map(drop)),
            ("take", it.number().take().query(&mut connection).map(drop)),
            ("save", full().save().query(&mut connection).map(drop)),
            ("atomic", (it.number().get(), Plain::load(1)).batch().atomic().query(&mut connection).map(drop)),
            ("batch", (Plain::load(1), it.number().get()).batch().query(&mut connection).map(drop)),
        ];
        for (name, outcome) in outcomes {
            assert!(outcome.is_err(), "{name} of {reply:?}");
        }
    }
}

#[test]
fn a_reply_of_too_few_or_too_many_fields_is_no_absent_record() {
    let width = width();
    for count in (0..width).chain(width + 1..width + 4) {
        for field in [Value::Nil, text("5")] {
            let mut connection = always(&Value::Array(vec![field; count]));
            for outcome in [Plain::load(1).query(&mut connection), Plain::fetch(1).query(&mut connection).map(Some)] {
                assert!(matches!(outcome, Err(Error::Decode { .. })), "{count} of {width}: {outcome:?}");
            }
        }
    }
    assert_eq!(Plain::load(1).query(&mut always(&Value::Array(vec![Value::Nil; width]))).unwrap(), None);
}

#[test]
fn a_reply_of_too_few_or_too_many_parts_is_no_absent_record() {
    let reply = |fields: usize, own: usize, value: &Value| {
        let fields = Value::Array(vec![value.clone(); fields]);
        Value::Array([vec![fields], vec![value.clone(); own]].concat())
    };
    let load = |reply: &Value| Session::load(1).query(&mut always(reply));
    // The mark, the number, and what has a key of its own.
    assert_eq!(load(&reply(2, 1, &Value::Nil)).unwrap(), None);
    let expected = Session { id: 1, number: Some(5), code: Expiring::new("5".into()) };
    assert_eq!(load(&reply(2, 1, &text("5"))).unwrap(), Some(expected));
    for (fields, own) in [(0, 0), (1, 1), (3, 1), (2, 0), (2, 2), (3, 0), (1, 2), (0, 3)] {
        for value in [Value::Nil, text("5")] {
            let outcome = load(&reply(fields, own, &value));
            assert!(matches!(outcome, Err(Error::Decode { .. })), "{fields} and {own}: {outcome:?}");
        }
    }
}

#[test]
fn a_selection_of_another_size_is_an_error() {
    let select = || Plain::at(1).select((path!(Plain.number), path!(Plain.other)));
    // The second field has two names.
    assert_eq!(select().query(&mut always(&Value::Array(vec![text("5"); 3]))).unwrap(), (Some(5), Some(5)));
    for count in [0, 1, 2, 4] {
        for field in [Value::Nil, text("5")] {
            let outcome = select().query(&mut always(&Value::Array(vec![field; count])));
            assert!(matches!(outcome, Err(Error::Decode { .. })), "{count}: {outcome:?}");
        }
    }
}

#[test]
fn a_field_of_several_names_needs_a_reply_for_each() {
    let it = Plain::at(1);
    for count in [0, 1, 3] {
        for field in [Value::Nil, text("5")] {
            let reply = Value::Array(vec![field; count]);
            let value = it.other().get().query(&mut always(&reply));
            assert!(matches!(value, Err(Error::Decode { .. })), "{count}: {value:?}");
            let is_there = it.other().exists().query(&mut always(&reply));
            assert!(matches!(is_there, Err(Error::Decode { .. })), "{count}: {is_there:?}");
        }
    }
}

#[test]
fn an_error_among_the_fields_is_an_error() {
    // The first one is the mark, and the one before the last tells only that there is a nested struct.
    for place in [1, 2, width() - 1] {
        let mut fields = vec![text("5"); width()];
        fields[place] = error("WRONGTYPE inside");
        let outcome = Plain::load(1).query(&mut always(&Value::Array(fields)));
        assert!(outcome.is_err(), "{place}: {outcome:?}");
    }
}

#[test]
fn a_script_that_names_what_it_was_not_given_is_an_error() {
    let it = Full::at(1);
    for number in [0, 2, -1, -2, 99, -99, i64::MAX, i64::MIN, i64::MIN + 1] {
        let mut connection = always(&Value::Int(number));
        let outcomes = [
            it.number().incr(1).query(&mut connection).map(drop),
            it.name().set("x").query(&mut connection),
            command::<i64>(&["DEL", "a"]).when(Condition::exists("b")).query(&mut connection).map(drop),
            (it.number().incr(1), it.small().incr(1)).batch().atomic().query(&mut connection).map(drop),
            full().save().update().query(&mut connection).map(drop),
        ];
        assert!(outcomes.iter().all(Result::is_err), "{number}: {outcomes:?}");
    }
}

#[test]
fn missing_replies_of_a_batch_are_an_error() {
    let batch = || Query::all((0..3).map(|number| command::<i64>(&["GET", &number.to_string()])));
    let answers = |count: i64| (0..count).map(Value::Int).collect::<Vec<_>>();
    assert_eq!(batch().query(&mut Canned::new(|_| answers(3))).unwrap(), [0, 1, 2]);
    for count in 0..3 {
        let outcome = batch().query(&mut Canned::new(|_| answers(count)));
        assert!(outcome.is_err(), "{count}: {outcome:?}");
    }
    if let Ok(values) = batch().query(&mut Canned::new(|_| answers(4))) {
        assert_eq!(values, [0, 1, 2], "each part has its own reply");
    }
}

#[test]
fn missing_replies_of_an_atomic_batch_are_an_error() {
    let batch = || (Plain::at(1).number().get(), Plain::at(1).other().get()).batch().atomic();
    for count in [0, 1, 3] {
        let outcome = batch().query(&mut always(&Value::Array(vec![text("5"); count])));
        assert!(outcome.is_err(), "{count}: {outcome:?}");
    }
}

/// Any reply, nested three deep.
fn reply() -> impl Strategy<Value = Value> {
    let numbers = [0, 1, -1, -2, 2, 3, 99, i64::MIN, i64::MAX];
    let errors = ["NOSCRIPT x", "WRONGTYPE x", "OUTOFRANGE x", "OOM x", "NOAUTH x", "ERR"];
    let leaf = prop_oneof![
        3 => Just(Value::Nil),
        3 => select(numbers.to_vec()).prop_map(Value::Int),
        3 => vec(select(b"1-.x\xff".to_vec()), 0..3).prop_map(Value::BulkString),
        1 => Just(Value::SimpleString("QUEUED".into())),
        1 => Just(Value::Okay),
        1 => Just(Value::Double(f64::NAN)),
        1 => any::<bool>().prop_map(Value::Boolean),
        1 => select(errors.to_vec()).prop_map(error),
    ];
    leaf.prop_recursive(3, 64, 14, |inner| {
        prop_oneof![
            4 => vec(inner.clone(), 0..14).prop_map(Value::Array),
            1 => vec((inner.clone(), inner.clone()), 0..4).prop_map(Value::Map),
            1 => vec(inner, 0..4).prop_map(Value::Set),
        ]
    })
}

/// Runs every kind of query on a connection that gives these replies in turn, more or fewer than are asked for.
fn run_all(replies: &[Value], surplus: isize) {
    let mut turn = replies.iter().cycle();
    let mut connection = Canned::new(move |count| {
        let count = if count == 1 { 1 } else { count.saturating_add_signed(surplus) };
        turn.by_ref().take(count).cloned().collect()
    });
    let connection = &mut connection;
    let it = Full::at(1);
    let _ = Full::load(1).query(connection);
    let _ = Full::load_many([1, 2, 3]).query(connection);
    let _ = Full::delete(1).query(connection);
    let _ = Full::exists(1).query(connection);
    let _ = full().save().query(connection);
    let _ = full().save().create().query(connection);
    let _ = it.number().incr(1).query(connection);
    let _ = it.small().set_max(3).query(connection);
    let _ = it.name().take().query(connection);
    let _ = it.name().compare_and_set("a", "b").query(connection);
    let _ = it.address().get().query(connection);
    let _ = it.other().get().query(connection);
    let _ = it.code().get().query(connection);
    let _ = it.code().ttl().query(connection);
    let _ = command::<Vec<String>>(&["LRANGE", "a", "0", "1"]).when(Condition::exists("z")).query(connection);
    let _ = Query::all((0..3).map(Full::fetch)).atomic().query(connection);
    let _ = (it.number().incr(1), it.name().get(), full().save(), it.code().ttl(), it.address().get())
        .batch()
        .atomic()
        .query(connection);
    let nested = (Full::load(1), it.code().take()).batch().atomic();
    let _ = (it.number().incr(1).attempt(), it.name().get().attempt(), nested).batch().query(connection);
    let selected = it.select((path!(Full.name), path!(Full.number)));
    let _ = (Plain::load(1), selected).batch().atomic().query(connection);
}

#[test]
fn no_reply_is_a_panic() {
    proptest!(cases(500), |(replies in vec(reply(), 1..8), surplus in -2_isize..=2)| {
        run_all(&replies, surplus);
    });
}
