//! The grammar of `#[cached(..)]` and `#[cached_impl(..)]`.
//!
//! What is wrong with an option is reported where it stands, and it is left out of what is returned.

mod companions;
mod key;
mod name;
mod options;
mod template;
mod value;

pub(crate) use self::{
    companions::Companions,
    key::{Dependency, Key, Tag},
    name::Name,
    options::{Companion, Options},
    template::Template,
    value::{Codec, OnError, Refresh, SingleFlight, Time, Ttl},
};
