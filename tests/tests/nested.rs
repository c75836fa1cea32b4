//! Nested structs: their fields, and the structs as a whole.

#![allow(clippy::unwrap_used, reason = "a test reports by its panic")]

use redis_model::{RedisFields, RedisModel, path};
use redis_model_tests::on_every_backend;

#[derive(RedisModel, Debug, Clone, PartialEq)]
struct Order {
    #[redis(id)]
    id: u64,
    #[redis(nested)]
    to: Party,
    #[redis(nested)]
    from: Option<Party>,
    #[redis(nested)]
    note: Option<Note>,
}

#[derive(RedisFields, Debug, Clone, PartialEq)]
struct Party {
    name: String,
    #[redis(nested)]
    address: Address,
}

#[derive(RedisFields, Debug, Clone, PartialEq)]
struct Address {
    city: String,
    zip: Option<String>,
}

#[derive(RedisFields, Debug, Clone, PartialEq)]
struct Note {
    text: Option<String>,
    sign: Option<char>,
}

fn party(name: &str) -> Party {
    Party { name: name.into(), address: Address { city: "Oslo".into(), zip: None } }
}

fn order() -> Order {
    Order { id: 1, to: party("Ada"), from: None, note: Some(Note { text: None, sign: None }) }
}

on_every_backend! {
    fn they_round_trip(backend) {
        let mut orders = vec![order()];
        orders.push(Order { from: Some(party("Bob")), note: None, ..order() });
        orders.push(Order { note: Some(Note { text: Some(String::new()), sign: Some('x') }), ..order() });
        for order in orders {
            backend.run(order.save()).unwrap();
            assert_eq!(backend.run(Order::fetch(1)).unwrap(), order);
        }
    }

    fn some_of_nothing_is_not_none(backend) {
        backend.run(order().save()).unwrap();
        assert_eq!(backend.run(Order::fetch(1)).unwrap().note, Some(Note { text: None, sign: None }));
        backend.run(Order { note: None, ..order() }.save()).unwrap();
        assert_eq!(backend.run(Order::fetch(1)).unwrap().note, None);
        assert_eq!(backend.raw::<Vec<String>>(&["HKEYS", "order:{1}"]), ["@v", "to.name", "to.address.city"]);
    }

    fn a_field_deep_inside_is_reached(backend) {
        backend.run(order().save()).unwrap();
        let city = Order::at(1).to().address().city();
        assert_eq!(city.path(), path!(Order.to.address.city).as_str());
        backend.run(city.set("Rome")).unwrap();
        assert_eq!(backend.run(Order::fetch(1)).unwrap().to.address.city, "Rome");
    }

    fn a_subtree_is_read_written_and_cleared(backend) {
        backend.run(order().save()).unwrap();
        let it = Order::at(1);
        assert_eq!(backend.run(it.to().get()).unwrap(), Some(party("Ada")));
        assert_eq!(backend.run(it.from().get()).unwrap(), None);
        backend.run(it.from().set(&party("Bob"))).unwrap();
        backend.run(it.to().address().set(&Address { city: "Bonn".into(), zip: Some("5".into()) })).unwrap();
        let stored = backend.run(Order::fetch(1)).unwrap();
        assert_eq!(stored.from, Some(party("Bob")));
        assert_eq!(stored.to.address.zip.as_deref(), Some("5"));
        backend.run(it.to().address().set(&Address { city: "Bonn".into(), zip: None })).unwrap();
        assert_eq!(backend.run(it.to().address().zip().get()).unwrap(), None);
        backend.run(it.from().clear()).unwrap();
        backend.run(it.note().clear()).unwrap();
        let stored = backend.run(Order::fetch(1)).unwrap();
        assert_eq!((stored.from, stored.note), (None, None));
        assert_eq!(backend.run(it.note().get()).unwrap(), None);
    }

    fn an_optional_one_is_there_once_a_field_of_it_is(backend) {
        backend.run(Order { note: None, ..order() }.save()).unwrap();
        backend.run(Order::at(1).note().text().set("hi")).unwrap();
        let note = Note { text: Some("hi".into()), sign: None };
        assert_eq!(backend.run(Order::at(1).note().get()).unwrap(), Some(note.clone()));
        assert_eq!(backend.run(Order::fetch(1)).unwrap().note, Some(note));
    }

    fn a_write_to_a_subtree_requires_the_record(backend) {
        let it = Order::at(1);
        assert!(backend.run(it.to().set(&party("Ada"))).unwrap_err().is_not_found());
        assert!(backend.run(it.note().clear()).unwrap_err().is_not_found());
        assert_eq!(backend.run(it.to().get()).unwrap(), None);
        assert_eq!(backend.raw::<i64>(&["DBSIZE"]), 0);
    }

    fn what_is_missing_inside_is_named_by_its_whole_path(backend) {
        backend.run(order().save()).unwrap();
        backend.run(Order::at(1).to().address().city().clear()).unwrap();
        for error in [
            backend.run(Order::load(1)).map(|_| ()).unwrap_err(),
            backend.run(Order::at(1).to().get()).map(|_| ()).unwrap_err(),
        ] {
            assert_eq!(error.to_string(), "cannot decode `to.address.city` of Order at key `order:{1}`");
        }
    }
}
