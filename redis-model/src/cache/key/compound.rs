//! What holds other values, in the encoding that is hashed.

use serde::{
    Serialize,
    ser::{
        SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple, SerializeTupleStruct,
        SerializeTupleVariant,
    },
};

use super::{canonical::Canonical, failure::Failure};

/// The elements of a sequence, or the arguments themselves, which are not counted.
pub(super) struct Sequence<'a> {
    out: &'a mut Canonical,
    count_at: Option<usize>,
    count: usize,
}

impl<'a> Sequence<'a> {
    pub(super) fn new(out: &'a mut Canonical, count_at: Option<usize>) -> Self {
        Self { out, count_at, count: 0 }
    }

    fn push<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Failure> {
        self.count += 1;
        value.serialize(&mut *self.out)
    }

    fn finish(self) {
        if let Some(at) = self.count_at {
            self.out.fill(at, self.count);
            self.out.depth -= 1;
        }
    }
}

/// The entries of a map, put in order at the end.
pub(super) struct Entries<'a> {
    out: &'a mut Canonical,
    count_at: usize,
    /// Where the key of the present entry begins.
    key_at: usize,
    /// Where its value begins.
    value_at: usize,
    /// For each entry, where its key begins and ends, and where its value ends.
    ends: Vec<[usize; 3]>,
}

impl<'a> Entries<'a> {
    pub(super) fn new(out: &'a mut Canonical, count_at: usize) -> Self {
        let key_at = out.bytes.len();
        Self { out, count_at, key_at, value_at: key_at, ends: Vec::new() }
    }

    fn key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Failure> {
        self.key_at = self.out.bytes.len();
        key.serialize(&mut *self.out)?;
        self.value_at = self.out.bytes.len();
        Ok(())
    }

    fn value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Failure> {
        value.serialize(&mut *self.out)?;
        self.ends.push([self.key_at, self.value_at, self.out.bytes.len()]);
        Ok(())
    }

    /// Entries with the same key, which a map of its own kind may have, stay in their order.
    fn finish(mut self) {
        let bytes = &self.out.bytes;
        let key = |[start, end, _]: &[usize; 3]| &bytes[*start..*end];
        if !self.ends.is_sorted_by_key(key) {
            self.ends.sort_by(|one, other| key(one).cmp(key(other)));
            let sorted: Vec<u8> = self.ends.iter().flat_map(|&[start, _, end]| &bytes[start..end]).copied().collect();
            self.out.bytes.truncate(self.count_at + 8);
            self.out.bytes.extend_from_slice(&sorted);
        }
        self.out.fill(self.count_at, self.ends.len());
        self.out.depth -= 1;
    }
}

/// serde has a trait for each kind of sequence, whose methods differ by name only.
macro_rules! sequences {
    ($($kind:ident $method:ident,)*) => {$(
        impl $kind for Sequence<'_> {
            type Ok = ();
            type Error = Failure;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Failure> {
                self.push(value)
            }

            fn end(self) -> Result<(), Failure> {
                self.finish();
                Ok(())
            }
        }
    )*};
}

sequences! {
    SerializeSeq serialize_element,
    SerializeTuple serialize_element,
    SerializeTupleStruct serialize_field,
    SerializeTupleVariant serialize_field,
}

macro_rules! structs {
    ($($kind:ident,)*) => {$(
        impl $kind for Entries<'_> {
            type Ok = ();
            type Error = Failure;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Failure> {
                self.key(name)?;
                self.value(value)
            }

            fn end(self) -> Result<(), Failure> {
                self.finish();
                Ok(())
            }
        }
    )*};
}

structs! { SerializeStruct, SerializeStructVariant, }

impl SerializeMap for Entries<'_> {
    type Ok = ();
    type Error = Failure;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Failure> {
        self.key(key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Failure> {
        self.value(value)
    }

    fn end(self) -> Result<(), Failure> {
        self.finish();
        Ok(())
    }
}
