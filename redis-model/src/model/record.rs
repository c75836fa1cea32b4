//! The handle of a whole record.

use std::{fmt, marker::PhantomData, time::Duration};

use super::{RedisModel, load};
use crate::{
    command::key as keys,
    handle::{FieldPath, Selection, Values, select, time_left},
    key::Key,
    layout::{Place, PlacedAt, Slot},
    path::Root,
    query::{Part, Query, Step, reply},
    ttl::{TimeLeft, milliseconds},
};

/// The handle of one record of model `T`: what can be done with the record as a whole. It holds no data: that is the struct
/// itself, which [`load`](Self::load) gives.
///
/// The handle that [`RedisModel::at`] gives has a method for each field of the model and dereferences to this, so that
/// both are at hand; where a field is called as a method here, `(*handle).method()` reaches the record's.
pub struct Record<T> {
    place: Place,
    of: PhantomData<fn() -> T>,
}

impl<T: RedisModel> Record<T> {
    pub(crate) fn new(key: Key) -> Self {
        Self::placed(Place { key, info: T::INFO, create: false })
    }

    fn placed(place: Place) -> Self {
        Self { place, of: PhantomData }
    }

    /// Where it is, for generated code.
    #[doc(hidden)]
    pub fn place(&self) -> Place {
        self.place.clone()
    }

    /// The record's key.
    pub fn key(&self) -> &Key {
        &self.place.key
    }

    /// The whole record: one `HMGET`, isolated together with a `GET` for each field with a life of its own, and a read of each
    /// collection that is loaded with it. `None` when there is none.
    ///
    /// # Errors
    /// When run: [`Error::Decode`](crate::Error::Decode) names the field that is missing or is no value of its type.
    pub fn load(&self) -> Query<Option<T>> {
        load::query(&self.place)
    }

    /// Whether the record exists: `EXISTS`.
    pub fn exists(&self) -> Query<bool> {
        self.place.exists()
    }

    /// Removes the record with all of its own keys: `UNLINK`; whether it existed.
    pub fn delete(&self) -> Query<bool> {
        let cmd = keys::unlink([&self.place.key]);
        let own = own_keys::<T>(&self.place);
        if own.is_empty() && !T::INFO.invalidates {
            return Query::on(&self.place.key, || Part::command(cmd, T::INFO.name), reply::flag);
        }
        let mut steps = self.place.invalidating(vec![Step::Run(cmd)]);
        if !own.is_empty() {
            steps.push(Step::Silent(keys::unlink(&own)));
        }
        Query::on(&self.place.key, || Part::steps(steps, Vec::new(), T::INFO.name), reply::flag)
    }

    /// How long the record has left to live: `PTTL`. [`TimeLeft::Missing`] when there is none.
    pub fn ttl(&self) -> Query<TimeLeft> {
        let cmd = keys::time_left(&self.place.key);
        Query::on(&self.place.key, || Part::command(cmd, T::INFO.name), time_left)
    }

    /// Lets the record, and its own keys with it, expire after this time: `PEXPIRE`; false if there is no record.
    /// Where writes or reads refresh the model's `ttl`, the next one starts that again.
    pub fn expire(&self, after: Duration) -> Query<bool> {
        match milliseconds(after) {
            Ok(ttl) => self.changed_life(keys::expire(&self.place.key, ttl), |slot| match slot {
                Slot::Expiring(path) => {
                    let (key, like) = (self.place.own_key(path), self.place.key.clone());
                    Some(Step::ExpireLike { key, like })
                }
                slot => slot.collection().map(|path| self.expire_with(path)),
            }),
            Err(error) => Query::invalid(error),
        }
    }

    /// Lets the record live for ever, and its collections with it: `PERSIST`; false if there is none or it had no time limit.
    /// Fields with a life of their own keep it.
    pub fn persist(&self) -> Query<bool> {
        let follow = |slot: Slot| slot.collection().map(|path| self.expire_with(path));
        self.changed_life(keys::persist(&self.place.key), follow)
    }

    /// Changes the record's life, and then that of the own keys which follow it.
    fn changed_life(&self, change: redis::Cmd, follow: impl Fn(Slot) -> Option<Step>) -> Query<bool> {
        let mut followers = Vec::new();
        T::outline::<Root>(&mut |slot| followers.extend(follow(slot)));
        if followers.is_empty() {
            return Query::on(&self.place.key, || Part::command(change, T::INFO.name), reply::flag);
        }
        followers.insert(0, Step::Run(change));
        Query::on(&self.place.key, || Part::steps(followers, Vec::new(), T::INFO.name), reply::flag)
    }

    fn expire_with(&self, path: &str) -> Step {
        Step::ExpireWith { key: self.place.own_key(path), with: self.place.key.clone() }
    }

    /// Some fields of the record, by `path!`, and nothing else: one `HMGET`. `None` for each that is absent, and for all
    /// without the record.
    ///
    /// ```
    /// use redis_model::{RedisModel, blocking::Store, path, prelude::*};
    ///
    /// #[derive(RedisModel)]
    /// struct User { #[redis(id)] id: u64, name: String, logins: i64 }
    ///
    /// let store = Store::embedded();
    /// User { id: 1, name: "Ada".into(), logins: 3 }.save().run(&store)?;
    /// let (name, logins) = User::at(1).select((path!(User.name), path!(User.logins))).run(&store)?;
    /// assert_eq!((name.as_deref(), logins), (Some("Ada"), Some(3)));
    /// # Ok::<(), redis_model::Error>(())
    /// ```
    pub fn select<S: Selection<T>>(&self, paths: S) -> Query<S::Output> {
        select(&self.place.key, paths, |cmd| self.place.read(cmd, Values::of))
    }

    /// The handle of the field at a `path!`.
    pub fn field<P: FieldPath<T>>(&self, path: P) -> P::Handle {
        path.handle(self.place.clone())
    }

    /// The record's handle, whose writes to fields make the record where it is missing: with the model's default TTL,
    /// its mark, and nothing in its other fields, which need defaults to be loaded.
    #[must_use]
    pub fn or_create(&self) -> T::Handle<T, Root> {
        T::Handle::placed_at(Place { create: true, ..self.place.clone() })
    }
}

impl<T: RedisModel> PlacedAt for Record<T> {
    fn placed_at(place: Place) -> Self {
        Self::placed(place)
    }
}

/// The record's own keys.
pub(crate) fn own_keys<T: RedisModel>(place: &Place) -> Vec<Key> {
    let mut own = Vec::new();
    T::outline::<Root>(&mut |slot: Slot| own.extend(slot.own().map(|path| place.own_key(path))));
    own
}

impl<T> Clone for Record<T> {
    fn clone(&self) -> Self {
        Self { place: self.place.clone(), of: PhantomData }
    }
}

impl<T> fmt::Debug for Record<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Record").field("key", &self.place.key).finish()
    }
}
