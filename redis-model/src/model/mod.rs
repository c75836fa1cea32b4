//! Models: what `#[derive(RedisModel)]` gives a struct.

mod invalidates;
pub(crate) mod load;
mod modify;
mod record;
mod save;
mod scan;

pub use self::{
    invalidates::Invalidates,
    record::Record,
    save::{Revision, Save},
    scan::{Ids, Selected},
};
use crate::{
    error::{Error, Result},
    handle::Selection,
    key::{IdOf, Key, RedisId},
    layout::{ModelInfo, RedisFields, SCHEMA_MARK, Slot},
    mode::Mode,
    path::Root,
    query::Query,
    scan::Scan,
    store::Store,
    ttl::TimeLeft,
};

/// A struct that is stored as records, told apart by an id; derived.
///
/// A record is one hash at `prefix:{id}` with a field for each dotted path, and a key of its own at `prefix:{id}.path`
/// for each field that has a life of its own, and for each collection. See the [crate's front page](crate) for the attributes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a model",
    label = "does not derive `RedisModel`",
    note = "add `#[derive(RedisModel)]` to it and `#[redis(id)]` to the field that tells its records apart"
)]
pub trait RedisModel: RedisFields<Id: RedisId> {
    /// What a save answers with: the new version, or nothing for a model without one.
    type Revision: Revision;

    /// What is the same for all records.
    #[doc(hidden)]
    const INFO: &'static ModelInfo;

    /// The record's key.
    fn key(&self) -> Key;

    /// The handle of the record with this id: a method for each field, and those of [`Record`]. Sends nothing.
    fn at(id: impl IdOf<Self::Id>) -> Self::Handle<Self, Root> {
        Self::handle_at(Self::record(id).place())
    }

    /// The handle of this record.
    fn handle(&self) -> Self::Handle<Self, Root> {
        Self::handle_at(Record::<Self>::new(self.key()).place())
    }

    /// The record with this id, without methods for its fields: for code that is generic over models.
    fn record(id: impl IdOf<Self::Id>) -> Record<Self> {
        Record::new(Self::INFO.key.of(&id))
    }

    /// The record with this id: one `HMGET`, isolated with a read of each field with a key of its own. `None` when there is none.
    ///
    /// # Errors
    /// When run: [`Error::Decode`] names the field that is missing or is no value of its type.
    fn load(id: impl IdOf<Self::Id>) -> Query<Option<Self>> {
        Self::record(id).load()
    }

    /// The record with this id: one `HMGET`. [`Error::NotFound`] when there is none.
    ///
    /// # Errors
    /// When run: as [`load`](Self::load).
    fn fetch(id: impl IdOf<Self::Id>) -> Query<Self> {
        load::required(&Self::record(id).place())
    }

    /// The records with these ids, in their order: one pipeline of what [`load`](Self::load) sends, for more than 10,000 several one after another.
    ///
    /// # Errors
    /// When run: as [`load`](Self::load); [`Query::all`] over [`load`](Self::load)s with [`Query::attempt`] keeps the
    /// others when one cannot be read.
    fn load_many(ids: impl IntoIterator<Item = impl IdOf<Self::Id>>) -> Query<Vec<Option<Self>>> {
        Query::all(ids.into_iter().map(Self::load))
    }

    /// Saves the whole record: an upsert of all fields in one isolated request, `HSET` of those that are there and `HDEL` of
    /// the others. Fields of the hash that the model does not know survive. Isolated, not rolled back: what a server refuses
    /// in the middle, such as a `PEXPIRE` that the user has no right to, leaves what came before.
    ///
    /// Collections are put in the place of what was there: each is filled beside it, and renamed. Fields that are
    /// [`Remote`](crate::Remote) are left alone, but for their time to live, which is the record's.
    ///
    /// The returned builder can require that the record exists or does not ([`Save::create`], [`Save::update`]) and say
    /// how long it lives ([`Save::ttl`]). It answers with the new version if the model has one; a copy that is to become a
    /// record of its own needs version 0, or [`Save::create`].
    ///
    /// # Errors
    /// When run: [`Error::Conflict`] if the model has a version and the stored one is another; [`Error::Encode`] if a
    /// field's codec cannot write its value.
    fn save(&self) -> Save<Self> {
        Save::of(self)
    }

    /// [`save`](Self::save), and puts the new version into the struct, so that it can be saved again.
    ///
    /// # Errors
    /// As [`save`](Self::save).
    fn save_mut<'a, M: Mode>(&'a mut self, store: &'a Store<M>) -> M::Result<'a, ()> {
        M::run(async move {
            let revision = self.save().into_stored().over(&mut store.link()).await?;
            self.settle(revision.number());
            Ok(())
        })
    }

    /// Removes the record with all of its own keys: `UNLINK`; whether it existed.
    fn delete(id: impl IdOf<Self::Id>) -> Query<bool> {
        Self::record(id).delete()
    }

    /// Whether there is a record with this id: `EXISTS`.
    fn exists(id: impl IdOf<Self::Id>) -> Query<bool> {
        Self::record(id).exists()
    }

    /// How long the record has left to live: `PTTL`. [`TimeLeft::Missing`] when there is none.
    fn ttl(id: impl IdOf<Self::Id>) -> Query<TimeLeft> {
        Self::record(id).ttl()
    }

    /// Lets the record expire after this time: `PEXPIRE`; false if there is none. Where writes or reads refresh the model's
    /// `ttl`, the next one starts that again.
    fn expire(id: impl IdOf<Self::Id>, after: std::time::Duration) -> Query<bool> {
        Self::record(id).expire(after)
    }

    /// Lets the record live for ever: `PERSIST`; false if there is none or it had no time limit. A later [`save`](Self::save)
    /// sets the model's `ttl` again, unless it says [`Ttl::Keep`](crate::Ttl::Keep).
    fn persist(id: impl IdOf<Self::Id>) -> Query<bool> {
        Self::record(id).persist()
    }

    /// Loads the record, changes it, and saves it if nobody has written to it meanwhile; else again, until it succeeds.
    /// Answers with what `change` returns.
    ///
    /// What is compared is the version, or without one the stored bytes of every field. Collections are not compared: a model
    /// that loads some needs a version, which every write to them moves on, or this does not compile. Only fields and
    /// collections that changed are written. Takes two round trips for each try; `change` may run several times.
    ///
    /// # Errors
    /// [`Error::NotFound`] without the record; [`Error::Decode`] if it cannot be read; [`Error::InvalidQuery`] if `change`
    /// changes the id; [`Error::Conflict`] after a thousand tries.
    ///
    /// ```compile_fail
    /// # use std::collections::BTreeSet;
    /// # use redis_model::{RedisModel, blocking::Store, prelude::*};
    /// #[derive(RedisModel)]
    /// struct Post { #[redis(id)] id: u64, #[redis(set)] tags: BTreeSet<String> } // without a version
    ///
    /// # let store = Store::embedded();
    /// Post::modify(1, &store, |post| post.tags.clear())?;
    /// # Ok::<(), redis_model::Error>(())
    /// ```
    fn modify<'a, M: Mode, R: Send + 'a>(
        id: impl IdOf<Self::Id>,
        store: &'a Store<M>,
        mut change: impl FnMut(&mut Self) -> R + Send + 'a,
    ) -> M::Result<'a, R> {
        const { modify::check::<Self>() };
        let place = Self::record(id).place();
        M::run(async move {
            let never: Result<R, std::convert::Infallible> =
                modify::run::<Self, M, _, _>(place, store, move |model| Ok(change(model))).await?;
            let Ok(value) = never;
            Ok(value)
        })
    }

    /// [`modify`](Self::modify) with a change that can fail: its error ends the attempt with nothing written, and is the
    /// inner result.
    ///
    /// # Errors
    /// As [`modify`](Self::modify).
    fn try_modify<'a, M: Mode, R: Send + 'a, E: Send + 'a>(
        id: impl IdOf<Self::Id>,
        store: &'a Store<M>,
        change: impl FnMut(&mut Self) -> Result<R, E> + Send + 'a,
    ) -> M::Result<'a, Result<R, E>> {
        const { modify::check::<Self>() };
        let place = Self::record(id).place();
        M::run(modify::run::<Self, M, R, E>(place, store, change))
    }

    /// The ids of all records, by `SCAN`: page by page, without blocking the server.
    ///
    /// A record that is there all the time comes at least once, and possibly again, as Redis promises no more.
    fn scan<M: Mode>(store: &Store<M>) -> Scan<M, Ids<Self>> {
        Scan::new(store, Ids::new())
    }

    /// Some fields of all records, with their ids: [`Record::select`] over a [`scan`](Self::scan), a page at a time.
    fn scan_select<M: Mode, S>(store: &Store<M>, paths: S) -> Scan<M, Selected<Self, S>>
    where
        S: Selection<Self>,
    {
        Scan::new(store, Selected::new(paths))
    }
}

/// The key of the record with this id, for generated code.
#[doc(hidden)]
pub fn key_of<T: RedisModel>(id: &impl IdOf<T::Id>) -> Key {
    T::INFO.key.of(id)
}

/// The id in a record's key.
pub(crate) fn id_of<T: RedisModel>(key: &Key) -> Result<T::Id> {
    let id = crate::key::ids_in::<T::Id>(T::INFO.key, key.as_bytes());
    id.unwrap_or_else(|| Err(crate::codec::DecodeError::new("a record's key", key.as_bytes())))
        .map_err(|source| Error::Decode { model: T::INFO.name, key: key.clone(), path: String::new(), source })
}

/// The paths of a whole record: its mark, which tells an empty record from none, and those of its fields.
pub(crate) fn outline<T: RedisModel>(visit: &mut dyn FnMut(Slot)) {
    visit(Slot::Leaf(SCHEMA_MARK));
    T::outline::<Root>(&mut |slot| visit(slot));
}
