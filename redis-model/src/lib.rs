//! Redis and Valkey as typed Rust: plain structs become records, every dotted path of them gets a typed handle, and every
//! operation is a query, a value that runs in one round trip.
//!
//! ```
//! use redis_model::{RedisFields, RedisModel, RedisValue, blocking::Store, path, prelude::*};
//!
//! #[derive(RedisModel, Debug, PartialEq)]
//! #[redis(prefix = "shop:user")]
//! struct User {
//!     #[redis(id)]
//!     id: u64,
//!     name: String,
//!     logins: i64,
//!     plan: Plan,
//!     #[redis(nested)]
//!     address: Address,
//! }
//!
//! #[derive(RedisFields, Debug, PartialEq)]
//! struct Address { city: String, zip: Option<String> }
//!
//! #[derive(RedisValue, Debug, PartialEq)]
//! enum Plan { Free, Pro }
//!
//! # fn main() -> redis_model::Result<()> {
//! let store = Store::embedded(); // or Store::connect("redis://127.0.0.1/")?
//! let address = Address { city: "London".into(), zip: None };
//! User { id: 42, name: "Ada".into(), logins: 7, plan: Plan::Free, address }.save().run(&store)?;
//!
//! let ada = User::at(42); // a handle: sends nothing
//! ada.address().city().set("Oslo").run(&store)?;
//! let (name, logins) = (ada.name().get(), ada.logins().incr(1)).batch().run(&store)?;
//! assert_eq!((name.as_deref(), logins), (Some("Ada"), 8));
//! assert_eq!(ada.select(path!(User.address.city)).run(&store)?.as_deref(), Some("Oslo"));
//! # Ok(())
//! # }
//! ```
//!
//! # How a record lies in Redis
//! **One hash of dotted leaf paths; a field with a life of its own is its own key, at the record's key plus its path.**
//! The id stands in braces, so that everything about a record lies in one slot of a cluster.
//! ```text
//! shop:user:{42}        HASH    name, logins, plan, address.city; `@v`, the schema's number
//! shop:user:{42}.otp    STRING  a field that expires by itself
//! shop:user:{42}@epoch  STRING  what caches that depend on the record compare, with `invalidates`
//! ```
//! Values are readable text: numbers in decimal, `bool` as `1` and `0`, enums by name. `None` is an absent field.
//!
//! # Attributes
//! | on the struct | |
//! |---|---|
//! | `prefix = "shop:user"` | what keys begin with; without it the type's name in kebab-case, so that two models of one name share keys, and renaming the type leaves its records behind |
//! | `ttl = "30d"` | how long records live: seconds, or text such as `"500ms"`, `"15m"`, `"1h30m"` |
//! | `refresh = "write"`, `"read"`, `"never"` | what starts the `ttl` again: writes by default; `"read"` also loads, selections and reads of fields in the hash, but not `exists`, `ttl`, scans and fields with a key of their own |
//! | `rename_all = "camelCase"` | how fields are called in Redis |
//! | `schema = 2` | the number in `@v`; 1 by default |
//! | `invalidates` | every write of a record invalidates what caches have computed from it: see [`Invalidates`] |
//! | `crate = path` | where this crate is, if it was renamed |
//!
//! | on a field | |
//! |---|---|
//! | `id` | tells records apart; on several fields, together |
//! | `id, tag` | of several, only these stand in the braces: records that share them share a slot |
//! | `nested` | a struct that derives [`RedisFields`]: its fields become dotted paths; may be an `Option`, which is `Some` once any of its fields is set, and then needs the others, or defaults for them |
//! | `json`, `msgpack` | any serde type as one value |
//! | `text`, `bytes` | a type by its `Display` and `FromStr`, or by its bytes |
//! | `rename = "town"` | its name in Redis |
//! | `alias = "city"` | an earlier name: still read, removed by the next save |
//! | `default`, `default = expr` | what it is when nothing is stored |
//! | `skip` | not stored; `Default::default()` when loaded |
//! | `ttl = "15m"` | with type [`Expiring<T>`](Expiring): a key of its own that expires by itself |
//! | `version` | a `u64` that starts at the server's microseconds and moves on with each write; a save of an outdated copy is [`Error::Conflict`] |
//!
//! # What writes promise
//! - **A write to a field requires that its record exists**, checked by the server in the same request: an increment on an
//!   expired session leaves no part of one that never expires. [`Record::or_create`] and [`Query::unchecked`] lift this.
//! - **Unless asked to** (`or_create`, `unchecked`, [`Ttl::Never`]), no write of a field drops a TTL or brings a deleted or
//!   expired record back; [`RedisModel::save`] makes records.
//! - **What belongs together is isolated**: nobody's commands run between those of one save. Isolated, not rolled back, as
//!   Redis never undoes; what can fail comes first.
//! - **Integers are exact**: to the ends of `i64` when incremented, and to those of their type when stored and compared; an
//!   increment past either is [`Error::OutOfRange`].
//!
//! # Locks
//! A lock on a path excludes locks above and below it; what is written with [`generic::Guard::run`] is written while the lock is
//! held, or not at all. [`Lock`] tells how, `docs/locks.md` in the repository what is promised.
//! ```
//! # use redis_model::{RedisModel, blocking::Store, prelude::*};
//! # #[derive(RedisModel)]
//! # struct User { #[redis(id)] id: u64, name: String }
//! # fn main() -> redis_model::Result<()> {
//! # let store = Store::embedded();
//! # User { id: 42, name: "Ada".into() }.save().run(&store)?;
//! let ada = User::at(42);
//! let guard = ada.lock().acquire(&store)?;
//! guard.run(ada.name().set("Ada Lovelace"))?; // `Error::LockLost` if the lease has lapsed
//! guard.release()?;
//! # Ok(())
//! # }
//! ```
//!
//! # Caching
//! [`#[cached]`](macro@cached) keeps what a function returns, with one computation for all processes; `docs/caching.md` in the
//! repository says what is promised. [`cache`] has the rest, and [`cache::Cache`] does without a macro.
//! ```
//! use redis_model::{blocking::Store, cached};
//!
//! #[cached(ttl = "10m", tags = ["user:{id}"])]
//! fn greeting(id: u64) -> String {
//!     format!("Hello, {id}") // from far away
//! }
//!
//! # fn main() -> redis_model::Result<()> {
//! let store = Store::embedded();
//! store.install();
//! assert_eq!((greeting(7), greeting(7)), ("Hello, 7".into(), "Hello, 7".into()));
//! assert_eq!(greeting::info().computes, 1);
//! redis_model::cache::invalidate_tag(&store, "user:7")?;
//! # Ok(())
//! # }
//! ```
//!
//! # Blocking and async
//! [`Store`] is asynchronous, on tokio: queries become `'static` futures. [`blocking::Store`] waits in its thread. Queries,
//! models and handles are the same. They also run on bare connections of the [`redis`] crate: [`Query::query`],
//! [`Query::query_async`].
//!
//! # When a request is sent again
//! Without the caller's doing, only where it cannot have run (the server has forgotten a script), or where it only reads, or is
//! a request of a lock, which the server knows when it comes twice, and its connection broke: once. After [`Error::Disconnected`] and [`Error::Timeout`] a write may or may not have run.
//!
//! # Features
//! | feature | |
//! |---|---|
//! | `derive` (default) | the derive macros |
//! | `async` (default) | the asynchronous [`Store`], on tokio |
//! | `embedded` | `Store::embedded()`: an engine in this process, no server. It brings `mlua`, which claims `links = "lua"`: one version of Lua for the whole build |
//! | `tracing` | events of caches, at target `redis_model::cache` |
//! | `uuid` | [`uuid::Uuid`](https://docs.rs/uuid) as a value and as an id |
//!
//! Needs Redis 7.0 or Valkey 7.2, or later; no modules.

pub mod blocking;
pub mod cache;
mod codec;
mod command;
mod connection;
mod error;
mod handle;
mod key;
mod layout;
mod lock;
mod mode;
mod model;
mod path;
pub mod prelude;
mod query;
mod random;
mod retry;
mod store;
mod ttl;
#[cfg(feature = "uuid")]
mod uuid;

#[doc(hidden)]
pub mod __private;

/// Runs the example of the README.
#[cfg(all(doctest, feature = "embedded"))]
#[doc = include_str!("../../README.md")]
mod readme {}

#[cfg(feature = "async")]
pub use self::mode::Async;
pub use self::{
    codec::{Bytes, Codec, DecodeError, Encode, EncodeError, Json, Leaf, MsgPack, Number, Plain, RedisValue, Text},
    error::{Error, Result},
    handle::{ExpiringField, Field, FieldPath, Selection, Subtree, SubtreeAt, VersionField},
    key::{IdOf, IdText, IdWriter, Key, RedisId},
    layout::{Expiring, ModelInfo, RedisFields, Refresh},
    lock::{FetchLock, Lock, Locks, Mutex, Owner, RateLimit, RateLimitLock, Released, Semaphore},
    mode::{Blocking, Mode},
    model::{Ids, Invalidates, Record, RedisModel, Revision, Save, Selected},
    path::{ExpiringPath, Path, SubtreePath},
    query::{Batch, Condition, IntoQuery, Query},
    store::Run,
    ttl::{TimeLeft, Ttl},
};
pub use redis;
#[cfg(feature = "derive")]
pub use redis_model_derive::{RedisFields, RedisModel, RedisValue, cached, cached_impl};
#[cfg(feature = "embedded")]
pub use redis_model_embedded as embedded;

/// The types that carry a mode, for code that is generic over [`Mode`].
pub mod generic {
    pub use crate::{
        lock::{Follower, Guard, Guards, Lead, LockOn, MutexGuard, Permit, Redlock, RedlockGuard},
        model::Scan,
        store::{Installed, Store, StoreBuilder},
    };
}

/// A store whose operations are futures.
#[cfg(feature = "async")]
pub type Store = store::Store<Async>;
/// Settings of a store whose operations are futures.
#[cfg(feature = "async")]
pub type StoreBuilder = store::StoreBuilder<Async>;
/// What holds a lock of a store whose operations are futures.
#[cfg(feature = "async")]
pub type Guard = lock::Guard<Async>;
/// What holds several locks of a store whose operations are futures.
#[cfg(feature = "async")]
pub type Guards = lock::Guards<Async>;
/// What holds a mutex of a store whose operations are futures.
#[cfg(feature = "async")]
pub type MutexGuard = lock::MutexGuard<Async>;
/// What holds a permit of a semaphore of a store whose operations are futures.
#[cfg(feature = "async")]
pub type Permit = lock::Permit<Async>;
/// Whether one fetches for all, or follows, on a store whose operations are futures.
#[cfg(feature = "async")]
pub type Lead = lock::Lead<Async>;
/// One who follows another that fetches, on a store whose operations are futures.
#[cfg(feature = "async")]
pub type Follower = lock::Follower<Async>;
/// A lock on a majority of stores whose operations are futures.
#[cfg(feature = "async")]
pub type Redlock = lock::Redlock<Async>;
/// What holds a lock on a majority of stores whose operations are futures.
#[cfg(feature = "async")]
pub type RedlockGuard = lock::RedlockGuard<Async>;
/// A walk over the records of a model, a `Stream`.
#[cfg(feature = "async")]
pub type Scan<P> = model::Scan<Async, P>;
