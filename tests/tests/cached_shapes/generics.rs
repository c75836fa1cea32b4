//! Type parameters, constants and lifetimes.

use std::fmt::Display;

use redis_model::cached;
use serde::{Serialize, de::DeserializeOwned};

use crate::{Runs, stored, stored_blocking};

trait Named {
    const NAME: &'static str;

    fn make(id: u64) -> Self;
}

impl Named for u64 {
    const NAME: &'static str = "u64";

    fn make(id: u64) -> Self {
        id
    }
}

impl Named for String {
    const NAME: &'static str = "String";

    fn make(id: u64) -> Self {
        id.to_string()
    }
}

#[cached(ttl = 60, key = (T::NAME, id), skip(D))]
async fn by_key<T, D>(runs: &D, id: u64) -> T
where
    T: Named + Serialize + DeserializeOwned,
    D: Fn(),
{
    runs();
    T::make(id)
}

#[tokio::test]
async fn a_key_tells_types_apart() {
    stored(async {
        let runs = Runs::new();
        let count = || _ = runs.add();
        for _ in 0..2 {
            assert_eq!(by_key::<u64, _>(&count, 7).await, 7);
            assert_eq!(by_key::<String, _>(&count, 7).await, "7");
        }
        assert_eq!(runs.count(), 2);
        assert_eq!(by_key::peek::<u64>(7).await.ok(), Some(Some(7)));
        assert_eq!(by_key::invalidate::<String>(7).await.ok(), Some(true));
        assert_eq!(by_key::clear().await.ok(), Some(1));
    })
    .await;
}

#[cached(ttl = 60, name = format!("by_name<{}, {N}>", T::NAME), skip(runs))]
fn by_name<T: Named + Serialize + DeserializeOwned, const N: u64>(runs: &Runs, id: u64) -> T {
    runs.add();
    T::make(id + N)
}

#[test]
fn a_name_tells_types_and_constants_apart() {
    stored_blocking(|| {
        let runs = Runs::new();
        for _ in 0..2 {
            assert_eq!(by_name::<u64, 1>(&runs, 7), 8);
            assert_eq!(by_name::<u64, 2>(&runs, 7), 9);
            assert_eq!(by_name::<String, 1>(&runs, 7), "8");
        }
        assert_eq!(runs.count(), 3);
        assert_eq!((by_name::size::<u64, 1>().ok(), by_name::clear::<u64, 1>().ok()), (Some(1), Some(1)));
        assert_eq!(by_name::peek::<u64, 2>(7).ok(), Some(Some(9)));
        assert_eq!(by_name::bypass::<u64, 2>(&runs, 7), 9);
    });
}

#[cached(ttl = 60, skip(T, U))]
fn of_no_matter<'a, T, U>(text: &'a str, shown: T, also: U) -> String
where
    T: Display + Into<U> + Serialize,
    U: Serialize + 'a,
{
    let text = format!("{text}{shown}");
    drop::<[U; 2]>([shown.into(), also]);
    text
}

#[test]
fn parameters_may_make_no_difference() {
    stored_blocking(|| {
        assert_eq!(of_no_matter("a", 1_u8, 2_u16), "a1");
        assert_eq!(of_no_matter("a", 1_u32, 2_u64), "a1");
        assert_eq!(of_no_matter::peek("a", 1_u8, 2_u16).ok(), Some(Some("a1".into())));
        assert_eq!(of_no_matter::size().ok(), Some(1));
    });
}

#[test]
fn functions_inside_of_functions_have_companions() {
    #[cached(ttl = 60)]
    fn inner(id: u64) -> u64 {
        id
    }

    stored_blocking(|| {
        assert_eq!(inner(7), 7);
        assert_eq!(inner::peek(7).ok(), Some(Some(7)));
    });
}
