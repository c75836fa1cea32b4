//! A real server to compare with, and what reads its replies.

mod client;
mod compare;
mod server;

pub(crate) use client::Client;
pub(crate) use compare::{Follows, Pair, Strictness};
pub(crate) use server::RealServer;

/// A request on the wire: an array of bulk strings.
pub(crate) fn request(args: &[impl AsRef<[u8]>]) -> Vec<u8> {
    let mut bytes = format!("*{}\r\n", args.len()).into_bytes();
    for arg in args {
        let arg = arg.as_ref();
        bytes.extend_from_slice(format!("${}\r\n", arg.len()).as_bytes());
        bytes.extend_from_slice(arg);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes
}

/// Bytes as they look in a failure's message.
pub(crate) fn shown(bytes: &[u8]) -> String {
    bytes.escape_ascii().to_string()
}
