//! Commands made from lines of grammar.

use proptest::{collection::vec, prelude::*, sample::select, strategy::Union};

pub(crate) type Command = Vec<Vec<u8>>;

/// The commands that one line of grammar describes.
///
/// Words in capitals stand for themselves, words in small letters for values of [their kind](placeholder).
/// `{A|B word}` is any number of these alternatives, up to three.
pub(crate) fn commands(line: &'static str) -> BoxedStrategy<Command> {
    let mut parts: Vec<BoxedStrategy<Command>> = Vec::new();
    let mut rest = line.trim();
    while !rest.is_empty() {
        let (part, after) = if let Some(inside) = rest.strip_prefix('{') {
            let (alternatives, after) = inside.split_once('}').expect("a brace is closed");
            let some = vec(Union::new(alternatives.split('|').map(commands)), 0..3);
            (some.prop_map(|words| words.concat()).boxed(), after)
        } else {
            let (word, after) = rest.split_once(' ').unwrap_or((rest, ""));
            (word_strategy(word), after)
        };
        parts.push(part);
        rest = after.trim_start();
    }
    parts.prop_map(|words| words.concat()).boxed()
}

fn word_strategy(word: &'static str) -> BoxedStrategy<Command> {
    let literal = word.chars().all(|c| !c.is_ascii_lowercase());
    if literal {
        return Just(vec![word.as_bytes().to_vec()]).boxed();
    }
    placeholder(word).prop_map(|word| vec![word]).boxed()
}

fn one_of(words: &'static [&'static str]) -> BoxedStrategy<Vec<u8>> {
    select(words).prop_map(|word| word.as_bytes().to_vec()).boxed()
}

/// Values of one kind: few enough to meet each other, and the awkward ones among them.
fn placeholder(kind: &str) -> BoxedStrategy<Vec<u8>> {
    let integer = one_of(&["0", "1", "-1", "2", "-3", "10", "100", "9223372036854775807", "-9223372036854775808"]);
    let float = one_of(&["0.1", "-2.5", "3", "1e3", "5.0e-3", "0x10", "inf", "1e40", "10.50", "123456789.123456789"]);
    let odd = one_of(&["", " 1", "01", "+1", "1.", "abc", "nan", "9223372036854775808", "\r\n", "*", "-"]);
    let bytes = vec(any::<u8>(), 0..12).boxed();
    match kind {
        "key" => one_of(&["a", "b", "c", "d"]),
        "field" => prop_oneof![8 => one_of(&["f", "g", "h", ""]), 1 => bytes].boxed(),
        // Integers of each width that a set of integers knows.
        "number" => one_of(&["0", "1", "2", "-1", "5", "32768", "-40000", "2147483648", "9223372036854775807"]),
        "member" => prop_oneof![8 => one_of(&["a", "b", "c", "", "1", "2"]), 1 => odd, 1 => bytes].boxed(),
        "count" => one_of(&["0", "1", "2", "3", "-2", "x"]),
        "bit" => one_of(&["0", "1", "7", "8", "13", "62", "100", "#0", "#1", "#2", "-1"]),
        "width" => one_of(&["u8", "i8", "u1", "i1", "u2", "i5", "u17", "u63", "i63", "i64", "u64", "i0"]),
        "letters" => "[ab]{0,9}|[abc]{0,20}".prop_map(String::into_bytes).boxed(),
        "odd" => odd,
        "value" => prop_oneof![4 => integer, 2 => float, 2 => odd, 2 => bytes].boxed(),
        // Longer than what a small hash may hold.
        "long" => vec(any::<u8>(), 65..70).boxed(),
        "int" => prop_oneof![8 => integer, 1 => odd].boxed(),
        "float" => prop_oneof![6 => float, 3 => integer, 1 => odd].boxed(),
        "offset" => one_of(&["0", "1", "-1", "3", "-3", "7", "-100", "100", "x", "9223372036854775807"]),
        // Far enough from the present that the time which a test takes does not show.
        "ttl" => one_of(&["100", "100", "5000", "200", "0", "-1", "x", "9223372036854775807"]),
        "pttl" => one_of(&["100000", "100000", "5000000", "200000", "0", "-1", "x", "9223372036854775807"]),
        "seconds" => one_of(&["33177117420", "33177117421", "1", "0", "-1", "x", "9223372036854775807"]),
        "millis" => one_of(&["33177117420000", "33177117421001", "1", "0", "-1", "x", "9223372036854775807"]),
        "instant" => one_of(&[
            "33177117420000",
            "33177117420001",
            "33177117420002",
            "33177117421001",
            "33177117421500",
            "70368744177663",
            "70368744177664",
            "1",
            "0",
            "-1",
            "x",
        ]),
        "numfields" => one_of(&["1", "1", "2", "3", "0", "-1", "x", "2147483648"]),
        "db" => one_of(&["0", "0", "1", "2", "16", "-1", "x"]),
        "pattern" => one_of(&["*", "a", "?", "[a-b]", "[^a]", "\\a", "x*", ""]),
        "ranked" => prop_oneof![12 => one_of(&["m", "n", "o", "p", "q", ""]), 1 => bytes].boxed(),
        "score" => prop_oneof![
            12 => one_of(&["0", "1", "-1", "2", "3", "1.5", "0.5", "0.1", "1e3", "0x10", "inf", "-inf", "1e17"]),
            1 => odd,
        ]
        .boxed(),
        "bound" => prop_oneof![
            12 => one_of(&["0", "(0", "1", "(1", "-1", "2", "(2", "3", "-inf", "+inf", "(inf", "1000", "", "(", " 1"]),
            1 => odd,
        ]
        .boxed(),
        "lex" => prop_oneof![
            12 => one_of(&["-", "+", "-", "+", "[m", "(m", "[n", "(n", "[o", "(o", "[q", "(p", "[", "(", "[z", "[mm"]),
            1 => odd,
        ]
        .boxed(),
        "aggregate" => one_of(&["SUM", "MIN", "MAX", "min", "x"]),
        // Elements that SORT can go by, what it finds for them, and where.
        "sortable" => one_of(&["1", "2", "3", "10", "-1", "0.5", "1e3", "02", "text", "inf"]),
        "weight" => one_of(&["w1", "w2", "w3", "w10", "w-1", "wtext", "w"]),
        "weights" => one_of(&["h1", "h2", "h3", "htext", "h"]),
        "pattern_by" => one_of(&["w*", "w*", "h*->f", "h*->g", "h*->", "x*", "*", "w**", "h*"]),
        "pattern_get" => one_of(&["#", "w*", "h*->f", "h*->", "nosort", "*", "w*->f"]),
        "dumped" => Just(super::keys::A_LIST.to_vec()).boxed(),
        "payload" => select(super::keys::PAYLOADS).prop_map(<[u8]>::to_vec).boxed(),
        "few" => one_of(&["0", "1", "2", "3", "-1", "x"]),
        "list" => one_of(&["x", "y", "z"]),
        // Stands for the number of a client, which is another one on each side.
        "client" => one_of(&["<client 0>", "<client 1>", "<client 2>", "<client 3>"]),
        "channel" => one_of(&["news", "sport", "x"]),
        "channels" => one_of(&["n*", "*s", "[a-z]*"]),
        "invalidations" => one_of(&["__redis__:invalidate"]),
        "prefix" => one_of(&["a", "b", "ab", ""]),
        "many" => one_of(&["100", "1000"]),
        // Scripts that run the command behind them.
        "call" => one_of(&[
            "return redis.pcall(unpack(ARGV))",
            "redis.setresp(3) return redis.pcall(unpack(ARGV))",
            "redis.call('SELECT', 1) return redis.pcall(unpack(ARGV))",
            "redis.pcall(unpack(ARGV)) return redis.pcall(unpack(ARGV))",
        ]),
        #[cfg(feature = "lua")]
        "script" => one_of(super::scripts::TEXTS),
        #[cfg(feature = "lua")]
        "pushes" => one_of(super::sessions::waiting::PUSHES),
        #[cfg(feature = "lua")]
        "reads" => one_of(super::sessions::tracking::READS),
        other => panic!("the grammar knows no {other}"),
    }
}

/// A command of `lines`, now and then with a word too few, too many, or in the wrong place.
///
/// The wrong words are no numbers: one that became a short time to live would race with the real server's clock.
pub(crate) fn any_command(lines: &'static [&'static str]) -> BoxedStrategy<Command> {
    let command = Union::new(lines.iter().map(|line| commands(line)));
    let spoiled = (command.clone(), 0..3usize, placeholder("odd")).prop_map(|(mut command, how, word)| {
        match how {
            0 if command.len() > 1 => drop(command.pop()),
            1 => command.push(word),
            _ => {
                let last = command.len() - 1;
                if last > 0 {
                    command[last] = word;
                }
            }
        }
        command
    });
    prop_oneof![9 => command, 1 => spoiled].boxed()
}
