//! Reading whole records.

use crate::{
    error::{Error, Result},
    handle::reader,
    layout::{FieldError, Place},
    model::{RedisModel, id_of, read_commands},
    path::Root,
    query::{Query, Reply},
};

/// The record at a place, if there is one.
pub(crate) fn query<T: RedisModel>(place: &Place) -> Query<Option<T>> {
    place.read_all(read_commands::<T>(place), decode::<T>)
}

/// The record at a place.
pub(crate) fn required<T: RedisModel>(place: &Place) -> Query<T> {
    place.read_all(read_commands::<T>(place), |reply| {
        let context = reply.context();
        decode::<T>(reply)?.ok_or_else(|| Error::NotFound { key: context.key() })
    })
}

/// The record in a reply; its id is read from the key that was asked for, so that nothing needs to be captured.
pub(crate) fn decode<T: RedisModel>(reply: Reply<'_>) -> Result<Option<T>> {
    let context = reply.context();
    let Some(mut input) = reader(reply)? else {
        return Ok(None);
    };
    input.skip();
    let id = id_of::<T>(&context.key())?;
    let read = T::read::<Root>(id, &mut input);
    read.map(Some).map_err(|FieldError { path, source }| context.decode_error_at(path.to_owned(), source))
}
