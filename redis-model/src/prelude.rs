//! The traits whose methods one calls: `use redis_model::prelude::*`.

pub use crate::{
    model::{Invalidates as _, RedisModel as _},
    query::{Batch as _, IntoQuery as _},
    store::Run as _,
};
