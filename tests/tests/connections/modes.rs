//! One test for both modes, on servers of its own.

use redis_model::{
    Async, Blocking, Result,
    generic::{Store, StoreBuilder},
};
use redis_model_tests::Wait;

/// A mode whose stores are made from their settings.
pub(crate) trait Opens: Wait {
    fn open(settings: StoreBuilder<Self>) -> Result<Store<Self>>;
}

impl Opens for Blocking {
    fn open(settings: StoreBuilder<Self>) -> Result<Store<Self>> {
        settings.connect()
    }
}

impl Opens for Async {
    fn open(settings: StoreBuilder<Self>) -> Result<Store<Self>> {
        Self::wait(Box::pin(settings.connect()))
    }
}

/// Makes a test of each function for both modes; `M` is the mode.
macro_rules! in_both_modes {
    ($($(#[$attribute:meta])* fn $name:ident<M>() $body:block)*) => {$(
        $(#[$attribute])*
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            fn check<M: Opens>() $body

            #[test]
            fn blocking() {
                check::<redis_model::Blocking>();
            }

            #[test]
            fn asynchronous() {
                check::<redis_model::Async>();
            }
        }
    )*};
}
pub(crate) use in_both_modes;
