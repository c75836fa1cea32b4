//! Fields from what is stored.

use std::{borrow::Cow, vec};

use redis::{Cmd, Value};

use super::{Collected, CollectionKind, Expires, Expiring, Place, RedisFields, SCHEMA_MARK, Slot, Source, Stored};
use crate::{
    codec::{Codec, DecodeError, Leaf, RedisValue},
    command::{hash, string},
    error::Result,
    path::Prefix,
    query::{Reply, text_of},
};

/// Names the paths of a layout.
pub(crate) type Outline = fn(&mut dyn FnMut(Slot));

/// The stored values of a record, in the order of its outline.
#[derive(Debug)]
pub struct Reader {
    leaves: vec::IntoIter<Value>,
    own: vec::IntoIter<Value>,
}

/// A field that could not be read.
#[derive(Debug)]
pub struct FieldError {
    pub(crate) path: Cow<'static, str>,
    pub(crate) source: DecodeError,
}

impl FieldError {
    fn new(path: &'static str, source: DecodeError) -> Self {
        Self { path: Cow::Borrowed(path), source }
    }
}

impl Reader {
    pub(crate) fn new(leaves: Vec<Value>, own: Vec<Value>) -> Self {
        Self { leaves: leaves.into_iter(), own: own.into_iter() }
    }

    /// The commands that read the values of an outline: one `HMGET`, and one for each own key that is loaded.
    pub(crate) fn commands(place: &Place, outline: Outline) -> Vec<Cmd> {
        let mut cmds = vec![hash::get_many(&place.key, 8)];
        outline(&mut |slot| match slot {
            Slot::Leaf(path) | Slot::Alias(path) => {
                cmds[0].arg(path);
            }
            Slot::Expiring(path) => cmds.push(string::get(&place.own_key(path))),
            Slot::Collection(path, kind) => cmds.push(kind.read(&place.own_key(path))),
            Slot::Remote(_) => {}
        });
        if cmds[0].args_iter().len() == 2 {
            // `HMGET` needs a field; what it answers is left out again.
            cmds[0].arg(SCHEMA_MARK);
        }
        cmds
    }

    /// The values in the reply to these commands.
    ///
    /// # Errors
    /// [`Error::Decode`](crate::Error::Decode) when there are more or fewer of them: a missing one would pass as absent.
    pub(crate) fn of(reply: Reply<'_>, outline: Outline) -> Result<Self> {
        let (mut leaves_asked, mut own_asked) = (0, 0);
        outline(&mut |slot| match slot.source() {
            Source::Hash => leaves_asked += 1,
            Source::OwnKey => own_asked += 1,
            Source::Nowhere => {}
        });
        let (value, context) = reply.into_parts();
        let (leaves, own) = match value {
            Value::Array(mut values) if own_asked > 0 && !values.is_empty() => {
                let own = values.split_off(1);
                (values.swap_remove(0), own)
            }
            leaves => (leaves, Vec::new()),
        };
        match leaves {
            Value::Array(leaves) if leaves_asked == 0 && leaves.len() == 1 && own.len() == own_asked => {
                Ok(Self::new(Vec::new(), own))
            }
            Value::Array(leaves) if leaves.len() == leaves_asked && own.len() == own_asked => {
                Ok(Self::new(leaves, own))
            }
            other => {
                let expected = format!("{leaves_asked} fields and {own_asked} keys");
                Err(context.decode_error_at(String::new(), DecodeError::reply(expected, &other)))
            }
        }
    }

    /// Whether any field of the hash is there: without one there is no record, whatever is left of its own keys.
    pub(crate) fn has_leaf(&self) -> bool {
        self.leaves.as_slice().iter().any(|value| *value != Value::Nil)
    }

    /// Whether anything is there.
    pub(crate) fn has_value(&self) -> bool {
        self.has_leaf() || self.own.as_slice().iter().any(|value| !Stored::is_empty(value))
    }

    /// The values themselves: those of the hash, and those of own keys.
    pub(crate) fn into_values(self) -> (vec::IntoIter<Value>, vec::IntoIter<Value>) {
        (self.leaves, self.own)
    }

    /// The next leaf, or the first of its `aliases` earlier names that is there, or its default.
    ///
    /// # Errors
    /// When nothing is stored and the field needs something, or what is stored is no value of its type.
    #[inline]
    pub fn leaf<L: Leaf<C>, C>(
        &mut self,
        path: &'static str,
        aliases: usize,
        default: Option<fn() -> L>,
    ) -> Result<L, FieldError> {
        let mut stored = self.leaves.next().unwrap_or_default();
        for _ in 0..aliases {
            let earlier = self.leaves.next().unwrap_or_default();
            if stored == Value::Nil {
                stored = earlier;
            }
        }
        let value = match stored {
            Value::Nil => None,
            stored => Some(text_of(stored).and_then(L::Codec::decode).map_err(|source| FieldError::new(path, source))?),
        };
        if let (None, Some(default)) = (&value, default) {
            return Ok(default());
        }
        L::from_stored(value).ok_or_else(|| {
            let expected = format!("{}, as the field has no default", std::any::type_name::<L>());
            FieldError::new(path, DecodeError::missing(expected))
        })
    }

    /// The next field with a key of its own.
    ///
    /// # Errors
    /// When what is stored is no value of its type.
    pub fn expiring<F: Expires, C: Codec<F::Value>>(&mut self, path: &'static str) -> Result<F, FieldError> {
        let value = match self.own.next().unwrap_or_default() {
            Value::Nil => None,
            stored => Some(text_of(stored).and_then(C::decode).map_err(|source| FieldError::new(path, source))?),
        };
        Ok(F::from_expiring(Expiring::loaded(value)))
    }

    /// The next collection; empty when there is nothing.
    ///
    /// # Errors
    /// When an element is no value of its type.
    pub fn collection<F: Collected<K, C>, K: CollectionKind, C>(
        &mut self,
        path: &'static str,
    ) -> Result<F, FieldError> {
        let stored = Stored::new(self.own.next().unwrap_or_default());
        F::read(stored)
            .map_err(|error| FieldError { path: format!("{path}{}", error.place).into(), source: error.source })
    }

    /// The next version; 0 when there is none.
    ///
    /// # Errors
    /// When what is stored is no number.
    pub fn version(&mut self, path: &'static str) -> Result<u64, FieldError> {
        match self.leaves.next().unwrap_or_default() {
            Value::Nil => Ok(0),
            stored => {
                text_of(stored).and_then(|text| u64::decode(&text)).map_err(|source| FieldError::new(path, source))
            }
        }
    }

    /// The next nested struct, or its default when nothing of it is stored.
    ///
    /// # Errors
    /// As its fields.
    pub fn nested<T: RedisFields<Id = ()>, P: Prefix>(&mut self, default: Option<fn() -> T>) -> Result<T, FieldError> {
        if let Some(default) = default
            && !self.has_any::<T, P>()
        {
            T::outline::<P>(&mut |slot| self.pass(slot));
            return Ok(default());
        }
        T::read::<P>((), self)
    }

    /// Whether any of the next values is there, of as many as the outline has.
    pub(crate) fn has_any<T: RedisFields, P: Prefix>(&self) -> bool {
        let (mut leaves, mut own) = (0, 0);
        T::outline::<P>(&mut |slot| match slot.source() {
            Source::Hash => leaves += 1,
            Source::OwnKey => own += 1,
            Source::Nowhere => {}
        });
        let mut next = self.leaves.as_slice().iter().take(leaves).chain(self.own.as_slice().iter().take(own));
        next.any(|value| !Stored::is_empty(value))
    }

    /// Passes over the next leaf.
    pub(crate) fn skip(&mut self) {
        self.leaves.next();
    }

    /// Passes over the next value of a slot.
    pub(crate) fn pass(&mut self, slot: Slot) {
        match slot.source() {
            Source::Hash => self.leaves.next(),
            Source::OwnKey => self.own.next(),
            Source::Nowhere => None,
        };
    }
}
