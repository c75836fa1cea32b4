//! Stores that functions take from their arguments.

use redis_model::{Store, blocking, cached, cached_impl};

use crate::Runs;

struct Shop {
    city: &'static str,
    store: Store,
    runs: Runs,
}

#[cached_impl(companions = shop_cache)]
impl Shop {
    #[cached(ttl = 60, skip(self), store = self.store)]
    async fn price(&self, id: u64) -> Result<u64, String> {
        self.runs.add();
        Ok(id * 10)
    }

    #[cached(ttl = 60, key = (self.city, id), store = &self.store)]
    async fn offer(&self, id: u64) -> u64 {
        self.runs.add();
        id
    }
}

#[cached(ttl = 60, skip(store, runs), store = store)]
fn stock(runs: &Runs, id: u64, store: &blocking::Store) -> u64 {
    runs.add();
    id
}

#[cached(batch, ttl = 60, skip(shop), store = shop.store)]
async fn prices(shop: &Shop, ids: &[u64]) -> std::collections::HashMap<u64, u64> {
    shop.runs.add();
    ids.iter().map(|id| (*id, id * 10)).collect()
}

#[tokio::test]
async fn a_method_and_its_companions_take_the_store_from_self() {
    let shop = Shop { city: "Oslo", store: Store::embedded(), runs: Runs::new() };
    assert_eq!((shop.price(7).await, shop.price(7).await), (Ok(70), Ok(70)));
    assert_eq!(shop.runs.count(), 1);
    assert_eq!(shop_cache::price::peek(&shop, 7).await.ok(), Some(Some(70)));
    assert_eq!(shop_cache::price::put(&shop, 7, &80).await.ok(), Some(true));
    assert_eq!(shop.price(7).await, Ok(80));
    assert_eq!(shop_cache::price::size(&shop).await.ok(), Some(1));
    assert_eq!(shop_cache::price::invalidate(&shop, 7).await.ok(), Some(true));
    assert_eq!(shop_cache::price::clear(&shop).await.ok(), Some(0));
    assert_eq!(shop_cache::price::info(&shop).computes, 1);
    assert!(shop_cache::price::key(7).is_ok());
    assert_eq!(shop_cache::price::bypass(&shop, 7).await, Ok(70));
    assert_eq!((shop.offer(7).await, shop_cache::offer::peek(&shop, 7).await.ok()), (7, Some(Some(7))));
}

#[test]
fn a_function_takes_the_store_from_an_argument() {
    let (store, runs) = (blocking::Store::embedded(), Runs::new());
    assert_eq!((stock(&runs, 7, &store), stock(&runs, 7, &store)), (7, 7));
    assert_eq!(runs.count(), 1);
    assert_eq!(stock::peek(7, &store).ok(), Some(Some(7)));
    assert_eq!(stock::clear(&store).ok(), Some(1));
}

#[tokio::test]
async fn a_batch_takes_the_store_from_an_argument() {
    let shop = Shop { city: "Oslo", store: Store::embedded(), runs: Runs::new() };
    assert_eq!(prices(&shop, &[1, 2]).await.len(), 2);
    assert_eq!(prices(&shop, &[2]).await.get(&2), Some(&20));
    assert_eq!(shop.runs.count(), 1);
    assert_eq!(prices::peek(1, &shop).await.ok(), Some(Some(10)));
    assert_eq!(prices::invalidate(1, &shop).await.ok(), Some(true));
}
