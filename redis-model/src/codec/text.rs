//! `#[redis(text)]`.

use std::{fmt::Display, io::Write, str::FromStr};

use super::{Codec, DecodeError, EncodeError, encode::encode_with};

/// A type that prints as text and is parsed from it: `Display` and `FromStr`.
#[derive(Debug, Clone, Copy)]
pub struct Text;

impl<T: Display + FromStr> Codec<T> for Text
where
    T::Err: Display,
{
    fn encode(value: &T, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        write!(out, "{value}").map_err(|error| EncodeError::new("text", error))
    }

    fn decode(stored: Vec<u8>) -> Result<T, DecodeError> {
        let expected = || DecodeError::new(format!("{} as text", std::any::type_name::<T>()), &stored);
        let text = std::str::from_utf8(&stored).map_err(|error| expected().because(error))?;
        text.parse().map_err(|error: T::Err| expected().because(error.to_string()))
    }
}

encode_with!(Text);
