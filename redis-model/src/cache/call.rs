//! One call of a cached function: where its entry lies.

use std::{borrow::Cow, fmt, time::Duration};

use super::{
    address::{Address, Prefix, TAGS, tag},
    function::Function,
    key::{Arguments, CacheKey},
};
use crate::{
    error::{Error, Result},
    key::{IdOf, Key},
    model::Invalidates,
};

/// A call of a cached function, by what identifies it.
#[derive(Debug)]
pub struct Call<'f> {
    pub(super) function: &'f Function,
    place: Result<Place<'f>>,
    /// The keys of the epochs that its entry depends on.
    pub(super) epochs: Vec<Key>,
    has_tags: bool,
    /// The prefixes of the models whose records it depends on.
    models: Vec<&'static str>,
}

/// Where the entry of a call lies.
#[derive(Debug)]
struct Place<'f> {
    prefix: Cow<'f, Prefix>,
    arguments: Arguments,
}

impl<'f> Call<'f> {
    /// The call with these arguments.
    pub fn new<K: CacheKey + ?Sized>(function: &'f Function, key: &K) -> Self {
        Self::at(function, function.prefix().map(Cow::Borrowed), key)
    }

    /// The same of a function whose name depends on the call.
    pub fn named<K: CacheKey + ?Sized>(function: &'f Function, name: impl fmt::Display, key: &K) -> Self {
        Self::at(function, function.prefix_of(&name.to_string()).map(Cow::Owned), key)
    }

    /// Lets this tag invalidate the entry.
    #[must_use]
    pub fn tag(mut self, text: impl fmt::Display) -> Self {
        self.epochs.push(tag(text));
        self.has_tags = true;
        self
    }

    /// Lets every write of this record invalidate the entry.
    #[must_use]
    pub fn depends<T: Invalidates>(mut self, id: impl IdOf<T::Id>) -> Self {
        self.epochs.push(T::epoch_key(id));
        self.models.push(T::INFO.key.prefix);
        self
    }

    fn at<K: CacheKey + ?Sized>(
        function: &'f Function,
        prefix: Result<Cow<'f, Prefix>, &'static str>,
        key: &K,
    ) -> Self {
        let place = prefix.map_err(|reason| Error::InvalidKey { reason }).and_then(|prefix| {
            let arguments = Arguments::of(key).map_err(|source| Error::Encode {
                model: "",
                key: Key::new(prefix.of_entries()),
                path: String::new(),
                source,
            })?;
            Ok(Place { prefix, arguments })
        });
        Self { function, place, epochs: Vec::new(), has_tags: false, models: Vec::new() }
    }

    /// The call's arguments, as its keys hold them; none if they make no key.
    pub(super) fn arguments(&self) -> Option<&[u8]> {
        self.place.as_ref().ok().map(|place| place.arguments.as_bytes())
    }

    /// What the keys of the epochs begin with that its entry depends on.
    pub(super) fn watches(&self) -> Vec<Vec<u8>> {
        let tags = self.has_tags.then(|| TAGS.as_bytes().to_vec());
        let models = self.models.iter().map(|prefix| format!("{prefix}:{{").into_bytes());
        tags.into_iter().chain(models).collect()
    }

    /// Whether its function's name depends on the call.
    pub(super) fn is_named(&self) -> bool {
        matches!(&self.place, Ok(Place { prefix: Cow::Owned(_), .. }))
    }

    /// What the keys of the function's entries begin with.
    ///
    /// # Errors
    /// [`Error::InvalidKey`] when the function's name makes no key.
    pub(super) fn prefix(&self) -> Result<&Prefix> {
        match &self.place {
            Ok(place) => Ok(&place.prefix),
            Err(_) => self.function.prefix().map_err(|reason| Error::InvalidKey { reason }),
        }
    }

    /// The key of the call's entry.
    ///
    /// # Errors
    /// As [`address`](Self::address).
    pub fn key(self) -> Result<Key> {
        Ok(self.address()?.0.entry)
    }

    /// The keys of the call's entry, and what they were made of.
    ///
    /// # Errors
    /// [`Error::Encode`] when an argument makes no key, [`Error::InvalidKey`] when the function's name does not.
    pub(super) fn address(self) -> Result<(Address, Cow<'f, Prefix>, Arguments)> {
        let Place { prefix, arguments } = self.place?;
        let text = arguments.as_bytes();
        let address = Address {
            entry: prefix.entry(text),
            epochs: self.epochs,
            epochs_life: self.function.lease.saturating_add(EPOCHS_LIFE),
        };
        Ok((address, prefix, arguments))
    }
}

/// An epoch that is made for a computation lives for that long beyond its lease, until the commit prolongs it.
const EPOCHS_LIFE: Duration = Duration::from_secs(60);
