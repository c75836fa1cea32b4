//! Redis keys: how ids become part of them, so that different ids never share one.

mod build;
mod escape;
mod id;
mod space;
mod text;

pub(crate) use self::{
    build::{RecordKey, ids_in, own_path, scan_pattern},
    escape::{escape_where, is_reserved},
    space::Prefix,
    text::hash_tag,
};
pub use self::{
    id::{IdOf, IdText, IdWriter, RedisId},
    text::Key,
};
