//! `CachedOrderedDict` and [`CachedMap`].

use redis_model::{Json, Python, cache::CachedMap};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::with_pottery;

#[derive(Serialize, Deserialize, Debug, PartialEq)]
struct Document {
    title: String,
    words: u32,
}

fn document(title: &str) -> Document {
    Document { title: title.into(), words: 7 }
}

#[test]
fn what_an_ordered_dict_has_cached_is_looked_up_and_the_misses_are_found_there() {
    with_pottery(|backend, pottery| {
        let told = pottery.told(
            "results = CachedOrderedDict(redis_client=redis, redis_key='results', dict_keys=(3, 1, 2))
results[1] = {'title': 'Zoë', 'words': 7}
results[3] = {'title': 'three', 'words': 7}
tell(sorted(results.misses()))",
        );
        assert_eq!(told, json!([2]));

        let documents = CachedMap::<u64, Document, Json>::at("results");
        let mut lookup = backend.run(documents.lookup([1, 2, 3, 4])).unwrap();
        assert_eq!(lookup.values().collect::<Vec<_>>(), [&document("Zoë"), &document("three")]);
        lookup.extend([(2, document("zwölf")), (4, document("four"))]);
        backend.run(lookup.save()).unwrap();

        let told = pottery.told(
            "results = CachedOrderedDict(redis_client=redis, redis_key='results', dict_keys=(4, 9, 2))
tell([sorted(results.misses()), results[4], results[2]])",
        );
        assert_eq!(told, json!([[9], document("four"), document("zwölf")]));
    });
}

#[test]
fn keys_that_are_texts_are_shared_as_python_writes_them() {
    with_pottery(|backend, pottery| {
        pottery.told("tell(CachedOrderedDict(redis_client=redis, redis_key='ages').update({'Ada': 36, 'Zoë': 7}))");
        let ages = CachedMap::<Python<String>, u32, Json>::at("ages");
        assert_eq!(backend.run(ages.get_many(["Zoë", "Ada", "Bob"])).unwrap(), [Some(7), Some(36), None]);

        backend.run(ages.insert("Jürgen", 50)).unwrap();
        let told = pottery.told(
            "tell(CachedOrderedDict(redis_client=redis, redis_key='ages', dict_keys=('Jürgen', 'Zoë'))['Jürgen'])",
        );
        assert_eq!(told, 50);
        assert_eq!(backend.run(ages.len()).unwrap(), 3);
    });
}
