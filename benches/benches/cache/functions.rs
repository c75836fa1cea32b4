//! The functions that are cached. Their requests may take as long as those that are sent by hand: a busy machine is no
//! outage.

use std::collections::HashMap;

use redis_model::cached;
use serde::{Deserialize, Serialize};

/// What they return: about 150 bytes of `MessagePack`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Profile {
    id: u64,
    name: String,
    email: String,
    logins: i64,
    score: f64,
    is_active: bool,
}

impl Profile {
    /// What there is to compute.
    pub(crate) fn of(id: u64) -> Self {
        Self {
            id,
            name: "The quick brown fox jumps over the lazy dog, and then some more.".into(),
            email: "ada.lovelace@example.com".into(),
            logins: 4_711,
            score: 4.5,
            is_active: true,
        }
    }

    /// Whether it is what was computed for some id.
    pub(crate) fn is_whole(&self) -> bool {
        *self == Self::of(self.id)
    }
}

#[cached(ttl = "1h", timeout = 1)]
pub(crate) async fn profile(id: u64) -> Profile {
    Profile::of(id)
}

#[cached(ttl = "1h", timeout = 1)]
pub(crate) fn blocking_profile(id: u64) -> Profile {
    Profile::of(id)
}

#[cached(ttl = "1h", timeout = 1, tags = ["profile:{id}"])]
pub(crate) async fn tagged(id: u64) -> Profile {
    Profile::of(id)
}

#[cached(ttl = "1h", timeout = 1, tags = ["profile:{id}", "profiles", "pages"])]
pub(crate) async fn tagged_thrice(id: u64) -> Profile {
    Profile::of(id)
}

#[cached(ttl = "1h", timeout = 1, batch)]
pub(crate) async fn profiles(ids: &[u64]) -> HashMap<u64, Profile> {
    ids.iter().map(|&id| (id, Profile::of(id))).collect()
}

#[cached(ttl = "1h", timeout = 1, batch)]
pub(crate) fn blocking_profiles(ids: &[u64]) -> HashMap<u64, Profile> {
    ids.iter().map(|&id| (id, Profile::of(id))).collect()
}
