//! Random histories: after any of them, what is stored is what a model in types of the standard library holds, all of a record
//! ends at the same moment, and there is no key that belongs to none.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use proptest::{
    collection::{btree_set, vec},
    option,
    prelude::*,
    sample::select,
};
use redis_model::{Async, Blocking, Expiring, List, Query, RedisFields, RedisModel, Refresh, Remote, Result, Set, Ttl};
use redis_model_tests::{Backend, Wait};

use super::{
    config::cases,
    oracle::{CODE_TTL, Care, Life, Oracle, Part, Policy, Record, TTL},
};

const IDS: [u8; 2] = [1, 2];

#[derive(Debug, Clone)]
enum Step {
    Save { id: u8, saved: Record, exists: Option<bool>, life: Life },
    Write { id: u8, care: Care, change: Change },
    Delete(u8),
    Expire(u8, u64),
    Persist(u8),
    Load(u8),
    Advance(u64),
}

/// A write through a handle.
#[derive(Debug, Clone)]
enum Change {
    SetName(String),
    AddTag(u8),
    RemoveTag(u8),
    ReplaceTags(BTreeSet<u8>),
    ClearTags,
    PushFeed(u8),
    FrontFeed(u8),
    ReverseFeed,
    PopFeed,
    AddSeen(u8),
    ReplaceSeen(BTreeSet<u8>),
    AddMark(u8),
    PushLog(u8),
    SetPart(Part),
    ClearPart,
    SetCode(String),
}

impl Care {
    /// Without the check, a write to the hash makes a part of a record, as it says: that is not for here.
    fn with(self, change: &Change) -> Self {
        let is_of_hash = matches!(change, Change::SetName(_) | Change::SetPart(_));
        if is_of_hash && self == Self::Unchecked { Self::Checked } else { self }
    }
}

fn parts() -> impl Strategy<Value = Part> {
    (option::of("[ab]"), btree_set(0..4_u8, 0..3)).prop_map(|(label, marks)| Part {
        is_marked: true,
        label,
        marks,
        log: Vec::new(),
    })
}

fn records() -> impl Strategy<Value = Record> {
    let fields = ("[a-c]", btree_set(0..4_u8, 0..4), vec(0..4_u8, 0..4), option::of(parts()), option::of("[xy]"));
    fields.prop_map(|(name, tags, feed, part, code)| Record {
        name,
        tags,
        feed,
        part: part.unwrap_or_default(),
        code: code.map(|code| (code, 0)),
        ..Record::default()
    })
}

fn changes() -> impl Strategy<Value = Change> {
    let number = || 0..4_u8;
    prop_oneof![
        "[a-c]".prop_map(Change::SetName),
        number().prop_map(Change::AddTag),
        number().prop_map(Change::RemoveTag),
        btree_set(number(), 0..3).prop_map(Change::ReplaceTags),
        Just(Change::ClearTags),
        number().prop_map(Change::PushFeed),
        number().prop_map(Change::FrontFeed),
        Just(Change::ReverseFeed),
        Just(Change::PopFeed),
        number().prop_map(Change::AddSeen),
        btree_set(number(), 0..3).prop_map(Change::ReplaceSeen),
        number().prop_map(Change::AddMark),
        number().prop_map(Change::PushLog),
        parts().prop_map(Change::SetPart),
        Just(Change::ClearPart),
        "[xy]".prop_map(Change::SetCode),
    ]
}

fn steps() -> impl Strategy<Value = Step> {
    let id = || select(&IDS[..]);
    let cares = prop_oneof![
        3 => Just(Care::Checked),
        1 => Just(Care::Create),
        1 => Just(Care::Unchecked),
    ];
    let lives = prop_oneof![
        3 => Just(Life::Default),
        1 => Just(Life::Keep),
        1 => (1..2 * TTL).prop_map(Life::For),
        1 => Just(Life::Never),
    ];
    prop_oneof![
        3 => (id(), records(), option::of(any::<bool>()), lives)
            .prop_map(|(id, saved, exists, life)| Step::Save { id, saved, exists, life }),
        6 => (id(), cares, changes()).prop_map(|(id, care, change)| Step::Write { id, care: care.with(&change), change }),
        1 => id().prop_map(Step::Delete),
        1 => (id(), 1..2 * TTL).prop_map(|(id, after)| Step::Expire(id, after)),
        1 => id().prop_map(Step::Persist),
        1 => id().prop_map(Step::Load),
        2 => (1..TTL / 2).prop_map(Step::Advance),
    ]
}

fn change_oracle(change: &Change, record: &mut Record, now: u64) {
    match change.clone() {
        Change::SetName(name) => record.name = name,
        Change::AddTag(tag) => _ = record.tags.insert(tag),
        Change::RemoveTag(tag) => _ = record.tags.remove(&tag),
        Change::ReplaceTags(tags) => record.tags = tags,
        Change::ClearTags => record.tags.clear(),
        Change::PushFeed(number) => record.feed.push(number),
        Change::FrontFeed(number) => record.feed.insert(0, number),
        Change::ReverseFeed => record.feed.reverse(),
        Change::PopFeed => _ = (!record.feed.is_empty()).then(|| record.feed.remove(0)),
        Change::AddSeen(number) => _ = record.seen.insert(number),
        Change::ReplaceSeen(seen) => record.seen = seen,
        Change::AddMark(mark) => _ = record.part.marks.insert(mark),
        Change::PushLog(number) => record.part.log.push(number),
        Change::SetPart(part) => record.part = Part { log: std::mem::take(&mut record.part.log), ..part },
        Change::ClearPart => record.part = Part::default(),
        Change::SetCode(code) => record.code = Some((code, now + CODE_TTL)),
    }
}

macro_rules! models {
    ($($module:ident: $policy:expr, [$($attribute:tt)*];)*) => {$(
        mod $module {
            use super::*;

            pub(super) const POLICY: Policy = $policy;
            const PREFIX: &str = stringify!($module);

            #[derive(RedisModel, Debug, Clone, PartialEq)]
            #[redis($($attribute)*)]
            struct Basket {
                #[redis(id)]
                id: u8,
                #[redis(default)]
                name: String,
                #[redis(set)]
                tags: BTreeSet<u8>,
                #[redis(list)]
                feed: Vec<u8>,
                seen: Remote<Set<u8>>,
                #[redis(nested)]
                part: Option<Piece>,
                #[redis(ttl = "1m")]
                code: Expiring<String>,
            }

            #[derive(RedisFields, Debug, Clone, PartialEq)]
            struct Piece {
                label: Option<String>,
                #[redis(set)]
                marks: BTreeSet<u8>,
                log: Remote<List<u8>>,
            }

            fn basket(id: u8, record: &Record) -> Basket {
                Basket {
                    id,
                    name: record.name.clone(),
                    tags: record.tags.clone(),
                    feed: record.feed.clone(),
                    seen: Remote::new(),
                    part: record.part.is_there().then(|| piece(&record.part)),
                    code: record.code.clone().map(|(code, _)| code).into(),
                }
            }

            fn piece(part: &Part) -> Piece {
                Piece { label: part.label.clone(), marks: part.marks.clone(), log: Remote::new() }
            }

            fn write(id: u8, care: Care, change: &Change) -> Query<()> {
                let it = if care == Care::Create { Basket::at(id).or_create() } else { Basket::at(id) };
                let query = match change.clone() {
                    Change::SetName(name) => it.name().set(name),
                    Change::AddTag(tag) => it.tags().insert(tag).map(drop),
                    Change::RemoveTag(tag) => it.tags().remove(tag).map(drop),
                    Change::ReplaceTags(tags) => it.tags().replace(tags),
                    Change::ClearTags => it.tags().clear().map(drop),
                    Change::PushFeed(number) => it.feed().push_back(number).map(drop),
                    Change::FrontFeed(number) => it.feed().push_front(number).map(drop),
                    Change::ReverseFeed => it.feed().reverse(),
                    Change::PopFeed => it.feed().pop_front().map(drop),
                    Change::AddSeen(number) => it.seen().insert(number).map(drop),
                    Change::ReplaceSeen(seen) => it.seen().replace(seen),
                    Change::AddMark(mark) => it.part().marks().insert(mark).map(drop),
                    Change::PushLog(number) => it.part().log().push_back(number).map(drop),
                    Change::SetPart(part) => it.part().set(&piece(&part)),
                    Change::ClearPart => it.part().clear(),
                    Change::SetCode(code) => it.code().set(code),
                };
                if care == Care::Unchecked { query.unchecked() } else { query }
            }

            /// Whether the step found what it needs.
            fn run<M: Wait>(backend: &Backend<M>, step: &Step) -> bool {
                let is_done = |result: Result<()>| match result {
                    Ok(()) => true,
                    Err(redis_model::Error::NotFound { .. } | redis_model::Error::AlreadyExists { .. }) => false,
                    Err(error) => panic!("{error:?}"),
                };
                match step {
                    Step::Save { id, saved, exists, life } => {
                        let basket = basket(*id, saved);
                        let save = match exists {
                            None => basket.save(),
                            Some(true) => basket.save().update(),
                            Some(false) => basket.save().create(),
                        };
                        is_done(backend.run(save.ttl(match life {
                            Life::Default => Ttl::Default,
                            Life::Keep => Ttl::Keep,
                            Life::For(after) => Ttl::For(Duration::from_millis(*after)),
                            Life::Never => Ttl::Never,
                        })))
                    }
                    Step::Write { id, care, change } => is_done(backend.run(write(*id, *care, change))),
                    Step::Delete(id) => backend.run(Basket::delete(*id)).unwrap(),
                    Step::Expire(id, after) => {
                        backend.run(Basket::expire(*id, Duration::from_millis(*after))).unwrap()
                    }
                    Step::Persist(id) => backend.run(Basket::persist(*id)).unwrap(),
                    Step::Load(id) => backend.run(Basket::load(*id)).map(|_| true).unwrap(),
                    Step::Advance(by) => backend.advance(Duration::from_millis(*by)),
                }
            }

            /// What is stored of a record, as the model has it, without its times.
            fn stored<M: Wait>(backend: &Backend<M>, id: u8) -> Option<Record> {
                // Not as a whole: that may refresh it.
                let it = Basket::at(id);
                let key = it.key().to_string();
                if !backend.run(it.exists()).unwrap() {
                    return None;
                }
                let field = |path: &str| backend.raw::<Option<String>>(&["HGET", &key, path]);
                Some(Record {
                    name: field("name").unwrap_or_default(),
                    tags: backend.run(it.tags().collect()).unwrap(),
                    feed: backend.run(it.feed().load()).unwrap(),
                    seen: backend.run(it.seen().collect()).unwrap(),
                    part: Part {
                        is_marked: field("part").is_some(),
                        label: field("part.label"),
                        marks: backend.run(it.part().marks().collect()).unwrap(),
                        log: backend.run(it.part().log().load()).unwrap(),
                    },
                    code: backend.run(it.code().get()).unwrap().map(|code| (code, 0)),
                    end: None,
                })
            }

            fn lives<M: Wait>(backend: &Backend<M>) -> BTreeMap<String, Option<Duration>> {
                let keys: Vec<String> = backend.raw(&["KEYS", "*"]);
                let life = |key: String| {
                    let left: i64 = backend.raw(&["PTTL", &key]);
                    (key, u64::try_from(left).ok().map(Duration::from_millis))
                };
                keys.into_iter().map(life).collect()
            }

            /// Compares step by step; `shown` is what can be compared of a time.
            pub(super) fn check<M: Wait>(
                backend: &Backend<M>,
                history: &[Step],
                shown: fn(Duration) -> Duration,
            ) -> Result<(), TestCaseError> {
                let mut oracle = Oracle::new(POLICY);
                let show = |keys: BTreeMap<String, Option<Duration>>| -> BTreeMap<_, _> {
                    keys.into_iter().map(|(key, left)| (key, left.map(shown))).collect()
                };
                for (number, step) in history.iter().enumerate() {
                    prop_assert_eq!(run(backend, step), step_oracle(&mut oracle, step), "step {}: {:?}", number, step);
                    prop_assert_eq!(show(lives(backend)), show(oracle.keys(PREFIX)), "step {}: {:?}", number, step);
                    for id in IDS {
                        let expected = oracle.record(id).cloned().map(|record| Record {
                            code: record.code.map(|(code, _)| (code, 0)),
                            end: None,
                            ..record
                        });
                        prop_assert_eq!(stored(backend, id), expected, "step {}: {:?}", number, step);
                    }
                }
                for id in IDS {
                    let expected = oracle.record(id).map(|record| basket(id, record));
                    prop_assert_eq!(backend.run(Basket::load(id)).unwrap(), expected);
                }
                Ok(())
            }
        }
    )*};
}

/// The step on the model: whether it found what it needs.
fn step_oracle(oracle: &mut Oracle, step: &Step) -> bool {
    match step {
        Step::Save { id, saved, exists, life } => oracle.save(*id, saved, *exists, *life),
        Step::Write { id, care, change } => {
            let is_written = oracle.write(*id, *care, |record, now| change_oracle(change, record, now));
            // Nothing is checked, and nothing stays of what is written.
            is_written || *care == Care::Unchecked
        }
        Step::Delete(id) => oracle.delete(*id),
        Step::Expire(id, after) => oracle.expire(*id, *after),
        Step::Persist(id) => oracle.persist(*id),
        Step::Load(id) => {
            oracle.read(*id);
            true
        }
        Step::Advance(by) => {
            oracle.advance(*by);
            true
        }
    }
}

models! {
    written: Policy { ttl: Some(TTL), refresh: Refresh::Write }, [prefix = "written", ttl = "10m"];
    read: Policy { ttl: Some(TTL), refresh: Refresh::Read }, [prefix = "read", ttl = "10m", refresh = "read"];
    once: Policy { ttl: Some(TTL), refresh: Refresh::Never }, [prefix = "once", ttl = "10m", refresh = "never"];
    forever: Policy { ttl: None, refresh: Refresh::Write }, [prefix = "forever"];
}

/// A check of histories against the model.
type Check<M> = fn(&Backend<M>, &[Step], fn(Duration) -> Duration) -> Result<(), TestCaseError>;

fn checks<M: Wait>() -> [Check<M>; 4] {
    [written::check, read::check, once::check, forever::check]
}

#[test]
fn on_the_engine_all_of_a_record_ends_at_the_same_moment() {
    for check in checks::<Blocking>() {
        proptest!(cases(60), |(history in vec(steps(), 1..40))| {
            check(&Backend::embedded(), &history, |left| left)?;
        });
    }
}

#[test]
fn on_a_server_nothing_is_orphaned() {
    let backend = Backend::<Async>::server("");
    // Nothing may end while a history runs, so that the clock has no part in it.
    let is_timeless = |step: &Step| match step {
        Step::Advance(_) => false,
        Step::Expire(_, after) | Step::Save { life: Life::For(after), .. } => *after > 60_000,
        _ => true,
    };
    for check in checks::<Async>() {
        proptest!(cases(15), |(history in vec(steps(), 1..30))| {
            backend.raw::<()>(&["FLUSHDB"]);
            let history: Vec<_> = history.into_iter().filter(is_timeless).collect();
            check(&backend, &history, |_| Duration::ZERO)?;
        });
    }
}
