//! Names that need care, and attributes that go with the function.

#![allow(clippy::used_underscore_binding)]

use redis_model::cached;

use crate::stored_blocking;

#[cached(ttl = 60, tags = ["type:{type}"])]
fn r#fn(r#type: u64) -> u64 {
    r#type
}

#[cached(ttl = 60)]
fn this(this: u64, r#match: &str) -> String {
    format!("{this}{match}", r#match = r#match)
}

mod module {
    //! A module beside a function of its name.
}

#[cached(ttl = 60, companion = module_cache)]
fn module(id: u64) -> u64 {
    id
}

/// Has docs, conditions and lints.
#[cached(ttl = 60)]
#[cfg(not(any()))]
#[allow(clippy::no_effect_underscore_binding)]
#[expect(clippy::let_and_return, reason = "the body is where this is about")]
#[must_use]
#[inline]
pub fn attributes(id: u64) -> u64 {
    let result = id;
    result
}

#[cached(ttl = 60)]
#[cfg(any())]
fn absent(id: Missing) -> Missing {
    id
}

macro_rules! made {
    ($vis:vis $name:ident($argument:ident: $type:ty) -> $returned:ty, $ttl:expr, $body:expr) => {
        #[cached(ttl = $ttl)]
        $vis fn $name($argument: $type) -> $returned {
            $body
        }
    };
}

made!(pub(super) made(id: u64) -> Option<u64>, 60, Some(id));

mod elsewhere {
    pub(super) use redis_model as renamed;
}

#[cached(ttl = 60, crate = elsewhere::renamed)]
fn by_another_path(id: u64) -> u64 {
    id
}

#[test]
fn the_crate_may_have_another_name() {
    stored_blocking(|| assert_eq!((by_another_path(7), by_another_path::peek(7).ok()), (7, Some(Some(7)))));
}

#[test]
fn names_keep_their_meaning() {
    stored_blocking(|| {
        assert_eq!((r#fn(7), r#fn::peek(7).ok()), (7, Some(Some(7))));
        assert_eq!((this(1, "a"), this::peek(1, "a").ok()), ("1a".into(), Some(Some("1a".into()))));
        assert_eq!((module(7), module_cache::peek(7).ok()), (7, Some(Some(7))));
        assert_eq!((attributes(7), attributes::uncached(7)), (7, 7));
        assert_eq!((made(7), made::peek(7).ok()), (Some(7), Some(Some(Some(7)))));
        let key = r#fn::key(7).map(|key| key.to_string()).ok();
        assert_eq!(key, Some("cache:{cached_shapes::names::fn:0:7}".into()));
    });
}

mod first {
    #[redis_model::cached(ttl = 60)]
    pub(super) fn same_name(id: u64) -> u64 {
        id
    }
}

mod second {
    #[redis_model::cached(ttl = 60)]
    pub(super) fn same_name(id: u64) -> u64 {
        id + 1
    }
}

#[test]
fn functions_of_one_name_in_different_modules_share_nothing() {
    stored_blocking(|| {
        for _ in 0..2 {
            assert_eq!((first::same_name(7), second::same_name(7)), (7, 8));
        }
        assert_eq!((first::same_name::info().hits(), second::same_name::info().hits()), (1, 1));
    });
    let key = first::same_name::key(7).map(|key| key.to_string());
    assert!(key.is_ok_and(|key| key == "cache:{cached_shapes::names::first::same_name:0:7}"));
}
