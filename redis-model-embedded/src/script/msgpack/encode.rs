use mlua::{Table, Value};

use super::super::call::Call;

/// Tables nested deeper than this are packed as nil.
const MAX_DEPTH: usize = 16;

/// `cmsgpack.pack(...)`: all values, one behind the other.
pub(super) fn pack(call: &Call<'_>) -> mlua::Result<mlua::String> {
    if call.len() == 0 {
        return Err(call.refuse(0, "MessagePack pack needs input."));
    }
    let mut out = Vec::new();
    for place in 1..=call.len() {
        append(&mut out, &call.value(place), 0)?;
    }
    call.lua.create_string(out)
}

fn append(out: &mut Vec<u8>, value: &Value, depth: usize) -> mlua::Result<()> {
    match value {
        Value::Boolean(yes) => out.push(if *yes { 0xC3 } else { 0xC2 }),
        Value::Integer(number) => append_integer(out, *number),
        Value::Number(number) => append_number(out, *number),
        Value::String(text) => append_string(out, &text.as_bytes()),
        Value::Table(table) if depth < MAX_DEPTH => append_table(out, table, depth + 1)?,
        _ => out.push(0xC0),
    }
    Ok(())
}

/// A mark that says how much follows: `short` with the length in its lower bits, or one of `long` with the length in
/// one, two or four bytes behind it.
fn append_length(out: &mut Vec<u8>, length: usize, short: (u8, usize), long: [Option<u8>; 3]) {
    // Lua holds nothing longer than 32 bits say.
    let length = u32::try_from(length).unwrap_or(u32::MAX);
    let [a, b, c, d] = length.to_be_bytes();
    match (long, length) {
        (_, length) if (length as usize) < short.1 => out.push(short.0 | d),
        ([Some(mark), _, _], 0..=0xFF) => out.extend_from_slice(&[mark, d]),
        ([_, Some(mark), _], 0..=0xFFFF) => out.extend_from_slice(&[mark, c, d]),
        (long, _) => out.extend_from_slice(&[long[2].unwrap_or(0xC0), a, b, c, d]),
    }
}

fn append_string(out: &mut Vec<u8>, text: &[u8]) {
    append_length(out, text.len(), (0xA0, 32), [Some(0xD9), Some(0xDA), Some(0xDB)]);
    out.extend_from_slice(text);
}

/// The shortest form of an integer.
fn append_integer(out: &mut Vec<u8>, number: i64) {
    let bytes = number.to_be_bytes();
    let (mark, width) = match number {
        -32..=127 => return out.push(bytes[7]),
        128..=0xFF => (0xCC, 1),
        0x100..=0xFFFF => (0xCD, 2),
        0x1_0000..=0xFFFF_FFFF => (0xCE, 4),
        0x1_0000_0000.. => (0xCF, 8),
        -0x80..=-33 => (0xD0, 1),
        -0x8000..=-0x81 => (0xD1, 2),
        -0x8000_0000..=-0x8001 => (0xD2, 4),
        _ => (0xD3, 8),
    };
    out.push(mark);
    out.extend_from_slice(&bytes[8 - width..]);
}

/// An integer if it has no fraction and fits, otherwise the shorter of the two floats that loses nothing.
fn append_number(out: &mut Vec<u8>, number: f64) {
    const BOUND: f64 = 9_223_372_036_854_775_808.0;
    if number.fract() == 0.0 && (-BOUND..BOUND).contains(&number) {
        #[expect(clippy::cast_possible_truncation, reason = "it has no fraction and fits")]
        return append_integer(out, number as i64);
    }
    #[expect(clippy::cast_possible_truncation, reason = "what is lost is looked at")]
    let short = number as f32;
    #[expect(clippy::float_cmp, reason = "the float must be the same number")]
    if f64::from(short) == number {
        out.push(0xCA);
        out.extend_from_slice(&short.to_be_bytes());
    } else {
        out.push(0xCB);
        out.extend_from_slice(&number.to_be_bytes());
    }
}

fn append_table(out: &mut Vec<u8>, table: &Table, depth: usize) -> mlua::Result<()> {
    if let Some(length) = list_length(table)? {
        append_length(out, length, (0x90, 16), [None, Some(0xDC), Some(0xDD)]);
        for index in 1..=length {
            append(out, &table.raw_get(index)?, depth)?;
        }
        return Ok(());
    }
    let pairs = table.pairs::<Value, Value>().count();
    append_length(out, pairs, (0x80, 16), [None, Some(0xDE), Some(0xDF)]);
    for pair in table.pairs::<Value, Value>() {
        let (key, value) = pair?;
        append(out, &key, depth)?;
        append(out, &value, depth)?;
    }
    Ok(())
}

/// The length of a table whose keys are 1, 2, 3 and so on without a gap; `None` for any other table.
fn list_length(table: &Table) -> mlua::Result<Option<usize>> {
    let (mut greatest, mut items) = (0, 0);
    for pair in table.pairs::<Value, Value>() {
        let (Value::Integer(index), _) = pair? else { return Ok(None) };
        let Some(index) = i32::try_from(index).ok().filter(|index| *index > 0) else { return Ok(None) };
        greatest = greatest.max(index);
        items += 1;
    }
    Ok(if greatest == items { usize::try_from(items).ok() } else { None })
}
