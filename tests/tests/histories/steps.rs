//! What a history is made of: operations on a few records, alone and in batches.

use std::time::Duration;

use proptest::{collection::vec, option, prelude::*, sample::select};
use redis_model::{Error, Expiring, Query, RedisFields, RedisModel, Ttl, prelude::*};

#[derive(RedisModel, Debug, Clone, PartialEq)]
#[redis(prefix = "history", ttl = "10m")]
pub(crate) struct Player {
    #[redis(id)]
    pub(crate) id: u8,
    #[redis(default)]
    pub(crate) name: String,
    pub(crate) score: Option<i64>,
    pub(crate) lives: Option<u8>,
    #[redis(nested)]
    pub(crate) home: Option<Home>,
    #[redis(ttl = "1m")]
    pub(crate) code: Expiring<String>,
}

#[derive(RedisFields, Debug, Clone, PartialEq)]
pub(crate) struct Home {
    pub(crate) city: Option<String>,
    pub(crate) zip: Option<u32>,
}

/// The model's `ttl` and that of its `code`, in milliseconds.
pub(crate) const TTL: u64 = 600_000;
pub(crate) const CODE_TTL: u64 = 60_000;

/// One step of a history.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    One(Op),
    Batch(Vec<Op>),
    Atomic(Vec<Op>),
    /// `modify`, or a load and a save of all of it.
    Modify {
        id: u8,
        by: By,
        name: Option<String>,
        code: NewCode,
    },
    /// `Field::update` of the score.
    Update {
        id: u8,
        by: i64,
    },
    /// Milliseconds that pass.
    Advance(u64),
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum By {
    Modify,
    SaveMut,
}

/// What becomes of the code when the whole record is changed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum NewCode {
    Same,
    Cleared,
    Set(String),
}

/// What one query does.
#[derive(Debug, Clone)]
pub(crate) enum Op {
    Save { player: Player, existence: Existence, ttl: Ttl },
    Load(u8),
    Exists(u8),
    Delete(u8),
    Expire(u8, u64),
    Persist(u8),
    Write { id: u8, create: bool, change: Change },
    ExpireCode(u8, u64),
    PersistCode(u8),
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Existence {
    Any,
    Missing,
    Required,
}

/// A write through a field's handle.
#[derive(Debug, Clone)]
pub(crate) enum Change {
    SetName(String),
    ClearName,
    TakeName,
    SwapName(String),
    CompareName(String, String),
    RemoveName(String),
    Score(i64),
    MaxScore(i64),
    MinScore(i64),
    Lives(i64),
    ClearLives,
    SetCity(String),
    ClearCity,
    SetHome(Home),
    ClearHome,
    SetCode(String),
    SetCodeFor(String, u64),
    TakeCode,
    ClearCode,
}

/// What an operation answers with.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Answer {
    Done,
    Flag(bool),
    Text(Option<String>),
    Number(i64),
    Record(Option<Player>),
}

/// The kinds of failure that the oracle foresees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Failure {
    NotFound,
    AlreadyExists,
    Conflict,
    OutOfRange,
}

pub(crate) type Outcome = Result<Answer, Failure>;

/// # Panics
/// When it is an error that no history should meet.
pub(crate) fn failure(error: Error) -> Failure {
    match error {
        Error::NotFound { .. } => Failure::NotFound,
        Error::AlreadyExists { .. } => Failure::AlreadyExists,
        Error::Conflict { .. } => Failure::Conflict,
        Error::OutOfRange { .. } => Failure::OutOfRange,
        other => panic!("{other:?}"),
    }
}

impl Op {
    /// The query, its failure being a value.
    pub(crate) fn query(&self) -> Query<Outcome> {
        let query = match self.clone() {
            Self::Save { player, existence, ttl } => {
                let save = player.save().ttl(ttl);
                let save = match existence {
                    Existence::Any => save,
                    Existence::Missing => save.create(),
                    Existence::Required => save.update(),
                };
                save.into_query().map(|()| Answer::Done)
            }
            Self::Load(id) => Player::load(id).map(Answer::Record),
            Self::Exists(id) => Player::exists(id).map(Answer::Flag),
            Self::Delete(id) => Player::delete(id).map(Answer::Flag),
            Self::Expire(id, after) => Player::expire(id, Duration::from_millis(after)).map(Answer::Flag),
            Self::Persist(id) => Player::persist(id).map(Answer::Flag),
            Self::Write { id, create, change } => change.query(id, create),
            Self::ExpireCode(id, after) => Player::at(id).code().expire(Duration::from_millis(after)).map(Answer::Flag),
            Self::PersistCode(id) => Player::at(id).code().persist().map(Answer::Flag),
        };
        query.attempt().map(|result| result.map_err(failure))
    }
}

impl Change {
    fn query(self, id: u8, create: bool) -> Query<Answer> {
        let at = Player::at(id);
        let it = if create { at.or_create() } else { at };
        match self {
            Self::SetName(name) => it.name().set(name).map(|()| Answer::Done),
            Self::ClearName => it.name().clear().map(Answer::Flag),
            Self::TakeName => it.name().take().map(Answer::Text),
            Self::SwapName(name) => it.name().swap(name).map(Answer::Text),
            Self::CompareName(current, name) => it.name().compare_and_set(current, name).map(|()| Answer::Done),
            Self::RemoveName(current) => it.name().remove_if(current).map(|()| Answer::Done),
            Self::Score(by) => it.score().incr(by).map(Answer::Number),
            Self::MaxScore(score) => it.score().set_max(score).map(Answer::Number),
            Self::MinScore(score) => it.score().set_min(score).map(Answer::Number),
            Self::Lives(by) => it.lives().incr(by).map(|lives| Answer::Number(lives.into())),
            Self::ClearLives => it.lives().clear().map(Answer::Flag),
            Self::SetCity(city) => it.home().city().set(city).map(|()| Answer::Done),
            Self::ClearCity => it.home().city().clear().map(Answer::Flag),
            Self::SetHome(home) => it.home().set(&home).map(|()| Answer::Done),
            Self::ClearHome => it.home().clear().map(|()| Answer::Done),
            Self::SetCode(code) => it.code().set(code).map(|()| Answer::Done),
            Self::SetCodeFor(code, ttl) => it.code().set_for(code, Duration::from_millis(ttl)).map(|()| Answer::Done),
            Self::TakeCode => it.code().take().map(Answer::Text),
            Self::ClearCode => it.code().clear().map(Answer::Flag),
        }
    }
}

/// Histories whose times to live are at least `shortest` milliseconds; time passes only where they may be short.
pub(crate) fn histories(shortest: u64) -> impl Strategy<Value = Vec<Step>> {
    let ops = || vec(op(shortest), 0..5);
    let step = prop_oneof![
        10 => op(shortest).prop_map(Step::One),
        2 => ops().prop_map(Step::Batch),
        2 => ops().prop_map(|ops| Step::Atomic(without_writes_to_deleted(ops))),
        2 => modify(),
        1 => (id(), number()).prop_map(|(id, by)| Step::Update { id, by }),
    ];
    let advance = duration(1).prop_map(Step::Advance);
    vec(if shortest == 1 { prop_oneof![4 => step, 1 => advance].boxed() } else { step.boxed() }, 1..40)
}

/// In an atomic batch all conditions are checked before the first operation: a field write after a delete of the same
/// record has a test of its own.
fn without_writes_to_deleted(mut ops: Vec<Op>) -> Vec<Op> {
    let mut deleted = Vec::new();
    ops.retain(|op| {
        if let Op::Delete(id) = op {
            deleted.push(*id);
        }
        !matches!(op, Op::Write { id, create: false, .. } if deleted.contains(id))
    });
    ops
}

fn modify() -> impl Strategy<Value = Step> {
    let by = select(vec![By::Modify, By::SaveMut]);
    let code = prop_oneof![Just(NewCode::Same), Just(NewCode::Cleared), word().prop_map(NewCode::Set)];
    (id(), by, option::of(word()), code).prop_map(|(id, by, name, code)| Step::Modify { id, by, name, code })
}

fn op(shortest: u64) -> impl Strategy<Value = Op> {
    let existence = select(vec![Existence::Any, Existence::Any, Existence::Missing, Existence::Required]);
    let duration = move || duration(shortest);
    let ttl = prop_oneof![
        3 => Just(Ttl::Default),
        1 => Just(Ttl::Keep),
        1 => Just(Ttl::Never),
        1 => duration().prop_map(|ttl| Ttl::For(Duration::from_millis(ttl))),
    ];
    prop_oneof![
        3 => (player(), existence, ttl).prop_map(|(player, existence, ttl)| Op::Save { player, existence, ttl }),
        1 => id().prop_map(Op::Load),
        1 => id().prop_map(Op::Exists),
        1 => id().prop_map(Op::Delete),
        1 => (id(), duration()).prop_map(|(id, after)| Op::Expire(id, after)),
        1 => id().prop_map(Op::Persist),
        1 => (id(), duration()).prop_map(|(id, after)| Op::ExpireCode(id, after)),
        1 => id().prop_map(Op::PersistCode),
        12 => (id(), prop::bool::weighted(0.15), change(shortest))
            .prop_map(|(id, create, change)| Op::Write { id, create, change }),
    ]
}

fn change(shortest: u64) -> impl Strategy<Value = Change> {
    prop_oneof![
        word().prop_map(Change::SetName),
        Just(Change::ClearName),
        Just(Change::TakeName),
        word().prop_map(Change::SwapName),
        (word(), word()).prop_map(|(current, name)| Change::CompareName(current, name)),
        word().prop_map(Change::RemoveName),
        number().prop_map(Change::Score),
        number().prop_map(Change::MaxScore),
        number().prop_map(Change::MinScore),
        prop_oneof![-300..300_i64, number()].prop_map(Change::Lives),
        Just(Change::ClearLives),
        word().prop_map(Change::SetCity),
        Just(Change::ClearCity),
        home().prop_map(Change::SetHome),
        Just(Change::ClearHome),
        word().prop_map(Change::SetCode),
        (word(), duration(shortest)).prop_map(|(code, ttl)| Change::SetCodeFor(code, ttl)),
        Just(Change::TakeCode),
        Just(Change::ClearCode),
    ]
}

prop_compose! {
    fn player()(
        id in id(), name in word(), score in option::of(number()), lives: Option<u8>, home in option::of(home()),
        code in option::of(word()),
    ) -> Player {
        Player { id, name, score, lives, home, code: code.into() }
    }
}

prop_compose! {
    fn home()(city in option::of(word()), zip: Option<u32>) -> Home {
        Home { city, zip }
    }
}

fn id() -> impl Strategy<Value = u8> {
    0..3_u8
}

/// Few words, so that comparisons often hold.
fn word() -> impl Strategy<Value = String> {
    select(vec!["", "a", "b", "c"]).prop_map(str::to_owned)
}

fn number() -> impl Strategy<Value = i64> {
    prop_oneof![3 => -3..=3_i64, 1 => select(vec![i64::MIN, i64::MIN + 1, i64::MAX - 1, i64::MAX]), 1 => any::<i64>()]
}

fn duration(shortest: u64) -> impl Strategy<Value = u64> {
    let all = [1, 20_000, 40_000, 59_999, 60_000, 300_000, 570_000, 599_999, 600_000, 601_000, 3_600_000];
    select(all.into_iter().filter(|ttl| *ttl >= shortest).collect::<Vec<_>>())
}
