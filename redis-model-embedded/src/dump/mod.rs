//! What DUMP gives and RESTORE takes: a value as it lies in a file of Redis, the version of that format, a checksum.
//!
//! Written is the plainest form of each type, which Redis has read since 7.0: no listpacks, and nothing compressed. Read
//! are also the compact forms that Redis 7.0 to 8.0 and Valkey write. Those of Redis before 7.0, streams and the values
//! of modules are refused like any other payload that is not understood.

mod checksum;
mod listpack;
mod lzf;
mod read;
mod source;
#[cfg(test)]
mod tests;
mod write;

use crate::data::Value;

/// The version of the format of Redis 7.0, which later servers read, too.
const REDIS_7_0: u16 = 10;
/// That of Redis 7.4 and 8.0, the first to know deadlines of fields.
const REDIS_8_0: u16 = 12;
/// That of Valkey 9, which counts on from here by itself.
const VALKEY_9: u16 = 80;

/// What a payload begins with: the type of the value, and the form in which it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    String,
    List,
    Set,
    Hash,
    /// Scores are eight bytes each.
    SortedSet,
    IntSet,
    HashListpack,
    SortedSetListpack,
    /// Several listpacks, one after the other.
    ListOfListpacks,
    SetListpack,
    /// The deadlines of fields as Valkey writes them.
    ValkeyExpiringHash,
    /// The deadlines of fields as Redis writes them.
    ExpiringHash,
    ExpiringHashListpack,
}

impl Form {
    const NUMBERS: [(u8, Self); 13] = [
        (0, Self::String),
        (1, Self::List),
        (2, Self::Set),
        (4, Self::Hash),
        (5, Self::SortedSet),
        (11, Self::IntSet),
        (16, Self::HashListpack),
        (17, Self::SortedSetListpack),
        (18, Self::ListOfListpacks),
        (20, Self::SetListpack),
        (22, Self::ValkeyExpiringHash),
        (24, Self::ExpiringHash),
        (25, Self::ExpiringHashListpack),
    ];

    fn numbered(number: u8) -> Option<Self> {
        Self::NUMBERS.into_iter().find(|(known, _)| *known == number).map(|(_, form)| form)
    }

    fn number(self) -> u8 {
        let found = Self::NUMBERS.into_iter().find(|(_, form)| *form == self);
        found.map(|(number, _)| number).expect("every form has a number")
    }
}

/// Why a payload is no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It is too short, its checksum is wrong, or its version is one that nobody has written yet.
    Footer,
    /// What is before the footer makes no value.
    Content,
}

/// The payload that DUMP answers with.
pub(crate) fn dump(value: &Value) -> Vec<u8> {
    let mut payload = Vec::new();
    let version = write::value(&mut payload, value);
    seal(&mut payload, version);
    payload
}

/// The value that a payload holds. It is never an empty container; some fields of a hash may have deadlines that have
/// passed.
pub(crate) fn restore(payload: &[u8]) -> Result<Value, Refusal> {
    let content = unseal(payload).ok_or(Refusal::Footer)?;
    read::value(content).map_err(|_| Refusal::Content)
}

/// Appends the footer: two bytes of the version and eight of the checksum, the lowest of each first.
fn seal(payload: &mut Vec<u8>, version: u16) {
    payload.extend_from_slice(&version.to_le_bytes());
    let checksum = checksum::crc64(payload);
    payload.extend_from_slice(&checksum.to_le_bytes());
}

/// What is before the footer, if that is right.
fn unseal(payload: &[u8]) -> Option<&[u8]> {
    let (signed, checksum) = payload.split_last_chunk::<8>()?;
    let (content, version) = signed.split_last_chunk::<2>()?;
    let is_known = matches!(u16::from_le_bytes(*version), 0..=REDIS_8_0 | VALKEY_9);
    (is_known && checksum::crc64(signed) == u64::from_le_bytes(*checksum)).then_some(content)
}
