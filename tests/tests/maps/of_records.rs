//! Maps that are fields of models.

use redis_model::{RedisModel, Remote, path};

use super::*;

const HOUR: std::time::Duration = std::time::Duration::from_secs(3600);

#[derive(RedisModel, Debug, Clone, PartialEq)]
#[redis(prefix = "shop", ttl = "1h")]
struct Shop {
    #[redis(id)]
    id: u64,
    name: String,
    #[redis(map)]
    prices: HashMap<String, u32>,
    stock: Remote<Map<String, u8>>,
    #[redis(version)]
    version: u64,
}

fn saved<M: Wait>(backend: &Backend<M>) -> Shop {
    let shop = Shop {
        id: 7,
        name: "Corner".into(),
        prices: entries(&[("apple", 3), ("pear", 4)]),
        stock: Remote::new(),
        version: 0,
    };
    backend.run(shop.clone().save()).unwrap();
    shop
}

on_every_backend! {
    fn a_map_is_loaded_and_saved_with_its_record(backend) {
        let shop = saved(backend);
        let prices = Shop::at(7).prices();
        assert_eq!(backend.run(prices.get("pear")).unwrap(), Some(4));
        assert_eq!(backend.run(prices.incr("pear", 1)).unwrap(), 5);
        assert_eq!(backend.run(Shop::at(7).field(path!(Shop.prices)).take("apple")).unwrap(), Some(3));
        let loaded = backend.run(Shop::load(7)).unwrap().unwrap();
        assert_eq!((loaded.name, loaded.prices), (shop.name, entries(&[("pear", 5)])));
    }

    fn a_write_requires_the_record(backend) {
        let stock = Shop::at(7).stock();
        let failures = [
            backend.run(stock.insert("a", 1)).map(drop),
            backend.run(stock.extend([("a", 1)])).map(drop),
            backend.run(stock.create([("a", 1)])).map(drop),
            backend.run(stock.replace([("a", 1)])).map(drop),
            backend.run(stock.get_or_insert("a", 1)).map(drop),
            backend.run(stock.incr("a", 1)).map(drop),
            backend.run(stock.set_max("a", 1)).map(drop),
            backend.run(stock.pop()).map(drop),
            backend.wait(stock.update(&backend.store, "a", |_| Some(1))).map(drop),
        ];
        assert!(failures.iter().all(|failure| failure.as_ref().is_err_and(Error::is_not_found)), "{failures:?}");
        assert_eq!(backend.run(stock.load()).unwrap(), HashMap::new());
        assert!(backend.raw::<Vec<String>>(&["KEYS", "*"]).is_empty());
    }

    fn each_write_moves_the_version_on_and_lets_the_map_live_as_long_as_the_record(backend) {
        saved(backend);
        let stock = Shop::at(7).stock();
        let mut version = backend.run(Shop::at(7).version().get()).unwrap().unwrap();
        let mut check = |what: &str| {
            let now = backend.run(Shop::at(7).version().get()).unwrap().unwrap();
            assert!(now > version, "{what}: {now} {version}");
            version = now;
            let left = backend.run(stock.ttl()).unwrap();
            assert!(matches!(left, TimeLeft::Left(left) if left <= HOUR) || left == TimeLeft::Missing, "{what}: {left:?}");
        };
        assert!(backend.run(stock.insert("a", 1)).unwrap());
        check("insert");
        assert_eq!(backend.run(stock.swap("a", 2)).unwrap(), Some(1));
        check("swap");
        assert_eq!(backend.run(stock.incr("a", 3)).unwrap(), 5);
        check("incr");
        assert!(backend.run(stock.incr("a", 300)).is_err());
        assert_eq!(backend.run(stock.set_min("a", 4)).unwrap(), 4);
        check("set_min");
        backend.run(stock.compare_and_set("a", 4, 6)).unwrap();
        check("compare_and_set");
        assert!(backend.run(stock.compare_and_set("a", 4, 7)).unwrap_err().is_conflict());
        assert_eq!(backend.wait(stock.update(&backend.store, "a", |value| value.map(|value| value + 1))).unwrap(), Some(7));
        check("update");
        assert_eq!(backend.run(stock.pop()).unwrap(), Some(("a".into(), 7)));
        check("pop");
        backend.run(stock.create([("b", 1), ("c", 2)])).unwrap();
        check("create");
        backend.run(stock.replace([("d", 1)])).unwrap();
        check("replace");
        assert_eq!(backend.run(stock.take("d")).unwrap(), Some(1));
        check("take");
        assert!(backend.run(stock.is_empty()).unwrap());
    }

    fn an_error_names_the_model_and_the_key_of_the_entry(backend) {
        saved(backend);
        backend.raw::<i64>(&["HSET", "shop:{7}.stock", "a", "no number"]);
        let stock = Shop::at(7).stock();
        for failure in [backend.run(stock.get("a")).map(drop), backend.run(stock.load()).map(drop), backend.wait(stock.update(&backend.store, "a", |value| value)).map(drop)] {
            let Err(Error::Decode { model, path, .. }) = failure else { panic!("{failure:?}") };
            assert_eq!((model, &path[..]), ("Shop", "a"));
        }
        assert!(matches!(backend.run(stock.incr("x", 300)), Err(Error::OutOfRange { path, .. }) if path == "x"));
    }
}
