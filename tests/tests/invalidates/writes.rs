//! Each kind of write deletes the epoch; what does not write leaves it.

use redis_model::{Condition, Invalidates as _, Query, RedisModel as _, prelude::*};

use crate::{arm, is_armed, models::on_every_model};

on_every_model! {
    fn a_write_of_a_field_deletes_the_epoch(backend, model) {
        let epoch = model::epoch(1);
        let count = model::field_writes(&model::User::at(1)).len();
        for number in 0..count {
            for is_checked in [true, false] {
                model::reset(backend, 1);
                arm(backend, &[model::epoch(1), model::epoch(2)]);
                let (name, write) = model::field_writes(&model::User::at(1)).swap_remove(number);
                let write = if is_checked { write } else { write.unchecked() };
                backend.run(write).unwrap();
                assert!(!is_armed(backend, &epoch), "{name}, checked: {is_checked}");
                assert!(is_armed(backend, &model::epoch(2)), "{name} is of another record");
            }
        }
    }

    fn a_write_that_compares_deletes_the_epoch(backend, model) {
        for number in 0..3 {
            model::reset(backend, 1);
            arm(backend, &[model::epoch(1)]);
            let (name, write) = model::comparing_writes(&model::User::at(1)).swap_remove(number);
            backend.run(write).unwrap();
            assert!(!is_armed(backend, &model::epoch(1)), "{name}");
        }
    }

    fn a_write_of_a_record_deletes_the_epoch(backend, model) {
        for number in 0..model::record_writes(&model::user(1)).len() {
            model::reset(backend, 1);
            let stored = backend.run(model::User::fetch(1)).unwrap();
            arm(backend, &[model::epoch(1), model::epoch(2)]);
            let (name, write) = model::record_writes(&stored).swap_remove(number);
            backend.run(write).unwrap();
            assert!(!is_armed(backend, &model::epoch(1)), "{name}");
            assert!(is_armed(backend, &model::epoch(2)), "{name} is of another record");
        }
    }

    fn a_write_that_makes_the_record_deletes_the_epoch(backend, model) {
        for number in 0..model::first_writes(1).len() {
            backend.run(model::User::delete(1)).unwrap();
            arm(backend, &[model::epoch(1)]);
            let (name, write) = model::first_writes(1).swap_remove(number);
            backend.run(write).unwrap();
            assert!(!is_armed(backend, &model::epoch(1)), "{name}");
        }
    }

    fn a_write_that_takes_the_store_deletes_the_epoch(backend, model) {
        for number in 0.. {
            model::reset(backend, 1);
            arm(backend, &[model::epoch(1)]);
            let Some(result) = model::store_writes(backend, number) else { break };
            result.unwrap();
            assert!(!is_armed(backend, &model::epoch(1)), "number {number}");
        }
    }

    fn a_modification_that_changes_nothing_leaves_the_epoch(backend, model) {
        model::reset(backend, 1);
        backend.wait(model::User::modify(1, &backend.store, |user| user.lives = Some(3))).unwrap();
        arm(backend, &[model::epoch(1)]);
        backend.wait(model::User::modify(1, &backend.store, |user| user.lives = Some(3))).unwrap();
        assert!(is_armed(backend, &model::epoch(1)));
    }

    fn what_does_not_write_leaves_the_epoch(backend, model) {
        model::reset(backend, 1);
        arm(backend, &[model::epoch(1)]);
        for (name, read) in model::reads(1) {
            backend.run(read).unwrap();
            assert!(is_armed(backend, &model::epoch(1)), "{name}");
        }
    }

    fn what_is_refused_leaves_the_epoch_and_the_record(backend, model) {
        for number in 0..model::refused_writes(1).len() {
            model::reset(backend, 1);
            let stored = backend.run(model::User::fetch(1)).unwrap();
            arm(backend, &[model::epoch(1)]);
            let (name, write) = model::refused_writes(1).swap_remove(number);
            assert!(backend.run(write).is_err(), "{name}");
            assert!(is_armed(backend, &model::epoch(1)), "{name}");
            assert_eq!(backend.run(model::User::fetch(1)).unwrap(), stored, "{name}");
        }
    }

    fn a_write_without_its_record_leaves_the_epoch(backend, model) {
        backend.run(model::User::delete(1)).unwrap();
        arm(backend, &[model::epoch(1)]);
        let mut writes = model::field_writes(&model::User::at(1));
        writes.push(("update", model::user(1).save().update().into_query().map(drop)));
        for (name, write) in writes {
            assert!(backend.run(write).unwrap_err().is_not_found(), "{name}");
            assert!(is_armed(backend, &model::epoch(1)), "{name}");
        }
    }

    fn a_deletion_tells_the_record_from_its_epoch(backend, model) {
        backend.run(model::User::delete(1)).unwrap();
        arm(backend, &[model::epoch(1)]);
        assert!(!backend.run(model::User::delete(1)).unwrap(), "there was an epoch, but no record");
        model::reset(backend, 1);
        assert!(backend.run(model::User::delete(1)).unwrap(), "there was a record, but no epoch");
        model::reset(backend, 1);
        arm(backend, &[model::epoch(1)]);
        assert!(backend.run(model::User::delete(1)).unwrap());
        assert_eq!(backend.raw::<Vec<String>>(&["KEYS", &format!("{}:*", model::PREFIX)]), Vec::<String>::new());
    }

    fn a_write_answers_with_what_it_always_did(backend, model) {
        let it = model::User::at(1);
        // Beyond what a double counts exactly.
        let large = 1_i64 << 53;
        for is_checked in [true, false] {
            model::reset(backend, 1);
            let [incr, max] = [it.points().incr(large), it.points().set_max(3)].map(|query| {
                if is_checked { query } else { query.unchecked() }
            });
            assert_eq!(backend.run(incr).unwrap(), large + 1);
            assert_eq!(backend.run(max).unwrap(), large + 1);
            let [swap, take, none] = [it.name().swap("b"), it.name().take(), it.name().take()].map(|query| {
                if is_checked { query } else { query.unchecked() }
            });
            assert_eq!(backend.run((swap, take, none).batch()).unwrap(), (Some("a".into()), Some("b".into()), None));
            let [there, gone] = [it.lives().clear(), it.lives().clear()].map(|query| {
                if is_checked { query } else { query.unchecked() }
            });
            assert_eq!(backend.run((there, gone).batch().atomic()).unwrap(), (true, false));
            let score = it.score().incr(0.25);
            let score = backend.run(if is_checked { score } else { score.unchecked() }).unwrap();
            assert_eq!(score.to_string(), "1.75");
        }
    }

    fn a_batch_deletes_the_epochs_of_what_it_writes(backend, model) {
        for is_atomic in [true, false] {
            for id in 1..=3 {
                model::reset(backend, id);
            }
            let epochs = [1, 2, 3].map(model::epoch);
            arm(backend, &epochs);
            let (one, two, three) = (model::User::at(1), model::User::at(2), model::User::at(3));
            let batch = (
                one.name().set("b"), one.logins().incr(1), two.lives().incr(1), two.name().clear(), three.name().get(),
            ).batch();
            let batch = if is_atomic { batch.atomic() } else { batch };
            let (.., name) = backend.run(batch).unwrap();
            assert_eq!(name.as_deref(), Some("a"));
            assert_eq!(epochs.map(|epoch| is_armed(backend, &epoch)), [false, false, true], "atomic: {is_atomic}");
        }
    }

    fn an_atomic_batch_whose_conditions_fail_leaves_all_epochs(backend, model) {
        for id in [1, 2] {
            model::reset(backend, id);
        }
        let epochs = [1, 2].map(model::epoch);
        arm(backend, &epochs);
        let batch = || (model::User::at(1).name().set("b"), model::User::at(2).logins().incr(1)).batch();
        let missing = || Condition::missing(model::User::record(1).key());
        assert!(backend.run(batch().when(missing())).is_err());
        let refused = (batch(), model::User::at(3).name().set("b")).batch().atomic();
        assert!(backend.run(refused).unwrap_err().is_not_found());
        assert_eq!(epochs.clone().map(|epoch| is_armed(backend, &epoch)), [true, true]);
        backend.run(batch().when(Condition::exists(model::User::record(1).key()))).unwrap();
        assert_eq!(epochs.map(|epoch| is_armed(backend, &epoch)), [false, false]);
    }

    fn a_batch_that_stops_half_way_has_deleted_the_epochs_of_what_it_wrote(backend, model) {
        for id in [1, 2] {
            model::reset(backend, id);
        }
        let epochs = [1, 2].map(model::epoch);
        arm(backend, &epochs);
        let batch = (model::User::at(1).name().set("b"), model::User::at(2).lives().incr(300)).batch().atomic();
        assert!(backend.run(batch).is_err());
        assert_eq!(backend.run(model::User::at(1).name().get()).unwrap().as_deref(), Some("b"));
        assert_eq!(epochs.map(|epoch| is_armed(backend, &epoch)), [false, true]);
    }

    fn a_write_under_a_lock_deletes_the_epoch(backend, model) {
        let it = model::User::at(1);
        let locks = [it.lock(), it.name().lock()];
        for lock in locks {
            let guard = backend.wait(lock.acquire(&backend.store)).unwrap();
            let writes: [fn() -> Query<()>; 3] = [
                || model::User::at(1).name().set("b"),
                || model::User::at(1).name().compare_and_set("a", "b"),
                || (model::User::at(1).name().set("b"), model::User::at(1).name().get()).batch().map(drop),
            ];
            for write in writes {
                model::reset(backend, 1);
                arm(backend, &[model::epoch(1)]);
                backend.wait(guard.run(write())).unwrap();
                assert!(!is_armed(backend, &model::epoch(1)));
            }
            // A lost lock: the server refuses, and nothing changes.
            arm(backend, &[model::epoch(1)]);
            backend.raw::<i64>(&["DEL", &format!("{}:{{1}}@lock", model::PREFIX)]);
            assert!(backend.wait(guard.run(writes[0]())).unwrap_err().is_lock_lost());
            assert!(is_armed(backend, &model::epoch(1)));
        }
    }

    fn a_lock_on_the_record_protects_writes_of_all_of_it(backend, model) {
        model::reset(backend, 1);
        let guard = backend.wait(model::User::at(1).lock().acquire(&backend.store)).unwrap();
        for (name, write) in model::field_writes(&model::User::at(1)) {
            arm(backend, &[model::epoch(1)]);
            backend.wait(guard.run(write)).unwrap();
            assert!(!is_armed(backend, &model::epoch(1)), "{name}");
        }
        let (unlink, epoch) = (redis_model::redis::cmd("UNLINK"), model::User::epoch_key(1));
        arm(backend, std::slice::from_ref(&epoch));
        let raw = || Query::<i64>::command(unlink.clone().arg(&epoch).take());
        assert_eq!(backend.wait(guard.run(raw())).unwrap(), 1, "the epoch is of the record");
        backend.wait(guard.release()).unwrap();
        let guard = backend.wait(model::User::at(1).name().lock().acquire(&backend.store)).unwrap();
        assert!(backend.wait(guard.run(raw())).is_err(), "and no more of a field than another field is");
    }
}
