//! Models that change: renames, aliases, defaults, skipped fields.

#![allow(clippy::unwrap_used, reason = "a test reports by its panic")]

use redis_model::{RedisFields, RedisModel, RedisValue, path};
use redis_model_tests::on_every_backend;

#[derive(RedisModel, Debug, Clone, PartialEq)]
#[redis(prefix = "person", rename_all = "camelCase", schema = 2)]
struct Person {
    #[redis(id)]
    id: u64,
    #[redis(alias = "name", alias = "title")]
    full_name: String,
    #[redis(rename = "years")]
    age: Option<u8>,
    #[redis(default)]
    visits: u64,
    #[redis(default = Level::Middle)]
    level: Level,
    #[redis(nested, default)]
    settings: Settings,
    #[redis(skip)]
    cached: Option<String>,
    r#type: String,
}

#[derive(RedisFields, Debug, Clone, PartialEq, Default)]
#[redis(rename_all = "SCREAMING_SNAKE_CASE")]
struct Settings {
    dark_mode: bool,
    #[redis(alias = "lang")]
    language: String,
}

#[derive(RedisValue, Debug, Clone, PartialEq)]
#[redis(rename_all = "kebab-case")]
enum Level {
    VeryLow,
    Middle,
    #[redis(rename = "top", alias = "highest")]
    High,
}

fn person() -> Person {
    Person {
        id: 1,
        full_name: "Ada".into(),
        age: Some(36),
        visits: 3,
        level: Level::VeryLow,
        settings: Settings { dark_mode: true, language: "en".into() },
        cached: Some("not stored".into()),
        r#type: "human".into(),
    }
}

on_every_backend! {
    fn fields_lie_under_their_stored_names(backend) {
        backend.run(person().save()).unwrap();
        let mut names = backend.raw::<Vec<String>>(&["HKEYS", "person:{1}"]);
        names.sort();
        let expected =
            ["@v", "fullName", "level", "settings.DARK_MODE", "settings.LANGUAGE", "type", "visits", "years"];
        assert_eq!(names, expected);
        assert_eq!(backend.raw::<Vec<String>>(&["HMGET", "person:{1}", "@v", "level"]), ["2", "very-low"]);
        assert_eq!(path!(Person.full_name).as_str(), "fullName");
        assert_eq!(path!(Person.settings.language).as_str(), "settings.LANGUAGE");
        assert_eq!(path!(Person.r#type).as_str(), "type");
        assert_eq!(backend.run(Person::fetch(1)).unwrap(), Person { cached: None, ..person() });
        backend.run(Person::at(1).r#type().set("robot")).unwrap();
        assert_eq!(backend.run(Person::at(1).age().get()).unwrap(), Some(36));
    }

    fn earlier_names_are_read_and_go_with_the_next_save(backend) {
        let old = ["HSET", "person:{1}", "name", "Old", "type", "t", "settings.DARK_MODE", "0", "settings.lang", "no"];
        backend.raw::<i64>(&old);
        let loaded = backend.run(Person::fetch(1)).unwrap();
        assert_eq!((loaded.full_name.as_str(), loaded.settings.language.as_str()), ("Old", "no"));
        backend.raw::<i64>(&["HSET", "person:{1}", "title", "Older"]);
        assert_eq!(backend.run(Person::fetch(1)).unwrap().full_name, "Old", "the first name that is there");
        backend.run(loaded.save()).unwrap();
        assert_eq!(backend.run(Person::fetch(1)).unwrap(), loaded);
        let names = backend.raw::<Vec<String>>(&["HKEYS", "person:{1}"]);
        assert!(!names.iter().any(|name| name == "name" || name == "title" || name == "settings.lang"), "{names:?}");
    }

    fn modify_moves_earlier_names_too(backend) {
        backend.raw::<i64>(&["HSET", "person:{1}", "name", "Old", "type", "t"]);
        backend.wait(Person::modify(1, &backend.store, |person| person.visits += 1)).unwrap();
        let stored = backend.run(Person::fetch(1)).unwrap();
        assert_eq!((stored.full_name.as_str(), stored.visits), ("Old", 1));
        assert_eq!(backend.raw::<i64>(&["HEXISTS", "person:{1}", "name"]), 0);
    }

    fn what_is_absent_has_its_default(backend) {
        backend.raw::<i64>(&["HSET", "person:{1}", "fullName", "Ada", "type", "t"]);
        let loaded = backend.run(Person::fetch(1)).unwrap();
        assert_eq!((loaded.visits, loaded.level, loaded.settings), (0, Level::Middle, Settings::default()));
    }

    fn enums_read_their_names_and_nothing_else(backend) {
        backend.run(person().save()).unwrap();
        for (stored, level) in [("top", Level::High), ("highest", Level::High), ("middle", Level::Middle)] {
            backend.raw::<i64>(&["HSET", "person:{1}", "level", stored]);
            assert_eq!(backend.run(Person::at(1).level().get()).unwrap(), Some(level));
        }
        backend.raw::<i64>(&["HSET", "person:{1}", "level", "High"]);
        let error = backend.run(Person::load(1)).unwrap_err();
        let cause = std::error::Error::source(&error).unwrap().to_string();
        assert!(cause.contains("very-low") && cause.contains("High"), "{cause}");
    }
}
