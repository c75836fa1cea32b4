//! Which keys and which fields of hashes a command reads or writes, where that is known.

use redis::Cmd;

use super::facts::{self, argument, arguments, is_named};

/// What is known of a command's keys and fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Access {
    pub(crate) is_write: bool,
    place: Place,
}

/// Where a command's keys and fields are among its arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// The first argument is a key, and the command is about all of it.
    Key,
    /// All arguments are keys.
    Keys,
    /// How many keys there are, the keys, then options.
    CountedKeys,
    /// Two keys, then what is none.
    TwoKeys,
    /// A key, then a field of it, then what is no field.
    Field,
    /// A key, then fields.
    Fields,
    /// A key, then fields, each with its value.
    Pairs,
    /// A key, then options; somewhere among them `FIELDS`, the number of fields, and the fields.
    NamedFields,
    /// The same, each field with its value.
    NamedPairs,
}

/// Commands that are not in this table may have keys anywhere, as `EVAL` and `SORT` do, or more than one, as `ZUNIONSTORE` does.
const READS: &[(Place, &[&str])] = &[
    (Place::Field, &["HGET", "HEXISTS", "HSTRLEN"]),
    (Place::Fields, &["HMGET"]),
    (Place::NamedFields, &["HTTL", "HPTTL", "HEXPIRETIME", "HPEXPIRETIME"]),
    (Place::Key, &["HGETALL", "HLEN", "HKEYS", "HVALS", "HSCAN", "HRANDFIELD"]),
    (Place::Keys, &["MGET", "EXISTS", "TOUCH", "SINTER", "SUNION", "SDIFF", "PFCOUNT"]),
    (Place::Key, &["TYPE", "TTL", "PTTL", "EXPIRETIME", "PEXPIRETIME", "DUMP"]),
    (Place::Key, &["GET", "STRLEN", "GETRANGE", "SUBSTR", "GETBIT", "BITCOUNT", "BITPOS", "BITFIELD_RO"]),
    (Place::Key, &["LLEN", "LRANGE", "LINDEX", "LPOS"]),
    (Place::Key, &["SCARD", "SISMEMBER", "SMISMEMBER", "SMEMBERS", "SRANDMEMBER", "SSCAN"]),
    (Place::Key, &["ZSCORE", "ZMSCORE", "ZCARD", "ZCOUNT", "ZLEXCOUNT", "ZRANK", "ZREVRANK", "ZRANDMEMBER", "ZSCAN"]),
    (Place::Key, &["ZRANGE", "ZRANGEBYSCORE", "ZRANGEBYLEX", "ZREVRANGE", "ZREVRANGEBYSCORE", "ZREVRANGEBYLEX"]),
    (Place::CountedKeys, facts::COUNTED_KEYS),
    (Place::Key, &["GEOPOS", "GEODIST", "GEOHASH", "GEOSEARCH"]),
    (Place::Key, &["XLEN", "XRANGE", "XREVRANGE"]),
];

const WRITES: &[(Place, &[&str])] = &[
    (Place::Pairs, &["HSET", "HMSET"]),
    (Place::Field, &["HSETNX", "HINCRBY", "HINCRBYFLOAT"]),
    (Place::Fields, &["HDEL"]),
    (Place::NamedFields, &["HGETDEL", "HGETEX", "HPERSIST", "HEXPIRE", "HPEXPIRE", "HEXPIREAT", "HPEXPIREAT"]),
    (Place::NamedPairs, &["HSETEX"]),
    (Place::Keys, &["UNLINK", "DEL", "RENAME", "RENAMENX", "SINTERSTORE", "SUNIONSTORE", "SDIFFSTORE", "PFMERGE"]),
    (Place::Key, &["EXPIRE", "PEXPIRE", "EXPIREAT", "PEXPIREAT", "PERSIST", "RESTORE"]),
    (Place::Key, &["SET", "SETEX", "PSETEX", "SETNX", "GETSET", "GETDEL", "GETEX", "APPEND", "SETRANGE"]),
    (Place::Key, &["INCR", "INCRBY", "INCRBYFLOAT", "DECR", "DECRBY", "SETBIT", "BITFIELD"]),
    (Place::Key, &["LPUSH", "RPUSH", "LPUSHX", "RPUSHX", "LPOP", "RPOP", "LTRIM", "LSET", "LREM", "LINSERT"]),
    (Place::TwoKeys, &["LMOVE", "RPOPLPUSH"]),
    (Place::Key, &["SADD", "SREM", "SPOP"]),
    (Place::TwoKeys, &["SMOVE"]),
    (Place::Key, &["ZADD", "ZREM", "ZINCRBY", "ZPOPMIN", "ZPOPMAX"]),
    (Place::Key, &["ZREMRANGEBYRANK", "ZREMRANGEBYSCORE", "ZREMRANGEBYLEX"]),
    (Place::Key, &["PFADD", "GEOADD", "XADD", "XDEL", "XTRIM", "XACK"]),
];

impl Access {
    /// `None` when the command's keys are not known.
    pub(crate) fn of(cmd: &Cmd) -> Option<Self> {
        let find =
            |table: &[(Place, &[&str])]| table.iter().find_map(|&(place, names)| is_named(cmd, names).then_some(place));
        let read = find(READS).map(|place| Self { is_write: false, place });
        read.or_else(|| find(WRITES).map(|place| Self { is_write: true, place }))
    }

    /// Visits each key with each of the fields that the command names; with none when it is about the key as a whole. A
    /// command that names no field, though it should, is taken to be about the whole key.
    ///
    /// # Errors
    /// The first of `visit`.
    pub(crate) fn visit<'a, E>(
        self,
        cmd: &'a Cmd,
        mut visit: impl FnMut(&'a [u8], Option<&'a [u8]>) -> Result<(), E>,
    ) -> Result<(), E> {
        if matches!(self.place, Place::Keys | Place::CountedKeys | Place::TwoKeys) {
            return facts::keys(cmd).try_for_each(|key| visit(key, None));
        }
        let Some(key) = argument(cmd, 1) else { return Ok(()) };
        let mut fields = self.fields(cmd).peekable();
        if fields.peek().is_none() {
            return visit(key, None);
        }
        fields.try_for_each(|field| visit(key, Some(field)))
    }

    fn fields(self, cmd: &Cmd) -> impl Iterator<Item = &[u8]> {
        let (skipped, taken, step) = match self.place {
            Place::Key | Place::Keys | Place::CountedKeys | Place::TwoKeys => (0, 0, 1),
            Place::Field => (2, 1, 1),
            Place::Fields => (2, usize::MAX, 1),
            Place::Pairs => (2, usize::MAX, 2),
            Place::NamedFields => named(cmd, 1),
            Place::NamedPairs => named(cmd, 2),
        };
        arguments(cmd).skip(skipped).step_by(step).take(taken)
    }
}

/// Where the fields after `FIELDS` begin, how many they are, and how far they are apart. The options before the word are
/// names and numbers, so that it cannot be one of them.
fn named(cmd: &Cmd, step: usize) -> (usize, usize, usize) {
    let word = arguments(cmd).skip(2).position(|word| word.eq_ignore_ascii_case(b"FIELDS")).map(|found| found + 2);
    let count = word.and_then(|word| std::str::from_utf8(argument(cmd, word + 1)?).ok()?.parse().ok());
    match (word, count) {
        (Some(word), Some(count)) => (word + 2, count, step),
        _ => (0, 0, step),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;
    use redis::Cmd;

    use super::{Access, Place, READS, WRITES};
    use crate::command::facts;

    fn cmd(line: &str) -> Cmd {
        line.split_whitespace().fold(Cmd::new(), |mut cmd, word| cmd.arg(word).take())
    }

    /// What a command touches, as `key` or `key/field`; `None` when that is not known.
    fn touched(cmd: &Cmd) -> Option<(bool, Vec<String>)> {
        let access = Access::of(cmd)?;
        let mut places = Vec::new();
        let visited = access.visit(cmd, |key, field| {
            let field = field.map(|field| format!("/{}", facts::readable(field)));
            places.push(facts::readable(key) + &field.unwrap_or_default());
            Ok::<(), ()>(())
        });
        visited.expect("the visitor never fails");
        Some((access.is_write, places))
    }

    #[test]
    fn each_write_of_a_hash_names_its_fields() {
        let cases = [
            ("HSET k a 1 b 2", "k/a k/b"),
            ("hmset k a 1 b 2", "k/a k/b"),
            ("HSETNX k a 1", "k/a"),
            ("HINCRBY k a 1", "k/a"),
            ("HINCRBYFLOAT k a 1.5", "k/a"),
            ("HDEL k a b c", "k/a k/b k/c"),
            ("HGETDEL k FIELDS 2 a b", "k/a k/b"),
            ("HGETEX k EX 10 fields 1 a", "k/a"),
            ("HGETEX k FIELDS 1 FIELDS EX 10", "k/FIELDS"),
            ("HSETEX k FNX PX 10 FIELDS 2 a 1 b 2", "k/a k/b"),
            ("HEXPIRE k 10 NX FIELDS 2 a b", "k/a k/b"),
            ("HPERSIST k FIELDS 1 a", "k/a"),
        ];
        for (line, places) in cases {
            let expected = places.split(' ').map(str::to_owned).collect();
            assert_eq!(touched(&cmd(line)), Some((true, expected)), "{line}");
        }
    }

    #[test]
    fn writes_of_other_types_are_about_the_whole_key() {
        for line in
            ["SET k v", "LPUSH k a b", "SADD k a", "ZADD k 1 a", "INCR k", "PEXPIRE k 10", "PERSIST k", "GETDEL k"]
        {
            assert_eq!(touched(&cmd(line)), Some((true, vec!["k".to_owned()])), "{line}");
        }
        for line in ["UNLINK a b", "LMOVE a b LEFT RIGHT"] {
            assert_eq!(touched(&cmd(line)), Some((true, vec!["a".to_owned(), "b".to_owned()])), "{line}");
        }
    }

    #[test]
    fn reads_are_no_writes() {
        let cases = [("HGET k a", "k/a"), ("HMGET k a b", "k/a k/b"), ("HGETALL k", "k"), ("MGET a b", "a b")];
        for (line, places) in cases {
            let expected = places.split(' ').map(str::to_owned).collect();
            assert_eq!(touched(&cmd(line)), Some((false, expected)), "{line}");
        }
    }

    #[test]
    fn a_command_without_its_fields_is_about_the_whole_key() {
        for line in
            ["HSET k", "HDEL k", "HGETDEL k FIELDS", "HGETDEL k FIELDS two a", "HGETEX k EX 1", "HSETEX k FIELDS 0"]
        {
            assert_eq!(touched(&cmd(line)), Some((true, vec!["k".to_owned()])), "{line}");
        }
    }

    #[test]
    fn commands_with_keys_elsewhere_are_not_known() {
        for line in [
            "EVAL x 1 k",
            "EVALSHA x 1 k",
            "FCALL f 1 k",
            "COPY a b",
            "ZUNIONSTORE a 1 b",
            "SORT k STORE b",
            "GEOSEARCHSTORE a b",
            "BITOP NOT a b",
            "MSET a 1 b 2",
            "FLUSHDB",
            "NOSUCH k",
        ] {
            assert_eq!(touched(&cmd(line)), None, "{line}");
        }
        assert_eq!(touched(&Cmd::new()), None);
    }

    #[test]
    fn keys_that_are_counted_end_before_the_options() {
        for (line, is_write, keys) in [
            ("SINTERCARD 2 a b LIMIT 1", false, &["a", "b"][..]),
            ("ZUNION 3 a b c WEIGHTS 1 2 3", false, &["a", "b", "c"]),
            ("ZDIFF 1 a WITHSCORES", false, &["a"]),
            ("ZINTERCARD two a", false, &[]),
            ("SMOVE a b value", true, &["a", "b"]),
        ] {
            let keys = keys.iter().map(ToString::to_string).collect();
            assert_eq!(touched(&cmd(line)), Some((is_write, keys)), "{line}");
        }
    }

    #[test]
    fn a_name_stands_in_the_table_once() {
        let mut seen = HashSet::new();
        for name in READS.iter().chain(WRITES).flat_map(|(_, names)| *names) {
            assert!(seen.insert(name), "{name} stands there twice");
        }
    }

    #[test]
    fn what_is_sent_again_as_a_read_is_no_write() {
        for name in WRITES.iter().flat_map(|(_, names)| *names) {
            assert!(!facts::is_read(&redis::cmd(name)), "{name}");
        }
    }

    #[test]
    fn keys_of_commands_on_keys_only_are_those_that_scripts_declare() {
        let several = |(place, names): &(Place, &'static [&'static str])| (*place == Place::Keys).then_some(*names);
        for name in READS.iter().chain(WRITES).filter_map(several).flatten() {
            assert_eq!(facts::keys(redis::cmd(name).arg("a").arg("b")).count(), 2, "{name}");
        }
    }

    proptest! {
        #[test]
        fn any_field_is_found_among_any_values(
            pairs in prop::collection::vec((prop::collection::vec(any::<u8>(), 0..6), "[a-zA-Z]{0,6}"), 1..6),
        ) {
            let fields: Vec<_> = pairs.iter().map(|(field, _)| field.clone()).collect();
            let with_pairs = |start: &str| pairs.iter().fold(cmd(start), |mut cmd, (field, value)| {
                cmd.arg(&field[..]).arg(value).take()
            });
            let named = format!("HSETEX k KEEPTTL FIELDS {}", pairs.len());
            for cmd in [with_pairs("HSET k"), with_pairs(&named)] {
                let mut found = Vec::new();
                let visited = Access::of(&cmd).expect("it is known").visit(&cmd, |key, field| {
                    assert_eq!(key, b"k");
                    found.extend(field.map(<[u8]>::to_vec));
                    Ok::<(), ()>(())
                });
                prop_assert_eq!((visited, &found), (Ok(()), &fields));
            }
        }
    }
}
