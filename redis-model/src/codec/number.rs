//! Numbers that the server can add to.

use super::{Encode, RedisValue};

mod sealed {
    pub trait Sealed {}
}

/// A number that the server increments by itself: integers of up to 64 bits, and floats.
#[diagnostic::on_unimplemented(
    message = "the server cannot add to `{Self}`",
    label = "not an integer of up to 64 bits, nor a float"
)]
pub trait Number: RedisValue + Encode<Self> + sealed::Sealed + Copy {
    /// What it is incremented by: `i64` for integers, so that unsigned ones can go down too; itself for floats.
    type Step: RedisValue + Encode<Self::Step> + Copy;

    #[doc(hidden)]
    const KIND: NumberKind;

    /// Whether it is no number.
    #[doc(hidden)]
    fn is_nan(self) -> bool;

    /// Whether the server can add it.
    #[doc(hidden)]
    fn is_finite(step: Self::Step) -> bool;

    /// The step in the other direction; `None` where there is none (`i64::MIN`).
    #[doc(hidden)]
    fn negate(step: Self::Step) -> Option<Self::Step>;
}

/// How the server adds to a number, and where it must stop.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum NumberKind {
    /// `HINCRBY`, kept within the type's range where that is narrower than the server's 64 bits.
    Integer { min: Option<i64>, max: Option<i64> },
    /// `HINCRBYFLOAT`.
    Float,
}

macro_rules! integers {
    ($($integer:ty: $min:expr, $max:expr;)*) => {$(
        impl sealed::Sealed for $integer {}
        impl Number for $integer {
            type Step = i64;
            const KIND: NumberKind = NumberKind::Integer { min: $min, max: $max };

            fn is_nan(self) -> bool {
                false
            }

            fn is_finite(_step: i64) -> bool {
                true
            }

            fn negate(step: i64) -> Option<i64> {
                step.checked_neg()
            }
        }
    )*};
}

integers! {
    i8: Some(i8::MIN as i64), Some(i8::MAX as i64);
    i16: Some(i16::MIN as i64), Some(i16::MAX as i64);
    i32: Some(i32::MIN as i64), Some(i32::MAX as i64);
    i64: None, None;
    isize: None, None;
    u8: Some(0), Some(u8::MAX as i64);
    u16: Some(0), Some(u16::MAX as i64);
    u32: Some(0), Some(u32::MAX as i64);
    u64: Some(0), None;
    usize: Some(0), None;
}

macro_rules! floats {
    ($($float:ty),*) => {$(
        impl sealed::Sealed for $float {}
        impl Number for $float {
            type Step = Self;
            const KIND: NumberKind = NumberKind::Float;

            fn is_nan(self) -> bool {
                <$float>::is_nan(self)
            }

            fn is_finite(step: Self) -> bool {
                <$float>::is_finite(step)
            }

            fn negate(step: Self) -> Option<Self> {
                Some(-step)
            }
        }
    )*};
}

floats!(f32, f64);
