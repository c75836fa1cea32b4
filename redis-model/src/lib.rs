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
//! **One hash of dotted leaf paths; a field with a life or a type of its own is its own key, at the record's key plus its path.**
//! The id stands in braces, so that everything about a record lies in one slot of a cluster.
//! ```text
//! shop:user:{42}        HASH    name, logins, plan, address.city; `@v`, the schema's number
//! shop:user:{42}.otp    STRING  a field that expires by itself
//! shop:user:{42}.tags   SET     a collection: or a LIST, a HASH, a ZSET
//! shop:user:{42}@epoch  STRING  what caches that depend on the record compare, with `invalidates`
//! ```
//! Values are readable text: numbers in decimal, `bool` as `1` and `0`, enums by name. `None` is an absent field.
//!
//! # Attributes
//! | on the struct | |
//! |---|---|
//! | `prefix = "shop:user"` | what keys begin with; without it the type's name in kebab-case, so that two models of one name share keys, and renaming the type leaves its records behind |
//! | `ttl = "30d"` | how long records live: seconds, or text such as `"500ms"`, `"15m"`, `"1h30m"` |
//! | `refresh = "write"`, `"read"`, `"never"` | what starts the `ttl` again: writes by default; `"read"` also loads, selections and reads of fields in the hash, but not `exists`, `ttl`, scans and handles of fields with a key of their own |
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
//! | `set`, `list`, `map`, `sorted_set`, `counter` | a collection of the standard library at a key of its own: see [below](#collections-in-models) |
//! | `max_len = 100` | with `list`: how many elements it keeps |
//! | `version` | a `u64` that starts at the server's microseconds and moves on with each write; a save of an outdated copy is [`Error::Conflict`] |
//!
//! # Collections in models
//! A collection of the standard library is loaded and saved with its record; one that may be large is [`Remote`], and is reached
//! through its handle alone. Either has a container as its handle ([`Set`], [`List`], [`Map`], ..), which works on the server.
//! ```
//! use std::collections::{BTreeSet, HashMap};
//! use redis_model::{List, RedisModel, Remote, blocking::Store, prelude::*};
//!
//! #[derive(RedisModel, Debug, PartialEq)]
//! #[redis(prefix = "shop:cart", ttl = "1d")]
//! struct Cart {
//!     #[redis(id)]
//!     id: u64,
//!     #[redis(set)]
//!     tags: BTreeSet<String>, // or HashSet
//!     #[redis(list, max_len = 100)]
//!     seen: Vec<u64>, // or VecDeque: saves and pushes keep the last hundred
//!     #[redis(map, json)]
//!     notes: HashMap<String, Vec<String>>, // or BTreeMap; json, msgpack, text and bytes say how values are stored
//!     events: Remote<List<String>>,
//! }
//!
//! # fn main() -> redis_model::Result<()> {
//! let store = Store::embedded();
//! let (tags, notes) = (BTreeSet::from(["new".to_owned()]), HashMap::new());
//! let cart = Cart { id: 7, tags, seen: vec![1, 2], notes, events: Remote::new() };
//! cart.save().run(&store)?; // with its collections, isolated
//!
//! let it = Cart::at(7);
//! it.tags().insert("hot").run(&store)?; // refused without the cart; keeps up its `ttl`
//! it.events().push_back("opened").run(&store)?;
//! assert_eq!(Cart::fetch(7).run(&store)?.tags.len(), 2);
//! # Ok(())
//! # }
//! ```
//! They **live exactly as long as their record**: they expire with it, whatever changes or refreshes its time to live, and go with
//! it. A collection without elements is no key, so that it loads as empty, and needs no default. A save puts the new elements in
//! the place of all that were there, and costs as much; a save that writes nothing, because of its conditions or the version, leaves
//! collections alone too. Written through a handle, a collection counts as a part of its record for the version, for
//! `invalidates`, and for locks. [`RedisModel::modify`] needs a version in models with collections that are loaded.
//!
//! A `sorted_set` is a `Vec<(T, f64)>`, a `HashMap<T, f64>` or a `BTreeMap<T, f64>`, a `counter` a `HashMap<T, i64>` or a `BTreeMap<T, i64>`.
//!
//! # Containers
//! A container can also lie at a key of its own: [`Cell`], [`Map`], [`Set`], [`List`], [`SortedSet`], [`Counter`], [`KeySpace`],
//! [`Queue`], [`Stack`], [`PriorityQueue`], [`ReliableQueue`], [`HyperLogLog`], [`BloomFilter`], [`cache::CachedMap`]. Each is a handle
//! with typed elements, and each operation one request, isolated; [`Container`] is what all have in common. `docs/collections.md` in
//! the repository says which to choose.
//! ```
//! use redis_model::{List, SortedSet, blocking::Store, prelude::*};
//!
//! # fn main() -> redis_model::Result<()> {
//! # let store = Store::embedded();
//! let (recent, scores) = (List::<String>::at("recent").max_len(100), SortedSet::<String>::at("scores"));
//! let (len, score) = (recent.push_front("ada"), scores.incr("ada", 10.0)).batch().run(&store)?; // one round trip
//! assert_eq!((len, score), (1, 10.0));
//! for name in recent.iter(&store) { // page by page
//!     println!("{}", name?);
//! }
//! # Ok(())
//! # }
//! ```
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
//! # Trees
//! A [`Tree`] keeps what has no struct, because its paths are known only at run time: any JSON, at dotted paths, read and written
//! whole or in part.
//! ```
//! # use redis_model::{Tree, blocking::Store, prelude::*};
//! # fn main() -> redis_model::Result<()> {
//! # let store = Store::embedded();
//! let config = Tree::at("config");
//! config.path("limits").set(serde_json::json!({"cpu": 4, "names": ["a"]})).run(&store)?;
//! assert_eq!(config.path("limits.cpu").add(1).run(&store)?, 5);
//! assert_eq!(config.path("limits").children().run(&store)?, ["cpu", "names"]);
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
pub mod collection;
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
mod scan;
mod store;
mod taking;
mod tree;
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
    codec::{
        Bytes, Codec, DecodeError, Encode, EncodeError, Json, Leaf, MsgPack, Number, Plain, Python, PythonJson,
        RedisValue, Text,
    },
    collection::{
        BloomFilter, Cell, Container, Counter, Dump, HyperLogLog, Job, KeySpace, List, Map, PriorityQueue, Queue,
        ReliableQueue, Set, Settled, SortedSet, Stack,
    },
    error::{Error, Result},
    handle::{ExpiringField, Field, FieldPath, Selection, Subtree, SubtreeAt, VersionField},
    key::{IdOf, IdText, IdWriter, Key, RedisId},
    layout::{Expiring, ModelInfo, RedisFields, Refresh, Remote},
    lock::{FetchLock, Lock, Locks, Mutex, Owner, RateLimit, RateLimitLock, Released, Semaphore},
    mode::{Blocking, Mode},
    model::{Ids, Invalidates, Record, RedisModel, Revision, Save, Selected},
    path::{CollectionPath, ExpiringPath, Path, SubtreePath},
    query::{Batch, Condition, IntoQuery, Query},
    store::Run,
    tree::{Addend, Leaves, Tree, TreePath, TreeSegments},
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
        scan::Scan,
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
/// A walk over records, elements or keys, a `Stream`.
#[cfg(feature = "async")]
pub type Scan<S> = scan::Scan<Async, S>;
