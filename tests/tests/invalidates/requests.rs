//! What is sent: one request, and for other models not a byte more.

use redis::{ConnectionLike, RedisResult, Value};
use redis_model::{Query, RedisModel, embedded::Engine, prelude::*};

use crate::models::{bare, full, lasting, versioned};

/// Passes requests on and keeps them.
struct Recorder {
    inner: redis_model::embedded::Connection,
    sent: Vec<String>,
}

impl Recorder {
    fn new() -> Self {
        Self { inner: Engine::new().connection(), sent: Vec::new() }
    }

    /// What a query sends once the server knows its script: as words.
    fn requests<T: 'static>(&mut self, query: impl Fn() -> Query<T>) -> Vec<String> {
        query().query(self).map(drop).or_else(|error| if error.is_not_found() { Ok(()) } else { Err(error) }).unwrap();
        self.sent.clear();
        _ = query().query(self);
        std::mem::take(&mut self.sent)
    }
}

impl ConnectionLike for Recorder {
    fn req_packed_command(&mut self, request: &[u8]) -> RedisResult<Value> {
        self.sent.push(words(request));
        self.inner.req_packed_command(request)
    }

    fn req_packed_commands(&mut self, request: &[u8], offset: usize, count: usize) -> RedisResult<Vec<Value>> {
        self.sent.push(words(request));
        self.inner.req_packed_commands(request, offset, count)
    }

    fn get_db(&self) -> i64 {
        0
    }

    fn check_connection(&mut self) -> bool {
        true
    }

    fn is_open(&self) -> bool {
        true
    }
}

/// The arguments of a request, without what frames them and without the names of scripts.
fn words(request: &[u8]) -> String {
    let text = String::from_utf8(request.to_vec()).unwrap();
    let words = text.split("\r\n").filter(|word| !word.is_empty() && !word.starts_with(['*', '$']));
    words.filter(|word| word.len() != 40).collect::<Vec<_>>().join(" ")
}

#[derive(RedisModel, Debug)]
#[redis(prefix = "plain")]
struct Plain {
    #[redis(id)]
    id: u64,
    name: String,
}

#[derive(RedisModel, Debug)]
#[redis(prefix = "plain", invalidates)]
struct Invalidating {
    #[redis(id)]
    id: u64,
    name: String,
}

fn plain() -> Plain {
    Plain { id: 1, name: "a".into() }
}

fn invalidating() -> Invalidating {
    Invalidating { id: 1, name: "a".into() }
}

#[test]
fn other_models_send_what_they_always_did() {
    let mut server = Recorder::new();
    assert_eq!(server.requests(|| plain().save().into_query()), ["HSET plain:{1} @v 1 name a"]);
    assert_eq!(server.requests(|| Plain::at(1).name().set("b")), ["EVALSHA 1 plain:{1} HSET plain:{1} name b"]);
    assert_eq!(server.requests(|| Plain::at(1).name().set("b").unchecked()), ["HSET plain:{1} name b"]);
    assert_eq!(server.requests(|| Plain::delete(1)), ["UNLINK plain:{1}"]);
}

#[test]
fn most_writes_that_invalidate_are_a_short_script() {
    let mut server = Recorder::new();
    let save = server.requests(|| invalidating().save().into_query());
    assert_eq!(save, ["EVALSHA 2 plain:{1}@epoch plain:{1} 0 HSET plain:{1} @v 1 name a"]);
    let set = server.requests(|| Invalidating::at(1).name().set("b"));
    assert_eq!(set, ["EVALSHA 2 plain:{1}@epoch plain:{1} 2 HSET plain:{1} name b"]);
    let unchecked = server.requests(|| Invalidating::at(1).name().set("b").unchecked());
    assert_eq!(unchecked, ["EVALSHA 2 plain:{1}@epoch plain:{1} 0 HSET plain:{1} name b"]);
    let deleted = server.requests(|| Invalidating::delete(1));
    assert_eq!(deleted, ["EVALSHA 2 plain:{1}@epoch plain:{1} 0 UNLINK plain:{1}"]);
    let own = server.requests(|| lasting::User::at(1).code().clear());
    assert_eq!(
        own,
        ["EVALSHA 3 inv:lasting:{1}@epoch inv:lasting:{1}.code inv:lasting:{1} 3 UNLINK inv:lasting:{1}.code"]
    );
}

#[test]
fn reads_send_what_those_of_other_models_do() {
    let mut server = Recorder::new();
    server.requests(|| plain().save().into_query());
    assert_eq!(server.requests(|| Plain::load(1)), server.requests(|| Invalidating::load(1)));
    assert_eq!(server.requests(|| Plain::at(1).name().get()), server.requests(|| Invalidating::at(1).name().get()));
    assert_eq!(server.requests(|| Plain::exists(1)), server.requests(|| Invalidating::exists(1)));
    assert_eq!(server.requests(|| Plain::persist(1)), server.requests(|| Invalidating::persist(1)));
}

/// One request, which deletes the epoch once.
fn assert_deletes_once(requests: &[String], name: &str) {
    let [request] = requests else { panic!("{name} takes one request: {requests:?}") };
    assert!(request.starts_with("EVALSHA"), "{name}: {request}");
    // The short script takes the epoch as its first key, and is not told what to do with it.
    let is_short = request.matches("@epoch").count() == 1;
    let named: Vec<_> = request.split(' ').filter(|word| word.ends_with("@epoch")).collect();
    let deletion = format!("- 2 UNLINK {}", named[0]);
    assert!(is_short || (named.len() == 2 && request.matches(&deletion).count() == 1), "{name}: {request}");
}

#[test]
fn every_write_is_one_request() {
    let mut server = Recorder::new();
    macro_rules! check {
        ($($model:ident)*) => {$({
            for number in 0..$model::field_writes(&$model::User::at(1)).len() {
                let write = || $model::field_writes(&$model::User::at(1)).swap_remove(number).1;
                _ = $model::user(1).save().into_query().query(&mut server);
                let name = $model::field_writes(&$model::User::at(1)).swap_remove(number).0;
                assert_deletes_once(&server.requests(write), name);
            }
        })*};
    }
    check!(bare versioned full lasting);
}

#[test]
fn a_batch_deletes_each_epoch_once() {
    let mut server = Recorder::new();
    let batch = || {
        let names = [1, 2, 1].map(|id| Invalidating::at(id).or_create().name().set("b"));
        Query::all(names).atomic()
    };
    let [request] = &server.requests(batch)[..] else { panic!("it is one request") };
    for id in [1, 2] {
        assert_eq!(request.matches(&format!("UNLINK plain:{{{id}}}@epoch")).count(), 1, "{request}");
    }
}
