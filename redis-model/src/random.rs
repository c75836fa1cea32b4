//! Numbers that nobody can foresee, and numbers that merely differ.

use std::hash::{BuildHasher, RandomState};

/// 128 random bits from the system: an id that no other process has, on whatever machine.
fn random_id() -> u128 {
    let mut bytes = [0; 16];
    match getrandom::fill(&mut bytes) {
        Ok(()) => u128::from_ne_bytes(bytes),
        Err(_) => hashed_id(),
    }
}

/// The same as text, in hexadecimal.
pub(crate) fn random_text() -> String {
    format!("{:032x}", random_id())
}

/// For a system that has no randomness to give: std's hashers have keys of their own in each process.
fn hashed_id() -> u128 {
    let half = || RandomState::new().hash_one((std::time::SystemTime::now(), std::process::id()));
    u128::from(half()) << 64 | u128::from(half())
}

/// A number below `end` that differs between callers, at the price of a hash; zero if `end` is.
pub(crate) fn scattered(end: u64) -> u64 {
    RandomState::new().hash_one(end).checked_rem(end).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn ids_do_not_repeat_and_use_all_their_bits() {
        for source in [random_id, hashed_id] {
            let ids: HashSet<u128> = (0..1_000).map(|_| source()).collect();
            assert_eq!(ids.len(), 1_000);
            assert_eq!(ids.iter().fold(0, |bits, id| bits | id), u128::MAX);
            assert_eq!(ids.iter().fold(u128::MAX, |bits, id| bits & id), 0);
        }
    }

    #[test]
    fn scattered_numbers_reach_all_below_their_end() {
        let numbers: HashSet<u64> = (0..1_000).map(|_| scattered(8)).collect();
        assert_eq!(numbers, (0..8).collect());
        assert_eq!((scattered(1), scattered(0)), (0, 0));
    }
}
