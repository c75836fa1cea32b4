//! The lock that everybody writes: `SET NX PX` with a token, and a script that deletes what has the token.

use redis::{Cmd, cmd};
use redis_model_benches::ByHand;

/// Deletes the lock if it is still the caller's.
const UNLOCK: &str = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0";

/// Loads the script that unlocks, and gives its name.
pub(crate) async fn load(connection: &mut impl ByHand) -> String {
    connection.query(cmd("SCRIPT").arg("LOAD").arg(UNLOCK)).await
}

/// Acquires the lock and releases it; whether both have worked.
pub(crate) async fn lock_and_unlock(connection: &mut impl ByHand, sha: &str, key: &str) -> bool {
    let token = token();
    let is_locked: bool = connection.query(&lock(key, &token)).await;
    is_locked && connection.query(&unlock(sha, key, &token)).await
}

fn lock(key: &str, token: &str) -> Cmd {
    cmd("SET").arg(key).arg(token).arg("NX").arg("PX").arg(30_000).take()
}

fn unlock(sha: &str, key: &str, token: &str) -> Cmd {
    cmd("EVALSHA").arg(sha).arg(1).arg(key).arg(token).take()
}

/// 128 random bits, as any lock needs them that is not to release somebody else's.
fn token() -> String {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).expect("the system has random numbers");
    format!("{:032x}", u128::from_ne_bytes(bytes))
}
