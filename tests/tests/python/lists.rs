//! `RedisList`, `RedisDeque` and [`List`].

use redis_model::{Json, List, PythonJson};
use serde_json::{Value, json};

use super::with_pottery;

#[test]
fn a_list_is_changed_from_both_sides() {
    with_pottery(|backend, pottery| {
        pottery.told(
            "squares = RedisList([1, 4, 9, 16, 25], redis=redis, key='squares')
squares[1] = 'four'
del squares[2]
squares.insert(1, {'b': 2.5, 'a': 'Zoë'})
tell(len(squares))",
        );
        let squares = List::<Value, PythonJson>::at("squares");
        let stored = json!([1, {"b": 2.5, "a": "Zoë"}, "four", 16, 25]);
        assert_eq!(json!(backend.run(squares.load()).unwrap()), stored);
        assert_eq!(backend.run(squares.index_of(json!({"a": "Zoë", "b": 2.5}))).unwrap(), Some(1));

        backend.run(squares.push_back(json!([1, "x"]))).unwrap();
        backend.run(squares.set(0, json!("eins"))).unwrap();
        backend.run(squares.insert(3, json!(null))).unwrap();
        assert_eq!(backend.run(squares.remove(-2)).unwrap(), Some(json!(25)));
        let told = pottery.told(
            "squares = RedisList(redis=redis, key='squares')
tell([squares.to_list(), squares[-1], squares[1:3], squares.index('four')])",
        );
        let list = json!(["eins", {"b": 2.5, "a": "Zoë"}, "four", null, 16, [1, "x"]]);
        assert_eq!(told, json!([list, [1, "x"], [list[1], list[2]], 2]));
    });
}

#[test]
fn elements_may_be_plain_json_where_they_are_not_searched_for() {
    with_pottery(|backend, pottery| {
        let words = List::<(String, u8), Json>::at("words");
        backend.run(words.extend([("Zoë".to_owned(), 7), ("Ada".to_owned(), 36)])).unwrap();
        let told = pottery.told(
            "words = RedisList(redis=redis, key='words')
words.append(('Jürgen', 50))
tell(words.to_list())",
        );
        assert_eq!(told, json!([["Zoë", 7], ["Ada", 36], ["Jürgen", 50]]));
        assert_eq!(backend.run(words.back()).unwrap(), Some(("Jürgen".to_owned(), 50)));
    });
}

#[test]
fn a_deque_keeps_its_greatest_length_from_both_sides() {
    with_pottery(|backend, pottery| {
        pottery.told(
            "letters = RedisDeque('ghi', 4, redis=redis, key='letters')
letters.extend('jk')
letters.rotate(1)
letters.appendleft('é')
tell(letters.maxlen)",
        );
        let letters = List::<String, PythonJson>::at("letters").max_len(4);
        assert_eq!(backend.run(letters.load()).unwrap(), ["é", "k", "h", "i"]);

        backend.run(letters.extend(["l", "m"])).unwrap();
        backend.run(letters.rotate_right(1)).unwrap();
        backend.run(letters.push_front("ß")).unwrap();
        let told = pottery.told(
            "letters = RedisDeque(maxlen=4, redis=redis, key='letters')
tell([list(letters), letters.pop(), letters.popleft(), len(letters)])",
        );
        assert_eq!(told, json!([["ß", "m", "h", "i"], "i", "ß", 2]));
        assert_eq!(backend.run(letters.load()).unwrap(), ["m", "h"]);
    });
}
