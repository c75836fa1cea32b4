//! Failures that a test switches on, to see how the application takes them.

use crate::protocol::ErrorReply;

/// The errors that are still to be answered instead of running commands.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    remaining: usize,
    error: Option<ErrorReply>,
}

impl Faults {
    /// The next `count` commands answer `error`.
    pub(crate) fn fail_next(&mut self, count: usize, error: ErrorReply) {
        self.remaining = count;
        self.error = Some(error);
    }

    /// The error that the command about to run answers with, if it is to fail.
    pub(crate) fn take(&mut self) -> Option<ErrorReply> {
        self.remaining = self.remaining.checked_sub(1)?;
        self.error.clone()
    }
}
