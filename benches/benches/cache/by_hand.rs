//! The cache that everybody writes: `GET`, and `SET` with `PX` after a miss.

use std::collections::HashMap;

use redis::{Cmd, cmd};
use redis_model_benches::ByHand;

use crate::functions::Profile;

/// An hour.
const MILLISECONDS: u64 = 3_600_000;

/// As long as the value of a tag's epoch.
const EPOCH: &str = "0123456789abcdef0123456789abcdef";

fn key(id: u64) -> String {
    format!("bench:profile:{{{id}}}")
}

fn tag(name: &str) -> String {
    format!("bench:tag:{name}")
}

fn set(id: u64, profile: &Profile) -> Cmd {
    let value = rmp_serde::to_vec_named(profile).expect("a profile has a stored form");
    cmd("SET").arg(key(id)).arg(value).arg("PX").arg(MILLISECONDS).take()
}

fn decode(value: &[u8]) -> Profile {
    rmp_serde::from_slice(value).expect("what was stored is a profile")
}

/// Stores what [`hit`] and the others find.
pub(crate) async fn store(connection: &mut impl ByHand, ids: u64) {
    for id in 0..ids {
        connection.query::<()>(&set(id, &Profile::of(id))).await;
        connection.query::<()>(cmd("SET").arg(tag(&format!("profile:{id}"))).arg(EPOCH)).await;
    }
    for name in ["profiles", "pages"] {
        connection.query::<()>(cmd("SET").arg(tag(name)).arg(EPOCH)).await;
    }
}

/// The value that is stored.
pub(crate) async fn hit(connection: &mut impl ByHand, id: u64) -> Profile {
    decode(&connection.query::<Vec<u8>>(cmd("GET").arg(key(id))).await)
}

/// The value that is stored, and the epochs of a tag of its own and of these: one `MGET`.
pub(crate) async fn hit_with_tags(connection: &mut impl ByHand, id: u64, others: &[&str]) -> Profile {
    let mut read = cmd("MGET").arg(key(id)).arg(tag(&format!("profile:{id}"))).take();
    for name in others {
        read.arg(tag(name));
    }
    decode(&connection.query::<Vec<Vec<u8>>>(&read).await[0])
}

/// The values that are stored: one `MGET`.
pub(crate) async fn hits(connection: &mut impl ByHand, ids: &[u64]) -> HashMap<u64, Profile> {
    let mut read = cmd("MGET");
    for &id in ids {
        read.arg(key(id));
    }
    let values: Vec<Vec<u8>> = connection.query(&read).await;
    ids.iter().zip(&values).map(|(&id, value)| (id, decode(value))).collect()
}

/// The value, stored by this call if it was not.
pub(crate) async fn get_or_compute(connection: &mut impl ByHand, id: u64) -> Profile {
    if let Some(value) = connection.query::<Option<Vec<u8>>>(cmd("GET").arg(key(id))).await {
        return decode(&value);
    }
    let profile = Profile::of(id);
    connection.query::<()>(&set(id, &profile)).await;
    profile
}
