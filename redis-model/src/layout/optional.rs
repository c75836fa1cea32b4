//! `Option` of a nested struct: a mark at its own path, so that `Some` of nothing but `None` is not `None`.

use super::{Collections, FieldError, Reader, RedisFields, Slot, Writer};
use crate::path::{Optional, Prefix, path_of};

impl<T: RedisFields<Id = ()>> RedisFields for Option<T> {
    type Id = ();
    const COLLECTIONS: Collections = T::COLLECTIONS;
    type Paths<M: 'static, P: Prefix> = T::Paths<M, P>;
    type Handle<M: 'static, P: Prefix> = T::Handle<M, Optional<P>>;

    fn outline<P: Prefix>(visit: &mut impl FnMut(Slot)) {
        visit(Slot::Leaf(path_of::<P>()));
        T::outline::<P>(visit);
    }

    fn write<P: Prefix>(&self, out: &mut Writer) {
        match self {
            Some(nested) => {
                out.mark(path_of::<P>());
                nested.write::<P>(out);
            }
            None => Self::outline::<P>(&mut |slot| out.absent(slot)),
        }
    }

    fn read<P: Prefix>(_id: (), input: &mut Reader) -> Result<Self, FieldError> {
        // Present by its mark, or by something of it that was written on its own.
        let is_present = input.has_any::<Self, P>();
        input.skip();
        if is_present {
            return T::read::<P>((), input).map(Some);
        }
        T::outline::<P>(&mut |slot| input.pass(slot));
        Ok(None)
    }

    fn settle(&mut self, version: u64) {
        if let Some(nested) = self {
            nested.settle(version);
        }
    }
}
