//! Different arguments never share a text.

use std::collections::BTreeMap;

use proptest::{collection::vec, prelude::*, sample::select};
use serde::{
    Serialize, Serializer,
    ser::{SerializeTuple, SerializeTupleVariant},
};

use super::tests::{encoding, text};

/// The types of arguments, as far as serde tells them apart.
#[derive(Debug, Clone)]
enum Type {
    Integer,
    Bool,
    Float,
    Text,
    Bytes,
    Unit,
    Variant,
    Option(Box<Type>),
    Sequence(Box<Type>),
    Map(Box<Type>),
    Tuple(Vec<Type>),
}

/// A value of one of them.
#[derive(Debug, Clone, PartialEq)]
enum Value {
    Integer(i128),
    Bool(bool),
    Float(f64),
    Text(&'static str),
    Bytes(Vec<u8>),
    Unit,
    Variant(&'static str, Option<Vec<Value>>),
    Option(Option<Box<Value>>),
    Sequence(Vec<Value>),
    Map(BTreeMap<&'static str, Value>),
    Tuple(Vec<Value>),
}

/// With everything that means something in the readable form.
const TEXTS: &[&str] = &["", "-", "1", "-1", "true", "'", "'1", "#", ":", "%", "%3A", "a", "a:1", "1:a", "A"];

fn types() -> impl Strategy<Value = Type> {
    let leaf = select(vec![Type::Integer, Type::Bool, Type::Float, Type::Text, Type::Bytes, Type::Unit, Type::Variant]);
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|inner| Type::Option(inner.into())),
            inner.clone().prop_map(|inner| Type::Sequence(inner.into())),
            inner.clone().prop_map(|inner| Type::Map(inner.into())),
            vec(inner, 0..3).prop_map(Type::Tuple),
        ]
    })
}

fn values(of: &Type) -> BoxedStrategy<Value> {
    match of {
        Type::Integer => select(vec![0, 1, -1, 10, i128::MIN, i128::MAX]).prop_map(Value::Integer).boxed(),
        Type::Bool => any::<bool>().prop_map(Value::Bool).boxed(),
        Type::Float => select(vec![0.0, 1.0, -1.0, f64::INFINITY]).prop_map(Value::Float).boxed(),
        Type::Text => select(TEXTS).prop_map(Value::Text).boxed(),
        Type::Bytes => vec(0..2_u8, 0..3).prop_map(Value::Bytes).boxed(),
        Type::Unit => Just(Value::Unit).boxed(),
        Type::Variant => variants(),
        Type::Option(inner) => {
            proptest::option::of(values(inner)).prop_map(|inner| Value::Option(inner.map(Box::new))).boxed()
        }
        Type::Sequence(inner) => vec(values(inner), 0..3).prop_map(Value::Sequence).boxed(),
        Type::Map(inner) => {
            proptest::collection::btree_map(select(TEXTS), values(inner), 0..3).prop_map(Value::Map).boxed()
        }
        Type::Tuple(inner) => tuples(inner).prop_map(Value::Tuple).boxed(),
    }
}

fn tuples(of: &[Type]) -> BoxedStrategy<Vec<Value>> {
    of.iter().map(values).collect::<Vec<_>>().boxed()
}

/// Of an enum with variants without data, with one value, and with two.
fn variants() -> BoxedStrategy<Value> {
    let one = values(&Type::Text).prop_map(|value| Value::Variant("One", Some(vec![value])));
    let two = vec(values(&Type::Text), 2).prop_map(|values| Value::Variant("Two", Some(values)));
    prop_oneof![Just(Value::Variant("A", None)), Just(Value::Variant("", None)), one, two].boxed()
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Integer(value) => value.serialize(serializer),
            Self::Bool(value) => value.serialize(serializer),
            Self::Float(value) => value.serialize(serializer),
            Self::Text(value) => value.serialize(serializer),
            Self::Bytes(value) => serializer.serialize_bytes(value),
            Self::Unit => serializer.serialize_unit(),
            Self::Variant(name, None) => serializer.serialize_unit_variant("", 0, name),
            Self::Variant(name, Some(values)) => match &values[..] {
                [value] => serializer.serialize_newtype_variant("", 0, name, value),
                values => {
                    let mut tuple = serializer.serialize_tuple_variant("", 0, name, values.len())?;
                    values.iter().try_for_each(|value| tuple.serialize_field(value))?;
                    tuple.end()
                }
            },
            Self::Option(value) => value.serialize(serializer),
            Self::Sequence(values) => values.serialize(serializer),
            Self::Map(entries) => entries.serialize(serializer),
            Self::Tuple(values) => {
                let mut tuple = serializer.serialize_tuple(values.len())?;
                values.iter().try_for_each(|value| tuple.serialize_element(value))?;
                tuple.end()
            }
        }
    }
}

/// Two calls of one function.
fn calls() -> impl Strategy<Value = (Value, Value)> {
    vec(types(), 0..4).prop_flat_map(|types| {
        let call = || tuples(&types).prop_map(Value::Tuple);
        (call(), call())
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn two_calls_share_a_text_only_if_they_are_equal((one, other) in calls()) {
        prop_assert_eq!(one == other, text(&one) == text(&other));
        prop_assert_eq!(one == other, encoding(&one) == encoding(&other));
    }

    #[test]
    fn texts_of_one_argument_differ(one: String, other: String) {
        prop_assert_eq!(one == other, text(&(&one,)) == text(&(&other,)));
        let ends_a_tag = |byte| matches!(byte, b'{' | b'}') || byte < b' ';
        prop_assert!(!text(&(one, other)).bytes().any(ends_a_tag));
    }

    #[test]
    fn calls_differ_wherever_the_colon_stands(one: (String, String), other: (String, String)) {
        prop_assert_eq!(one == other, text(&one) == text(&other));
    }

    #[test]
    fn no_encoding_is_the_beginning_of_another((one, other) in calls()) {
        let (one, other) = (encoding(&(one,)), encoding(&(other,)));
        prop_assert!(one == other || !one.starts_with(&other) && !other.starts_with(&one));
    }
}
