//! The format is for ever: what is written here is what lies in servers.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
    fmt,
    net::Ipv4Addr,
    sync::Arc,
};

use serde::{Serialize, Serializer};

use super::{Arguments, CacheKey, canonical::Canonical};

pub(super) fn text<K: CacheKey + ?Sized>(key: &K) -> String {
    let arguments = Arguments::of(key).expect("a value that can be encoded");
    String::from_utf8(arguments.as_bytes().to_vec()).expect("UTF-8")
}

pub(super) fn encoding<K: CacheKey + ?Sized>(key: &K) -> Vec<u8> {
    let mut canonical = Canonical::new();
    key.serialize(&mut canonical).expect("a value that can be encoded");
    canonical.bytes
}

#[derive(Serialize, Clone, Copy)]
enum Plan {
    Free,
    #[serde(rename = "7")]
    Seven,
    Trial(u8),
    Pair(u8, u8),
    Paid {
        since: u16,
    },
}

#[derive(Serialize)]
struct Id(u64);

#[derive(Serialize)]
struct Point {
    y: i32,
    x: i32,
}

#[derive(Serialize)]
struct Turned {
    x: i64,
    y: i64,
}

#[derive(Serialize)]
struct Nothing;

#[test]
fn plain_arguments_stand_readably() {
    assert_eq!(text(&()), "");
    assert_eq!(text(&(7_u64,)), "7");
    assert_eq!(text(&(i64::MIN, u64::MAX)), "-9223372036854775808:18446744073709551615");
    assert_eq!(text(&(u128::MAX,)), "340282366920938463463374607431768211455");
    assert_eq!(text(&(true, false)), "true:false");
    assert_eq!(text(&(None::<u8>, Some(5), Some(Some("ada")))), "-:5:ada");
    assert_eq!(text(&("ada", 'b', Plan::Free, Id(3))), "ada:b:Free:3");
    assert_eq!(text(&(Ipv4Addr::LOCALHOST,)), "127%2E0%2E0%2E1");
}

#[test]
fn texts_may_end_anywhere_around_the_longest_text() {
    let mut texts = std::collections::BTreeSet::new();
    for length in 80..110 {
        for last in ["", "1", "-", "true", "'", "#", "a", "a:b"] {
            let text = text(&("a".repeat(length), last));
            assert!(text.len() <= 96, "{text}");
            assert!(texts.insert(text), "{length} letters and {last:?}");
        }
    }
}

#[test]
fn texts_are_escaped_and_marked_where_they_read_as_something_else() {
    assert_eq!(text(&("a%b{c}d.e@f:g'h#i",)), "a%25b%7Bc%7Dd%2Ee%40f%3Ag%27h%23i");
    assert_eq!(text(&("\0\n\x1f\x7f Ä",)), "%00%0A%1F%7F Ä");
    assert_eq!(text(&("", "-", "true", "false")), "':'-:'true:'false");
    assert_eq!(text(&("7", "-7", "007", '3', Plan::Seven)), "'7:'-7:'007:'3:'7");
    assert_eq!(text(&("--", "-7a", "7.5", "True", "+7")), "--:-7a:7%2E5:True:+7");
}

#[test]
fn a_value_alone_is_a_tuple_of_it() {
    assert_eq!(text(&7), text(&(7,)));
    assert_eq!(text("ada"), text(&("ada",)));
    assert_eq!(text(&vec![1, 2]), text(&(vec![1, 2],)));
    assert_eq!(text(&Some((1, 2))), text(&(Some((1, 2)),)));
    assert_ne!(text(&(1, 2)), text(&((1, 2),)));
    assert_ne!(text(&()), text(&((),)));
}

#[test]
fn what_does_not_fit_is_hashed() {
    let longest = "a".repeat(96);
    assert_eq!(text(&(&longest,)), longest);
    assert_eq!(text(&("a".repeat(94), 7)).len(), 96);
    for too_long in
        [text(&("a".repeat(97),)), text(&("a".repeat(95), 7)), text(&("7".repeat(96),)), text(&(":".repeat(33),))]
    {
        assert_eq!((too_long.len(), &too_long[..1]), (33, "#"));
    }
}

#[test]
fn encodings_are_as_the_table_says() {
    const NONE: [u8; 7] = [0; 7];
    let bytes = |parts: &[&[u8]]| parts.concat();
    let number = |count: u8| [&NONE[..], &[count]].concat();
    let integer = |digits: &str| bytes(&[b"i", &number(u8::try_from(digits.len()).expect("short")), digits.as_bytes()]);
    let word =
        |tag: &[u8], text: &str| bytes(&[tag, &number(u8::try_from(text.len()).expect("short")), text.as_bytes()]);

    assert_eq!(encoding(&(-12_i8, 300_u128)), bytes(&[&integer("-12"), &integer("300")]));
    assert_eq!(encoding(&(true, false, None::<u8>, ())), b"tfnu");
    assert_eq!(encoding(&(1.5_f32, -0.0_f64)), b"d\x3f\xf8\0\0\0\0\0\0d\0\0\0\0\0\0\0\0");
    assert_eq!(encoding(&(f64::NAN, -f32::NAN)), b"d\x7f\xf8\0\0\0\0\0\0d\x7f\xf8\0\0\0\0\0\0");
    assert_eq!(encoding(&("Äb", 'c')), bytes(&[&word(b"\"", "Äb"), &word(b"\"", "c")]));
    assert_eq!(encoding(&(Ipv4Addr::LOCALHOST,)), word(b"\"", "127.0.0.1"));
    assert_eq!(encoding(&(Raw(b"\xff\0"),)), bytes(&[b"x", &number(2), b"\xff\0"]));
    assert_eq!(encoding(&(Some(Some(1)), Id(2), Nothing)), bytes(&[b"ss", &integer("1"), &integer("2"), b"u"]));
    assert_eq!(
        encoding(&(vec![1, 2], [true; 1])),
        bytes(&[b"[", &number(2), &integer("1"), &integer("2"), b"[", &number(1), b"t"])
    );
    let point = bytes(&[b"{", &number(2), &word(b"\"", "x"), &integer("1"), &word(b"\"", "y"), &integer("2")]);
    assert_eq!(encoding(&Point { y: 2, x: 1 }), point);
    assert_eq!(encoding(&BTreeMap::from([("y", 2), ("x", 1)])), point);
    assert_eq!(encoding(&BTreeMap::<u8, u8>::new()), bytes(&[b"{", &number(0)]));
    assert_eq!(encoding(&Plan::Free), word(b"v", "Free"));
    assert_eq!(encoding(&Plan::Trial(1)), bytes(&[&word(b"V", "Trial"), &integer("1")]));
    assert_eq!(
        encoding(&Plan::Pair(1, 2)),
        bytes(&[&word(b"V", "Pair"), b"[", &number(2), &integer("1"), &integer("2")])
    );
    assert_eq!(
        encoding(&Plan::Paid { since: 1 }),
        bytes(&[&word(b"V", "Paid"), b"{", &number(1), &word(b"\"", "since"), &integer("1")])
    );
}

#[test]
fn hashes_stay_what_they_are() {
    assert_eq!(text(&(1.5,)), "#bf312ad8f4960509f624c3886d5ece1c");
    assert_eq!(text(&((),)), "#135e48e7e8a6c46c54b691dc13e3ce20");
    assert_eq!(text(&(Some(None::<u8>),)), "#b1a02c36e7f2a9545728262f79579c53");
    assert_eq!(text(&(vec![1, 2, 3],)), "#fba00e79d7e5ba916e8033eff9bfb56d");
    assert_eq!(text(&("a".repeat(100), 7)), "#9bba6311b40376ff9bf5a32475c208de");
    assert_eq!(text(&(Point { y: 2, x: 1 },)), "#b8e88b4063ba75e8c6ffb89555a95f7c");
    assert_eq!(text(&(HashMap::from([(1, "a"), (2, "b"), (3, "c")]),)), "#528bdf0c577ff748a2b953a0e94cd069");
    assert_eq!(text(&(Plan::Trial(1), Plan::Pair(1, 2), Plan::Paid { since: 1 })), "#088ea28166b6a62b2bacc8753261a4b7");
}

#[test]
fn neither_width_nor_ownership_matters() {
    assert_eq!(text(&(7_u8, -7_i8)), text(&(7_i128, -7_i64)));
    assert_eq!(text(&(1.0, 7_u8)), text(&(1.0_f32, 7_usize)));
    for long in ["ada", &"long".repeat(50)] {
        let owned = long.to_string();
        assert_eq!(text(&(long, 1)), text(&(&owned, 1)));
        assert_eq!(text(&(Cow::Borrowed(long), 1)), text(&(Box::new(owned.clone()), 1)));
        assert_eq!(text(&(long, 1)), text(&(Arc::<str>::from(long).as_ref(), 1)));
    }
    assert_eq!(text(&(vec![1_u8, 2],)), text(&(&[1_u64, 2][..],)));
    assert_eq!(text(&([1_u8, 2],)), text(&(&[1_u64, 2][..],)));
    assert_eq!(text(&(Point { y: 1, x: 2 },)), text(&(Turned { x: 2, y: 1 },)));
}

#[test]
fn a_map_is_what_it_holds_in_whatever_order() {
    let mut hashed: HashMap<String, Vec<HashMap<u32, bool>>> = HashMap::new();
    let mut sorted: BTreeMap<&str, Vec<BTreeMap<u64, bool>>> = BTreeMap::new();
    let names: Vec<String> = (0..100).map(|number| number.to_string()).collect();
    for name in &names {
        hashed.insert(name.clone(), vec![(0..20).map(|number| (number, true)).collect()]);
        sorted.insert(name, vec![(0..20).map(|number| (number, true)).collect()]);
    }
    assert_eq!(text(&(&hashed,)), text(&(&sorted,)));
    hashed.get_mut("42").expect("a name")[0].insert(7, false);
    assert_ne!(text(&(&hashed,)), text(&(&sorted,)));
}

#[test]
fn a_refusal_is_an_error_that_says_why() {
    let error = Arguments::of(&(1, Refusing)).expect_err("a refusal");
    assert_eq!(error.to_string(), "the value has no stored form as the key of a cache entry");
    assert_eq!(std::error::Error::source(&error).expect("a reason").to_string(), "no thanks");
    assert!(Arguments::of(&(1.5, Refusing)).is_err());
    assert!(Arguments::of(&(Displayed,)).is_err());
    assert!(Arguments::of(&(1.5, Displayed)).is_err());
}

#[test]
fn a_serialize_that_keeps_errors_to_itself_hides_nothing() {
    assert_eq!(text(&(Silent(vec![1]),)), text(&(vec![1],)));
    assert_ne!(text(&(Silent(vec![1]),)), text(&(Silent(vec![2]),)));
}

#[test]
fn deep_values_are_refused_before_the_stack_ends() {
    let nested = |depth| (0..depth).fold(List(None), |list, _| List(Some(Box::new(list))));
    assert!(Arguments::of(&(nested(100),)).is_ok());
    let error = Arguments::of(&(nested(10_000),)).expect_err("too deep");
    let reason = std::error::Error::source(&error).expect("a reason").to_string();
    assert_eq!(reason, "it is nested more than 256 levels deep");
    let tree = |depth| (0..depth).fold(Tree(vec![]), |tree, _| Tree(vec![tree]));
    assert!(Arguments::of(&(tree(100),)).is_ok());
    assert!(Arguments::of(&(tree(10_000),)).is_err());
}

#[test]
fn depth_is_counted_downwards_only() {
    let of_each = |id| (Some(Id(id)), Plan::Pair(1, 2), BTreeMap::from([(1, [2])]));
    assert_eq!(text(&((0..1000).map(of_each).collect::<Vec<_>>(),)).len(), 33);
}

#[test]
fn big_values_are_hashed_whole() {
    let mut big = "a".repeat(10_000_000);
    let first = text(&(&big,));
    big.pop();
    big.push('b');
    assert_eq!(first.len(), 33);
    assert_ne!(first, text(&(&big,)));
}

struct Raw(&'static [u8]);

impl Serialize for Raw {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0)
    }
}

struct Refusing;

impl Serialize for Refusing {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(serde::ser::Error::custom("no thanks"))
    }
}

struct Displayed;

impl fmt::Display for Displayed {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Err(fmt::Error)
    }
}

impl Serialize for Displayed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

struct Silent(Vec<u8>);

impl Serialize for Silent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer).map_err(|_| serde::ser::Error::custom("something else"))
    }
}

/// Newtype structs and `Some`s only: what the readable form goes through.
#[derive(Serialize)]
struct List(Option<Box<List>>);

impl Drop for List {
    fn drop(&mut self) {
        let mut next = self.0.take();
        while let Some(mut list) = next {
            next = list.0.take();
        }
    }
}

struct Tree(Vec<Tree>);

impl Serialize for Tree {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        let mut left = std::mem::take(&mut self.0);
        while let Some(mut tree) = left.pop() {
            left.append(&mut tree.0);
        }
    }
}
