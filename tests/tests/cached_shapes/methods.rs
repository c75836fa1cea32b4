//! Methods, by way of their impl block.

use redis_model::{cached, cached_impl};
use serde::{Serialize, de::DeserializeOwned};

use crate::{Runs, stored, stored_blocking};

struct Api {
    tenant: String,
    runs: Runs,
}

impl Api {
    fn new(tenant: &str) -> Self {
        Self { tenant: tenant.into(), runs: Runs::new() }
    }
}

#[cached_impl(companions = api_cache)]
impl Api {
    const LIFE: u64 = 60;

    /// What is the same for all tenants.
    #[cached(ttl = 60, skip(self))]
    async fn shared(&self, id: u64) -> u64 {
        self.runs.add();
        id
    }

    /// What differs.
    #[cached(ttl = std::time::Duration::from_secs(Self::LIFE), key = (self.tenant, id), tags = ["tenant:{id}"])]
    #[allow(unreachable_pub)]
    pub async fn own(&self, id: u64) -> Result<Option<String>, String> {
        self.runs.add();
        Ok(Some(format!("{}{id}", self.tenant)))
    }

    #[cached(ttl = 60, skip(self))]
    pub(crate) fn blocking(self: &std::sync::Arc<Self>, id: u64) -> u64 {
        self.runs.add();
        id
    }

    #[cached(ttl = 60, stale = 60, refresh = background, skip(self))]
    async fn in_background(self: std::sync::Arc<Self>, id: u64) -> u64 {
        self.runs.add();
        id
    }

    #[cached(ttl = 60)]
    fn without_receiver(id: u64, name: &str) -> (u64, String) {
        (id, name.into())
    }

    #[cached(ttl = 60, key = id, skip(self), store_if = |value| *value > 0)]
    fn consuming(mut self, id: u64) -> u64 {
        self.tenant.push('!');
        id + self.tenant.len() as u64
    }
}

#[tokio::test]
async fn self_is_in_the_key_or_skipped() {
    stored(async {
        let (acme, other) = (Api::new("acme"), Api::new("other"));
        assert_eq!((acme.shared(7).await, other.shared(7).await), (7, 7));
        assert_eq!((acme.runs.count(), other.runs.count()), (1, 0));
        assert_eq!(acme.own(7).await, Ok(Some("acme7".into())));
        assert_eq!(acme.own(7).await, Ok(Some("acme7".into())));
        assert_eq!(other.own(7).await, Ok(Some("other7".into())));
        assert_eq!((acme.runs.count(), other.runs.count()), (2, 1));
        assert_eq!(api_cache::shared::peek(7).await.ok(), Some(Some(7)));
        assert_eq!(api_cache::own::peek(&acme, 7).await.ok(), Some(Some(Some("acme7".into()))));
        assert_eq!(api_cache::own::uncached(&other, 7).await, Ok(Some("other7".into())));
        assert_eq!(api_cache::own::bypass(&other, 7).await, Ok(Some("other7".into())));
        assert_eq!(api_cache::own::invalidate(&other, 7).await.ok(), Some(true));
        assert_eq!(api_cache::own::size().await.ok(), Some(1));
    })
    .await;
}

#[tokio::test]
async fn a_method_may_be_refreshed_in_the_background() {
    stored(async {
        let api = std::sync::Arc::new(Api::new("acme"));
        assert_eq!((api.clone().in_background(1).await, api.clone().in_background(1).await), (1, 1));
        assert_eq!(api.runs.count(), 1);
    })
    .await;
}

#[test]
fn receivers_may_be_of_any_type() {
    stored_blocking(|| {
        let api = std::sync::Arc::new(Api::new("acme"));
        assert_eq!((api.blocking(1), api.blocking(1), api.runs.count()), (1, 1, 1));
        assert_eq!(Api::without_receiver(1, "a"), (1, "a".into()));
        assert_eq!(api_cache::without_receiver::peek(1, "a").ok(), Some(Some((1, "a".into()))));
        assert_eq!((Api::new("x").consuming(1), Api::new("xyz").consuming(1)), (3, 3));
        let key = api_cache::blocking::key(1).map(|key| key.to_string()).ok();
        assert_eq!(key, Some("cache:{cached_shapes::methods::Api::blocking:0:1}".into()));
    });
}

struct Repository<'a, T> {
    runs: &'a Runs,
    make: fn(u64) -> T,
}

trait Entity: Serialize + DeserializeOwned {
    const NAME: &'static str;
}

impl Entity for String {
    const NAME: &'static str = "string";
}

#[cached_impl(companions = repository_cache)]
impl<'a, T> Repository<'a, T>
where
    T: Entity,
{
    #[cached(ttl = 60, key = (T::NAME, id, N), skip(self))]
    async fn load<const N: usize>(&self, id: u64, other: Option<&Self>) -> Vec<T> {
        self.runs.add();
        let make = other.map_or(self.make, |other| other.make);
        (0..N).map(|_| make(id)).collect()
    }
}

#[tokio::test]
async fn generic_types_have_cached_methods() {
    stored(async {
        let runs = Runs::new();
        let repository = Repository { runs: &runs, make: |id| id.to_string() };
        assert_eq!(repository.load::<2>(7, None).await, ["7", "7"]);
        assert_eq!(repository.load::<2>(7, Some(&repository)).await, ["7", "7"]);
        assert_eq!(runs.count(), 1);
        assert_eq!(repository_cache::load::peek::<String, 2>(7).await.ok(), Some(Some(vec!["7".into(), "7".into()])));
    })
    .await;
}

/// A type that others see.
#[derive(Debug)]
pub struct Visible;

mod deep {
    //! An impl that is not beside its type.

    use super::Visible;

    #[redis_model::cached_impl(companions = visible_cache)]
    impl Visible {
        /// Seen by all.
        #[redis_model::cached(ttl = 60)]
        pub fn public(id: u64) -> u64 {
            id
        }

        #[redis_model::cached(ttl = 60)]
        pub(super) fn of_parent(id: u64) -> u64 {
            id
        }

        #[redis_model::cached(ttl = 60)]
        pub(in crate::methods) fn of_path(id: u64) -> u64 {
            id
        }

        #[redis_model::cached(ttl = 60)]
        pub(self) fn of_module(id: u64) -> u64 {
            id
        }

        #[redis_model::cached(ttl = 60)]
        fn private(id: u64) -> u64 {
            id
        }
    }

    #[cfg(any())]
    #[redis_model::cached_impl(companions = absent_cache)]
    impl Missing {
        #[redis_model::cached(ttl = 60)]
        fn absent(id: Missing) -> Missing {
            id
        }
    }

    #[redis_model::cached_impl(companions = absent_cache)]
    #[cfg(any())]
    impl Missing {
        #[redis_model::cached(ttl = 60)]
        fn absent(id: Missing) -> Missing {
            id
        }
    }

    pub(super) fn all() -> [Option<Option<u64>>; 5] {
        let _ = (Visible::public(1), Visible::of_module(1), Visible::private(1));
        [
            visible_cache::public::peek(1).ok(),
            visible_cache::of_parent::peek(1).ok(),
            visible_cache::of_path::peek(1).ok(),
            visible_cache::of_module::peek(1).ok(),
            visible_cache::private::peek(1).ok(),
        ]
    }
}

#[test]
fn companions_are_as_visible_as_their_methods() {
    stored_blocking(|| {
        assert_eq!((Visible::of_parent(1), Visible::of_path(1)), (1, 1));
        assert_eq!(deep::all(), [Some(Some(1)); 5]);
        assert_eq!(deep::visible_cache::of_path::peek(1).ok(), Some(Some(1)));
    });
}

#[test]
fn an_impl_inside_of_a_function_has_companions() {
    struct Local(u64);

    #[cached_impl(companions = local_cache)]
    impl Local {
        #[cached(ttl = 60, key = self.0)]
        fn double(&self) -> u64 {
            self.0 * 2
        }
    }

    stored_blocking(|| {
        assert_eq!(Local(4).double(), 8);
        assert_eq!(local_cache::double::peek(&Local(4)).ok(), Some(Some(8)));
    });
}
