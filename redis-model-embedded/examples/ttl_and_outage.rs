//! How an application tests what it does when time passes and when Redis is away: no server, no sleep.
//!
//! `cargo run -p redis-model-embedded --example ttl_and_outage`

use std::time::Duration;

use redis::{Commands, ConnectionLike, RedisError, RedisResult};
use redis_model_embedded::Engine;

/// What the application has: three failed logins a minute, then the door stays shut.
///
/// It takes any connection of redis-rs, and so it takes the engine's.
struct LoginGuard<C> {
    connection: C,
}

/// What the guard says about one more attempt.
#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    Open,
    Shut,
    /// Redis is away. Better let the owner of the account in than nobody.
    OpenUnguarded,
}

impl<C: ConnectionLike> LoginGuard<C> {
    const ATTEMPTS: u32 = 3;
    const MINUTE: i64 = 60;

    fn check(&mut self, user: &str) -> RedisResult<Verdict> {
        match self.failures(user) {
            Ok(failures) if failures < Self::ATTEMPTS => Ok(Verdict::Open),
            Ok(_) => Ok(Verdict::Shut),
            Err(error) if is_outage(&error) => Ok(Verdict::OpenUnguarded),
            Err(error) => Err(error),
        }
    }

    fn failures(&mut self, user: &str) -> RedisResult<u32> {
        let failures: Option<u32> = self.connection.get(Self::key(user))?;
        Ok(failures.unwrap_or(0))
    }

    fn login_failed(&mut self, user: &str) -> RedisResult<()> {
        let key = Self::key(user);
        redis::pipe().atomic().incr(&key, 1).ignore().expire(&key, Self::MINUTE).ignore().query(&mut self.connection)
    }

    fn key(user: &str) -> String {
        format!("failures:{user}")
    }
}

/// A broken connection, or a server that answers but cannot work.
fn is_outage(error: &RedisError) -> bool {
    error.is_io_error() || error.code() == Some("LOADING")
}

fn the_door_opens_again_after_a_minute() -> RedisResult<()> {
    let engine = Engine::with_manual_clock();
    let mut guard = LoginGuard { connection: engine.connection() };
    for _ in 0..3 {
        assert_eq!(guard.check("alice")?, Verdict::Open);
        guard.login_failed("alice")?;
    }
    assert_eq!(guard.check("alice")?, Verdict::Shut);

    engine.advance(Duration::from_millis(59_999));
    assert_eq!(guard.check("alice")?, Verdict::Shut, "a millisecond is missing");
    engine.advance(Duration::from_millis(1));
    assert_eq!(guard.check("alice")?, Verdict::Open);
    println!("a minute passed without waiting for it");
    Ok(())
}

fn an_outage_does_not_lock_anybody_out() -> RedisResult<()> {
    let engine = Engine::new();
    let mut guard = LoginGuard { connection: engine.connection() };
    for _ in 0..3 {
        guard.login_failed("bob")?;
    }

    engine.set_offline(true);
    assert_eq!(guard.check("bob")?, Verdict::OpenUnguarded);
    engine.set_offline(false);
    assert_eq!(guard.check("bob")?, Verdict::Shut, "the data has outlived the outage");
    println!("a broken connection was survived");
    Ok(())
}

fn a_server_that_is_starting_counts_as_an_outage_and_a_wrong_type_does_not() -> RedisResult<()> {
    let engine = Engine::new();
    let mut guard = LoginGuard { connection: engine.connection() };

    engine.fail_next(1, "LOADING Redis is loading the dataset in memory");
    assert_eq!(guard.check("carol")?, Verdict::OpenUnguarded);
    assert_eq!(guard.check("carol")?, Verdict::Open, "only one command was to fail");

    let () = engine.connection().lpush("failures:carol", "not a counter")?;
    assert!(guard.check("carol").is_err(), "a defect is no outage");
    println!("a server's errors were told apart");
    Ok(())
}

fn main() -> RedisResult<()> {
    the_door_opens_again_after_a_minute()?;
    an_outage_does_not_lock_anybody_out()?;
    a_server_that_is_starting_counts_as_an_outage_and_a_wrong_type_does_not()
}
