//! Comparisons are fair only as long as both sides send the same bytes.

use redis::{ConnectionLike, RedisResult, Value};
use redis_model::{RedisModel, prelude::*};
use redis_model_benches::{Canned, User, by_hand, mixed_batch};

/// Keeps what is sent.
struct Recorder {
    answers: Canned,
    sent: Vec<u8>,
}

impl ConnectionLike for Recorder {
    fn req_packed_command(&mut self, request: &[u8]) -> RedisResult<Value> {
        self.sent.extend(request);
        self.answers.req_packed_command(request)
    }

    fn req_packed_commands(&mut self, request: &[u8], offset: usize, count: usize) -> RedisResult<Vec<Value>> {
        self.sent.extend(request);
        self.answers.req_packed_commands(request, offset, count)
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

/// What is sent and answered, the former as text.
fn record<T, E: std::fmt::Debug>(answers: Canned, run: impl FnOnce(&mut Recorder) -> Result<T, E>) -> (String, T) {
    let mut recorder = Recorder { answers, sent: Vec::new() };
    let answer = run(&mut recorder).expect("the answer is canned");
    (String::from_utf8(recorder.sent).expect("only text is sent"), answer)
}

#[test]
fn a_field_is_read_alike() {
    let model = record(Canned::Text, |con| User::at(7).name().get().query(con));
    let by_hand = record(Canned::Text, |con| by_hand::get_name(7).query(con));
    assert_eq!(model, by_hand);
}

#[test]
fn a_field_is_written_alike() {
    let model = record(Canned::Number, |con| User::at(7).name().set(User::TEXT).unchecked().query(con));
    let by_hand = record(Canned::Number, |con| by_hand::set_name(7, User::TEXT).exec(con));
    assert_eq!(model, by_hand);
}

#[test]
fn a_record_is_loaded_alike() {
    let model = record(Canned::Record, |con| User::load(7).query(con));
    let by_hand = record(Canned::Record, |con| by_hand::user(7, by_hand::load(7).query(con)?));
    assert_eq!(model, by_hand);
    assert_eq!(model.1, Some(User::sample(7)));
}

#[test]
fn records_are_loaded_alike() {
    let ids = [1, 2, 3];
    let model = record(Canned::Record, |con| User::load_many(ids).query(con));
    let by_hand = record(Canned::Record, |con| by_hand::users(&ids, by_hand::load_many(&ids).query(con)?));
    assert_eq!(model, by_hand);
}

#[test]
fn a_record_is_saved_alike() {
    let model = record(Canned::Number, |con| User::sample(7).save().query(con));
    let by_hand = record(Canned::Number, |con| by_hand::save(&User::sample(7)).exec(con));
    assert_eq!(model, by_hand);
}

#[test]
fn a_batch_is_sent_alike() {
    let (sent, (names, _, logins)) = record(Canned::Batch, |con| mixed_batch(7).query(con));
    let by_hand = record(Canned::Batch, |con| by_hand::names_and_logins(by_hand::mixed_batch(7).query(con)?));
    assert_eq!((sent, (names, logins)), by_hand);
}
