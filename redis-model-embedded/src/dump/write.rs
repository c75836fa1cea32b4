use super::{Form, REDIS_7_0, REDIS_8_0};
use crate::{
    clock::Millis,
    data::{Hash, Value},
    number::parse_integer,
};

/// Appends a value, and gives the version of the format that a server must know to read it.
pub(super) fn value(out: &mut Vec<u8>, value: &Value) -> u16 {
    match value {
        Value::String(text) => {
            out.push(Form::String.number());
            string(out, text);
        }
        Value::List(list) => {
            begin(out, Form::List, list.len());
            list.iter().for_each(|item| string(out, item));
        }
        Value::Set(set) => {
            begin(out, Form::Set, set.len());
            set.iter().for_each(|member| string(out, &member));
        }
        Value::SortedSet(set) => {
            begin(out, Form::SortedSet, set.len());
            for (member, score) in set.iter() {
                string(out, member);
                out.extend_from_slice(&score.to_le_bytes());
            }
        }
        Value::Hash(hash) => {
            if let Some(soonest) = hash.soonest_deadline() {
                expiring_hash(out, hash, soonest);
                return REDIS_8_0;
            }
            begin(out, Form::Hash, hash.len());
            for (field, value) in hash.iter() {
                string(out, field);
                string(out, value);
            }
        }
    }
    REDIS_7_0
}

/// Each field has before it how long after the first of all deadlines its own is, and one millisecond more; zero for
/// none.
///
/// The fields with deadlines are written backwards: whoever reads them puts each one before those that are as late.
fn expiring_hash(out: &mut Vec<u8>, hash: &Hash, soonest: Millis) {
    let fields = hash.iter().map(|(field, value)| (field, value, hash.deadline(field)));
    let (dated, undated): (Vec<_>, Vec<_>) = fields.partition(|(_, _, deadline)| deadline.is_some());
    out.push(Form::ExpiringHash.number());
    out.extend_from_slice(&soonest.to_le_bytes());
    length(out, hash.len());
    for (field, value, deadline) in dated.into_iter().rev().chain(undated) {
        let after = deadline.map_or(0, |deadline| deadline - soonest + 1);
        length(out, usize::try_from(after).unwrap_or(0));
        string(out, field);
        string(out, value);
    }
}

/// Appends what stands before the elements of a container.
fn begin(out: &mut Vec<u8>, form: Form, count: usize) {
    out.push(form.number());
    length(out, count);
}

/// A text that is an integer of up to 32 bits is written as such, as Redis does it; any other one as it is.
fn string(out: &mut Vec<u8>, text: &[u8]) {
    let Some(number) = parse_integer(text).and_then(|number| i32::try_from(number).ok()) else {
        length(out, text.len());
        out.extend_from_slice(text);
        return;
    };
    if let Ok(number) = i8::try_from(number) {
        out.push(0xc0);
        out.extend_from_slice(&number.to_le_bytes());
    } else if let Ok(number) = i16::try_from(number) {
        out.push(0xc1);
        out.extend_from_slice(&number.to_le_bytes());
    } else {
        out.push(0xc2);
        out.extend_from_slice(&number.to_le_bytes());
    }
}

/// The highest bits of the first byte tell how many bytes of the length there are, the highest first.
fn length(out: &mut Vec<u8>, length: usize) {
    let length = length as u64;
    if let (Ok(length), true) = (u16::try_from(length), length < 1 << 14) {
        if length < 1 << 6 {
            out.push(length.to_le_bytes()[0]);
        } else {
            out.extend_from_slice(&(1 << 14 | length).to_be_bytes());
        }
    } else if let Ok(length) = u32::try_from(length) {
        out.push(0x80);
        out.extend_from_slice(&length.to_be_bytes());
    } else {
        out.push(0x81);
        out.extend_from_slice(&length.to_be_bytes());
    }
}
