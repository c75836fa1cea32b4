//! The grammar of `#[redis(..)]`.
//!
//! Each place has its own attributes. What is wrong with one of them is reported where it stands, and it is left out
//! of what is returned.

mod container;
mod field;
mod place;
mod redis;
mod value;

pub(crate) use self::{
    container::{FieldsAttr, ModelAttr, Refresh, Ttl},
    field::{Codec, Default, FieldAttr, Kind},
    value::{Format, ValueAttr, VariantAttr},
};
