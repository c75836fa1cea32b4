//! Collections that are reached through their handles alone.

use redis_model::{BloomFilter, HyperLogLog, prelude::*};
use redis_model_tests::on_every_backend;

use super::*;

/// Of something that has no trait at all.
struct Bare;

#[derive(
    RedisModel, Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default, serde::Serialize, serde::Deserialize,
)]
#[redis(prefix = "shelf")]
struct Shelf {
    #[redis(id)]
    id: u64,
    #[serde(skip)]
    seen: Remote<HyperLogLog<u64>>,
    #[redis(max_len = 2)]
    recent: redis_model::Remote<List<String>>,
    known: Remote<BloomFilter<u64>>,
}

#[test]
fn the_field_is_plain_data() {
    fn is_plain<T: Clone + Copy + Default + std::fmt::Debug + Ord + std::hash::Hash + Send + Sync + 'static>(_: T) {}
    is_plain(Remote::<Set<Bare>>::new());
    let shelf = Shelf { id: 1, ..Shelf::default() };
    assert_eq!(format!("{shelf:?}"), "Shelf { id: 1, seen: Remote, recent: Remote, known: Remote }");
    let text = serde_json::to_string(&shelf).unwrap();
    assert_eq!(text, r#"{"id":1,"recent":null,"known":null}"#);
    assert_eq!(serde_json::from_str::<Shelf>(&text).unwrap(), shelf);
    assert_eq!(serde_json::from_str::<Shelf>(r#"{"id":1,"recent":["x"],"known":{}}"#).unwrap(), shelf);
    let packed = rmp_serde::to_vec(&shelf).unwrap();
    assert_eq!(rmp_serde::from_slice::<Shelf>(&packed).unwrap(), shelf);
}

on_every_backend! {
    fn they_are_neither_loaded_nor_saved(backend) {
        let shelf = Shelf { id: 1, ..Shelf::default() };
        backend.run(shelf.save()).unwrap();
        let it = Shelf::at(1);
        backend.run(it.seen().extend([1, 2, 3])).unwrap();
        backend.run(it.recent().extend(["a", "b", "c"])).unwrap();
        backend.run(it.known().with_capacity(100, 0.01).insert(7)).unwrap();
        backend.run(shelf.save()).unwrap();
        assert_eq!(backend.run(Shelf::fetch(1)).unwrap(), shelf);
        assert_eq!(backend.run(it.seen().len()).unwrap(), 3);
        assert_eq!(backend.run(it.recent().load()).unwrap(), ["b", "c"]);
        assert!(backend.run(Shelf::delete(1)).unwrap());
        assert_eq!(keys(backend), [""; 0]);
    }

    fn a_save_of_nothing_nested_leaves_them(backend) {
        backend.run(user().save()).unwrap();
        fill_remotes(backend);
        backend.run(User { work: None, ..user() }.save()).unwrap();
        assert_eq!(backend.run(User::at(1).work().visitors().load()).unwrap(), HashSet::from([10]));
        assert_eq!(backend.run(User::fetch(1)).unwrap().work, None);
        assert!(backend.run(User::delete(1)).unwrap());
        assert_eq!(keys(backend), [""; 0]);
    }
}
