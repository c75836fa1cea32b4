//! One round trip: parts out, one answer for each back.

use redis::{Cmd, ErrorKind, Pipeline, RedisError, ServerError, ServerErrorKind, Value};

use super::{Parts, part::Part};
use crate::{
    command::facts::is_read,
    error::{Error, Result},
};

/// Says whether a request changes nothing when it runs twice; asked only when a reply was lost.
pub(crate) type Repeatable<'a> = &'a (dyn Fn() -> bool + Sync);

/// Where requests go: the one thing that a connection has to do for queries.
///
/// An error reply of the server is a [`Value::ServerError`]; an `Err` means that the whole request has failed.
pub(crate) trait Link: Send {
    /// Sends one command. One that is `repeatable` may be sent again when its reply was lost.
    fn send(&mut self, cmd: &Cmd, repeatable: Repeatable<'_>) -> impl Future<Output = Result<Value>> + Send;

    /// Sends several commands, one reply each.
    fn send_all(
        &mut self,
        pipeline: &Pipeline,
        repeatable: Repeatable<'_>,
    ) -> impl Future<Output = Result<Vec<Value>>> + Send;
}

/// A part's answer; its error is boxed, as most are none and many are moved at once.
pub(super) type Answer = Result<Value, Box<Error>>;

/// The answers, one for each part, and the commands that they answer.
pub(super) enum Answers {
    One([Answer; 1]),
    Many { values: Vec<Answer>, sent: Sent },
}

/// What is sent for several parts, which the plain commands have been taken out of: one command for each.
#[derive(Default)]
pub(super) struct Sent {
    pipelines: Vec<Pipeline>,
    /// The scripts whose text is in the last of them; later calls need only the name.
    texts: Vec<&'static str>,
}

/// More commands than this go in several round trips, so that neither side has to hold all of them at once.
const PIPELINE: usize = 10_000;

/// How often scripts that the server has forgotten are sent again. Once is enough unless somebody keeps flushing.
const NOSCRIPT_TRIES: usize = 5;

pub(super) async fn exchange<L: Link>(link: &mut L, parts: &mut Parts) -> Result<Answers> {
    match parts {
        Parts::One(part) => Ok(Answers::One([single(link, part).await?])),
        parts => match parts.as_mut_slice() {
            // In a batch a script goes as its text; alone, its name is enough.
            [part] if part.as_bare_script().is_some() => Ok(Answers::One([single(link, part).await?])),
            parts => several(link, parts).await,
        },
    }
}

async fn single<L: Link>(link: &mut L, part: &Part) -> Result<Answer> {
    let repeatable = &|| part.is_repeatable();
    if let Some(cmd) = part.as_bare() {
        return Ok(part.answer(link.send(cmd, repeatable).await?, None));
    }
    let call = part.lower()?;
    let reply = part.answer(link.send(&call.by_name(), repeatable).await?, None);
    if !is_noscript(&reply) {
        return Ok(reply);
    }
    Ok(part.answer(link.send(&call.with_text(), repeatable).await?, None))
}

async fn several<L: Link>(link: &mut L, parts: &mut [Part]) -> Result<Answers> {
    let mut sent = Sent::default();
    for part in &mut *parts {
        sent.add(part)?;
    }
    let mut values = Vec::new();
    for (pipeline, parts) in sent.pipelines.iter().zip(parts.chunks_mut(PIPELINE)) {
        // Each round trip is over, with what had to be repeated, before the next begins: the order is kept.
        let answered = round_trip(link, parts, pipeline).await;
        if values.is_empty() {
            values = answered?;
        } else {
            values.extend(answered.map_err(Error::after_others)?);
        }
    }
    Ok(Answers::Many { values, sent })
}

async fn round_trip<L: Link>(link: &mut L, parts: &mut [Part], pipeline: &Pipeline) -> Result<Vec<Answer>> {
    let repeatable = &|| parts.iter().zip(pipeline.cmd_iter()).all(|(part, cmd)| is_read(cmd) || part.is_repeatable());
    let replies = link.send_all(pipeline, repeatable).await?;
    let mut values: Vec<_> = answers(parts.iter().zip(pipeline.cmd_iter()), replies).collect();
    for _ in 0..NOSCRIPT_TRIES {
        // A part that was answered so has not run: only these are repeated.
        let is_forgotten = |&index: &usize| parts[index].is_scripted() && is_noscript(&values[index]);
        let forgotten: Vec<usize> = (0..values.len()).filter(is_forgotten).collect();
        if forgotten.is_empty() {
            break;
        }
        repeat(link, parts, &forgotten, &mut values).await.map_err(Error::after_others)?;
    }
    Ok(values)
}

async fn repeat<L: Link>(link: &mut L, parts: &mut [Part], forgotten: &[usize], values: &mut [Answer]) -> Result<()> {
    let mut again = Sent::default();
    for &index in forgotten {
        again.add(&mut parts[index])?;
    }
    for pipeline in &again.pipelines {
        let repeatable = &|| forgotten.iter().all(|&index| parts[index].is_repeatable());
        let replies = link.send_all(pipeline, repeatable).await?;
        let repeated = forgotten.iter().map(|&index| &parts[index]).zip(pipeline.cmd_iter());
        for (&index, answer) in forgotten.iter().zip(answers(repeated, replies)) {
            values[index] = answer;
        }
    }
    Ok(())
}

/// Each part's answer. A connection gives as many replies as were asked for, or an error.
fn answers<'a>(asked: impl Iterator<Item = (&'a Part, &'a Cmd)>, replies: Vec<Value>) -> impl Iterator<Item = Answer> {
    let missing = || Error::protocol("there are fewer replies than were asked for");
    let mut replies = replies.into_iter();
    asked.map(move |(part, cmd)| match replies.next() {
        Some(reply) => part.answer(reply, Some(cmd)),
        None => Err(Box::new(missing())),
    })
}

impl Answers {
    pub(super) fn as_parts(&mut self) -> (&mut [Answer], Option<&Sent>) {
        match self {
            Self::One(value) => (value, None),
            Self::Many { values, sent } => (values, Some(sent)),
        }
    }
}

impl Sent {
    fn add(&mut self, part: &mut Part) -> Result<()> {
        if self.pipelines.last().is_none_or(|pipeline| pipeline.len() == PIPELINE) {
            self.pipelines.push(Pipeline::new());
            self.texts.clear();
        }
        let cmd = match part.take_bare() {
            Some(cmd) => cmd,
            None => self.call(part)?,
        };
        if let Some(pipeline) = self.pipelines.last_mut() {
            pipeline.add_command(cmd);
        }
        Ok(())
    }

    /// The first call of a script carries its text, so that the later ones find it and the order is kept.
    fn call(&mut self, part: &Part) -> Result<Cmd> {
        let call = part.lower()?;
        if self.texts.contains(&call.script.text.as_str()) {
            return Ok(call.by_name());
        }
        self.texts.push(&call.script.text);
        Ok(call.with_text())
    }

    /// The command that a part was sent as.
    pub(super) fn command(&self, part: usize) -> Option<&Cmd> {
        self.pipelines.get(part / PIPELINE)?.cmd_iter().nth(part % PIPELINE)
    }
}

fn is_noscript(answer: &Answer) -> bool {
    let Err(error) = answer else { return false };
    matches!(&**error, Error::Server { source, .. } if source.kind() == ErrorKind::Server(ServerErrorKind::NoScript))
}

/// An error of the redis crate, as the value that it is when it is a reply of the server.
pub(crate) fn as_server_error(error: RedisError) -> Result<Value, RedisError> {
    match ServerError::try_from(error.clone()) {
        Ok(reply) => Ok(Value::ServerError(reply)),
        Err(_) => Err(error),
    }
}
