//! The texts of errors, and what they count as.

use std::{error::Error as _, time::Duration};

use super::Error;
use crate::key::Key;

#[test]
fn a_lock_timeout_names_the_path_the_wait_and_the_next_lease_end() {
    let waited = Duration::from_micros(2_000_417);
    let error = Error::LockTimeout { path: "a.b".into(), waited, holder_lease: Some(Duration::from_millis(1250)) };
    assert_eq!(
        error.to_string(),
        "no lock on `a.b` within 2s: the lease in the way ends in 1.25s unless it is renewed; wait longer, or hold \
         locks for a shorter time"
    );
    assert!(error.is_timeout() && error.is_lock_timeout() && !error.is_indeterminate());
}

#[test]
fn a_lock_timeout_without_a_known_lease_says_who_is_in_the_way() {
    let error = Error::LockTimeout { path: "a".into(), waited: Duration::from_secs(10), holder_lease: None };
    assert_eq!(
        error.to_string(),
        "no lock on `a` within 10s: others hold it or wait before; wait longer, or hold locks for a shorter time"
    );
}

#[test]
fn a_lost_lock_says_what_it_refuses_but_not_that_nothing_was_written_before() {
    let error = Error::LockLost { path: "a.b".into() };
    let text = error.to_string();
    assert!(text.starts_with("the lock on `a.b` is no longer held: "), "{text}");
    assert!(text.contains("guarded queries are refused") && !text.contains("nothing"), "{text}");
    assert!(error.is_lock_lost() && !error.is_timeout());
}

#[test]
fn a_foreign_state_of_locks_is_told_by_its_key() {
    let reply = redis::make_extension_error("LOCKSTATE".into(), Some("the holds cannot be read".into()));
    let error = Error::from_server(reply, || Key::new("locks:{a}"));
    assert_eq!(
        error.to_string(),
        "the state of locks at key `locks:{a}` was changed by something else: delete the key when nobody holds a lock \
         there"
    );
}

#[test]
fn a_missing_majority_counts_the_failures_and_keeps_the_first_as_its_source() {
    let source = Box::new(Error::Timeout { limit: None });
    let error = Error::QuorumImpossible { path: "a".into(), failed: 3, of: 5, source };
    let text = error.to_string();
    assert_eq!(text, "no majority for the lock on `a`: 3 of 5 servers failed; try again when they are back");
    let source = error.source().expect("the first failure").to_string();
    assert!(source.starts_with("no reply within") && !text.contains(&source), "{source}");
}

#[test]
fn a_wrong_path_and_too_many_extensions_say_what_to_do() {
    let error = Error::InvalidPath { path: "a..b".into(), reason: "a segment is empty" };
    assert_eq!(error.to_string(), "invalid path `a..b`: a segment is empty");
    let error = Error::TooManyExtensions { path: "a".into(), limit: 3 };
    assert_eq!(
        error.to_string(),
        "the lock on `a` was extended 3 times, which is its limit: release it and lock it again, or raise the limit"
    );
}
