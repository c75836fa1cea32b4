use redis::{PushInfo, PushKind, Value, VerbatimFormat, parse_redis_value};

use super::{ErrorReply, Protocol, Reply, double_text};

/// What redis-rs would have read from the wire for `reply`, without writing the wire.
pub(crate) fn to_redis_value(reply: Reply, protocol: Protocol) -> Value {
    let resp3 = protocol == Protocol::Resp3;
    let convert = |reply| to_redis_value(reply, protocol);
    match reply {
        Reply::Ok => Value::Okay,
        // The parser of redis-rs knows this one text by name.
        Reply::Status(text) if *text == *b"OK" => Value::Okay,
        Reply::Status(text) => Value::SimpleString(String::from_utf8_lossy(&text).into_owned()),
        Reply::Error(error) => server_error(&error),
        Reply::Int(number) => Value::Int(number),
        Reply::Bulk(bytes) => Value::BulkString(bytes),
        Reply::Nil | Reply::NilArray => Value::Nil,
        Reply::Set(items) if resp3 => Value::Set(items.into_iter().map(convert).collect()),
        Reply::Push(items) if resp3 => to_push(items),
        Reply::Array(items) | Reply::Set(items) | Reply::Push(items) | Reply::Several(items) => {
            Value::Array(items.into_iter().map(convert).collect())
        }
        Reply::Map(pairs) if resp3 => {
            Value::Map(pairs.into_iter().map(|(field, value)| (convert(field), convert(value))).collect())
        }
        Reply::Pairs(pairs) if resp3 => {
            let couple = |(first, second)| Value::Array(vec![convert(first), convert(second)]);
            Value::Array(pairs.into_iter().map(couple).collect())
        }
        Reply::Map(pairs) | Reply::Pairs(pairs) => {
            let mut flat = Vec::with_capacity(pairs.len() * 2);
            for (first, second) in pairs {
                flat.push(convert(first));
                flat.push(convert(second));
            }
            Value::Array(flat)
        }
        Reply::Double(number) if resp3 => Value::Double(number),
        Reply::Double(number) => Value::BulkString(double_text(number).into_bytes()),
        Reply::Bool(yes) if resp3 => Value::Boolean(yes),
        Reply::Bool(yes) => Value::Int(i64::from(yes)),
        Reply::BigNumber(digits) if resp3 => big_number(&digits),
        Reply::BigNumber(digits) => Value::BulkString(digits),
        Reply::Verbatim { format, text } if resp3 => {
            Value::VerbatimString { format: verbatim_format(format), text: String::from_utf8_lossy(&text).into_owned() }
        }
        Reply::Verbatim { text, .. } => Value::BulkString(text),
    }
}

/// What was sent unasked, as redis-rs hands it to those who listen for it.
pub(crate) fn to_push_info(reply: Reply) -> Option<PushInfo> {
    let Reply::Push(items) = reply else { return None };
    let Value::Push { kind, data } = to_push(items) else { return None };
    Some(PushInfo { kind, data })
}

fn to_push(items: Vec<Reply>) -> Value {
    let mut items = items.into_iter();
    let kind = match items.next() {
        Some(Reply::Bulk(name)) => push_kind(&name),
        _ => PushKind::Other(String::new()),
    };
    Value::Push { kind, data: items.map(|item| to_redis_value(item, Protocol::Resp3)).collect() }
}

fn push_kind(name: &[u8]) -> PushKind {
    match name {
        b"invalidate" => PushKind::Invalidate,
        b"message" => PushKind::Message,
        b"pmessage" => PushKind::PMessage,
        b"smessage" => PushKind::SMessage,
        b"subscribe" => PushKind::Subscribe,
        b"psubscribe" => PushKind::PSubscribe,
        b"ssubscribe" => PushKind::SSubscribe,
        b"unsubscribe" => PushKind::Unsubscribe,
        b"punsubscribe" => PushKind::PUnsubscribe,
        b"sunsubscribe" => PushKind::SUnsubscribe,
        other => PushKind::Other(String::from_utf8_lossy(other).into_owned()),
    }
}

/// An error as redis-rs hands it on: inside `Ok`, as a value.
///
/// The type has no constructor that others may call, but its parser has one.
pub(crate) fn server_error(error: &ErrorReply) -> Value {
    parse_redis_value(format!("-{error}\r\n").as_bytes()).expect("one line after a minus is always an error reply")
}

/// Goes through the parser because the variant's content depends on a feature of redis-rs.
fn big_number(digits: &[u8]) -> Value {
    let line = [b"(", digits, b"\r\n"].concat();
    parse_redis_value(&line).unwrap_or_else(|_| Value::BulkString(digits.to_vec()))
}

fn verbatim_format(format: [u8; 3]) -> VerbatimFormat {
    match &format {
        b"txt" => VerbatimFormat::Text,
        b"mkd" => VerbatimFormat::Markdown,
        other => VerbatimFormat::Unknown(String::from_utf8_lossy(other).into_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::encode;
    use super::*;

    #[test]
    fn the_direct_way_gives_what_the_parser_of_redis_rs_reads_from_the_wire() {
        let pair = || vec![(Reply::bulk("a"), Reply::Double(1.5))];
        let replies = [
            Reply::Ok,
            Reply::status("OK"),
            Reply::status("PONG"),
            Reply::Error(ErrorReply::WRONG_TYPE),
            Reply::Error(ErrorReply::fixed("NOSCRIPT No matching script. Please use EVAL.")),
            Reply::Int(-3),
            Reply::bulk("x\r\n\0"),
            Reply::Nil,
            Reply::NilArray,
            Reply::Array(vec![Reply::Nil, Reply::Set(vec![Reply::Bool(true)])]),
            Reply::Map(pair()),
            Reply::Pairs(pair()),
            Reply::Push(vec![Reply::bulk("pmessage"), Reply::bulk("n*"), Reply::bulk("news"), Reply::bulk("hi")]),
            Reply::Push(vec![Reply::bulk("tracking-redir-broken"), Reply::Int(7)]),
            Reply::BigNumber(b"123456789012345678901234567890".to_vec()),
            Reply::Verbatim { format: *b"txt", text: b"hello".to_vec() },
        ];
        for protocol in [Protocol::Resp2, Protocol::Resp3] {
            for reply in &replies {
                let mut wire = Vec::new();
                encode(reply, protocol, &mut wire);
                let parsed = parse_redis_value(&wire).expect("the encoder writes well-formed replies");
                assert_eq!(to_redis_value(reply.clone(), protocol), parsed, "{reply:?}");
            }
        }
    }
}
