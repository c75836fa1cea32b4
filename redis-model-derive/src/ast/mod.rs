//! What the user wrote, parsed and typed: no attribute is left, only what it means.

mod field;
mod structure;
mod value;

pub(crate) use self::{
    field::{Field, Name, Role},
    structure::{Model, Struct, runtime},
    value::{Form, Value, Variant},
};
