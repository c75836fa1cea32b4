//! A model with every kind of field, and records of it with every kind of value.

use std::{collections::BTreeMap, net::IpAddr};

use proptest::{
    collection::{btree_map, vec},
    num, option,
    prelude::*,
};
use redis_model::{Expiring, RedisFields, RedisModel, RedisValue};

#[derive(RedisModel, Debug, Clone, PartialEq)]
pub(crate) struct Everything {
    #[redis(id)]
    pub(crate) id: Vec<u8>,
    #[redis(nested)]
    pub(crate) numbers: Numbers,
    #[redis(nested)]
    pub(crate) scalars: Scalars,
    #[redis(nested)]
    pub(crate) maybe: Option<Maybe>,
    #[redis(nested)]
    pub(crate) coded: Coded,
    #[redis(ttl = "15m")]
    pub(crate) code: Expiring<String>,
    #[redis(ttl = 60, msgpack)]
    pub(crate) packed: Expiring<Vec<Option<String>>>,
}

#[derive(RedisFields, Debug, Clone, PartialEq)]
pub(crate) struct Numbers {
    pub(crate) int8: i8,
    pub(crate) int16: i16,
    pub(crate) int32: i32,
    pub(crate) int64: i64,
    pub(crate) int128: i128,
    pub(crate) size: isize,
    pub(crate) uint8: u8,
    pub(crate) uint16: u16,
    pub(crate) uint32: u32,
    pub(crate) uint64: u64,
    pub(crate) uint128: u128,
    pub(crate) usize: usize,
    pub(crate) single: f32,
    pub(crate) double: f64,
}

#[derive(RedisFields, Debug, Clone, PartialEq)]
pub(crate) struct Scalars {
    pub(crate) flag: bool,
    pub(crate) letter: char,
    pub(crate) text: String,
    pub(crate) bytes: Vec<u8>,
    pub(crate) array: [u8; 5],
    pub(crate) color: Color,
}

/// Present even when all of it is absent.
#[derive(RedisFields, Debug, Clone, PartialEq)]
pub(crate) struct Maybe {
    pub(crate) text: Option<String>,
    pub(crate) bytes: Option<Vec<u8>>,
    pub(crate) number: Option<i128>,
    pub(crate) double: Option<f64>,
    pub(crate) color: Option<Color>,
    #[redis(json)]
    pub(crate) json: Option<Vec<String>>,
}

#[derive(RedisFields, Debug, Clone, PartialEq)]
pub(crate) struct Coded {
    #[redis(json)]
    pub(crate) json: BTreeMap<String, Vec<i64>>,
    #[redis(msgpack)]
    pub(crate) pack: (u8, String, Option<f64>),
    #[redis(text)]
    pub(crate) address: IpAddr,
    #[redis(bytes)]
    pub(crate) blob: Box<[u8]>,
}

#[derive(RedisValue, Debug, Clone, Copy, PartialEq)]
pub(crate) enum Color {
    Red,
    #[redis(rename = "grün")]
    Green,
    DarkBlue,
}

/// Where a leaf lies in the record's hash.
pub(crate) const LEAVES: &[&str] = &[
    "@v",
    "numbers.int8",
    "numbers.int16",
    "numbers.int32",
    "numbers.int64",
    "numbers.int128",
    "numbers.size",
    "numbers.uint8",
    "numbers.uint16",
    "numbers.uint32",
    "numbers.uint64",
    "numbers.uint128",
    "numbers.usize",
    "numbers.single",
    "numbers.double",
    "scalars.flag",
    "scalars.letter",
    "scalars.text",
    "scalars.bytes",
    "scalars.array",
    "scalars.color",
    "maybe",
    "maybe.text",
    "maybe.bytes",
    "maybe.number",
    "maybe.double",
    "maybe.color",
    "maybe.json",
    "coded.json",
    "coded.pack",
    "coded.address",
    "coded.blob",
];

/// The fields with a key of their own.
pub(crate) const OWN: &[&str] = &["code", "packed"];

impl Everything {
    /// The floats, bit by bit: `==` holds 0 and -0 to be the same.
    pub(crate) fn float_bits(&self) -> (u32, u64, Option<u64>) {
        let maybe = self.maybe.as_ref().and_then(|maybe| maybe.double);
        (self.numbers.single.to_bits(), self.numbers.double.to_bits(), maybe.map(f64::to_bits))
    }
}

prop_compose! {
    pub(crate) fn everything()(
        id in id(), numbers in numbers(), scalars in scalars(), maybe in option::of(maybe()), coded in coded(),
        code in option::of(text()), packed in option::of(vec(option::of(text()), 0..4)),
    ) -> Everything {
        Everything { id, numbers, scalars, maybe, coded, code: code.into(), packed: packed.into() }
    }
}

/// Bytes that make an id, often those with a meaning in keys.
pub(crate) fn id() -> impl Strategy<Value = Vec<u8>> {
    let reserved = proptest::sample::select(b"%{}.@:*?[]\\\0\n 27BDcode".to_vec());
    prop_oneof![vec(any::<u8>(), 1..20), vec(reserved, 1..6)]
}

pub(crate) fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        any::<String>(),
        "[0-9.eE+-]{0,12}",
        Just("a\0b\r\nc".into()),
        Just("\u{1F9D1}\u{200D}\u{1F680} ñ \u{FEFF}".into()),
    ]
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![Just(Vec::new()), vec(any::<u8>(), 0..40), Just(b"*3\r\n$-1\r\n".to_vec())]
}

fn double() -> impl Strategy<Value = f64> {
    use num::f64::{INFINITE, NEGATIVE, NORMAL, POSITIVE, SUBNORMAL, ZERO};
    let edge = [0.0, -0.0, f64::MAX, f64::MIN, f64::MIN_POSITIVE, 5e-324, f64::INFINITY, f64::NEG_INFINITY, 0.1, 1e17];
    prop_oneof![POSITIVE | NEGATIVE | NORMAL | SUBNORMAL | ZERO | INFINITE, proptest::sample::select(edge.to_vec())]
}

fn single() -> impl Strategy<Value = f32> {
    use num::f32::{INFINITE, NEGATIVE, NORMAL, POSITIVE, SUBNORMAL, ZERO};
    let edge = [0.0, -0.0, f32::MAX, f32::MIN, f32::MIN_POSITIVE, 1e-45, f32::INFINITY, f32::NEG_INFINITY, 0.1, 1e17];
    prop_oneof![POSITIVE | NEGATIVE | NORMAL | SUBNORMAL | ZERO | INFINITE, proptest::sample::select(edge.to_vec())]
}

macro_rules! extremes {
    ($integer:ty) => {
        prop_oneof![any::<$integer>(), Just(<$integer>::MIN), Just(<$integer>::MAX)]
    };
}

prop_compose! {
    fn numbers()(
        (int8, int16, int32, int64, int128, size) in
            (extremes!(i8), extremes!(i16), extremes!(i32), extremes!(i64), extremes!(i128), extremes!(isize)),
        (uint8, uint16, uint32, uint64, uint128, usize) in
            (extremes!(u8), extremes!(u16), extremes!(u32), extremes!(u64), extremes!(u128), extremes!(usize)),
        single in single(), double in double(),
    ) -> Numbers {
        Numbers {
            int8, int16, int32, int64, int128, size, uint8, uint16, uint32, uint64, uint128, usize, single, double,
        }
    }
}

prop_compose! {
    fn scalars()(
        flag: bool, letter in prop_oneof![any::<char>(), Just('\0'), Just(char::MAX)], text in text(), bytes in bytes(),
        array: [u8; 5], color in color(),
    ) -> Scalars {
        Scalars { flag, letter, text, bytes, array, color }
    }
}

prop_compose! {
    fn maybe()(
        text in option::of(text()), bytes in option::of(bytes()), number in option::of(extremes!(i128)),
        double in option::of(double()), color in option::of(color()), json in option::of(vec(text(), 0..3)),
    ) -> Maybe {
        Maybe { text, bytes, number, double, color, json }
    }
}

prop_compose! {
    fn coded()(
        json in btree_map(text(), vec(extremes!(i64), 0..4), 0..4), pack in (any::<u8>(), text(), option::of(double())),
        address: IpAddr, blob in bytes(),
    ) -> Coded {
        Coded { json, pack, address, blob: blob.into() }
    }
}

fn color() -> impl Strategy<Value = Color> {
    proptest::sample::select(vec![Color::Red, Color::Green, Color::DarkBlue])
}
