//! Where a server on this machine is found.

use std::net::{Ipv4Addr, TcpListener};

/// The URL of a server on this machine; `credentials` is empty or ends with an `@`.
pub(crate) fn url(credentials: &str, port: u16) -> String {
    format!("redis://{credentials}127.0.0.1:{port}/")
}

/// A port that nobody listens on now; the server has to take it before another process does.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("the loopback interface has a free port");
    listener.local_addr().expect("a bound listener has an address").port()
}

/// The part of a URL that carries `password`.
pub(crate) fn credentials(password: &str) -> String {
    format!(":{}@", percent_encode(password))
}

fn percent_encode(text: &str) -> String {
    text.bytes().fold(String::new(), |url, byte| match byte {
        b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => url + &char::from(byte).to_string(),
        _ => url + &format!("%{byte:02X}"),
    })
}
