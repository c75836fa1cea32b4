//! Files of commands, whose replies must be those of a real server, byte by byte and in both protocols.

use std::fs;

use crate::support::{Follows, Pair, RealServer, Strictness};
use redis_model_embedded::Engine;

/// Runs the commands of `tests/cases/<name>.txt` on both, and lists every difference.
fn compare(name: &str) {
    compare_following(Follows::Redis70, name);
}

/// The same for a family that follows another server; servers that lack its commands are left alone.
fn compare_following(follows: Follows, name: &str) {
    let path = format!("{}/tests/cases/{name}.txt", env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let server = RealServer::start();
    let Some(strictness) = follows.strictness(&server) else { return };
    for protocol in [2, 3] {
        server.client().call(&["FLUSHALL"]);
        server.client().call(&["SCRIPT", "FLUSH"]);
        let mut pair = Pair::new(&Engine::new(), &server, strictness);
        pair.speak(protocol);
        let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        let commands = lines.filter_map(|line| match line.strip_prefix(follows.mark()) {
            Some(command) => (strictness == Strictness::Exact).then_some(command),
            None => Some(line),
        });
        let differences: Vec<String> = commands.filter_map(|line| pair.call(&words(line)).err()).collect();
        assert!(differences.is_empty(), "RESP{protocol}, {name}:\n{}", differences.join("\n"));
    }
}

/// Splits a line at spaces; double quotes keep them, and know `\r \n \" \\ \xHH`.
fn words(line: &str) -> Vec<Vec<u8>> {
    let mut words: Vec<Vec<u8>> = Vec::new();
    let mut bytes = line.bytes().peekable();
    while let Some(byte) = bytes.next() {
        let mut word = Vec::new();
        match byte {
            b' ' => continue,
            b'"' => {
                while let Some(byte) = bytes.next().filter(|byte| *byte != b'"') {
                    word.push(if byte == b'\\' { escaped(&mut bytes) } else { byte });
                }
            }
            byte => {
                word.push(byte);
                while let Some(byte) = bytes.next_if(|byte| *byte != b' ') {
                    word.push(byte);
                }
            }
        }
        words.push(word);
    }
    words
}

fn escaped(bytes: &mut impl Iterator<Item = u8>) -> u8 {
    match bytes.next() {
        Some(b'n') => b'\n',
        Some(b'r') => b'\r',
        Some(b'x') => {
            let digits: String = bytes.take(2).map(char::from).collect();
            u8::from_str_radix(&digits, 16).expect("two hexadecimal digits follow \\x")
        }
        Some(byte) => byte,
        None => panic!("a line ends in a backslash"),
    }
}

#[test]
fn strings() {
    compare("strings");
}

#[test]
fn keys() {
    compare("keys");
}

#[test]
fn dump() {
    compare("dump");
}

#[test]
fn sort() {
    compare("sort");
}

#[test]
fn hashes() {
    compare("hashes");
}

#[test]
fn hash_expiry() {
    compare_following(Follows::Redis80, "hash_expiry");
}

#[test]
fn lists() {
    compare("lists");
}

#[test]
fn bits() {
    compare("bits");
}

#[test]
fn hyperloglog() {
    compare("hyperloglog");
}

#[test]
fn sets() {
    compare("sets");
}

#[test]
fn sorted_sets() {
    compare("sorted_sets");
}

#[test]
fn sorted_set_ranges() {
    compare("sorted_set_ranges");
}

#[test]
fn sorted_set_combinations() {
    compare("sorted_set_combinations");
}

#[test]
fn transactions() {
    compare("transactions");
}

#[test]
fn connection() {
    compare("connection");
}

#[test]
fn pubsub() {
    compare("pubsub");
}

#[test]
fn client() {
    compare("client");
}

#[test]
fn tracking() {
    compare("tracking");
}

#[cfg(feature = "lua")]
#[test]
fn scripts() {
    compare("scripts");
}

#[cfg(feature = "lua")]
#[test]
fn script_commands() {
    compare("script_commands");
}

#[cfg(feature = "lua")]
#[test]
fn script_globals() {
    compare("script_globals");
}

#[cfg(feature = "lua")]
#[test]
fn script_libraries() {
    compare("script_libraries");
}
