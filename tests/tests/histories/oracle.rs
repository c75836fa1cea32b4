//! What the records should be: a plain map, and a clock.

use std::{collections::BTreeMap, time::Duration};

use redis_model::{TimeLeft, Ttl};

use crate::steps::{Answer, By, CODE_TTL, Change, Existence, Failure, Home, NewCode, Op, Outcome, Player, Step, TTL};

/// The records by id, and the time in milliseconds.
#[derive(Debug, Default)]
pub(crate) struct Oracle {
    now: u64,
    records: BTreeMap<u8, Record>,
}

#[derive(Debug, Clone, Default)]
struct Record {
    name: Option<String>,
    score: Option<i64>,
    lives: Option<u8>,
    is_home_marked: bool,
    city: Option<String>,
    zip: Option<u32>,
    ends: Option<u64>,
    code: Option<Code>,
}

#[derive(Debug, Clone)]
struct Code {
    value: String,
    ends: Option<u64>,
}

impl Oracle {
    /// The answers to a step; several for a batch, one failure for an atomic batch that fails.
    pub(crate) fn step(&mut self, step: &Step) -> Vec<Outcome> {
        match step {
            Step::One(op) => vec![self.run(op)],
            Step::Batch(ops) => ops.iter().map(|op| self.run(op)).collect(),
            Step::Atomic(ops) => self.atomic(ops),
            Step::Modify { id, by, name, code } => vec![self.modify(*id, *by, name.clone(), code.clone())],
            Step::Update { id, by } => vec![self.update(*id, *by)],
            Step::Advance(by) => {
                self.now += by;
                self.expire();
                Vec::new()
            }
        }
    }

    pub(crate) fn load(&self, id: u8) -> Option<Player> {
        self.records.get(&id).map(|record| record.load(id))
    }

    /// What is left of the lives of a record and its code.
    pub(crate) fn left(&self, id: u8) -> [TimeLeft; 2] {
        let left = |ends: Option<Option<u64>>| match ends {
            None => TimeLeft::Missing,
            Some(None) => TimeLeft::Unlimited,
            Some(Some(ends)) => TimeLeft::Left(Duration::from_millis(ends - self.now)),
        };
        let record = self.records.get(&id);
        [left(record.map(|it| it.ends)), left(record.and_then(|it| it.code.as_ref()).map(|code| code.ends))]
    }

    fn expire(&mut self) {
        let now = self.now;
        let is_over = |ends: Option<u64>| ends.is_some_and(|ends| ends <= now);
        self.records.retain(|_, record| !is_over(record.ends));
        for record in self.records.values_mut() {
            record.code.take_if(|code| is_over(code.ends));
        }
    }

    fn run(&mut self, op: &Op) -> Outcome {
        self.check(op)?;
        self.apply(op)
    }

    /// All conditions first; then the operations, none of which is undone when a later one fails.
    fn atomic(&mut self, ops: &[Op]) -> Vec<Outcome> {
        let checked = ops.iter().try_for_each(|op| self.check(op));
        let outcome: Result<Vec<_>, _> =
            checked.and_then(|()| ops.iter().map(|op| self.still_exists(op).and_then(|()| self.apply(op))).collect());
        match outcome {
            Ok(answers) => answers.into_iter().map(Ok).collect(),
            Err(failure) => vec![Err(failure)],
        }
    }

    /// What an earlier operation of a batch has removed is missing for the later ones.
    fn still_exists(&self, op: &Op) -> Result<(), Failure> {
        let required = match op {
            Op::Save { player, existence: Existence::Required, .. } => Some(player.id),
            Op::Write { id, create: false, .. } => Some(*id),
            _ => None,
        };
        if required.is_some_and(|id| !self.records.contains_key(&id)) { Err(Failure::NotFound) } else { Ok(()) }
    }

    fn check(&self, op: &Op) -> Result<(), Failure> {
        match op {
            Op::Save { player, existence, .. } => match (existence, self.records.contains_key(&player.id)) {
                (Existence::Missing, true) => Err(Failure::AlreadyExists),
                (Existence::Required, false) => Err(Failure::NotFound),
                _ => Ok(()),
            },
            Op::Write { id, create, change } => {
                let record = self.records.get(id);
                if record.is_none() && !create {
                    return Err(Failure::NotFound);
                }
                let (Change::CompareName(current, _) | Change::RemoveName(current)) = change else { return Ok(()) };
                let name = record.and_then(|it| it.name.as_ref());
                if name == Some(current) { Ok(()) } else { Err(Failure::Conflict) }
            }
            _ => Ok(()),
        }
    }

    fn apply(&mut self, op: &Op) -> Outcome {
        let now = self.now;
        match op {
            Op::Save { player, ttl, .. } => {
                self.records.entry(player.id).or_default().save(player, *ttl, now);
                Ok(Answer::Done)
            }
            Op::Load(id) => Ok(Answer::Record(self.load(*id))),
            Op::Exists(id) => Ok(Answer::Flag(self.records.contains_key(id))),
            Op::Delete(id) => Ok(Answer::Flag(self.records.remove(id).is_some())),
            Op::Expire(id, after) => Ok(Answer::Flag(self.records.get_mut(id).is_some_and(|record| {
                record.ends = Some(now + after);
                record.cap_code();
                true
            }))),
            Op::Persist(id) => {
                Ok(Answer::Flag(self.records.get_mut(id).is_some_and(|record| record.ends.take().is_some())))
            }
            Op::ExpireCode(id, after) => Ok(Answer::Flag(self.with_code(*id, |code| {
                code.ends = Some(now + after);
                true
            }))),
            Op::PersistCode(id) => Ok(Answer::Flag(self.with_code(*id, |code| code.ends.take().is_some()))),
            Op::Write { id, change, .. } => {
                let is_new = !self.records.contains_key(id);
                let record = self.records.entry(*id).or_insert(Record { ends: Some(now + TTL), ..Record::default() });
                let outcome = record.write(change, now);
                if is_new && matches!(outcome, Err(Failure::OutOfRange)) {
                    self.records.remove(id);
                }
                outcome
            }
        }
    }

    fn with_code(&mut self, id: u8, change: impl FnOnce(&mut Code) -> bool) -> bool {
        let Some(record) = self.records.get_mut(&id) else { return false };
        let changed = record.code.as_mut().is_some_and(change);
        record.cap_code();
        changed
    }

    fn modify(&mut self, id: u8, by: By, name: Option<String>, code: NewCode) -> Outcome {
        let now = self.now;
        let Some(record) = self.records.get_mut(&id) else { return Err(Failure::NotFound) };
        match by {
            By::Modify => {
                // A name that is absent is read as its default and then written.
                let renamed =
                    name.is_some_and(|name| record.name.replace(name.clone()) != Some(name)) || record.name.is_none();
                record.name.get_or_insert_default();
                let is_marked = record.is_home_marked;
                record.is_home_marked |= record.home().is_some();
                let changed = renamed || code != NewCode::Same || record.is_home_marked != is_marked;
                if changed {
                    record.keep_up(now);
                    record.change_code(code, now);
                }
            }
            By::SaveMut => {
                let loaded = record.load(id);
                let saved = Player { name: name.unwrap_or(loaded.name.clone()), ..loaded };
                record.save_hash(&saved);
                record.ends = Some(now + TTL);
                record.change_code(code, now);
                record.cap_code();
            }
        }
        Ok(Answer::Done)
    }

    fn update(&mut self, id: u8, by: i64) -> Outcome {
        let now = self.now;
        let Some(record) = self.records.get_mut(&id) else { return Err(Failure::NotFound) };
        record.score = Some(record.score.unwrap_or(0).wrapping_add(by));
        record.keep_up(now);
        Ok(Answer::Done)
    }
}

impl Record {
    fn load(&self, id: u8) -> Player {
        let name = self.name.clone().unwrap_or_default();
        let code = self.code.as_ref().map(|code| code.value.clone()).into();
        Player { id, name, score: self.score, lives: self.lives, home: self.home(), code }
    }

    fn home(&self) -> Option<Home> {
        let is_there = self.is_home_marked || self.city.is_some() || self.zip.is_some();
        is_there.then(|| Home { city: self.city.clone(), zip: self.zip })
    }

    fn save(&mut self, player: &Player, ttl: Ttl, now: u64) {
        self.save_hash(player);
        match ttl {
            Ttl::Never => self.ends = None,
            Ttl::For(ttl) => self.ends = Some(now + milliseconds(ttl)),
            Ttl::Keep => {}
            _ => self.ends = Some(now + TTL),
        }
        self.change_code(player.code.get().cloned().map_or(NewCode::Cleared, NewCode::Set), now);
    }

    fn save_hash(&mut self, player: &Player) {
        self.name = Some(player.name.clone());
        (self.score, self.lives) = (player.score, player.lives);
        self.set_home(player.home.as_ref());
    }

    fn set_home(&mut self, home: Option<&Home>) {
        self.is_home_marked = home.is_some();
        self.city = home.and_then(|home| home.city.clone());
        self.zip = home.and_then(|home| home.zip);
    }

    fn change_code(&mut self, code: NewCode, now: u64) {
        match code {
            NewCode::Same => {}
            NewCode::Cleared => self.code = None,
            NewCode::Set(value) => self.code = Some(Code { value, ends: Some(now + CODE_TTL) }),
        }
        self.cap_code();
    }

    /// The code never outlives its record.
    fn cap_code(&mut self) {
        if let (Some(code), Some(ends)) = (&mut self.code, self.ends) {
            code.ends = Some(code.ends.map_or(ends, |own| own.min(ends)));
        }
    }

    /// A write of a field starts the record's time again once a twentieth of it has passed.
    fn keep_up(&mut self, now: u64) {
        if self.ends.is_some_and(|ends| ends - now < TTL / 20 * 19) {
            self.ends = Some(now + TTL);
        }
    }

    fn write(&mut self, change: &Change, now: u64) -> Outcome {
        let answer = self.changed(change)?;
        self.keep_up(now);
        if let Change::SetCode(value) = change {
            self.change_code(NewCode::Set(value.clone()), now);
        } else if let Change::SetCodeFor(value, ttl) = change {
            self.code = Some(Code { value: value.clone(), ends: Some(now + ttl) });
            self.cap_code();
        }
        Ok(answer)
    }

    /// The change of everything but the code.
    fn changed(&mut self, change: &Change) -> Outcome {
        match change {
            Change::SetName(name) | Change::CompareName(_, name) => self.name = Some(name.clone()),
            Change::RemoveName(_) => self.name = None,
            Change::SetCity(city) => self.city = Some(city.clone()),
            Change::SetHome(home) => self.set_home(Some(home)),
            Change::ClearHome => self.set_home(None),
            answered => return self.answered(answered),
        }
        Ok(Answer::Done)
    }

    /// The changes that answer with something.
    fn answered(&mut self, change: &Change) -> Outcome {
        Ok(match change {
            Change::ClearName => Answer::Flag(self.name.take().is_some()),
            Change::TakeName => Answer::Text(self.name.take()),
            Change::SwapName(name) => Answer::Text(self.name.replace(name.clone())),
            Change::Score(by) => {
                let score = self.score.unwrap_or(0).checked_add(*by).ok_or(Failure::OutOfRange)?;
                Answer::Number(*self.score.insert(score))
            }
            Change::MaxScore(score) => {
                Answer::Number(*self.score.insert(self.score.map_or(*score, |it| it.max(*score))))
            }
            Change::MinScore(score) => {
                Answer::Number(*self.score.insert(self.score.map_or(*score, |it| it.min(*score))))
            }
            Change::Lives(by) => {
                let lives = i64::from(self.lives.unwrap_or(0)).checked_add(*by).ok_or(Failure::OutOfRange)?;
                self.lives = Some(u8::try_from(lives).map_err(|_| Failure::OutOfRange)?);
                Answer::Number(lives)
            }
            Change::ClearLives => Answer::Flag(self.lives.take().is_some()),
            Change::ClearCity => Answer::Flag(self.city.take().is_some()),
            Change::TakeCode => Answer::Text(self.code.take().map(|code| code.value)),
            Change::ClearCode => Answer::Flag(self.code.take().is_some()),
            _ => Answer::Done,
        })
    }
}

fn milliseconds(duration: Duration) -> u64 {
    duration.as_millis().try_into().expect("a history's times are short")
}
