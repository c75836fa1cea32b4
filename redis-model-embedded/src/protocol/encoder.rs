use super::{Protocol, Reply};
use crate::number::format_double;

/// Appends `reply` to `out` as `protocol` writes it.
pub(crate) fn encode(reply: &Reply, protocol: Protocol, out: &mut Vec<u8>) {
    let resp3 = protocol == Protocol::Resp3;
    match reply {
        Reply::Ok => out.extend_from_slice(b"+OK\r\n"),
        Reply::Status(text) => line(out, b'+', text),
        Reply::Error(error) => line(out, b'-', error.as_bytes()),
        Reply::Int(number) => length(out, b':', *number),
        Reply::Bulk(bytes) => bulk(out, b'$', bytes),
        Reply::Nil | Reply::NilArray if resp3 => out.extend_from_slice(b"_\r\n"),
        Reply::Nil => out.extend_from_slice(b"$-1\r\n"),
        Reply::NilArray => out.extend_from_slice(b"*-1\r\n"),
        Reply::Array(items) => sequence(out, b'*', items, protocol),
        Reply::Set(items) => sequence(out, if resp3 { b'~' } else { b'*' }, items, protocol),
        Reply::Push(items) => sequence(out, if resp3 { b'>' } else { b'*' }, items, protocol),
        Reply::Several(replies) => replies.iter().for_each(|reply| encode(reply, protocol, out)),
        Reply::Map(pairs) if resp3 => {
            header(out, b'%', pairs.len());
            flat_pairs(out, pairs, protocol);
        }
        Reply::Pairs(pairs) if resp3 => {
            header(out, b'*', pairs.len());
            for (first, second) in pairs {
                header(out, b'*', 2);
                encode(first, protocol, out);
                encode(second, protocol, out);
            }
        }
        Reply::Map(pairs) | Reply::Pairs(pairs) => {
            header(out, b'*', pairs.len() * 2);
            flat_pairs(out, pairs, protocol);
        }
        Reply::Double(number) if resp3 => line(out, b',', double_text(*number).as_bytes()),
        Reply::Double(number) => bulk(out, b'$', double_text(*number).as_bytes()),
        Reply::Bool(yes) if resp3 => line(out, b'#', if *yes { b"t" } else { b"f" }),
        Reply::Bool(yes) => length(out, b':', i64::from(*yes)),
        Reply::BigNumber(digits) if resp3 => line(out, b'(', digits),
        Reply::BigNumber(digits) => bulk(out, b'$', digits),
        Reply::Verbatim { format, text } if resp3 => {
            bulk(out, b'=', &[format.as_slice(), b":", text.as_slice()].concat());
        }
        Reply::Verbatim { text, .. } => bulk(out, b'$', text),
    }
}

/// The text of a double in a reply: 17 significant digits, as Redis 7.0 prints it.
pub(crate) fn double_text(number: f64) -> String {
    format_double(number)
}

fn line(out: &mut Vec<u8>, kind: u8, text: &[u8]) {
    out.push(kind);
    out.extend_from_slice(text);
    out.extend_from_slice(b"\r\n");
}

fn length(out: &mut Vec<u8>, kind: u8, number: i64) {
    line(out, kind, itoa::Buffer::new().format(number).as_bytes());
}

fn header(out: &mut Vec<u8>, kind: u8, count: usize) {
    line(out, kind, itoa::Buffer::new().format(count).as_bytes());
}

fn bulk(out: &mut Vec<u8>, kind: u8, bytes: &[u8]) {
    header(out, kind, bytes.len());
    out.extend_from_slice(bytes);
    out.extend_from_slice(b"\r\n");
}

fn sequence(out: &mut Vec<u8>, kind: u8, items: &[Reply], protocol: Protocol) {
    header(out, kind, items.len());
    for item in items {
        encode(item, protocol, out);
    }
}

fn flat_pairs(out: &mut Vec<u8>, pairs: &[(Reply, Reply)], protocol: Protocol) {
    for (first, second) in pairs {
        encode(first, protocol, out);
        encode(second, protocol, out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(reply: &Reply, protocol: Protocol) -> String {
        let mut out = Vec::new();
        encode(reply, protocol, &mut out);
        String::from_utf8(out).expect("the replies of these tests are text")
    }

    #[test]
    fn a_map_is_flat_in_resp2() {
        let reply = Reply::Map(vec![(Reply::bulk("a"), Reply::Int(1))]);
        assert_eq!(text(&reply, Protocol::Resp2), "*2\r\n$1\r\na\r\n:1\r\n");
        assert_eq!(text(&reply, Protocol::Resp3), "%1\r\n$1\r\na\r\n:1\r\n");
    }

    #[test]
    fn pairs_are_nested_in_resp3() {
        let reply = Reply::Pairs(vec![(Reply::bulk("a"), Reply::Int(1))]);
        assert_eq!(text(&reply, Protocol::Resp2), "*2\r\n$1\r\na\r\n:1\r\n");
        assert_eq!(text(&reply, Protocol::Resp3), "*1\r\n*2\r\n$1\r\na\r\n:1\r\n");
    }

    #[test]
    fn scalars_follow_the_protocol() {
        let cases = [
            (Reply::Nil, "$-1\r\n", "_\r\n"),
            (Reply::NilArray, "*-1\r\n", "_\r\n"),
            (Reply::Bool(true), ":1\r\n", "#t\r\n"),
            (Reply::Double(0.1), "$19\r\n0.10000000000000001\r\n", ",0.10000000000000001\r\n"),
            (Reply::BigNumber(b"12".to_vec()), "$2\r\n12\r\n", "(12\r\n"),
            (Reply::Verbatim { format: *b"txt", text: b"hi".to_vec() }, "$2\r\nhi\r\n", "=6\r\ntxt:hi\r\n"),
            (Reply::Set(vec![Reply::Int(1)]), "*1\r\n:1\r\n", "~1\r\n:1\r\n"),
        ];
        for (reply, resp2, resp3) in cases {
            assert_eq!(text(&reply, Protocol::Resp2), resp2);
            assert_eq!(text(&reply, Protocol::Resp3), resp3);
        }
    }
}
