//! Why a value's `Serialize` did not come to its end.

use std::fmt;

use serde::ser;

#[derive(Debug)]
pub(super) enum Failure {
    /// The readable form has no text for it. Never reaches a caller: the hashed form is made instead.
    NotPlain,
    /// Said by the value's `Serialize`, or of it.
    Refused(Box<str>),
}

/// Values within values up to here; a recursion without end would otherwise end the process with its stack.
const DEEPEST: u32 = 256;

/// Goes one level deeper.
pub(super) fn descend(depth: &mut u32) -> Result<(), Failure> {
    if *depth == DEEPEST {
        return Err(ser::Error::custom(format_args!("it is nested more than {DEEPEST} levels deep")));
    }
    *depth += 1;
    Ok(())
}

impl ser::Error for Failure {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::Refused(message.to_string().into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotPlain => f.write_str("it has no readable form"),
            Self::Refused(message) => f.write_str(message),
        }
    }
}

impl std::error::Error for Failure {}
