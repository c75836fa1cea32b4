//! Code that runs under a lock, as its author sees it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use redis_model::{Error, Guard, Guards, Released, Result, Store, blocking};

use super::*;

/// An error type of the user's own.
#[derive(Debug)]
enum Failure {
    Own,
    Lock(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Lock(error)
    }
}

/// A lock that is over soon.
fn brief() -> Lock {
    lock().fixed_lease(Duration::from_millis(50))
}

fn is_free(store: &blocking::Store) -> bool {
    !lock().is_locked().run(store).unwrap()
}

#[test]
fn blocking_code_gives_the_lock_back_however_it_ends() {
    let store = blocking::Store::embedded();
    let value = lock().on(&store).with(|guard| guard.run(write(1)).map(|()| 7)).unwrap();
    assert!(value == 7 && is_free(&store));

    let failed = lock().on(&store).with(|_| Err::<(), _>(Failure::Own));
    assert!(matches!(failed, Err(Failure::Own)) && is_free(&store));

    let panicked = catch_unwind(AssertUnwindSafe(|| lock().on(&store).with(|_| -> Result<()> { panic!("as it may") })));
    assert!(panicked.is_err() && is_free(&store));

    let late = |outcome: Result<(), Failure>| {
        brief().on(&store).with(|guard| {
            guard.lost()?;
            assert!(guard.run(write(1)).unwrap_err().is_lock_lost());
            outcome
        })
    };
    assert!(matches!(late(Ok(())), Err(Failure::Lock(Error::LockLost { .. }))));
    assert!(matches!(late(Err(Failure::Own)), Err(Failure::Own)), "its own error is not masked");

    let _guard = lock().acquire(&store).unwrap();
    let denied = lock().wait(Duration::ZERO).on(&store).with(|_| -> Result<(), Failure> { unreachable!("it is held") });
    assert!(matches!(denied, Err(Failure::Lock(Error::LockTimeout { .. }))));
}

#[tokio::test]
async fn asynchronous_code_gives_the_lock_back_however_it_ends() {
    let server = RedisServer::start();
    let store = Store::connect(&server.url()).await.unwrap();
    let value = lock().on(&store).with(async |guard| guard.run(write(1)).await.map(|()| 7)).await.unwrap();
    assert!(value == 7 && entries(&server).is_empty());

    let failed = lock().on(&store).with(async |_| Err::<(), _>(Failure::Own)).await;
    assert!(matches!(failed, Err(Failure::Own)) && entries(&server).is_empty());

    let task = tokio::spawn({
        let store = store.clone();
        async move { lock().on(&store).with(async |_| -> Result<()> { panic!("as it may") }).await }
    });
    assert!(task.await.unwrap_err().is_panic());
    until("it is given back", || entries(&server).is_empty()).await;

    let task = tokio::spawn({
        let store = store.clone();
        async move { lock().on(&store).with(async |_| std::future::pending::<Result<()>>().await).await }
    });
    until("it is held", || entries(&server).len() == 1).await;
    task.abort();
    until("it is given back", || entries(&server).is_empty()).await;

    for (is_own, outcome) in [(false, Ok(())), (true, Err(Failure::Own))] {
        let code = async |guard: &Guard| {
            guard.lost().await?;
            outcome
        };
        match brief().on(&store).with(code).await.unwrap_err() {
            Failure::Own => assert!(is_own),
            Failure::Lock(error) => assert!(!is_own && error.is_lock_lost()),
        }
    }

    let all = Lock::all([lock(), Lock::at("b")]);
    let code = async |guards: &Guards| Ok::<_, Error>(guards.guards().len());
    assert_eq!(all.on(&store).with(code).await.unwrap(), 2);
}

#[tokio::test]
async fn a_loss_is_told_beside_the_work() {
    let server = RedisServer::start();
    let store = Store::connect(&server.url()).await.unwrap();
    let guard = lock().lease(Duration::from_millis(300)).acquire(&store).await.unwrap();
    let work = std::future::pending::<()>();
    server.command(&["DEL", "{a}@lock"]);
    tokio::select! {
        () = work => unreachable!("it never ends"),
        lost = guard.lost() => lost.unwrap(),
    }
    assert!(!guard.is_held());
    // Whoever asks only now is told at once.
    guard.lost().await.unwrap();
    assert_eq!(guard.release().await.unwrap(), Released::AlreadyLost);
}

#[tokio::test]
async fn work_goes_on_until_its_lock_is_lost() {
    let server = RedisServer::start();
    let store = Store::connect(&server.url()).await.unwrap();
    let lease = Duration::from_millis(300);
    let guard = lock().lease(lease).acquire(&store).await.unwrap();
    assert_eq!(guard.until_lost(async { 7 }).await.unwrap(), 7);
    let guards = Lock::all([Lock::at("b").lease(lease), Lock::at("c").lease(lease)]).acquire(&store).await.unwrap();
    assert_eq!(guards.until_lost(guard.until_lost(async { 8 })).await.unwrap().unwrap(), 8);
    guards.check().await.unwrap();

    server.command(&["DEL", "{a}@lock", "{c}@lock"]);
    let lost = guard.until_lost(std::future::pending::<()>()).await.unwrap_err();
    assert!(matches!(&lost, Error::LockLost { path } if path == "a"), "{lost:?}");
    let lost = guards.until_lost(std::future::pending::<()>()).await.unwrap_err();
    assert!(matches!(&lost, Error::LockLost { path } if path == "c"), "{lost:?}");
    assert!(guards.check().await.unwrap_err().is_lock_lost());
    // What is done already is given all the same.
    assert_eq!(guard.until_lost(async { 9 }).await.unwrap(), 9);
}

#[tokio::test]
async fn futures_and_guards_move_between_tasks() {
    let store = Store::embedded();
    let acquiring = {
        let store = store.clone();
        tokio::spawn(async move { lock().acquire(&store).await })
    };
    let guard = acquiring.await.unwrap().unwrap();
    let written = tokio::spawn(guard.run(write(1)));
    written.await.unwrap().unwrap();
    let guard = tokio::spawn(async move {
        guard.check().await?;
        guard.renew().await?;
        Ok::<_, Error>(guard)
    });
    let guard = guard.await.unwrap().unwrap();
    assert_eq!(tokio::spawn(guard.release()).await.unwrap().unwrap(), Released::InTime);
    let all = tokio::spawn({
        let store = store.clone();
        async move { Lock::all([lock(), Lock::at("b")]).try_acquire(&store).await }
    });
    let guards = all.await.unwrap().unwrap().unwrap();
    assert_eq!(tokio::spawn(guards.release()).await.unwrap().unwrap(), Released::InTime);
    tokio::spawn(store.close()).await.unwrap().unwrap();
}

#[test]
fn a_limited_hold_leaves_the_server_in_time() {
    let server = RedisServer::start();
    let store = blocking::Store::connect(&server.url()).unwrap();
    let limit = Duration::from_millis(100);
    let guard = lock().max_hold(limit).acquire(&store).unwrap();
    guard.lost().unwrap();
    // Nobody has given it back: the server itself ends it.
    let other = lock().wait(PATIENCE).acquire(&store).unwrap();
    assert!(other.is_held() && !guard.is_held());
}

/// What nobody sensible asks for, but a configuration file may.
#[test]
fn enormous_times_are_taken_or_refused() {
    check_enormous_times(&blocking::Store::embedded());
    let server = RedisServer::start();
    check_enormous_times(&blocking::Store::connect(&server.url()).unwrap());
}

fn check_enormous_times(store: &blocking::Store) {
    let holder = lock().shared().acquire(store).unwrap();
    for enormous in [
        Duration::MAX,
        Duration::from_secs(u64::MAX / 1000),
        Duration::from_millis(1 << 53),
        Duration::from_secs(100 * 365 * 86_400),
    ] {
        for lock in [
            Lock::at("a").shared().wait(enormous),
            Lock::at("a").shared().max_hold(enormous),
            Lock::at("a").shared().lease(enormous),
            Lock::at("a").shared().fixed_lease(enormous),
        ] {
            match lock.clone().acquire(store) {
                Ok(guard) => {
                    assert!(guard.is_held());
                    guard.renew().unwrap();
                    assert_eq!(guard.release().unwrap(), Released::InTime);
                }
                Err(error) => assert!(matches!(error, Error::InvalidQuery { .. }), "{error:?}"),
            }
            if let Ok(guards) = Lock::all([lock.clone()]).wait(enormous).acquire(store) {
                drop(guards);
            }
        }
    }
    assert_eq!(holder.release().unwrap(), Released::InTime);
}
