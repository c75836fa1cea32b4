use mlua::{Function, Table, Value};

use super::{
    super::{
        budget,
        call::{Call, STACK_SLOTS, type_name},
    },
    settings::{InvalidNumbers, Settings},
};
use crate::number::format_significant;

/// Tables that may be open at once, whatever the settings say: mlua's own stack must hold them.
const MAX_OPEN: usize = 3_500;

/// The JSON text of the call's argument; `next` is Lua's own function of that name.
pub(super) fn to_json(call: &Call<'_>, settings: Settings, next: &Function) -> mlua::Result<Vec<u8>> {
    let mut encoder = Encoder { call, settings, out: Vec::new(), open: Vec::new(), slots: 1 };
    encoder.append(&call.value(1))?;
    while let Some(open) = encoder.open.last_mut() {
        let step = open.step(next)?;
        encoder.follow(&step)?;
        budget::check_memory(encoder.out.len())?;
    }
    Ok(encoder.out)
}

/// Writes values; tables that are not yet written to their end wait in a list and not on the machine's stack, so that
/// none is nested too deep for it.
struct Encoder<'a> {
    call: &'a Call<'a>,
    settings: Settings,
    out: Vec<u8>,
    open: Vec<Open>,
    /// How many slots of its stack the C library would be using.
    slots: usize,
}

/// A table of which some values are still to be written.
enum Open {
    List { table: Table, written: i32, length: i32 },
    Object { table: Table, key: Value },
}

/// What comes next in an open table.
enum Step {
    Item { is_first: bool, value: Value },
    Pair { is_first: bool, key: Value, value: Value },
    End,
}

impl Open {
    fn step(&mut self, next: &Function) -> mlua::Result<Step> {
        match self {
            Self::List { written, length, .. } if written == length => Ok(Step::End),
            Self::List { table, written, .. } => {
                *written += 1;
                Ok(Step::Item { is_first: *written == 1, value: table.raw_get(*written)? })
            }
            Self::Object { table, key } => {
                let (new, value): (Value, Value) = next.call((&*table, &*key))?;
                let old = std::mem::replace(key, new.clone());
                Ok(if new.is_nil() { Step::End } else { Step::Pair { is_first: old.is_nil(), key: new, value } })
            }
        }
    }

    /// What the C library keeps on its stack while it writes a value of this table.
    fn slots(&self) -> usize {
        match self {
            Self::List { .. } => 1,
            Self::Object { .. } => 2,
        }
    }
}

impl Encoder<'_> {
    fn follow(&mut self, step: &Step) -> mlua::Result<()> {
        if let Step::Item { is_first: false, .. } | Step::Pair { is_first: false, .. } = step {
            self.out.push(b',');
        }
        match step {
            Step::Item { value, .. } => self.append(value),
            Step::Pair { key, value, .. } => {
                self.append_key(key)?;
                self.append(value)
            }
            Step::End => {
                if let Some(open) = self.open.pop() {
                    self.slots -= open.slots();
                    self.out.push(if matches!(open, Open::List { .. }) { b']' } else { b'}' });
                }
                Ok(())
            }
        }
    }

    fn append(&mut self, value: &Value) -> mlua::Result<()> {
        match value {
            Value::Nil => self.out.extend_from_slice(b"null"),
            null if *null == Value::NULL => self.out.extend_from_slice(b"null"),
            Value::Boolean(yes) => self.out.extend_from_slice(if *yes { b"true" } else { b"false" }),
            Value::String(text) => self.append_string(&text.as_bytes())?,
            #[expect(clippy::cast_precision_loss, reason = "Lua 5.1 has only doubles, so it came from one")]
            Value::Integer(number) => self.append_number(*number as f64)?,
            Value::Number(number) => self.append_number(*number)?,
            Value::Table(table) => self.begin(table)?,
            other => return Err(self.refuse(other, "type not supported")),
        }
        Ok(())
    }

    fn begin(&mut self, table: &Table) -> mlua::Result<()> {
        let depth = self.open.len() + 1;
        let is_allowed = i32::try_from(depth).is_ok_and(|depth| depth <= self.settings.encode_depth);
        if !is_allowed || self.slots + 3 > STACK_SLOTS || depth > MAX_OPEN {
            return Err(self.call.fail(format!("Cannot serialise, excessive nesting ({depth})")));
        }
        let (mark, open) = match self.list_length(table)? {
            Some(length) if length > 0 => {
                // Each item takes two bytes at least.
                budget::check_memory(usize::try_from(length).unwrap_or(usize::MAX).saturating_mul(2))?;
                (b'[', Open::List { table: table.clone(), written: 0, length })
            }
            _ => (b'{', Open::Object { table: table.clone(), key: Value::Nil }),
        };
        self.out.push(mark);
        self.slots += open.slots();
        self.open.push(open);
        Ok(())
    }

    /// The greatest index of a table whose keys are all positive integers; `None` for a table that becomes an object.
    fn list_length(&self, table: &Table) -> mlua::Result<Option<i32>> {
        let (mut greatest, mut items) = (0_i32, 0_i32);
        for pair in table.pairs::<Value, Value>() {
            #[expect(clippy::cast_precision_loss, reason = "Lua 5.1 has only doubles, so it came from one")]
            let index = match pair?.0 {
                Value::Integer(index) => index as f64,
                Value::Number(index) => index,
                _ => return Ok(None),
            };
            if index < 1.0 || index.floor() < index {
                return Ok(None);
            }
            if index > f64::from(greatest) {
                // C's conversion as x86 does it: what does not fit is the smallest integer.
                #[expect(clippy::cast_possible_truncation, reason = "it has no fraction and fits")]
                let fitting = if index > f64::from(i32::MAX) { i32::MIN } else { index as i32 };
                greatest = fitting;
            }
            items = items.wrapping_add(1);
        }
        let Settings { is_sparse_object, sparse_ratio, sparse_safe, .. } = self.settings;
        if sparse_ratio > 0 && greatest > items.wrapping_mul(sparse_ratio) && greatest > sparse_safe {
            if !is_sparse_object {
                return Err(self.refuse(&Value::Table(table.clone()), "excessively sparse array"));
            }
            return Ok(None);
        }
        Ok(Some(greatest))
    }

    fn append_key(&mut self, key: &Value) -> mlua::Result<()> {
        match key {
            Value::String(text) => self.append_string(&text.as_bytes())?,
            Value::Integer(_) | Value::Number(_) => {
                self.out.push(b'"');
                self.append(key)?;
                self.out.push(b'"');
            }
            other => return Err(self.refuse(other, "table key must be a number or string")),
        }
        self.out.push(b':');
        Ok(())
    }

    fn append_string(&mut self, text: &[u8]) -> mlua::Result<()> {
        budget::check_memory(self.out.len().saturating_add(text.len()))?;
        append_string(&mut self.out, text);
        Ok(())
    }

    fn append_number(&mut self, number: f64) -> mlua::Result<()> {
        match self.settings.invalid_numbers {
            _ if number.is_finite() => {}
            InvalidNumbers::Refused => {
                return Err(self.refuse(&Value::Number(number), "must not be NaN or Inf"));
            }
            InvalidNumbers::Written if number.is_nan() => {
                self.out.extend_from_slice(b"nan");
                return Ok(());
            }
            InvalidNumbers::Written => {}
            InvalidNumbers::Null => {
                self.out.extend_from_slice(b"null");
                return Ok(());
            }
        }
        self.out.extend_from_slice(format_significant(number, self.settings.precision).as_bytes());
        Ok(())
    }

    fn refuse(&self, value: &Value, why: &str) -> mlua::Error {
        self.call.fail(format!("Cannot serialise {}: {why}", type_name(value)))
    }
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
            0..=31 | 127 => {
                let digit = |half: u8| b"0123456789abcdef"[usize::from(half)];
                out.extend_from_slice(&[b'\\', b'u', b'0', b'0', digit(byte >> 4), digit(byte & 15)]);
            }
            _ => out.push(*byte),
        }
    }
    out.push(b'"');
}
