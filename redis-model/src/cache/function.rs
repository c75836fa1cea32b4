//! One cached function: its options and its counters.

use std::{
    any::Any,
    collections::HashMap,
    fmt,
    panic::Location,
    sync::{Mutex, OnceLock, PoisonError, Weak},
    time::Duration,
};

use super::{
    address::Prefix,
    info::{Counters, Event, Info},
};

/// Who may compute the same entry at the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SingleFlight {
    /// One caller in all processes.
    Cluster,
    /// One caller in each process.
    Process,
    /// All callers.
    Off,
}

/// A cached function: its options, and what it has done in this process. A `static`.
pub struct Function {
    name: &'static str,
    /// Where it stands in the source: two functions must not share a name.
    place: &'static Location<'static>,
    pub(super) version: u64,
    pub(super) stale: Duration,
    pub(super) early: f64,
    pub(super) jitter: f64,
    pub(super) none_ttl: Option<Duration>,
    pub(super) err_ttl: Option<Duration>,
    pub(super) single_flight: SingleFlight,
    pub(super) lease: Duration,
    pub(super) wait: Duration,
    pub(super) timeout: Duration,
    pub(super) l1: Option<usize>,
    pub(super) max_size: Option<u64>,
    counters: Counters,
    prefix: OnceLock<Result<Prefix, &'static str>>,
    /// What the first store that it is used with keeps for it; the number is the store's.
    pub(super) bound: OnceLock<(u64, Weak<dyn Any + Send + Sync>)>,
}

impl Function {
    /// A function of this name, with the default of each option. Where this is called tells it from others.
    #[track_caller]
    pub const fn new(name: &'static str) -> Self {
        Self {
            name,
            place: Location::caller(),
            version: 0,
            stale: Duration::ZERO,
            early: 1.0,
            jitter: 0.1,
            none_ttl: None,
            err_ttl: None,
            single_flight: SingleFlight::Cluster,
            lease: Duration::from_secs(30),
            wait: Duration::from_secs(5),
            timeout: Duration::from_millis(100),
            l1: None,
            max_size: None,
            counters: Counters::new(),
            prefix: OnceLock::new(),
            bound: OnceLock::new(),
        }
    }

    /// What its entries begin with, unless a call has a name of its own.
    ///
    /// # Panics
    /// When another function has this name.
    pub(super) fn prefix(&self) -> Result<&Prefix, &'static str> {
        let prefix = self.prefix.get_or_init(|| {
            register(self.name, self.place);
            Prefix::new(self.name, self.version)
        });
        prefix.as_ref().map_err(|reason| *reason)
    }

    /// The same for a call that has another name.
    pub(super) fn prefix_of(&self, name: &str) -> Result<Prefix, &'static str> {
        Prefix::new(name, self.version)
    }

    pub(super) fn note(&self, event: Event) {
        self.counters.count(event);
        #[cfg(feature = "tracing")]
        super::tracing::event(self.name, event);
    }

    /// Notes that something has gone wrong that the caller does not hear of.
    #[cfg_attr(not(feature = "tracing"), allow(unused_variables))]
    pub(super) fn note_error(&self, error: &crate::error::Error) {
        self.counters.count(Event::Error);
        #[cfg(feature = "tracing")]
        super::tracing::error(self.name, error);
    }

    pub(super) fn info(&self, l1_size: usize) -> Info {
        self.counters.info(l1_size)
    }
}

macro_rules! options {
    ($($(#[$doc:meta])* $name:ident: $type:ty => $value:expr;)+) => {
        impl Function {$(
            $(#[$doc])*
            #[must_use]
            pub const fn $name(mut self, $name: $type) -> Self {
                self.$name = $value;
                self
            }
        )+}
    };
}

options! {
    /// The number of its shape; entries of other numbers are not seen.
    version: u64 => version;
    /// How long a value is kept beyond its time to live.
    stale: Duration => stale;
    /// How early a value may be refreshed: the factor beta of `XFetch`.
    early: f64 => early;
    /// By which part of it a time to live is shortened at most, at random.
    jitter: f64 => jitter;
    /// How long `None` is fresh.
    none_ttl: Duration => Some(none_ttl);
    /// How long an error is fresh.
    err_ttl: Duration => Some(err_ttl);
    /// Who may compute the same entry at the same time.
    single_flight: SingleFlight => single_flight;
    /// How long a computation may take before another caller may begin one.
    lease: Duration => lease;
    /// How long callers wait for another one's computation.
    wait: Duration => wait;
    /// How long a request may take.
    timeout: Duration => timeout;
    /// How many values this process keeps.
    l1: usize => Some(l1);
    /// How many entries there may be in Redis.
    max_size: u64 => Some(max_size);
}

/// Notes where a name is used.
///
/// # Panics
/// When it is used elsewhere, too: the two would read each other's entries.
fn register(name: &'static str, place: &'static Location<'static>) {
    static PLACES: Mutex<Option<HashMap<&'static str, &'static Location<'static>>>> = Mutex::new(None);
    let other = {
        let mut places = PLACES.lock().unwrap_or_else(PoisonError::into_inner);
        *places.get_or_insert_default().entry(name).or_insert(place)
    };
    assert!(
        other == place,
        "two cached functions are called `{name}`, at {other} and at {place}: give one of them another name with `name = \"..\"`"
    );
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Function").field("name", &self.name).field("version", &self.version).finish_non_exhaustive()
    }
}
