//! What of a reply must be the same, and on which servers.

use super::grammar::Command;

/// What of a reply is the same on every server.
pub(super) enum Promise {
    Everything,
    /// The elements, in any order.
    Elements,
    /// Numbers of seconds, of which some have passed for the server only.
    Seconds,
    /// Numbers of milliseconds, likewise.
    Milliseconds,
    /// Whether there is a value, and errors: how a value is written in bytes is nobody's promise.
    Presence,
    /// The command chooses at random.
    Nothing,
    /// The command would spoil what the sequence is about, and is left out.
    Unasked,
}

/// What servers promise of the reply to a command.
pub(super) fn promise(command: &Command) -> Promise {
    match command[0].as_slice() {
        b"KEYS" | b"SCAN" => Promise::Elements,
        // Servers compress, and pack small values; the engine writes every value plainly, and reads what they write.
        b"DUMP" => Promise::Presence,
        b"TTL" | b"HTTL" | b"HEXPIRETIME" => Promise::Seconds,
        b"HPTTL" | b"HPEXPIRETIME" => Promise::Milliseconds,
        // A count of at least as many elements as there are leaves no choice.
        b"HRANDFIELD" | b"ZRANDMEMBER"
            if !matches!(command.get(2).map(Vec::as_slice), Some(b"0" | b"100" | b"1000")) =>
        {
            Promise::Nothing
        }
        _ => Promise::Everything,
    }
}

/// The same for collections too large for a compact form: their order is nobody's promise.
pub(super) fn promise_of_elements(command: &Command) -> Promise {
    match promise(command) {
        Promise::Everything => Promise::Elements,
        other => other,
    }
}

/// Whether servers newer than 7.0 treat a command otherwise.
pub(super) fn is_disputed(command: &Command, is_inside: bool) -> bool {
    match command[0].as_slice() {
        // Such a script runs the command behind it.
        b"EVAL" if command.len() > 3 && command[1].ends_with(b"redis.pcall(unpack(ARGV))") => {
            command[1].starts_with(b"redis.setresp(3)") || is_disputed(&command[3..].to_vec(), is_inside)
        }
        // Some refuse the one number that has no opposite.
        b"LPOS" | b"LREM" => command.iter().any(|word| word == b"-9223372036854775808"),
        // Some cut an index down to 32 bits.
        b"LSET" => command.iter().any(|word| word == b"9223372036854775807"),
        // Refused inside a transaction, these spoil it on some servers.
        b"MULTI" | b"WATCH" => is_inside,
        // Some check the deadline or the range before they look for the key.
        b"GETEX" | b"BITPOS" => command.len() > 3,
        // Some take a time to live that is too long for their integers for one that lasts.
        b"RESTORE" => command.iter().any(|word| word == b"9223372036854775807"),
        // Some read the whole range before they look for the key, or know ranges without an end.
        b"BITCOUNT" => command.len() > 2,
        // Some are stricter about cursors and names of types.
        b"SCAN" => command.get(1).is_none_or(|cursor| cursor != b"0") || command.contains(&b"TYPE".to_vec()),
        b"HSCAN" | b"SSCAN" | b"ZSCAN" => command.get(2).is_none_or(|cursor| cursor != b"0"),
        // Some are stricter about numbers, and some skip nothing for a negative number of elements.
        [b'Z', ..] if command.iter().any(|word| is_odd_number(word)) => true,
        [b'Z', ..] => command.windows(2).any(|words| words[0] == b"LIMIT" && words[1].starts_with(b"-")),
        // The order of a Lua table is that of another build of Lua.
        b"EVAL" | b"EVAL_RO" => command.get(1).is_some_and(|script| script.starts_with(b"redis.setresp(3)")),
        _ => false,
    }
}

/// What C reads as a number, and some servers do not.
pub(super) fn is_odd_number(word: &[u8]) -> bool {
    word.starts_with(b" ") || word.starts_with(b"0x") || matches!(word, b"" | b"(" | b"+1")
}

/// Whether Valkey treats a command otherwise than Redis 7.0, or than Redis 8.0 if it is of hash fields with a time to
/// live.
pub(super) fn is_disputed_by_valkey(command: &Command) -> bool {
    let name = command[0].as_slice();
    // What was not found is stored as an empty element, which is no number there.
    if name == b"SORT" && command.iter().any(|word| word == b"STORE") {
        return command.iter().any(|word| word == b"GET");
    }
    let is_word = |word: &[u8], name: &str| word.eq_ignore_ascii_case(name.as_bytes());
    let end = command.iter().position(|word| is_word(word, "FIELDS")).unwrap_or(command.len());
    let first_option = match name {
        b"HEXPIRE" | b"HPEXPIRE" | b"HEXPIREAT" | b"HPEXPIREAT" => 3,
        b"HGETEX" | b"HSETEX" => 2,
        _ => return false,
    };
    let options = command.get(first_option..end).unwrap_or_default();
    // Valkey allows options together, or twice, and deadlines that Redis finds too far away.
    let is_option = |word: &&Vec<u8>| word.len() > 1 && word.iter().all(u8::is_ascii_uppercase);
    let is_far = |word: &Vec<u8>| word.len() > 10 && !is_word(word, "33177117420");
    // A write that is in the past when it is made touches no key there.
    let is_past = |word: &Vec<u8>| is_word(word, "0") || is_word(word, "1");
    options.iter().filter(is_option).count() > 1
        || command[2..end].iter().any(|word| is_far(word) && !word.starts_with(b"33177"))
        || name == b"HSETEX" && options.iter().any(is_past)
}
