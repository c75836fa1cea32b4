//! A part's answer from the server's reply.

use redis::{Cmd, ServerError, Value};

use super::{
    condition::Condition,
    exchange::Answer,
    part::{Action, Part},
    step::Step,
};
use crate::{
    codec::DecodeError,
    command::facts::{keys, path_of, readable},
    error::Error,
    key::Key,
};

impl Part {
    /// The part's answer from the server's reply: one value, or an array of as many as it keeps. `sent` is its first
    /// command where a batch has taken that out of the part.
    pub(super) fn answer(&self, reply: Value, sent: Option<&Cmd>) -> Answer {
        let reply = match reply {
            Value::ServerError(error) => return Err(Box::new(self.server_error(error, sent))),
            reply => reply,
        };
        if !self.is_scripted() || self.as_bare_script().is_some() {
            return Ok(reply);
        }
        match reply {
            Value::Array(mut reply) if matches!(reply[..], [Value::ServerError(_), Value::Int(_)]) => {
                Err(Box::new(self.error_within(reply.swap_remove(0), &reply[0])))
            }
            Value::Array(mut kept) if self.answers() == 1 && kept.len() == 1 => Ok(kept.swap_remove(0)),
            Value::Array(kept) => Ok(Value::Array(kept)),
            Value::Int(number) if number < 0 => Err(Box::new(self.out_of_range(number))),
            Value::Int(number) => Err(Box::new(self.failed_condition(number))),
            _ => Err(Box::new(Error::protocol("a script answers with what it was not written to answer"))),
        }
    }

    /// The error of the command that a script was running: in the check of a condition, whose number it gives, or in a
    /// step, whose number it gives as a negative one.
    fn error_within(&self, error: Value, place: &Value) -> Error {
        let (Value::ServerError(error), Value::Int(number)) = (error, place) else {
            return Error::protocol("a script names no place of its error");
        };
        let key = match (self.condition(*number), self.step(*number)) {
            (Some(condition), _) => condition.key.clone(),
            (None, Some(step)) => step.key().map_or(Key::EMPTY, Key::new),
            (None, None) => self.key(),
        };
        let field = || self.step(*number).and_then(|step| step.field(0));
        let path = || field().map_or_else(|| self.path(0), readable);
        about_field(error, || key, path, self.model)
    }

    fn failed_condition(&self, number: i64) -> Error {
        if let (1, Some(key)) = (number, self.required()) {
            return Error::NotFound { key: Key::new(key) };
        }
        let failed = self.condition(number).map(Condition::to_error);
        failed.unwrap_or_else(|| Error::protocol("a script names a condition that it was not given"))
    }

    /// The condition with this number; the record's existence is checked before the others.
    fn condition(&self, number: i64) -> Option<&Condition> {
        let before = 1 + i64::from(self.required().is_some());
        self.conditions.get(usize::try_from(number.checked_sub(before)?).ok()?)
    }

    /// The step with this number, as a negative one.
    fn step(&self, number: i64) -> Option<&Step> {
        let Action::Steps(steps) = &self.action else { return None };
        let position = usize::try_from(number.checked_neg()?).ok()?.checked_sub(1)?;
        steps.get(position)
    }

    /// The increment that was refused.
    fn out_of_range(&self, number: i64) -> Error {
        match self.step(number) {
            Some(Step::Increment { key, field, .. }) => {
                Error::OutOfRange { key: key.clone(), path: field.as_deref().map(readable).unwrap_or_default() }
            }
            _ => Error::protocol("a script names an increment that it was not given"),
        }
    }

    fn server_error(&self, source: ServerError, sent: Option<&Cmd>) -> Error {
        let bare = sent.filter(|_| self.is_bare());
        let key = || bare.and_then(|cmd| keys(cmd).next()).map_or_else(|| self.key(), Key::new);
        let path = || bare.map_or_else(|| self.path(0), |cmd| path_of(cmd, 0));
        about_field(source, key, path, self.model)
    }
}

/// The error of a command on a field of a hash, or of any other.
fn about_field(
    error: ServerError,
    key: impl FnOnce() -> Key,
    path: impl FnOnce() -> String,
    model: &'static str,
) -> Error {
    if is_overflow(&error) {
        return Error::OutOfRange { key: key(), path: path() };
    }
    if error.code() == NOT_A_NUMBER {
        let found = error.details().unwrap_or_default().as_bytes();
        let source = DecodeError::new("a number that this can be added to", found);
        return Error::Decode { model, key: key(), path: path(), source };
    }
    Error::from_server(error.into(), key)
}

/// The code of the error of a script that was to add to something else.
const NOT_A_NUMBER: &str = "NOTANUMBER";

/// Whether a sum would leave the range of `i64`, or would be no number, in Redis' own words.
fn is_overflow(error: &ServerError) -> bool {
    const WORDS: [&str; 2] = ["would overflow", "resulting score is not a number"];
    error.details().is_some_and(|details| WORDS.iter().any(|words| details.contains(words)))
}
