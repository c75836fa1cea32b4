//! Compare-and-set of whole records.

use redis::{Arg, Cmd, Value};

use super::{RedisModel, id_of, outline};
use crate::{
    codec::{DecodeError, RedisValue},
    command::{facts::arguments, hash},
    error::{Error, Result},
    layout::{Collections, FieldError, Kind, OwnValue, OwnWrite, Place, Reader, Slot, Source, Stored, Writer},
    mode::Mode,
    path::Root,
    query::{Condition, FieldValues, Query, Reply, reply, text_of},
    retry::Tries,
    store::Store,
};

/// Refuses, at compile time, models of which nothing tells whether somebody else was faster.
///
/// Collections are not compared with what was read, as that would send all of them back: the version, which every write moves
/// on, speaks for them.
///
/// # Panics
/// For a model with collections that are loaded, and no version; it runs at compile time, so that the program does not compile.
pub(super) const fn check<T: RedisModel>() {
    assert!(
        T::INFO.version.is_some() || !matches!(T::COLLECTIONS, Collections::Loaded),
        "`modify` of a model with collections needs a field with `#[redis(version)]`, as only versions tell whether somebody \
         else has written to a collection; or make them `Remote<..>` and write to them through their handles"
    );
}

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
    /// The own keys that are loaded.
    own: Vec<Own>,
}

/// What was read of an own key.
enum Own {
    Text(&'static str, Option<Vec<u8>>),
    Elements(&'static str, Kind, Value),
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
        let (mut hash_paths, mut own_slots) = (Vec::new(), Vec::new());
        outline::<T>(&mut |slot: Slot| {
            hash_paths.extend(slot.in_hash());
            own_slots.extend((slot.source() == Source::OwnKey).then_some(slot));
        });
        let bytes = |path: &'static str, value: Value| match value {
            Value::Nil => Ok(None),
            stored => text_of(stored).map(Some).map_err(|source| context.decode_error_at(path.to_owned(), source)),
        };
        let (leaves, own) = stored.into_values();
        let leaves = hash_paths.into_iter().zip(leaves).map(|(path, value)| Ok((path, bytes(path, value)?)));
        let own = own_slots.into_iter().zip(own).filter_map(|(slot, value)| match slot {
            Slot::Collection(path, kind) => Some(Ok(Own::Elements(path, kind, value))),
            slot => slot.own().map(|path| Ok(Own::Text(path, bytes(path, value)?))),
        });
        Ok(Self { leaves: leaves.collect::<Result<_>>()?, own: own.collect::<Result<_>>()? })
    }

    fn decode<T: RedisModel>(&self, place: &Place) -> Result<T> {
        let value = |stored: &Option<Vec<u8>>| stored.clone().map_or(Value::Nil, Value::BulkString);
        let own = self.own.iter().map(|own| match own {
            Own::Text(_, stored) => value(stored),
            Own::Elements(_, _, stored) => stored.clone(),
        });
        let leaves = self.leaves.iter().map(|(_, stored)| value(stored));
        let mut input = Reader::new(leaves.collect(), own.collect());
        input.skip();
        T::read::<Root>(id_of::<T>(&place.key)?, &mut input).map_err(|FieldError { path, source }| Error::Decode {
            model: T::INFO.name,
            key: place.key.clone(),
            path: path.into_owned(),
            source,
        })
    }

    /// Writes what differs, if all is as it was read.
    fn save<T: RedisModel>(self, place: &Place, model: &T) -> Result<Query<()>> {
        let mut writer = Writer::new(&place.key, self.leaves.len());
        model.write::<Root>(&mut writer);
        writer.hset = self.changed(place, &writer.hset);
        writer.absent.retain(|path| self.leaves.iter().any(|(known, stored)| known == path && stored.is_some()));
        writer.own.retain(|write| !self.own.iter().any(|own| own.is_as_written(write)));
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
            conditions.extend(self.own.into_iter().filter_map(|own| match own {
                Own::Text(path, Some(stored)) => Some(Condition::string_equals(place.own_key(path), stored)),
                Own::Text(path, None) => Some(Condition::string_absent(place.own_key(path))),
                Own::Elements(..) => None,
            }));
        }
        conditions
    }
}

impl Own {
    /// Whether a collection is to be written as it was read.
    fn is_as_written(&self, write: &OwnWrite) -> bool {
        let Self::Elements(path, kind, stored) = self else { return false };
        if *path != write.path {
            return false;
        }
        match &write.value {
            OwnValue::Cleared => Stored::is_empty(stored),
            OwnValue::Filled { fill, .. } => {
                stored_elements(*kind, stored.clone()).is_ok_and(|stored| stored == written_elements(*kind, fill))
            }
            _ => false,
        }
    }
}

/// The elements that were read, each of as many pieces as the kind has.
fn stored_elements(kind: Kind, stored: Value) -> Result<Vec<Vec<Vec<u8>>>, DecodeError> {
    let pieces: Vec<_> = Stored::flat(stored)?.into_iter().map(text_of).collect::<Result<_, _>>()?;
    Ok(in_order(kind, pieces.chunks(kind.width()).map(<[_]>::to_vec).collect()))
}

/// The elements that a command writes, in the same form.
fn written_elements(kind: Kind, fill: &Cmd) -> Vec<Vec<Vec<u8>>> {
    let pieces: Vec<_> = arguments(fill).skip(2).map(<[u8]>::to_vec).collect();
    let elements = pieces.chunks(kind.width()).map(|element| {
        let mut element = element.to_vec();
        if kind == Kind::SortedSet {
            // Written before its member, the score is read behind it.
            element.reverse();
        }
        element
    });
    in_order(kind, elements.collect())
}

/// Sorted where Redis knows no order, and with scores as numbers: a server writes them in other words.
fn in_order(kind: Kind, mut elements: Vec<Vec<Vec<u8>>>) -> Vec<Vec<Vec<u8>>> {
    if kind == Kind::SortedSet {
        for score in elements.iter_mut().filter_map(|element| element.get_mut(1)) {
            if let Ok(number) = f64::decode(score) {
                *score = number.to_bits().to_be_bytes().to_vec();
            }
        }
    }
    if !kind.is_ordered() {
        elements.sort();
    }
    elements
}

fn owned((path, stored): (&'static str, Option<Vec<u8>>)) -> (Vec<u8>, Option<Vec<u8>>) {
    (path.as_bytes().to_vec(), stored)
}
