//! What lies at an entry's key.
//!
//! ```text
//! byte 0       1, the number of this format
//! byte 1       what is stored: 0 a value, 1 `None`, 2 an error
//! bytes 2..8   until when it is fresh, in milliseconds since the epoch by the server's clock, big-endian
//! bytes 8..12  how long its computation took, in microseconds, big-endian; the largest number for longer ones
//! byte 12      how many epochs follow: of its tags, and of the records that it depends on, in the order of the attribute
//!              each epoch: a byte with its length, then its bytes
//! the rest     the value, or the error, in the codec's form
//! ```

use std::time::Duration;

/// The number of the format that is written.
const FORMAT: u8 = 1;
/// The bytes before the epochs.
const FIXED: usize = 13;
/// Where the time lies until which an entry is fresh; the script that commits an entry writes it.
pub(super) const FRESH_UNTIL: std::ops::Range<usize> = 2..8;

/// What a computation came to, as far as it can be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A value.
    Value,
    /// `None`: there is no value.
    Absent,
    /// An error.
    Failure,
}

/// An entry as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    bytes: Vec<u8>,
    kind: Kind,
    /// Where the payload begins.
    payload: usize,
}

/// The value of an epoch's key, as an entry keeps it.
pub(super) type Epoch = Vec<u8>;

impl Kind {
    fn number(self) -> u8 {
        match self {
            Self::Value => 0,
            Self::Absent => 1,
            Self::Failure => 2,
        }
    }

    fn of_number(number: u8) -> Option<Self> {
        [Self::Value, Self::Absent, Self::Failure].into_iter().find(|kind| kind.number() == number)
    }
}

impl Entry {
    /// The entry in these bytes.
    ///
    /// # Errors
    /// The bytes, when they are none of this format.
    pub(super) fn read(bytes: Vec<u8>) -> Result<Self, Vec<u8>> {
        match layout(&bytes) {
            Some((kind, payload)) => Ok(Self { bytes, kind, payload }),
            None => Err(bytes),
        }
    }

    pub(super) fn kind(&self) -> Kind {
        self.kind
    }

    /// Until when it is fresh, in milliseconds by the server's clock.
    pub(super) fn fresh_until(&self) -> u64 {
        self.bytes[FRESH_UNTIL].iter().fold(0, |time, &byte| time << 8 | u64::from(byte))
    }

    /// How long its computation took.
    pub(super) fn cost(&self) -> Duration {
        let micros = self.bytes[8..12].iter().fold(0, |time, &byte| time << 8 | u32::from(byte));
        Duration::from_micros(micros.into())
    }

    /// Whether it was computed under these epochs. One that is absent never equals anything.
    pub(super) fn is_of(&self, epochs: &[Option<Epoch>]) -> bool {
        let mut own = self.epochs();
        let is_own = |epoch: &Option<Epoch>| epoch.as_ref().is_some_and(|epoch| own.next() == Some(epoch));
        epochs.iter().all(is_own) && own.next().is_none()
    }

    fn epochs(&self) -> impl Iterator<Item = &[u8]> {
        let mut rest = &self.bytes[FIXED..self.payload];
        std::iter::from_fn(move || {
            let (&length, after) = rest.split_first()?;
            let (epoch, after) = after.split_at_checked(length.into())?;
            rest = after;
            Some(epoch)
        })
    }

    /// What tells it from any other entry at its key: its bytes up to the payload.
    pub(super) fn head(&self) -> &[u8] {
        &self.bytes[..self.payload]
    }

    /// The value's stored form.
    pub(super) fn into_payload(mut self) -> Vec<u8> {
        self.bytes.drain(..self.payload);
        self.bytes
    }
}

/// What is stored in an entry, and where its payload begins.
fn layout(bytes: &[u8]) -> Option<(Kind, usize)> {
    let [FORMAT, kind, ..] = *bytes else { return None };
    let kind = Kind::of_number(kind)?;
    let mut payload = FIXED;
    for _ in 0..*bytes.get(FIXED - 1)? {
        payload += 1 + usize::from(*bytes.get(payload)?);
    }
    (payload <= bytes.len()).then_some((kind, payload))
}

/// The bytes of a new entry, but for the time until which it is fresh. `None` when an epoch is longer than those of ours.
pub(super) fn write(kind: Kind, cost: Duration, epochs: &[Epoch], payload: &[u8]) -> Option<Vec<u8>> {
    let mut bytes =
        Vec::with_capacity(FIXED + epochs.iter().map(|epoch| 1 + epoch.len()).sum::<usize>() + payload.len());
    bytes.extend([FORMAT, kind.number()]);
    bytes.extend([0; FRESH_UNTIL.end - FRESH_UNTIL.start]);
    bytes.extend(u32::try_from(cost.as_micros()).unwrap_or(u32::MAX).to_be_bytes());
    bytes.push(u8::try_from(epochs.len()).ok()?);
    for epoch in epochs {
        bytes.push(u8::try_from(epoch.len()).ok()?);
        bytes.extend_from_slice(epoch);
    }
    bytes.extend_from_slice(payload);
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn with_time(mut bytes: Vec<u8>, fresh_until: u64) -> Vec<u8> {
        bytes[FRESH_UNTIL].copy_from_slice(&fresh_until.to_be_bytes()[2..]);
        bytes
    }

    #[test]
    fn an_entry_lies_as_documented() {
        let bytes =
            write(Kind::Absent, Duration::from_micros(0x0102), &[b"ab".to_vec()], b"xyz").expect("short epochs");
        assert_eq!(with_time(bytes, 0x0A0B_0C0D), b"\x01\x01\0\0\x0A\x0B\x0C\x0D\0\0\x01\x02\x01\x02abxyz");
    }

    #[test]
    fn what_is_no_entry_is_not_read_as_one() {
        for bytes in [
            &b""[..],
            b"\x01",
            b"\x02\0\0\0\0\0\0\0\0\0\0\0\0",
            b"\x01\x03\0\0\0\0\0\0\0\0\0\0\0",
            b"\x01\0\0\0\0\0\0\0\0\0\0\0\x01",
            b"\x01\0\0\0\0\0\0\0\0\0\0\0\x01\x05abc",
        ] {
            assert_eq!(Entry::read(bytes.to_vec()), Err(bytes.to_vec()));
        }
    }

    proptest! {
        #[test]
        fn an_entry_reads_back(
            cost in 0..u64::from(u32::MAX), fresh_until in 0..1_u64 << 48,
            epochs: Vec<[u8; 5]>, payload: Vec<u8>,
        ) {
            let epochs: Vec<Epoch> = epochs.into_iter().take(255).map(Vec::from).collect();
            let cost = Duration::from_micros(cost);
            let bytes = with_time(write(Kind::Value, cost, &epochs, &payload).expect("short epochs"), fresh_until);
            let entry = Entry::read(bytes).expect("an entry");
            prop_assert_eq!((entry.kind(), entry.cost(), entry.fresh_until()), (Kind::Value, cost, fresh_until));
            let mut read: Vec<Option<Epoch>> = epochs.into_iter().map(Some).collect();
            prop_assert!(entry.is_of(&read));
            read.push(None);
            prop_assert!(!entry.is_of(&read));
            read.pop();
            if let Some(last) = read.last_mut() {
                *last = Some(b"other".to_vec()).filter(|other| Some(other) != last.as_ref());
                prop_assert!(!entry.is_of(&read));
                read.pop();
                prop_assert!(!entry.is_of(&read));
            }
            prop_assert_eq!(entry.into_payload(), payload);
        }

        #[test]
        fn no_bytes_panic(bytes: Vec<u8>) {
            if let Ok(entry) = Entry::read(bytes) {
                prop_assert!(!entry.is_of(&[None]));
                entry.into_payload();
            }
        }
    }
}
