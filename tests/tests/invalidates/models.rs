//! The same record in models that differ in what a write does besides.

use redis_model::RedisFields;

#[derive(RedisFields, Debug, Clone, PartialEq)]
pub(crate) struct Home {
    pub(crate) city: Option<String>,
    pub(crate) zip: Option<u32>,
}

/// A model with everything that can be written, and a list of the writes.
macro_rules! model {
    ($module:ident, $prefix:literal, [$($attribute:tt)*], { $($field:tt)* }, { $($value:tt)* }, $extra:expr) => {
        #[allow(dead_code, reason = "not every test is for every model")]
        pub(crate) mod $module {
            use std::{convert::identity, time::Duration};

            #[allow(unused_imports, reason = "only some models have such a field")]
            use redis_model::Expiring;
            use redis_model::{Error, Key, Query, RedisModel, Result, Ttl, prelude::*};
            use redis_model_tests::{Backend, Wait};

            use super::Home;

            pub(crate) const PREFIX: &str = $prefix;

            #[derive(RedisModel, Debug, Clone, PartialEq)]
            #[redis(prefix = $prefix, $($attribute)*)]
            pub(crate) struct User {
                #[redis(id)]
                pub(crate) id: u64,
                #[redis(default)]
                pub(crate) name: String,
                #[redis(default, alias = "visits")]
                pub(crate) logins: i64,
                pub(crate) points: Option<i64>,
                pub(crate) lives: Option<u8>,
                pub(crate) score: Option<f64>,
                #[redis(nested)]
                pub(crate) home: Option<Home>,
                $($field)*
            }

            pub(crate) fn user(id: u64) -> User {
                let home = Some(Home { city: Some("Oslo".into()), zip: None });
                User { id, name: "a".into(), logins: 1, points: Some(1), lives: Some(3), score: Some(1.5), home, $($value)* }
            }

            pub(crate) fn epoch(id: u64) -> Key {
                Key::from(format!("{PREFIX}:{{{id}}}@epoch"))
            }

            /// The record as every other test expects it to begin.
            pub(crate) fn reset<M: Wait>(backend: &Backend<M>, id: u64) {
                backend.run(User::delete(id)).unwrap();
                backend.run(user(id).save()).unwrap();
                backend.raw::<i64>(&["HSET", &User::record(id).key().to_string(), "visits", "1"]);
            }

            /// Every write of a field, each of which changes the record.
            pub(crate) fn field_writes(at: &UserAt) -> Vec<(&'static str, Query<()>)> {
                let home = Home { city: None, zip: Some(1) };
                let mut writes = vec![
                    ("set", at.name().set("b")),
                    ("clear", at.name().clear().map(drop)),
                    ("take", at.name().take().map(drop::<Option<_>>)),
                    ("swap", at.name().swap("b").map(drop::<Option<_>>)),
                    ("set of a renamed field", at.logins().set(2)),
                    ("increment of a renamed field", at.logins().incr(1).map(drop)),
                    ("set_max", at.logins().set_max(9).map(drop)),
                    ("set_min", at.logins().set_min(-9).map(drop)),
                    ("increment", at.points().incr(1).map(drop)),
                    ("increment of a small number", at.lives().incr(1).map(drop)),
                    ("decrement", at.lives().decr(1).map(drop)),
                    ("increment of a float", at.score().incr(0.5).map(drop)),
                    ("set of a nested field", at.home().city().set("Rome")),
                    ("clear of a nested field", at.home().city().clear().map(drop)),
                    ("set of a nested struct", at.home().set(&home)),
                    ("clear of a nested struct", at.home().clear()),
                ];
                let more: fn(&UserAt) -> Vec<(&'static str, Query<()>)> = $extra;
                writes.extend(more(at));
                writes
            }

            /// Writes of fields that depend on what is stored, and hold.
            pub(crate) fn comparing_writes(at: &UserAt) -> Vec<(&'static str, Query<()>)> {
                vec![
                    ("compare_and_set", at.name().compare_and_set("a", "b")),
                    ("compare_and_set of a renamed field", at.logins().compare_and_set(1, 2)),
                    ("remove_if", at.name().remove_if("a")),
                ]
            }

            /// Every write of a whole record that is there.
            pub(crate) fn record_writes(stored: &User) -> Vec<(&'static str, Query<()>)> {
                let changed = || User { name: "z".into(), ..stored.clone() };
                let long = Duration::from_secs(600);
                vec![
                    ("save", changed().save().into_query().map(drop)),
                    ("update", changed().save().update().into_query().map(drop)),
                    ("save for ever", changed().save().ttl(Ttl::Never).into_query().map(drop)),
                    ("save for some time", changed().save().ttl(Ttl::For(long)).into_query().map(drop)),
                    ("save that keeps the time", changed().save().ttl(Ttl::Keep).into_query().map(drop)),
                    ("delete", User::delete(stored.id).map(drop)),
                    ("delete by handle", User::at(stored.id).delete().map(drop)),
                ]
            }

            /// Writes that make a record.
            pub(crate) fn first_writes(id: u64) -> Vec<(&'static str, Query<()>)> {
                let it = User::at(id).or_create();
                let mut writes = vec![
                    ("first save", user(id).save().into_query().map(drop)),
                    ("create", user(id).save().create().into_query().map(drop)),
                ];
                // An absent number counts as 0, and there is none below.
                writes.extend(field_writes(&it).into_iter().filter(|(name, _)| *name != "decrement"));
                writes
            }

            /// Reads, and what changes no value.
            pub(crate) fn reads(id: u64) -> Vec<(&'static str, Query<()>)> {
                let (at, long) = (User::at(id), Duration::from_secs(600));
                vec![
                    ("load", User::load(id).map(drop::<Option<_>>)),
                    ("fetch", User::fetch(id).map(drop)),
                    ("exists", User::exists(id).map(drop)),
                    ("ttl", User::ttl(id).map(drop)),
                    ("get", at.name().get().map(drop::<Option<_>>)),
                    ("get of a renamed field", at.logins().get().map(drop)),
                    ("get of a nested struct", at.home().get().map(drop::<Option<_>>)),
                    ("field exists", at.name().exists().map(drop)),
                    ("expire", User::expire(id, long).map(drop)),
                    ("persist", User::persist(id).map(drop)),
                ]
            }

            /// Writes whose conditions do not hold, on a record that is there.
            pub(crate) fn refused_writes(id: u64) -> Vec<(&'static str, Query<()>)> {
                let at = User::at(id);
                vec![
                    ("create", user(id).save().create().into_query().map(drop)),
                    ("compare_and_set", at.name().compare_and_set("x", "y")),
                    ("remove_if", at.name().remove_if("x")),
                    ("increment out of range", at.lives().incr(253).map(drop)),
                    ("decrement out of range", at.lives().decr(4).map(drop)),
                    ("increment beyond 64 bits", at.points().incr(i64::MAX).map(drop)),
                    ("increment of a renamed field beyond 64 bits", at.logins().incr(i64::MAX).map(drop)),
                ]
            }

            /// One of all queries, by its number; a save is of what is stored.
            pub(crate) fn query(number: usize, id: u64, create: bool, stored: &User) -> (&'static str, Query<()>) {
                let at = if create { User::at(id).or_create() } else { User::at(id) };
                let mut all = field_writes(&at);
                all.extend(comparing_writes(&at));
                all.extend(record_writes(stored));
                all.push(("first save", user(id).save().into_query().map(drop)));
                all.extend(refused_writes(id));
                all.extend(reads(id));
                all.swap_remove(number % all.len())
            }

            /// Every write that takes the store.
            pub(crate) fn store_writes<M: Wait>(backend: &Backend<M>, number: usize) -> Option<Result<()>> {
                let store = &backend.store;
                Some(match number {
                    0 => backend.wait(User::modify(1, store, |user| user.name.push('m'))),
                    1 => backend.wait(User::try_modify(1, store, |user| Ok::<_, Error>(user.lives = None))).and_then(identity),
                    2 => backend.wait(User::at(1).name().update(store, |_| Some("u".into()))).map(drop::<Option<_>>),
                    3 => backend.wait(User::at(1).name().update(store, |_| None)).map(drop::<Option<_>>),
                    4 => {
                        let mut user = backend.run(User::fetch(1)).unwrap();
                        user.name.push('s');
                        backend.wait(user.save_mut(store))
                    }
                    _ => return None,
                })
            }

        }
    };
}

model!(bare, "inv:bare", [invalidates], {}, {}, |_| Vec::new());

model!(versioned, "inv:versioned", [invalidates], { #[redis(version)] pub(crate) rev: u64, }, { rev: 0 }, |_| Vec::new());

/// With all that a model may have, whether or not its writes invalidate.
macro_rules! model_of_everything {
    ($module:ident, $prefix:literal $(, $invalidates:ident)?) => {
        model!(
            $module,
            $prefix,
            [ttl = "10m", refresh = "read" $(, $invalidates)?],
            {
                #[redis(ttl = "1m")]
                pub(crate) code: Expiring<String>,
                #[redis(version)]
                pub(crate) rev: u64,
            },
            { code: Expiring::new("1".into()), rev: 0 },
            |at| {
                let minute = Duration::from_secs(60);
                vec![
                    ("set of an own key", at.code().set("2")),
                    ("set of an own key for some time", at.code().set_for("2", minute)),
                    ("clear of an own key", at.code().clear().map(drop)),
                    ("take of an own key", at.code().take().map(drop::<Option<_>>)),
                ]
            }
        );
    };
}

model_of_everything!(full, "inv:full", invalidates);
model_of_everything!(plain, "inv:plain");

model!(
    lasting,
    "inv:lasting",
    [ttl = "10m", refresh = "never", invalidates],
    {
        #[redis(ttl = "1m")]
        pub(crate) code: Expiring<String>,
    },
    { code: Expiring::new("1".into()) },
    |at| vec![("set of an own key", at.code().set("2")), ("clear of an own key", at.code().clear().map(drop))]
);

/// Makes a function of each model's module.
macro_rules! on_every_model {
    ($($(#[$attribute:meta])* fn $name:ident($backend:ident, $model:ident) $body:block)*) => {
        redis_model_tests::on_every_backend! {
            $($(#[$attribute])* fn $name($backend) {
                { use crate::models::bare as $model; $body }
                { use crate::models::versioned as $model; $body }
                { use crate::models::full as $model; $body }
                { use crate::models::lasting as $model; $body }
            })*
        }
    };
}
pub(crate) use on_every_model;
