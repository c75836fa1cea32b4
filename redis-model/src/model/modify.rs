//! Compare-and-set of whole records.

use redis::{Arg, Cmd, Value};

use super::{RedisModel, id_of, outline};
use crate::{
    command::hash,
    error::{Error, Result},
    layout::{FieldError, Place, Reader, Slot, Writer},
    mode::Mode,
    path::Root,
    query::{Condition, FieldValues, Query, Reply, reply, text_of},
    retry::Tries,
    store::Store,
};

/// Loads, changes and saves until nobody else was faster.
pub(super) async fn run<T: RedisModel, M: Mode, R, E>(
    place: Place,
    store: &Store<M>,
    mut change: impl FnMut(&mut T) -> Result<R, E>,
) -> Result<Result<R, E>> {
    let mut link = store.link();
    let mut tries = Tries::new();
    loop {
        let snapshot = Snapshot::query::<T>(&place).over(&mut link).await?;
        let mut model: T = snapshot.decode(&place)?;
        let value = match change(&mut model) {
            Ok(value) => value,
            Err(error) => return Ok(Err(error)),
        };
        if model.key() != place.key {
            return Err(Error::invalid_query("the change must not change the record's id: save a new record instead"));
        }
        match snapshot.save(&place, &model)?.over(&mut link).await {
            Err(error) if error.is_conflict() => tries.again::<M>(error).await?,
            result => return result.map(|()| Ok(value)),
        }
    }
}

/// What a record held when it was read, byte for byte: maps have no order, so a decoded value that is encoded again
/// could differ.
struct Snapshot {
    /// The fields of the hash, by path.
    leaves: Vec<(&'static str, Option<Vec<u8>>)>,
    /// The own keys, by path.
    own: Vec<(&'static str, Option<Vec<u8>>)>,
}

impl Snapshot {
    fn query<T: RedisModel>(place: &Place) -> Query<Self> {
        place.read_all(Reader::commands(place, outline::<T>), Self::read::<T>)
    }

    fn read<T: RedisModel>(reply: Reply<'_>) -> Result<Self> {
        let context = reply.context();
        let stored = Reader::of(reply, outline::<T>)?;
        if !stored.has_leaf() {
            return Err(Error::NotFound { key: context.key() });
        }
        let (mut hash_paths, mut own_paths) = (Vec::new(), Vec::new());
        outline::<T>(&mut |slot: Slot| {
            hash_paths.extend(slot.in_hash());
            own_paths.extend(slot.own());
        });
        let bytes = |(path, value): (&'static str, Value)| match value {
            Value::Nil => Ok((path, None)),
            stored => text_of(stored)
                .map(|bytes| (path, Some(bytes)))
                .map_err(|source| context.decode_error_at(path.to_owned(), source)),
        };
        let (leaves, own) = stored.into_values();
        Ok(Self {
            leaves: hash_paths.into_iter().zip(leaves).map(bytes).collect::<Result<_>>()?,
            own: own_paths.into_iter().zip(own).map(bytes).collect::<Result<_>>()?,
        })
    }

    fn decode<T: RedisModel>(&self, place: &Place) -> Result<T> {
        let values = |stored: &[(&str, Option<Vec<u8>>)]| {
            stored.iter().map(|(_, stored)| stored.clone().map_or(Value::Nil, Value::BulkString)).collect()
        };
        let mut input = Reader::new(values(&self.leaves), values(&self.own));
        input.skip();
        T::read::<Root>(id_of::<T>(&place.key)?, &mut input).map_err(|FieldError { path, source }| Error::Decode {
            model: T::INFO.name,
            key: place.key.clone(),
            path: path.to_owned(),
            source,
        })
    }

    /// Writes what differs, if all is as it was read.
    fn save<T: RedisModel>(self, place: &Place, model: &T) -> Result<Query<()>> {
        let mut writer = Writer::new(&place.key, self.leaves.len());
        model.write::<Root>(&mut writer);
        writer.hset = self.changed(place, &writer.hset);
        writer.absent.retain(|path| self.leaves.iter().any(|(known, stored)| known == path && stored.is_some()));
        let (mut steps, own) = writer.into_steps(place)?;
        steps.extend(own);
        if steps.is_empty() {
            // Nothing to write; what was read is still a consistent record.
            return Ok(place.exists().and_then({
                let key = place.key.clone();
                move |exists| if exists { Ok(()) } else { Err(Error::NotFound { key }) }
            }));
        }
        Ok(place.write_when(self.conditions(place), steps, reply::done))
    }

    /// The `HSET` of those fields whose bytes differ.
    fn changed(&self, place: &Place, hset: &Cmd) -> Cmd {
        let mut changed = hash::set_many(&place.key, self.leaves.len());
        let mut args = hset.args_iter().skip(2);
        while let (Some(Arg::Simple(path)), Some(Arg::Simple(value))) = (args.next(), args.next()) {
            let stored = self.leaves.iter().find(|(known, _)| known.as_bytes() == path);
            if stored.and_then(|(_, stored)| stored.as_deref()) != Some(value) {
                changed.arg(path).arg(value);
            }
        }
        changed
    }

    fn conditions(self, place: &Place) -> Vec<Condition> {
        let fields: FieldValues = match place.info.version {
            Some(version) => self.leaves.into_iter().filter(|(path, _)| *path == version).map(owned).collect(),
            None => self.leaves.into_iter().map(owned).collect(),
        };
        let mut conditions = vec![Condition::fields(place.key.clone(), fields)];
        if place.info.version.is_none() {
            conditions.extend(self.own.into_iter().map(|(path, stored)| {
                let key = place.own_key(path);
                match stored {
                    Some(stored) => Condition::string_equals(key, stored),
                    None => Condition::string_absent(key),
                }
            }));
        }
        conditions
    }
}

fn owned((path, stored): (&'static str, Option<Vec<u8>>)) -> (Vec<u8>, Option<Vec<u8>>) {
    (path.as_bytes().to_vec(), stored)
}
