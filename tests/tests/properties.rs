//! What holds for any value, any id and any stored bytes.

// A test reports by its panic.
#![allow(clippy::unwrap_used)]

#[path = "properties/config.rs"]
mod config;
#[path = "properties/everything.rs"]
mod everything;

use std::{collections::HashSet, error::Error as _};

use proptest::{collection::vec, prelude::*, sample::select};
use redis_model::{Blocking, Error, Key, Query, Result, path, prelude::*, redis};
use redis_model_tests::Backend;

use self::{
    config::cases,
    everything::{Everything, LEAVES, OWN, everything, id, text},
};

/// Sets each leaf through its handle and reads it back: present ones with `set`, absent ones with `clear`.
macro_rules! through_handles {
    ($backend:expr, $handle:expr, $value:expr; $($field:ident),*; $($optional:ident),*) => {{
        $(
            $backend.run($handle.$field().set(&$value.$field)).unwrap();
            prop_assert_eq!($backend.run($handle.$field().get()).unwrap(), Some($value.$field.clone()));
        )*
        $(
            match &$value.$optional {
                Some(value) => $backend.run($handle.$optional().set(value)).unwrap(),
                None => _ = $backend.run($handle.$optional().clear()).unwrap(),
            }
            prop_assert_eq!($backend.run($handle.$optional().get()).unwrap(), $value.$optional.clone());
        )*
    }};
}

fn check_saved_and_loaded(backend: &Backend<Blocking>, record: &Everything) -> Result<(), TestCaseError> {
    backend.run(record.save()).unwrap();
    let loaded = backend.run(Everything::fetch(&record.id)).unwrap();
    prop_assert_eq!(&loaded, record);
    prop_assert_eq!(loaded.float_bits(), record.float_bits());
    prop_assert_eq!(backend.run(Everything::load_many([&record.id])).unwrap(), [Some(loaded)]);
    Ok(())
}

fn check_through_handles(
    backend: &Backend<Blocking>,
    before: Everything,
    after: &Everything,
) -> Result<(), TestCaseError> {
    let record = Everything { id: after.id.clone(), ..before };
    backend.run(record.save()).unwrap();
    let it = Everything::at(&after.id);
    through_handles!(
        backend, it.numbers(), after.numbers;
        int8, int16, int32, int64, int128, size, uint8, uint16, uint32, uint64, uint128, usize, single, double;
    );
    through_handles!(backend, it.scalars(), after.scalars; flag, letter, text, bytes, array, color;);
    through_handles!(backend, it.coded(), after.coded; json, pack, address, blob;);
    match &after.maybe {
        Some(maybe) => {
            backend.run(it.maybe().set(maybe)).unwrap();
            through_handles!(backend, it.maybe(), maybe; ; text, bytes, number, double, color, json);
        }
        None => backend.run(it.maybe().clear()).unwrap(),
    }
    prop_assert_eq!(backend.run(it.maybe().get()).unwrap(), after.maybe.clone());
    match after.code.get() {
        Some(code) => backend.run(it.code().set(code)).unwrap(),
        None => drop(backend.run(it.code().take()).unwrap()),
    }
    match after.packed.get() {
        Some(packed) => backend.run(it.packed().set(packed)).unwrap(),
        None => drop(backend.run(it.packed().take()).unwrap()),
    }
    let loaded = backend.run(Everything::fetch(&after.id)).unwrap();
    prop_assert_eq!(&loaded, after);
    prop_assert_eq!(loaded.float_bits(), after.float_bits());
    Ok(())
}

#[test]
fn any_record_is_loaded_as_it_was_saved_on_the_engine() {
    proptest!(cases(128), |(record in everything())| check_saved_and_loaded(&Backend::embedded(), &record)?);
}

#[test]
fn any_record_is_loaded_as_it_was_saved_on_a_server() {
    let backend = Backend::server("");
    proptest!(cases(64), |(record in everything())| check_saved_and_loaded(&backend, &record)?);
}

#[test]
fn any_value_is_read_as_it_was_set_on_the_engine() {
    proptest!(cases(64), |(before in everything(), after in everything())| {
        check_through_handles(&Backend::embedded(), before, &after)?;
    });
}

#[test]
fn any_value_is_read_as_it_was_set_on_a_server() {
    let backend = Backend::server("");
    proptest!(cases(24), |(before in everything(), after in everything())| {
        check_through_handles(&backend, before, &after)?;
    });
}

/// All keys that a record may have.
fn keys(id: &[u8]) -> HashSet<Vec<u8>> {
    let it = Everything::at(id);
    let keys = [it.key().clone(), it.code().key().clone(), it.packed().key().clone()];
    keys.iter().map(|key| key.as_bytes().to_vec()).collect()
}

#[test]
fn different_ids_share_no_key() {
    proptest!(cases(512), |(a in id(), b in id())| {
        prop_assert_eq!(keys(&a).len(), 1 + OWN.len());
        prop_assert_eq!(a != b, keys(&a).is_disjoint(&keys(&b)));
        // The id that reads like the other one's place in its key.
        let key = Everything::at(&a).key().as_bytes().to_vec();
        let written = key.strip_prefix(b"everything:{").and_then(|rest| rest.strip_suffix(b"}")).unwrap();
        prop_assert_eq!(a != written, keys(&a).is_disjoint(&keys(written)));
    });
}

#[test]
fn a_scan_gives_back_any_id() {
    proptest!(cases(32), |(ids in proptest::collection::btree_set(id(), 1..20), record in everything())| {
        let backend = Backend::embedded();
        for id in &ids {
            backend.run(Everything { id: id.clone(), ..record.clone() }.save()).unwrap();
        }
        let scanned: Result<std::collections::BTreeSet<_>> = Everything::scan(&backend.store).collect();
        prop_assert_eq!(scanned.unwrap(), ids);
    });
}

/// Writes these bytes where the record's fields and own keys are.
fn plant(backend: &Backend<Blocking>, key: &Key, leaves: &[(&str, Vec<u8>)], own: &[(&str, Vec<u8>)]) {
    for (path, stored) in leaves {
        let hset = redis::cmd("HSET").arg(key.as_bytes()).arg(path).arg(&stored[..]).take();
        backend.run(Query::<i64>::command(hset)).unwrap();
    }
    for (path, stored) in own {
        let own_key = [key.as_bytes(), b".", path.as_bytes()].concat();
        backend.run(Query::<()>::command(redis::cmd("SET").arg(own_key).arg(&stored[..]).take())).unwrap();
    }
}

/// Every read, and every write that reads, of a record; each with the path of what it reads, if it is one.
fn all_reads(backend: &Backend<Blocking>, id: &[u8]) -> Vec<(&'static str, Result<()>)> {
    fn unit<T: Send + 'static>(backend: &Backend<Blocking>, query: Query<T>) -> Result<()> {
        backend.run(query).map(drop)
    }
    macro_rules! each {
        ($method:ident; $($path:literal: $($segment:ident).+),* $(,)?) => {
            vec![$(($path, unit(backend, Everything::at(id)$(.$segment())+.$method()))),*]
        };
    }
    let it = Everything::at(id);
    let mut results = vec![
        ("", unit(backend, Everything::load(id))),
        ("", unit(backend, Everything::load_many([id]))),
        ("", backend.wait(Everything::modify(id, &backend.store, |record| record.code.clear()))),
        ("numbers.", unit(backend, it.numbers().get())),
        ("scalars.", unit(backend, it.scalars().get())),
        ("maybe.", unit(backend, it.maybe().get())),
        ("coded.", unit(backend, it.coded().get())),
        ("", unit(backend, it.select((path!(Everything.scalars.text), path!(Everything.numbers.double))))),
        ("numbers.int8", unit(backend, it.numbers().int8().incr(1))),
        ("numbers.uint64", unit(backend, it.numbers().uint64().set_max(3))),
        ("numbers.double", unit(backend, it.numbers().double().set_min(0.5))),
        ("numbers.single", unit(backend, it.numbers().single().incr(0.5))),
        ("scalars.text", backend.wait(it.scalars().text().update(&backend.store, |text| text)).map(drop)),
    ];
    results.extend(each! { get;
        "numbers.int8": numbers.int8, "numbers.int16": numbers.int16, "numbers.int32": numbers.int32,
        "numbers.int64": numbers.int64, "numbers.int128": numbers.int128, "numbers.size": numbers.size,
        "numbers.uint8": numbers.uint8, "numbers.uint16": numbers.uint16, "numbers.uint32": numbers.uint32,
        "numbers.uint64": numbers.uint64, "numbers.uint128": numbers.uint128, "numbers.usize": numbers.usize,
        "numbers.single": numbers.single, "numbers.double": numbers.double, "scalars.flag": scalars.flag,
        "scalars.letter": scalars.letter, "scalars.text": scalars.text, "scalars.bytes": scalars.bytes,
        "scalars.array": scalars.array, "scalars.color": scalars.color, "maybe.text": maybe.text,
        "maybe.number": maybe.number, "maybe.double": maybe.double, "maybe.color": maybe.color,
        "maybe.json": maybe.json, "coded.json": coded.json, "coded.pack": coded.pack, "coded.address": coded.address,
        "coded.blob": coded.blob, "code": code, "packed": packed,
    });
    results.extend(
        each! { take; "scalars.letter": scalars.letter, "coded.pack": coded.pack, "packed": packed, "code": code },
    );
    results
}

/// An error's text is one line, and a decode error names its field, in its text and in its data.
fn check_error(about: &str, error: &Error) -> Result<(), TestCaseError> {
    let mut texts = vec![error.to_string()];
    if let Error::Decode { path, .. } = error {
        // The own test of the fields with a key of their own is below.
        if !OWN.contains(&about) {
            let known = LEAVES.iter().chain(OWN).any(|known| known == path);
            prop_assert!(known && path.starts_with(about), "{about:?}: {error:?}");
            prop_assert!(error.to_string().contains(&format!("`{path}` of Everything")), "{error}");
        }
        prop_assert!(error.to_string().contains(about), "{about:?}: {error}");
        texts.push(error.source().unwrap().to_string());
    }
    prop_assert!(!texts.iter().any(|text| text.contains(['\n', '\r'])), "{texts:?}");
    Ok(())
}

fn junk() -> impl Strategy<Value = Vec<u8>> {
    let number =
        select(vec!["", "-", "+1", "007", "0x10", "1e400", "nan", "inf", "-129", "99999999999999999999", "1\n"]);
    prop_oneof![
        vec(any::<u8>(), 0..30),
        number.prop_map(|text| text.as_bytes().to_vec()),
        text().prop_map(String::into_bytes),
        vec(select(b"[]{}\":,\\un\n".to_vec()), 0..20),
    ]
}

#[test]
fn any_stored_bytes_are_a_value_or_an_error_that_names_the_field() {
    let leaves = vec((select(LEAVES.to_vec()), junk()), 0..6);
    let own = vec((select(OWN.to_vec()), junk()), 0..2);
    proptest!(cases(128), |(record in everything(), saved: bool, leaves in leaves, own in own)| {
        let backend = Backend::embedded();
        if saved {
            backend.run(record.save()).unwrap();
        }
        plant(&backend, Everything::at(&record.id).key(), &leaves, &own);
        for (about, result) in all_reads(&backend, &record.id) {
            if let Err(error) = result {
                check_error(about, &error)?;
            }
        }
    });
}

#[test]
fn an_error_in_a_field_with_its_own_key_names_the_field() {
    let backend = Backend::<Blocking>::embedded();
    let it = Everything::at(&b"1"[..]);
    plant(&backend, it.key(), &[("@v", b"1".to_vec())], &[("packed", b"a".to_vec())]);
    let errors = [
        backend.run(it.packed().get()).unwrap_err(),
        backend.run((it.code().get(), it.packed().get()).batch()).unwrap_err(),
        backend.run(it.packed().take()).unwrap_err(),
    ];
    for error in errors {
        assert!(matches!(&error, Error::Decode { path, .. } if path == "packed"), "{error:?}");
    }
}

#[test]
fn an_error_in_an_atomic_batch_names_its_own_record_and_field() {
    proptest!(cases(32), |(good in everything(), bad_id in id())| {
        prop_assume!(good.id != bad_id);
        let backend = Backend::<Blocking>::embedded();
        backend.run(good.save()).unwrap();
        let bad = Everything::at(&bad_id);
        plant(&backend, bad.key(), &[("scalars.flag", b"perhaps".to_vec())], &[]);
        let batch = (Everything::at(&good.id).scalars().text().get(), bad.scalars().flag().get()).batch();
        let error = backend.run(batch.atomic()).unwrap_err();
        let Error::Decode { key, path, .. } = &error else { panic!("{error:?}") };
        prop_assert_eq!((key, path.as_str()), (bad.key(), "scalars.flag"));
    });
}
