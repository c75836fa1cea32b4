use std::{iter::Peekable, slice};

use super::super::call::Call;
use crate::protocol::c_string;

/// The alignment that `!` asks for without a number.
const MAX_ALIGNMENT: u32 = 8;
/// The widest integer, in bytes.
const MAX_INTEGER: u32 = 32;

/// In which order the bytes of a number stand.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Little,
    Big,
}

/// A format text, read option by option.
pub(super) struct Format<'a> {
    call: &'a Call<'a>,
    rest: Peekable<slice::Iter<'a, u8>>,
    pub(super) order: Order,
    alignment: u32,
}

/// One option of a format.
#[derive(Clone, Copy)]
pub(super) struct Piece {
    pub(super) option: u8,
    /// How many bytes it takes; zero where the data decide, and for options that only control others.
    pub(super) size: usize,
    /// How many bytes to skip before it, so that it is aligned.
    pub(super) gap: usize,
}

impl<'a> Format<'a> {
    /// A format as C reads it, which is up to its first NUL.
    pub(super) fn new(call: &'a Call<'a>, text: &'a [u8]) -> Self {
        Self { call, rest: c_string(text).iter().peekable(), order: Order::Little, alignment: 1 }
    }

    /// The next option, which is to stand at `position` or a little behind it.
    pub(super) fn next_piece(&mut self, position: usize) -> mlua::Result<Option<Piece>> {
        let Some(&option) = self.rest.next() else { return Ok(None) };
        let size = self.size_of(option)? as usize;
        let gap = if option == b'c' { 0 } else { gap(position, size.min(self.alignment as usize)) };
        Ok(Some(Piece { option, size, gap }))
    }

    fn size_of(&mut self, option: u8) -> mlua::Result<u32> {
        Ok(match option {
            b'b' | b'B' | b'x' => 1,
            b'h' | b'H' => 2,
            b'f' => 4,
            b'l' | b'L' | b'T' | b'd' => 8,
            b'c' => self.number(1)?,
            b'i' | b'I' => {
                let size = self.number(4)?;
                if size > MAX_INTEGER {
                    let text = format!("integral size {size} is larger than limit of {MAX_INTEGER}");
                    return Err(self.call.fail(text));
                }
                size
            }
            _ => 0,
        })
    }

    /// Obeys an option that stands for no data: byte order, alignment, or a space.
    pub(super) fn control(&mut self, option: u8) -> mlua::Result<()> {
        match option {
            b' ' => {}
            b'>' => self.order = Order::Big,
            b'<' => self.order = Order::Little,
            b'!' => {
                let alignment = self.number(MAX_ALIGNMENT)?;
                if !alignment.is_power_of_two() {
                    return Err(self.call.fail(format!("alignment {alignment} is not a power of 2")));
                }
                self.alignment = alignment;
            }
            other => return Err(self.call.refuse(1, [b"invalid format option '".as_slice(), &[other], b"'"].concat())),
        }
        Ok(())
    }

    /// The number at this place of the format, or `default` if there is none.
    fn number(&mut self, default: u32) -> mlua::Result<u32> {
        let mut number = None;
        while let Some(digit) = self.rest.next_if(|byte| byte.is_ascii_digit()) {
            let sum = number.unwrap_or(0_i32).checked_mul(10).and_then(|sum| sum.checked_add(i32::from(digit - b'0')));
            number = Some(sum.ok_or_else(|| self.call.fail("integral size overflow"))?);
        }
        Ok(number.map_or(default, i32::cast_unsigned))
    }
}

/// How far `position` is from the next multiple of `size`; sizes that are no power of two give what C's masks give.
fn gap(position: usize, size: usize) -> usize {
    if size == 0 {
        return 0;
    }
    size.wrapping_sub(position & (size - 1)) & (size - 1)
}
