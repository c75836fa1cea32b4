//! What a query reads and writes, as far as it can be known before it is sent.

use redis::Cmd;

use super::{
    Parts, Query,
    condition::{Condition, Test},
    part::{Action, Part},
    script::Body,
    step::Step,
};
use crate::{
    command::{
        access::Access,
        facts::{argument, readable},
    },
    error::{Error, Result},
};

/// One place that a query reads or writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Touch<'a> {
    pub(crate) key: &'a [u8],
    /// A field of the hash at the key; `None` is the key as a whole.
    pub(crate) field: Option<&'a [u8]>,
    pub(crate) is_write: bool,
}

/// Who is shown the places.
type Visit<'v> = &'v mut dyn FnMut(Touch<'_>) -> Result<()>;

impl<T> Query<T> {
    /// Shows every place that the query reads or writes, some more than once, until `visit` fails. Of a query that is
    /// invalid as it was built there is none.
    ///
    /// What any write does to look after its record (version, TTL, making the record) is shown as a read of its key, the
    /// deletion of its epoch as a read of the epoch's.
    ///
    /// # Errors
    /// Those of `visit`; [`Error::InvalidQuery`] for commands whose keys are not known, and for scripts.
    pub(crate) fn for_each_touch(&self, visit: &mut dyn FnMut(Touch<'_>) -> Result<()>) -> Result<()> {
        match &self.parts {
            Parts::One(part) => part.for_each_touch(visit),
            Parts::Many(parts) => parts.iter().try_for_each(|part| part.for_each_touch(visit)),
            Parts::Invalid(_) => Ok(()),
        }
    }
}

impl Part {
    fn for_each_touch(&self, visit: Visit<'_>) -> Result<()> {
        if let Some(record) = self.required() {
            visit(Touch::read(record))?;
        }
        self.conditions.iter().try_for_each(|condition| condition.for_each_touch(visit))?;
        match &self.action {
            Action::Command(cmd) => visit_command(cmd, visit),
            Action::Steps(steps) => steps.iter().try_for_each(|step| step.for_each_touch(visit)),
            Action::Script(body) => visit_body(body, visit),
        }
    }
}

impl Condition {
    fn for_each_touch(&self, visit: Visit<'_>) -> Result<()> {
        let key = self.key.as_bytes();
        match &self.test {
            Test::Exists | Test::Missing | Test::String(_) | Test::Permit(_) | Test::Type(_) => visit(Touch::read(key)),
            Test::Fields(fields) => fields.iter().try_for_each(|(field, _)| visit(Touch::read(key).of(field))),
            Test::Lease { field, .. } => visit(Touch::read(key).of(field.as_bytes())),
            // The earlier names are other names of the same place.
            Test::Renamed { path, .. } => visit(Touch::write(key).of(path.as_bytes())),
        }
    }
}

impl Step {
    fn for_each_touch(&self, visit: Visit<'_>) -> Result<()> {
        match self {
            Self::Run(cmd) | Self::Silent(cmd) => visit_command(cmd, visit),
            Self::Increment { key, field, .. } => {
                visit(Touch { field: field.as_deref(), ..Touch::write(key.as_bytes()) })
            }
            Self::Timestamp { key, field } => visit(Touch::write(key.as_bytes()).of(field.as_bytes())),
            Self::Body(body) => visit_body(body, visit),
            Self::StillExists { key }
            | Self::MoveVersion { key, .. }
            // The keys that share the record's life are shown with it.
            | Self::Refresh { key, .. }
            | Self::Create { key, .. }
            | Self::NoteMissing { key }
            | Self::ExpireNew { key, .. } => visit(Touch::read(key.as_bytes())),
            Self::Invalidate { epoch } => visit(Touch::read(epoch.as_bytes())),
            Self::ExpireLike { key, like: other } | Self::ExpireWith { key, with: other } => {
                visit(Touch::read(key.as_bytes()))?;
                visit(Touch::read(other.as_bytes()))
            }
            // What replaces it was made for that, by the same query.
            Self::Replace { key, .. } => visit(Touch::write(key.as_bytes())),
        }
    }
}

fn visit_command(cmd: &Cmd, visit: Visit<'_>) -> Result<()> {
    let Some(access) = Access::of(cmd) else {
        return Err(unknown(&format!("`{}`", argument(cmd, 0).map(readable).unwrap_or_default())));
    };
    access.visit(cmd, |key, field| visit(Touch { key, field, is_write: access.is_write }))
}

fn visit_body(body: &Body, visit: Visit<'_>) -> Result<()> {
    if let Some(written) = body.script.written_keys() {
        let mut keys = body.keys.iter().enumerate();
        return keys.try_for_each(|(position, key)| {
            visit(Touch { is_write: position < written, ..Touch::read(key.as_bytes()) })
        });
    }
    let (Some(key), Some(field)) = (body.keys.first(), body.field()) else {
        return Err(unknown("a script"));
    };
    visit(Touch { key: key.as_bytes(), field: Some(field), is_write: !body.script.is_read() })
}

fn unknown(what: &str) -> Error {
    Error::invalid_query(format!(
        "a guarded query must be of commands whose keys are known, and {what} is none: send it on its own, unguarded"
    ))
}

impl<'a> Touch<'a> {
    fn read(key: &'a [u8]) -> Self {
        Self { key, field: None, is_write: false }
    }

    fn write(key: &'a [u8]) -> Self {
        Self { is_write: true, ..Self::read(key) }
    }

    fn of(self, field: &'a [u8]) -> Self {
        Self { field: Some(field), ..self }
    }
}

#[cfg(test)]
mod tests;
