//! A field with a life of its own.

use std::{fmt, hash::Hash};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The type of a model's field that expires by itself: `#[redis(ttl = "15m")] otp: Expiring<String>`.
///
/// It lies at a key of its own, the record's key plus the field's path, so that the server lets it expire; it never
/// outlives its record. It knows whether it was changed since it was loaded: `save()` leaves an unchanged one alone, as
/// writing it again would bring an expired one-time password back for another 15 minutes. One that was set gets its whole
/// TTL; one that was cleared goes. A new struct's field counts as changed.
///
/// ```
/// use redis_model::Expiring;
///
/// let mut otp = Expiring::new("271828");
/// assert_eq!(otp.get(), Some(&"271828"));
/// otp.clear();
/// assert_eq!(otp.get(), None);
/// ```
pub struct Expiring<T> {
    value: Option<T>,
    changed: bool,
}

/// A field type that has a life of its own: [`Expiring`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot expire by itself",
    label = "a field with `#[redis(ttl = ..)]` needs `Expiring<..>`",
    note = "write `Expiring<{Self}>`"
)]
pub trait Expires: Sized {
    /// What expires.
    type Value;

    #[doc(hidden)]
    fn as_expiring(&self) -> &Expiring<Self::Value>;

    #[doc(hidden)]
    fn from_expiring(expiring: Expiring<Self::Value>) -> Self;

    /// Notes that it has been saved.
    #[doc(hidden)]
    fn settle(&mut self);
}

impl<T> Expires for Expiring<T> {
    type Value = T;

    fn as_expiring(&self) -> &Self {
        self
    }

    fn from_expiring(expiring: Self) -> Self {
        expiring
    }

    fn settle(&mut self) {
        self.changed = false;
    }
}

/// What a save does with it.
pub(super) enum Change<'a, T> {
    Unchanged,
    Set(&'a T),
    Cleared,
}

impl<T> Expiring<T> {
    /// A field that holds `value` and, when saved, lives for its whole TTL.
    pub const fn new(value: T) -> Self {
        Self { value: Some(value), changed: true }
    }

    /// A field that holds nothing and, when saved, removes what is stored.
    pub const fn none() -> Self {
        Self { value: None, changed: true }
    }

    pub(super) const fn loaded(value: Option<T>) -> Self {
        Self { value, changed: false }
    }

    /// The value as it was set or loaded; `None` when there was none or it had expired.
    pub const fn get(&self) -> Option<&T> {
        self.value.as_ref()
    }

    /// Sets the value; the next save starts its TTL.
    pub fn set(&mut self, value: T) {
        *self = Self::new(value);
    }

    /// Clears the value; the next save removes it.
    pub fn clear(&mut self) {
        *self = Self::none();
    }

    /// The value itself.
    pub fn into_inner(self) -> Option<T> {
        self.value
    }

    /// Whether the next save writes or removes it.
    pub const fn is_changed(&self) -> bool {
        self.changed
    }

    pub(super) fn change(&self) -> Change<'_, T> {
        match (&self.value, self.changed) {
            (_, false) => Change::Unchanged,
            (Some(value), true) => Change::Set(value),
            (None, true) => Change::Cleared,
        }
    }
}

impl<T> Default for Expiring<T> {
    fn default() -> Self {
        Self::none()
    }
}

impl<T> From<Option<T>> for Expiring<T> {
    fn from(value: Option<T>) -> Self {
        Self { value, changed: true }
    }
}

impl<T: Clone> Clone for Expiring<T> {
    fn clone(&self) -> Self {
        Self { value: self.value.clone(), changed: self.changed }
    }
}

impl<T: fmt::Debug> fmt::Debug for Expiring<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Expiring").field(&self.value).finish()
    }
}

/// By value alone; whether it was changed does not count.
impl<T: PartialEq> PartialEq for Expiring<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<T: Eq> Eq for Expiring<T> {}

impl<T: PartialOrd> PartialOrd for Expiring<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        self.value.partial_cmp(&other.value)
    }
}

impl<T: Ord> Ord for Expiring<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.value.cmp(&other.value)
    }
}

impl<T: Hash> Hash for Expiring<T> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.value.hash(state);
    }
}

impl<T: Serialize> Serialize for Expiring<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Expiring<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::deserialize(deserializer).map(Self::from)
    }
}
