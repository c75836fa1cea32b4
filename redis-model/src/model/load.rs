//! Reading whole records.

use crate::{
    error::{Error, Result},
    layout::{FieldError, Place, Reader},
    model::{RedisModel, id_of, outline},
    path::Root,
    query::{Query, Reply},
};

/// The record at a place, if there is one.
pub(crate) fn query<T: RedisModel>(place: &Place) -> Query<Option<T>> {
    place.read_all(Reader::commands(place, outline::<T>), decode::<T>)
}

/// The record at a place.
pub(crate) fn required<T: RedisModel>(place: &Place) -> Query<T> {
    place.read_all(Reader::commands(place, outline::<T>), |reply| {
        let context = reply.context();
        decode::<T>(reply)?.ok_or_else(|| Error::NotFound { key: context.key() })
    })
}

/// The record in a reply; its id is read from the key that was asked for, so that nothing needs to be captured.
pub(crate) fn decode<T: RedisModel>(reply: Reply<'_>) -> Result<Option<T>> {
    let context = reply.context();
    let mut input = Reader::of(reply, outline::<T>)?;
    if !input.has_leaf() {
        return Ok(None);
    }
    input.skip();
    let id = id_of::<T>(&context.key())?;
    let read = T::read::<Root>(id, &mut input);
    read.map(Some).map_err(|FieldError { path, source }| context.decode_error_at(path.into_owned(), source))
}
