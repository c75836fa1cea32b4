//! Sketches, whose very bytes are compared by GET.

use proptest::{collection::vec, prelude::*, test_runner::TestRunner};
use redis_model_embedded::Engine;

use super::{promise::promise, run};
use crate::support::{Pair, RealServer, Strictness};

const SKETCHES: &[&str] = &[
    "PFADD key {value|field|number}",
    "PFADD key value",
    "PFADD key long",
    "PFADD key value {value|long}",
    "PFCOUNT key",
    "PFCOUNT key key {key|key key}",
    "PFMERGE key {key|key key}",
    "PFMERGE key key",
    "GET key",
    "GET key",
    "SET key value",
    "SADD key member",
    "DEL key",
    "EXPIRE key ttl",
    "COPY key key REPLACE",
    "RENAME key key",
    "WATCH key",
    "MULTI",
    "EXEC",
];

#[test]
fn sketches_are_those_of_the_server() {
    run(SKETCHES, promise);
}

/// Sends `commands` to both.
fn compare(commands: &[Vec<Vec<u8>>]) -> Result<(), String> {
    let server = RealServer::start();
    let mut pair = Pair::new(&Engine::new(), &server, Strictness::for_server(&server));
    commands.iter().try_for_each(|command| pair.call(command))
}

fn command(words: &[&str], elements: impl IntoIterator<Item = Vec<u8>>) -> Vec<Vec<u8>> {
    words.iter().map(|word| word.as_bytes().to_vec()).chain(elements).collect()
}

#[test]
fn sketches_have_the_same_bytes_at_every_size() {
    let mut commands = Vec::new();
    for batch in 0..400u32 {
        let elements = |words, number| command(words, (0..number).map(|n| format!("{batch}:{n}").into_bytes()));
        commands.push(elements(&["PFADD", "small"], 1));
        commands.push(elements(&["PFADD", "middle"], 5));
        commands.push(elements(&["PFADD", "large"], 250));
        for line in [&["GET", "small"][..], &["GET", "middle"], &["PFCOUNT", "middle"], &["PFCOUNT", "large"]] {
            commands.push(command(line, []));
        }
        if batch % 20 == 0 {
            for line in [
                &["GET", "large"][..],
                &["PFCOUNT", "small", "middle", "large"],
                &["PFMERGE", "sparse", "small", "middle"],
                &["GET", "sparse"],
                &["PFMERGE", "all", "small", "large"],
                &["GET", "all"],
                &["PFCOUNT", "all"],
            ] {
                commands.push(command(line, []));
            }
        }
    }
    compare(&commands).unwrap_or_else(|difference| panic!("{difference}"));
}

#[test]
fn sketches_become_dense_at_the_same_element() {
    let mut commands = Vec::new();
    for sketch in ["a", "b", "c", "d", "e", "f"] {
        let element = |number: i32| format!("{sketch}{number}").into_bytes();
        commands.push(command(&["PFADD", sketch], (0..1000).map(element)));
        for number in 1000..1800 {
            commands.push(command(&["PFADD", sketch], [element(number)]));
            commands.push(command(&["STRLEN", sketch], []));
        }
    }
    compare(&commands).unwrap_or_else(|difference| panic!("{difference}"));
}

#[test]
fn elements_of_any_length_set_the_same_registers() {
    let elements = vec(vec(any::<u8>(), 0..40), 300);
    let mut runner = TestRunner::new(ProptestConfig { cases: 10, failure_persistence: None, ..Default::default() });
    let outcome = runner.run(&elements, |elements| {
        let commands = [command(&["PFADD", "a"], elements), command(&["GET", "a"], []), command(&["PFCOUNT", "a"], [])];
        compare(&commands).map_err(TestCaseError::fail)
    });
    outcome.unwrap_or_else(|difference| panic!("{difference}"));
}
