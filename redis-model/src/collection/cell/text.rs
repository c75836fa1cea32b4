//! Values that are text or bytes.

use super::Cell;
use crate::{codec::Plain, collection::decode, command::string, query::Query};

impl Cell<String, Plain> {
    /// Puts text behind what is there: `APPEND`; how many bytes there are now. Where there is nothing, it makes that.
    pub fn append(&self, text: impl AsRef<str>) -> Query<u64> {
        self.write(string::append(self.key(), text.as_ref().as_bytes()), decode::count)
    }
}

impl Cell<Vec<u8>, Plain> {
    /// Puts bytes behind what is there: `APPEND`; how many there are now. Where there is nothing, it makes that.
    pub fn append(&self, bytes: impl AsRef<[u8]>) -> Query<u64> {
        self.write(string::append(self.key(), bytes.as_ref()), decode::count)
    }
}
