//! One round trip: parts out, one answer for each back.

use redis::{Cmd, ErrorKind, Pipeline, RedisError, ServerError, ServerErrorKind, Value};

use super::{
    Parts,
    part::{Action, Part, Step},
};
use crate::error::{Error, Result};

/// Where requests go: the one thing that a connection has to do for queries.
///
/// An error reply of the server is a [`Value::ServerError`]; an `Err` means that the whole request has failed.
pub(crate) trait Link: Send {
    /// Sends one command. `repeatable` ones may be sent again when their reply was lost.
    fn send(&mut self, cmd: &Cmd, repeatable: bool) -> impl Future<Output = Result<Value>> + Send;

    /// Sends several commands, one reply each.
    fn send_all(&mut self, pipeline: &Pipeline, repeatable: bool) -> impl Future<Output = Result<Vec<Value>>> + Send;
}

/// The answers, one for each part, and the commands that they answer.
pub(super) enum Answers {
    One([Result<Value>; 1]),
    Many { values: Vec<Result<Value>>, sent: Sent },
}

/// A pipeline, which has taken the plain commands out of their parts.
#[derive(Default)]
pub(super) struct Sent {
    pipeline: Pipeline,
    /// Where each part's first command stands in it.
    positions: Vec<usize>,
    /// The scripts whose text is in it; later calls need only the name.
    texts: Vec<&'static str>,
}

/// How often scripts that the server has forgotten are sent again. Once is enough unless somebody keeps flushing.
const NOSCRIPT_TRIES: usize = 5;

pub(super) async fn exchange<L: Link>(link: &mut L, parts: &mut Parts) -> Result<Answers> {
    match parts {
        Parts::One(part) if part.as_transaction().is_none() => Ok(Answers::One([single(link, part).await?])),
        parts => several(link, parts.as_mut_slice()).await,
    }
}

async fn single<L: Link>(link: &mut L, part: &Part) -> Result<Result<Value>> {
    let repeatable = part.is_read();
    if let Some(cmd) = part.as_bare() {
        return Ok(part.answer(link.send(cmd, repeatable).await?, None));
    }
    let script = part.script()?;
    let reply = part.answer(link.send(&part.call("EVALSHA", &script.sha), repeatable).await?, None);
    if !is_noscript(&reply) {
        return Ok(reply);
    }
    Ok(part.answer(link.send(&part.call("EVAL", &script.text), repeatable).await?, None))
}

async fn several<L: Link>(link: &mut L, parts: &mut [Part]) -> Result<Answers> {
    let repeatable = parts.iter().all(Part::is_read);
    let mut sent = Sent::default();
    for part in &mut *parts {
        sent.add(part)?;
    }
    if parts.is_empty() {
        return Ok(Answers::Many { values: Vec::new(), sent });
    }
    let mut replies = link.send_all(&sent.pipeline, repeatable).await?.into_iter();
    let mut values: Vec<_> =
        parts.iter().enumerate().map(|(index, part)| part.gather(&mut replies, sent.command(index))).collect();
    for _ in 0..NOSCRIPT_TRIES {
        // A part that was answered so has not run: only these are repeated.
        let forgotten: Vec<usize> = (0..values.len()).filter(|&index| is_noscript(&values[index])).collect();
        if forgotten.is_empty() {
            break;
        }
        let mut again = Sent::default();
        for &index in &forgotten {
            again.add(&mut parts[index])?;
        }
        let mut replies = link.send_all(&again.pipeline, repeatable).await?.into_iter();
        for index in forgotten {
            values[index] = parts[index].gather(&mut replies, None);
        }
    }
    Ok(Answers::Many { values, sent })
}

impl Answers {
    pub(super) fn as_parts(&mut self) -> (&mut [Result<Value>], Option<&Sent>) {
        match self {
            Self::One(value) => (value, None),
            Self::Many { values, sent } => (values, Some(sent)),
        }
    }
}

impl Sent {
    fn add(&mut self, part: &mut Part) -> Result<()> {
        self.positions.push(self.pipeline.len());
        if part.is_scripted() {
            let call = self.call(part)?;
            self.pipeline.add_command(call);
            return Ok(());
        }
        match &mut part.action {
            Action::Command(cmd) => {
                self.pipeline.add_command(std::mem::take(cmd));
            }
            Action::Steps(steps) => {
                self.pipeline.cmd("MULTI");
                for step in steps {
                    if let Step::Run(cmd) | Step::Silent(cmd) = step {
                        self.pipeline.add_command(cmd.clone());
                    }
                }
                self.pipeline.cmd("EXEC");
            }
        }
        Ok(())
    }

    /// The first call of a script carries its text, so that the later ones find it and the order is kept.
    fn call(&mut self, part: &Part) -> Result<Cmd> {
        let script = part.script()?;
        if self.texts.contains(&script.text.as_str()) {
            return Ok(part.call("EVALSHA", &script.sha));
        }
        self.texts.push(&script.text);
        Ok(part.call("EVAL", &script.text))
    }

    /// The command of a part, if it is a plain one.
    pub(super) fn command(&self, part: usize) -> Option<&Cmd> {
        self.pipeline.cmd_iter().nth(*self.positions.get(part)?)
    }
}

impl Part {
    /// Takes this part's replies from those of the whole pipeline.
    fn gather(&self, replies: &mut impl Iterator<Item = Value>, sent: Option<&Cmd>) -> Result<Value> {
        let mut next =
            || replies.next().ok_or_else(|| Error::invalid_query("the server sent fewer replies than asked"));
        let Some(steps) = self.as_transaction() else {
            return self.answer(next()?, sent);
        };
        let mut refused = None;
        for _ in 0..=steps.len() {
            if let Value::ServerError(error) = next()? {
                refused.get_or_insert(error);
            }
        }
        let executed = next()?;
        if let Some(error) = refused {
            return Err(self.server_error(error.into(), None));
        }
        let Value::Array(replies) = executed.extract_error().map_err(|error| self.server_error(error, None))? else {
            return Err(Error::invalid_query("the transaction was not executed"));
        };
        let mut kept = steps.iter().zip(replies).filter_map(|(step, reply)| step.is_answered().then_some(reply));
        if self.answers() == 1 {
            return Ok(kept.next().unwrap_or_default());
        }
        Ok(Value::Array(kept.collect()))
    }
}

fn is_noscript(answer: &Result<Value>) -> bool {
    matches!(answer, Err(Error::Server { source }) if source.kind() == ErrorKind::Server(ServerErrorKind::NoScript))
}

/// An error of the redis crate, as the value that it is when it is a reply of the server.
pub(crate) fn as_server_error(error: RedisError) -> Result<Value, RedisError> {
    match ServerError::try_from(error.clone()) {
        Ok(reply) => Ok(Value::ServerError(reply)),
        Err(_) => Err(error),
    }
}
