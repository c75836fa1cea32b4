//! What INFO shows, against what the real server shows.

use redis_model_embedded::Engine;

use crate::support::{RealServer, Strictness, request};

/// The lines of a reply to INFO, without the headings.
fn lines(reply: &[u8]) -> Vec<String> {
    let text = String::from_utf8(reply.to_vec()).expect("INFO is text");
    text.lines().filter(|line| line.contains(':')).map(str::to_owned).collect()
}

fn name(line: &str) -> &str {
    line.split(':').next().unwrap_or_default()
}

#[test]
fn every_field_is_one_that_the_server_has() {
    let server = RealServer::start();
    if Strictness::for_server(&server) != Strictness::Exact {
        return;
    }
    let fields = lines(&server.client().call(&["INFO"]));
    for line in lines(&Engine::new().session().feed(&request(&["INFO"]))) {
        let is_known = fields.iter().any(|field| name(field) == name(&line));
        assert!(is_known || line.starts_with("embedded_"), "the server has nothing like {line}");
    }
}

#[test]
fn what_clients_decide_by_is_what_the_server_says() {
    let server = RealServer::start();
    if Strictness::for_server(&server) != Strictness::Exact {
        return;
    }
    let (mut client, mut session) = (server.client(), Engine::new().session());
    for command in ["SET a 1", "SET b 1 EX 1000", "SELECT 9", "SET c 1 EX 1000"] {
        let words: Vec<&str> = command.split(' ').collect();
        assert_eq!(client.call(&words), session.feed(&request(&words)), "{command}");
    }
    let decisive = |reply: &[u8]| {
        let names = ["redis_mode", "arch_bits", "maxmemory", "maxmemory_policy", "loading", "role", "db0", "db9"];
        let lines = lines(reply).into_iter().filter(|line| names.contains(&name(line)));
        // The server takes samples of how long keys live.
        lines.map(|line| line.split(",avg_ttl=").next().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    let (engine, server) = (decisive(&session.feed(&request(&["INFO"]))), decisive(&client.call(&["INFO"])));
    assert_eq!(engine, server);
    assert_eq!(engine.len(), 8);
}
