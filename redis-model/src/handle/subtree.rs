//! The handle of a nested struct.

use std::{fmt, marker::PhantomData};

use crate::{
    command::{hash, key as keys},
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

    /// All of its fields: one `HMGET`, with a read of each field with a key of its own. `None` when nothing of it is
    /// stored.
    pub fn get(&self) -> Query<Option<T>> {
        let cmds = Reader::commands(&self.place, outline::<T, P>);
        let decode = |reply: Reply<'_>| {
            let context = reply.context();
            let mut input = Reader::of(reply, outline::<T, P>)?;
            if !input.has_value() {
                return Ok(None);
            }
            if P::OPTIONAL {
                input.skip();
            }
            let read = T::read::<P>((), &mut input);
            read.map(Some).map_err(|FieldError { path, source }| context.decode_error_at(path.into_owned(), source))
        };
        self.place.read_all(cmds, decode)
    }

    /// Writes all of its fields: `HSET` of those that are there, `HDEL` of the others; its collections take the places of those that
    /// were there, but for [`Remote`](crate::Remote) ones. [`Error::NotFound`](crate::Error::NotFound) without the record.
    pub fn set(&self, value: &T) -> Query<()> {
        let mut writer = Writer::new(&self.place.key, 8);
        if P::OPTIONAL {
            writer.mark(path_of::<P>());
        }
        value.write::<P>(&mut writer);
        match writer.into_steps(&self.place) {
            Ok((mut steps, own)) => {
                steps.extend(own);
                self.place.write_all(steps, reply::done)
            }
            Err(error) => Query::invalid(error),
        }
    }

    /// Removes all of its fields: `HDEL`, and `UNLINK` of fields with a key of their own. [`Error::NotFound`](crate::Error::NotFound) without
    /// the record.
    ///
    /// A record without a nested struct that is neither an `Option` nor has a default cannot be loaded.
    pub fn clear(&self) -> Query<()> {
        let (mut fields, mut own) = (Vec::new(), Vec::new());
        outline::<T, P>(&mut |slot| match slot {
            Slot::Leaf(path) | Slot::Alias(path) => fields.push(path),
            Slot::Expiring(path) | Slot::Collection(path, _) | Slot::Remote(path) => own.push(self.place.own_key(path)),
        });
        let mut steps = Vec::with_capacity(2);
        if !fields.is_empty() {
            steps.push(Step::Silent(hash::delete(&self.place.key, fields.into_iter())));
        }
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
