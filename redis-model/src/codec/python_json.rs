//! JSON as Python writes it, for what is shared with Python.

use std::io::Write;

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Number, Value};

use super::{
    Codec, DecodeError, EncodeError, Json,
    encode::{encode_text_with, encode_with},
};

/// Any serde type as JSON text, byte for byte as Python's `json.dumps(value, sort_keys=True)` writes it.
///
/// [`Json`] and Python read each other's text, and that is enough for values. What the server compares or hashes must have
/// the same bytes, though: members of sets, fields of hashes, elements of Bloom filters and `HyperLogLog`s. The two write
/// different bytes for text that is not ASCII, for most lists and objects, and for very large and very small floats:
///
/// | value | `PythonJson` | [`Json`] |
/// |---|---|---|
/// | `"é"` | `"\u00e9"` | `"é"` |
/// | `[1, 2]` | `[1, 2]` | `[1,2]` |
/// | a struct of `b` and `a` | `{"a": 1, "b": 2}` | `{"b":2,"a":1}` |
/// | `1e-7` | `1e-07` | `1e-7` |
/// | `7`, `true`, `"Ada"`, `1.5` | the same | the same |
///
/// It reads whatever [`Json`] reads. Objects lie in the order of their keys' text, so that equal maps have equal bytes. A
/// float that is no number is written as `null`, as JSON has no word for it; integers of more than 64 bits are an
/// [`EncodeError`].
///
/// ```
/// use redis_model::{Codec, PythonJson};
///
/// let mut stored = Vec::new();
/// PythonJson::encode(&("Zoë".to_owned(), 1e16), &mut stored)?;
/// assert_eq!(stored, br#"["Zo\u00eb", 1e+16]"#);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct PythonJson;

impl<T: Serialize + DeserializeOwned> Codec<T> for PythonJson {
    fn encode(value: &T, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let value = serde_json::to_value(value).map_err(|error| EncodeError::new("JSON", error))?;
        write_value(&value, out);
        Ok(())
    }

    fn decode(stored: Vec<u8>) -> Result<T, DecodeError> {
        Json::decode(stored)
    }
}

encode_with!(PythonJson);
encode_text_with!(PythonJson, |text: &str, out: &mut Vec<u8>| {
    write_text(text, out);
    Ok(())
});

fn write_value(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Null => out.extend(b"null"),
        Value::Bool(true) => out.extend(b"true"),
        Value::Bool(false) => out.extend(b"false"),
        Value::Number(number) => write_number(number, out),
        Value::String(text) => write_text(text, out),
        Value::Array(elements) => write_list(*b"[]", elements, out, write_value),
        Value::Object(entries) => {
            // The map may keep the order of insertion, if another crate has asked serde_json for that.
            let mut entries: Vec<_> = entries.iter().collect();
            entries.sort_unstable_by_key(|(name, _)| *name);
            write_list(*b"{}", entries, out, |(name, value), out| {
                write_text(name, out);
                out.extend(b": ");
                write_value(value, out);
            });
        }
    }
}

fn write_list<T>(
    [open, close]: [u8; 2],
    elements: impl IntoIterator<Item = T>,
    out: &mut Vec<u8>,
    write: impl Fn(T, &mut Vec<u8>),
) {
    out.push(open);
    for (position, element) in elements.into_iter().enumerate() {
        if position > 0 {
            out.extend(b", ");
        }
        write(element, out);
    }
    out.push(close);
}

fn write_text(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    for character in text.chars() {
        match character {
            '"' => out.extend(br#"\""#),
            '\\' => out.extend(br"\\"),
            '\n' => out.extend(br"\n"),
            '\r' => out.extend(br"\r"),
            '\t' => out.extend(br"\t"),
            '\u{8}' => out.extend(br"\b"),
            '\u{c}' => out.extend(br"\f"),
            ' '..='~' => out.push(character as u8),
            _ => write_escaped(character, out),
        }
    }
    out.push(b'"');
}

/// In UTF-16, as JSON has no other escapes: two of them beyond the basic plane.
fn write_escaped(character: char, out: &mut Vec<u8>) {
    for unit in character.encode_utf16(&mut [0; 2]) {
        write!(out, "\\u{unit:04x}").expect("writing to memory cannot fail");
    }
}

fn write_number(number: &Number, out: &mut Vec<u8>) {
    match number.as_f64().filter(|_| number.is_f64()) {
        Some(float) => write_float(float, out),
        None => out.extend(number.to_string().as_bytes()),
    }
}

/// Python writes an exponent where the number would begin with more than four zeros or have more than 16 digits before its
/// point.
fn write_float(float: f64, out: &mut Vec<u8>) {
    let scientific = shortest(float);
    let (mantissa, exponent) = scientific.split_once('e').expect("the format writes an exponent");
    let exponent: i32 = exponent.parse().expect("the format writes it as a number");
    let text = match exponent {
        0..16 => {
            let digits = mantissa.replace('.', "");
            let point = usize::from(float.is_sign_negative()) + exponent.unsigned_abs() as usize + 1;
            let (whole, fraction) = digits.split_at(point.min(digits.len()));
            let fraction = if fraction.is_empty() { "0" } else { fraction };
            format!("{whole:0<point$}.{fraction}")
        }
        -4..0 => {
            let sign = if float.is_sign_negative() { "-" } else { "" };
            let digits = mantissa.trim_start_matches('-').replace('.', "");
            format!("{sign}0.{:0<zeros$}{digits}", "", zeros = exponent.unsigned_abs() as usize - 1)
        }
        _ => {
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{mantissa}e{sign}{:02}", exponent.unsigned_abs())
        }
    };
    out.extend(text.as_bytes());
}

/// The shortest digits that give the float back; of several, as Python, those closest to it, and the even ones where two are
/// as close, as with `...58.25` in sixteen digits.
fn shortest(float: f64) -> String {
    let shortest = format!("{float:e}");
    let digits =
        shortest.split('e').next().and_then(|mantissa| mantissa.split_once('.')).map_or(0, |(_, end)| end.len());
    let closest = format!("{float:.digits$e}");
    if closest.parse() == Ok(float) { closest } else { shortest }
}

#[cfg(test)]
mod tests {
    use std::{
        collections::BTreeMap,
        io,
        process::{Command, Stdio},
    };

    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn encoded(value: &Value) -> String {
        let mut out = Vec::new();
        PythonJson::encode(value, &mut out).expect("any value can be written");
        String::from_utf8(out).expect("it is ASCII")
    }

    #[test]
    fn it_is_written_as_python_writes_it() {
        let cases = [
            (json!("Zoë 😀 \u{7f}\u{1}\n\"\\/"), r#""Zo\u00eb \ud83d\ude00 \u007f\u0001\n\"\\/""#),
            (
                json!({"b": [1, 2.0, null], "a": true, "é": {}, "z": []}),
                r#"{"a": true, "b": [1, 2.0, null], "z": [], "\u00e9": {}}"#,
            ),
            (
                json!([1e16, 9_999_999_999_999_998.0, 1e15, 1e-4, 1e-5, 1.5e300, -0.0, -2.5e-7]),
                "[1e+16, 9999999999999998.0, 1000000000000000.0, 0.0001, 1e-05, 1.5e+300, -0.0, -2.5e-07]",
            ),
            // Halfway between two shortest texts, both of which read back as the same.
            (
                json!([637_387_501_309_758.0 + 0.25, 0.75 - 637_387_501_309_759.0]),
                "[637387501309758.2, -637387501309758.2]",
            ),
            (json!([0.0, 120.0, -0.5, 0.001, -123.25]), "[0.0, 120.0, -0.5, 0.001, -123.25]"),
            (json!([u64::MAX, i64::MIN, 0]), "[18446744073709551615, -9223372036854775808, 0]"),
        ];
        for (value, expected) in cases {
            assert_eq!(encoded(&value), expected);
        }
    }

    #[test]
    fn what_json_cannot_hold_is_refused_or_null() {
        assert!(PythonJson::encode(&u128::MAX, &mut Vec::new()).is_err());
        assert!(PythonJson::encode(&BTreeMap::from([((1, 2), 3)]), &mut Vec::new()).is_err());
        let mut out = Vec::new();
        PythonJson::encode(&f64::NAN, &mut out).expect("it is written");
        assert_eq!(out, b"null");
    }

    fn values() -> impl Strategy<Value = Value> {
        let scalars = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            prop::num::f64::ANY.prop_map(Value::from),
            (any::<i32>(), -20..20).prop_map(|(digits, places)| Value::from(f64::from(digits) * 10_f64.powi(places))),
            any::<String>().prop_map(Value::from),
        ];
        scalars.prop_recursive(3, 20, 5, |inner| {
            let lists = prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from);
            let maps = prop::collection::btree_map("\\PC{0,3}", inner, 0..5);
            prop_oneof![lists, maps.prop_map(|map| Value::Object(map.into_iter().collect()))]
        })
    }

    /// What Python makes of JSON texts, one in a line; `None` where there is no Python.
    fn python(lines: String) -> io::Result<String> {
        const PROGRAM: &str = "import json, sys
for line in sys.stdin: print(json.dumps(json.loads(line), sort_keys=True))";
        let mut python =
            Command::new("python3").args(["-c", PROGRAM]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let mut input = python.stdin.take().expect("it is piped");
        let writer = std::thread::spawn(move || input.write_all(lines.as_bytes()));
        let output = python.wait_with_output()?;
        writer.join().expect("it does not panic")?;
        String::from_utf8(output.stdout).map_err(io::Error::other)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(8))]

        #[test]
        fn python_writes_the_same_bytes(values in prop::collection::vec(values(), 1..200)) {
            let lines: Vec<_> = values.iter().map(Value::to_string).collect();
            match python(lines.join("\n")) {
                Ok(expected) => {
                    let ours: Vec<_> = values.iter().map(encoded).collect();
                    prop_assert_eq!(ours, expected.lines().collect::<Vec<_>>());
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => eprintln!("skipped: there is no python3"),
                Err(error) => panic!("python3 failed: {error}"),
            }
        }

        #[test]
        fn what_it_writes_reads_back_the_same(value in values()) {
            let stored = encoded(&value).into_bytes();
            prop_assert_eq!(<PythonJson as Codec<Value>>::decode(stored).expect("its own form"), value);
        }
    }
}
