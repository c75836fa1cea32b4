//! The handle of a nested struct.

use std::{fmt, marker::PhantomData};

use redis::Value;

use crate::{
    command::{hash, key as keys},
    error::{Error, Result},
    key::Key,
    layout::{FieldError, Place, PlacedAt, Reader, RedisFields, Slot, Writer},
    path::{Prefix, path_of},
    query::{Query, Reply, Step, reply},
};

/// The handle of a nested struct of type `T`: reads, writes and removes all of its fields at once.
///
/// Its writes require that the record exists, as those of [`Field`](super::Field) do.
pub struct Subtree<T, P> {
    place: Place,
    of: PhantomData<fn() -> (T, P)>,
}

impl<T: RedisFields<Id = ()>, P: Prefix> Subtree<T, P> {
    /// Where it is, for generated code.
    #[doc(hidden)]
    pub fn place(&self) -> Place {
        self.place.clone()
    }

    /// The record's key.
    pub fn key(&self) -> &Key {
        &self.place.key
    }

    /// The dotted path that its fields begin with.
    pub fn path(&self) -> &'static str {
        path_of::<P>()
    }

    /// All of its fields: one `HMGET`, with a `GET` for each field with a key of its own. `None` when nothing of it is
    /// stored.
    pub fn get(&self) -> Query<Option<T>> {
        let cmds = read_commands(&self.place, outline::<T, P>);
        let decode = |reply: Reply<'_>| {
            let context = reply.context();
            let Some(mut input) = reader(reply)? else {
                return Ok(None);
            };
            if P::OPTIONAL {
                input.skip();
            }
            let read = T::read::<P>((), &mut input);
            read.map(Some).map_err(|FieldError { path, source }| context.decode_error_at(path.to_owned(), source))
        };
        self.place.read_all(cmds, decode)
    }

    /// Writes all of its fields: `HSET` of those that are there, `HDEL` of the others. [`Error::NotFound`] without the
    /// record.
    pub fn set(&self, value: &T) -> Query<()> {
        let mut writer = Writer::new(&self.place.key, 8);
        if P::OPTIONAL {
            writer.mark(path_of::<P>());
        }
        value.write::<P>(&mut writer);
        match write_steps(&self.place, writer) {
            Ok(steps) => self.place.write_all(steps, reply::done),
            Err(error) => Query::invalid(error),
        }
    }

    /// Removes all of its fields: `HDEL`, and `UNLINK` of fields with a key of their own. [`Error::NotFound`] without
    /// the record.
    ///
    /// A record without a nested struct that is neither an `Option` nor has a default cannot be loaded.
    pub fn clear(&self) -> Query<()> {
        let (mut fields, mut own) = (Vec::new(), Vec::new());
        outline::<T, P>(&mut |slot| match slot {
            Slot::Leaf(path) | Slot::Alias(path) => fields.push(path),
            Slot::Own(path) => own.push(self.place.own_key(path)),
        });
        let mut steps = vec![Step::Silent(hash::delete(&self.place.key, fields.into_iter()))];
        if !own.is_empty() {
            steps.push(Step::Silent(keys::unlink(&own)));
        }
        self.place.write_all(steps, reply::done)
    }
}

/// The outline with the mark of an optional struct.
fn outline<T: RedisFields, P: Prefix>(visit: &mut dyn FnMut(Slot)) {
    if P::OPTIONAL {
        visit(Slot::Leaf(path_of::<P>()));
    }
    T::outline::<P>(&mut |slot| visit(slot));
}

/// One `HMGET` for the fields of an outline, and a `GET` for each own key.
pub(crate) fn read_commands(place: &Place, outline: fn(&mut dyn FnMut(Slot))) -> Vec<redis::Cmd> {
    let mut cmds = vec![hash::get_many(&place.key, 8)];
    outline(&mut |slot| match slot {
        Slot::Leaf(path) | Slot::Alias(path) => {
            cmds[0].arg(path);
        }
        Slot::Own(path) => cmds.push(crate::command::string::get(&place.own_key(path))),
    });
    cmds
}

/// The replies of [`read_commands`] for reading; `None` when nothing is stored.
pub(crate) fn reader(reply: Reply<'_>) -> Result<Option<Reader>> {
    let (value, context) = reply.into_parts();
    let unexpected = |found: &Value| context.decode_error(0, crate::codec::DecodeError::reply("fields", found));
    let Value::Array(mut values) = value else {
        return Err(unexpected(&value));
    };
    let (leaves, own) = match values.first_mut() {
        Some(Value::Array(leaves)) => (std::mem::take(leaves), values.split_off(1)),
        _ => (values, Vec::new()),
    };
    let is_stored = leaves.iter().chain(&own).any(|value| *value != Value::Nil);
    Ok(is_stored.then(|| Reader::new(leaves, own)))
}

/// The steps that write what was collected.
///
/// # Errors
/// [`Error::Encode`] when a value could not be encoded.
pub(crate) fn write_steps(place: &Place, writer: Writer) -> Result<Vec<Step>> {
    if let Some((path, source)) = writer.error {
        return Err(Error::Encode { model: place.info.name, key: place.key.clone(), path: path.to_owned(), source });
    }
    let mut steps = Vec::with_capacity(2 + writer.own.len());
    // The name and the key alone write nothing.
    if writer.hset.args_iter().len() > 2 {
        steps.push(Step::Silent(writer.hset));
    }
    if !writer.absent.is_empty() {
        steps.push(Step::Silent(hash::delete(&place.key, writer.absent.into_iter())));
    }
    for write in writer.own {
        write.push_steps(place, &mut steps);
    }
    Ok(steps)
}

impl<T, P> PlacedAt for Subtree<T, P> {
    fn placed_at(place: Place) -> Self {
        Self { place, of: PhantomData }
    }
}

impl<T, P> Clone for Subtree<T, P> {
    fn clone(&self) -> Self {
        Self { place: self.place.clone(), of: PhantomData }
    }
}

impl<T, P: Prefix> fmt::Debug for Subtree<T, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subtree").field("key", &self.place.key).field("path", &path_of::<P>()).finish()
    }
}
