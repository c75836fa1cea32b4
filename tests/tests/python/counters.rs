//! `RedisCounter` and [`Counter`].

use std::collections::BTreeMap;

use redis_model::{Counter, PythonJson};
use serde_json::json;

use super::with_pottery;

#[test]
fn both_sides_count_the_same_things() {
    with_pottery(|backend, pottery| {
        let letters = Counter::<String, PythonJson>::at("letters");
        pottery.told(
            "letters = RedisCounter('abracadäbrä', redis=redis, key='letters')
letters.subtract({'z': 2})
tell(letters['a'])",
        );
        let counted = [("a", 3), ("b", 2), ("c", 1), ("d", 1), ("r", 2), ("z", -2), ("ä", 2)];
        let counted = counted.map(|(letter, count)| (letter.to_owned(), count));
        assert_eq!(backend.run(letters.collect::<BTreeMap<_, _>>()).unwrap(), BTreeMap::from(counted));

        assert_eq!(backend.run(letters.add("ä", 40)).unwrap(), 42);
        assert_eq!(backend.run(letters.subtract("ß", 1)).unwrap(), -1);
        assert!(backend.run(letters.remove("z")).unwrap());
        let told = pottery.told(
            "letters = RedisCounter(redis=redis, key='letters')
letters.update({'a': 1, 'ä': 1})
tell([letters.most_common(2), letters['ß'], letters['z'], letters['a']])",
        );
        assert_eq!(told, json!([[["ä", 43], ["a", 4]], -1, 0, 4]));
        assert_eq!(backend.run(letters.get("ä")).unwrap(), 43);
        assert_eq!(backend.run(letters.most_common(2)).unwrap(), [("ä".to_owned(), 43), ("a".to_owned(), 4)]);
    });
}
