use mlua::{Table, Value};

use super::MAX_DEPTH;
use crate::number::format_significant;

/// Digits of a number (`encode_number_precision`).
const PRECISION: i32 = 14;
/// A list of more places than this must not be emptier than one in [`SPARSE_RATIO`].
const SPARSE_SAFE: usize = 10;
const SPARSE_RATIO: usize = 2;

/// A failure of Lua outside, the text of an error that the script sees inside.
type Encoded<T> = mlua::Result<Result<T, String>>;

pub(super) fn to_json(value: &Value) -> Encoded<Vec<u8>> {
    let mut out = Vec::new();
    Ok(append(&mut out, value, 0)?.map(|()| out))
}

fn append(out: &mut Vec<u8>, value: &Value, depth: usize) -> Encoded<()> {
    match value {
        Value::Nil => out.extend_from_slice(b"null"),
        null if *null == Value::NULL => out.extend_from_slice(b"null"),
        Value::Boolean(yes) => out.extend_from_slice(if *yes { b"true" } else { b"false" }),
        Value::String(text) => append_string(out, &text.as_bytes()),
        #[expect(clippy::cast_precision_loss, reason = "Lua 5.1 has only doubles, so it came from one")]
        Value::Integer(number) => return Ok(append_number(out, *number as f64)),
        Value::Number(number) => return Ok(append_number(out, *number)),
        Value::Table(table) => return append_table(out, table, depth + 1),
        other => return Ok(Err(format!("Cannot serialise {}: type not supported", other.type_name()))),
    }
    Ok(Ok(()))
}

fn append_number(out: &mut Vec<u8>, number: f64) -> Result<(), String> {
    if !number.is_finite() {
        return Err("Cannot serialise number: must not be NaN or Inf".into());
    }
    out.extend_from_slice(format_significant(number, PRECISION).as_bytes());
    Ok(())
}

fn append_string(out: &mut Vec<u8>, text: &[u8]) {
    out.push(b'"');
    for byte in text {
        match byte {
            b'"' | b'\\' | b'/' => out.extend_from_slice(&[b'\\', *byte]),
            8 => out.extend_from_slice(b"\\b"),
            12 => out.extend_from_slice(b"\\f"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            0..=31 | 127 => out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
            _ => out.push(*byte),
        }
    }
    out.push(b'"');
}

fn append_table(out: &mut Vec<u8>, table: &Table, depth: usize) -> Encoded<()> {
    if depth > MAX_DEPTH {
        return Ok(Err(format!("Cannot serialise, excessive depth ({depth})")));
    }
    match list_length(table)? {
        Err(text) => Ok(Err(text)),
        Ok(Some(length)) if length > 0 => append_list(out, table, length, depth),
        Ok(_) => append_object(out, table, depth),
    }
}

/// The greatest index of a table whose keys are all positive integers; `None` for any other table.
fn list_length(table: &Table) -> Encoded<Option<usize>> {
    let (mut greatest, mut items) = (0, 0);
    for pair in table.pairs::<Value, Value>() {
        let (Value::Integer(index), _) = pair? else { return Ok(Ok(None)) };
        let Some(index) = usize::try_from(index).ok().filter(|index| *index > 0) else { return Ok(Ok(None)) };
        greatest = greatest.max(index);
        items += 1;
    }
    if greatest > SPARSE_SAFE && greatest > items * SPARSE_RATIO {
        return Ok(Err("Cannot serialise table: excessively sparse array".into()));
    }
    Ok(Ok(Some(greatest)))
}

fn append_list(out: &mut Vec<u8>, table: &Table, length: usize, depth: usize) -> Encoded<()> {
    out.push(b'[');
    for index in 1..=length {
        if index > 1 {
            out.push(b',');
        }
        let item = exact(table, &Value::Integer(i64::try_from(index).unwrap_or(i64::MAX)), table.raw_get(index)?)?;
        if let Err(text) = append(out, &item, depth)? {
            return Ok(Err(text));
        }
    }
    out.push(b']');
    Ok(Ok(()))
}

fn append_object(out: &mut Vec<u8>, table: &Table, depth: usize) -> Encoded<()> {
    out.push(b'{');
    let mut separator = None;
    for pair in table.pairs::<Value, Value>() {
        let (key, value) = pair?;
        out.extend(separator.replace(b','));
        match &key {
            Value::String(text) => append_string(out, &text.as_bytes()),
            #[expect(clippy::cast_precision_loss, reason = "Lua 5.1 has only doubles, so it came from one")]
            Value::Integer(number) => append_quoted(out, *number as f64),
            Value::Number(number) => append_quoted(out, *number),
            other => {
                let text = format!("Cannot serialise {}: table key must be a number or string", other.type_name());
                return Ok(Err(text));
            }
        }
        out.push(b':');
        let value = exact(table, &key, value)?;
        if let Err(text) = append(out, &value, depth)? {
            return Ok(Err(text));
        }
    }
    out.push(b'}');
    Ok(Ok(()))
}

fn append_quoted(out: &mut Vec<u8>, number: f64) {
    out.extend_from_slice(format!("\"{}\"", format_significant(number, PRECISION)).as_bytes());
}

/// mlua shows a fraction very near to zero as integer zero; asked for a double, it gives the fraction.
fn exact(table: &Table, key: &Value, value: Value) -> mlua::Result<Value> {
    if value == Value::Integer(0) { table.raw_get::<f64>(key).map(Value::Number) } else { Ok(value) }
}
