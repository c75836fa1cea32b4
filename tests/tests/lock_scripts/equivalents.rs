//! Faults that are none: scripts that do the same, and at most take longer.

use crate::mutants::Mutant;

const SLOWER: &str = "the same, with more to read or to do";
const BOUND: &str = "no member of the queue is equal to the bound";
const FIRST: &str = "a string begins at 1, and what is before that is nothing";
const LIMIT: &str = "how much goes into one call";
const EVER: &str = "any number that is the same for all";
const PLAIN: &str = "this text is no pattern";
const ONE: &str = "the two are never equal";
const NOTHING: &str = "nothing is there, and nothing is done with it";
const AGAIN: &str = "it is counted again before it is written";
const DOT: &str = "no path begins with a dot";
const WORDS: &str = "for people to read";

/// What a line has, what it has instead, and why that is as good. A whole line may be gone.
const EQUIVALENTS: &[(&str, &str, &str)] = &[
    ("CHUNK = 6000", "CHUNK = 6001", LIMIT),
    ("CHUNK = 6000", "CHUNK = 6010", LIMIT),
    ("CHUNK = 6000", "CHUNK = 6100", LIMIT),
    ("CHUNK - 1", "CHUNK + 1", LIMIT),
    ("CHUNK - 1", "CHUNK - 0", LIMIT),
    ("CHUNK - 1", "CHUNK - 2", LIMIT),
    ("'ZADD', QUEUE, 0", "'ZADD', QUEUE, 1", EVER),
    ("'LIMIT', 0, 1", "'LIMIT', 0, 2", SLOWER),
    ("'[' .. from", "'(' .. from", BOUND),
    ("'(' .. from", "'[' .. from", BOUND),
    ("'[' .. path", "'(' .. path", BOUND),
    ("'(' .. path", "'[' .. path", BOUND),
    ("'(' .. found", "'[' .. found", BOUND),
    ("'(\\1'", "'(\\2'", BOUND),
    ("return false", "", "nothing is as good as false"),
    ("'\\n', from, true", "'\\n', from, false", PLAIN),
    ("is_damaged = false", "is_damaged = true", SLOWER),
    ("is_queue_used = false", "is_queue_used = true", SLOWER),
    ("sub(path, 1,", "sub(path, 0,", FIRST),
    ("sub(last, 1,", "sub(last, 0,", FIRST),
    ("sub(lines, 1,", "sub(lines, 0,", FIRST),
    ("sub(b, 1,", "sub(b, 0,", FIRST),
    ("sub(field, 1, 2)", "sub(field, 0, 2)", FIRST),
    ("'\\0', 1, true", "'\\0', 0, true", FIRST),
    ("'\\0', 1, true", "'\\0', 2, true", "a path has a mode and a ticket behind it"),
    ("'\\0', 1, true", "'\\0', 1, false", PLAIN),
    ("#from + 17", "#from + 27", "tickets differ before their end"),
    ("shared < exclusive", "shared <= exclusive", ONE),
    ("a.ticket < b.ticket", "a.ticket <= b.ticket", ONE),
    ("deadline < due then", "deadline <= due then", ONE),
    ("#a > #b", "#a >= #b", ONE),
    ("%016d", "%006d", "the server's clock has sixteen digits"),
    ("is not what", "is what", WORDS),
    ("#fields + 1] = ", "#fields + 2] = ", "a hole between fields is passed over"),
    ("is_damaged = false", "", SLOWER),
    ("deadline < due) then", "deadline <= due) then", ONE),
    ("if due > 0 and due <= now", "if due > 1 and due <= now", "nobody's deadline was in 1970"),
    ("#freed > 0 then queue", "#freed >= 0 then queue", SLOWER),
    ("true, 0, 0, 0, 0 end", "true, 1, 0, 0, 0 end", AGAIN),
    ("true, 0, 0, 0, 0 end", "true, 0, 0, 1, 0 end", AGAIN),
    ("true, 0, 0, 0, 0 end", "true, 0, 0, 0, 1 end", AGAIN),
    ("'|', 1, true)", "'|', 1, false)", PLAIN),
    ("'|', 1, true)", "'|', 0, true)", FIRST),
    ("or {0, 0, 0, 0}", "or {0, 1, 0, 0}", "nobody else holds exclusively where one has a share"),
    ("= value, true", "= value, false", "it is there, and that counts"),
    ("for i = 1, #fields do", "for i = 0, #fields do", NOTHING),
    ("for i = 1, #channels do", "for i = 0, #channels do", NOTHING),
    ("due > 0 and math", "due > 1 and math", "nobody's deadline was in 1970"),
    ("path, '.', 1, true)", "path, '.', 2, true)", DOT),
    ("path, '.', 1, true)", "path, '.', 0, true)", FIRST),
    ("{kind}, 0", "{kind}, 1", DOT),
    ("for i = 2, is_fair", "for i = 1, is_fair", "this very request does not wait"),
    ("#awaited or 0 do", "#awaited or 1 do", NOTHING),
    ("for i = 1, #awaited", "for i = 0, #awaited", NOTHING),
    ("for i = 3, last do awaited", "for i = 2, last do awaited", NOTHING),
    ("lease_end < due then", "lease_end <= due then", ONE),
    ("math.max(due - now, 0) or -1", "math.max(due - now, 1) or -1", "what is due now was ended before"),
];

/// Which of the entries says why a mutant does what the script does, where it does.
pub(crate) fn entry(mutant: &Mutant) -> Option<usize> {
    let is_it = |before: &str, after: &str| {
        let places = mutant.before.match_indices(before);
        let mut changed =
            places.map(|(at, _)| format!("{}{after}{}", &mutant.before[..at], &mutant.before[at + before.len()..]));
        changed.any(|line| line.trim() == mutant.after.trim())
    };
    EQUIVALENTS.iter().position(|(before, after, _)| is_it(before, after))
}

/// The entries that are not among `used`.
pub(crate) fn unused(used: &[usize]) -> Vec<String> {
    let entries = EQUIVALENTS.iter().enumerate().filter(|(number, _)| !used.contains(number));
    entries.map(|(_, (before, after, _))| format!("{before:?} as {after:?}")).collect()
}
