//! Jobs that come back until they are acknowledged.

use redis_model::{Job, Query, redis::cmd};

use redis_model_tests::in_both_modes;

use super::*;

type Jobs = ReliableQueue<String>;

fn jobs() -> Jobs {
    Jobs::at("jobs").lease(LONG)
}

fn take<M: Wait>(backend: &Backend<M>, jobs: &Jobs) -> Job<String> {
    backend.run(jobs.try_get()).unwrap().expect("there is a job")
}

fn settle<M: Wait>(backend: &Backend<M>, settled: Query<Settled>) -> Settled {
    backend.run(settled).unwrap()
}

/// Lets the leases of all jobs end now.
fn end_leases<M: Wait>(backend: &Backend<M>) {
    for id in backend.raw::<Vec<String>>(&["ZRANGE", "{jobs}@leases", "0", "-1"]) {
        backend.raw::<i64>(&["ZADD", "{jobs}@leases", "1", &id]);
    }
}

/// How many wait, and how many are handed out.
fn counts<M: Wait>(backend: &Backend<M>) -> (u64, u64) {
    backend.run((jobs().waiting(), jobs().in_flight()).batch()).unwrap()
}

on_every_backend! {
    fn a_job_is_its_consumers_until_it_is_done(backend) {
        let jobs = jobs();
        assert!(backend.run(jobs.try_get()).unwrap().is_none());
        let ids = backend.run(jobs.put_all(["same", "same", "other"])).unwrap();
        assert_eq!((backend.run(jobs.len()).unwrap(), counts(backend)), (3, (3, 0)));

        let (first, second) = (take(backend, &jobs), take(backend, &jobs));
        assert_eq!([first.value().as_str(), second.value(), first.id(), second.id()], ["same", "same", &ids[0], &ids[1]]);
        assert_eq!((backend.run(jobs.len()).unwrap(), counts(backend)), (3, (1, 2)));
        assert_eq!(settle(backend, first.ack()), Settled::Done);
        assert_eq!(settle(backend, first.ack()), Settled::Gone);
        assert_eq!((backend.run(jobs.len()).unwrap(), counts(backend)), (2, (1, 1)));
        assert_eq!(settle(backend, second.ack()), Settled::Done);
        assert_eq!(settle(backend, take(backend, &jobs).ack()), Settled::Done);
        assert!(backend.run(jobs.is_empty()).unwrap());
        assert_eq!(backend.raw::<Vec<String>>(&["KEYS", "*"]), [""; 0]);
    }

    fn a_job_comes_back_when_its_lease_ends(backend) {
        let jobs = jobs();
        backend.run(jobs.put_all(["one", "two", "three"])).unwrap();
        let (one, two) = (take(backend, &jobs), take(backend, &jobs));
        end_leases(backend);
        let again = take(backend, &jobs);
        assert!([one.id(), two.id()].contains(&again.id()));
        assert_eq!((again.delivery(), counts(backend)), (2, (2, 1)));
        let (stale, other) = if again.id() == one.id() { (one, two) } else { (two, one) };
        // It is another consumer's by now, and the other one waits.
        for late in [stale.ack(), stale.release(), stale.extend(LONG), stale.bury()] {
            assert_eq!(settle(backend, late), Settled::HandedOut);
        }
        assert_eq!(counts(backend), (2, 1));
        assert_eq!(settle(backend, other.ack()), Settled::Done);
        assert_eq!(counts(backend), (1, 1));
        assert_eq!(settle(backend, again.ack()), Settled::Done);
        assert_eq!(take(backend, &jobs).value(), "three");
    }

    fn a_job_that_was_only_late_is_done(backend) {
        let jobs = jobs();
        for recovered in [0, 1] {
            backend.run(jobs.put("job")).unwrap();
            let job = take(backend, &jobs);
            end_leases(backend);
            if recovered == 1 {
                assert_eq!(backend.run(jobs.recover()).unwrap(), 1);
            }
            assert_eq!(settle(backend, job.ack()), Settled::Done);
            assert!(backend.run(jobs.try_get()).unwrap().is_none());
            assert_eq!(backend.raw::<Vec<String>>(&["KEYS", "*"]), [""; 0]);
        }
    }

    fn a_lease_is_extended_and_taken_up_again(backend) {
        let jobs = jobs();
        backend.run(jobs.put("job")).unwrap();
        let job = take(backend, &jobs);
        for _ in 0..2 {
            end_leases(backend);
            backend.run(jobs.recover()).unwrap();
            assert_eq!(settle(backend, job.extend(LONG)), Settled::Done);
            assert_eq!((backend.run(jobs.recover()).unwrap(), counts(backend)), (0, (0, 1)));
        }
        let left: f64 = backend.raw::<f64>(&["ZSCORE", "{jobs}@leases", job.id()]);
        assert_eq!(settle(backend, job.extend(Duration::from_millis(1))), Settled::Done);
        assert!(backend.raw::<f64>(&["ZSCORE", "{jobs}@leases", job.id()]) < left);
        assert!(matches!(backend.run(job.extend(Duration::ZERO)), Err(Error::InvalidQuery { .. })));
    }

    fn a_job_that_is_given_back_is_the_next(backend) {
        let jobs = jobs();
        backend.run(jobs.put_all(["one", "two"])).unwrap();
        let one = take(backend, &jobs);
        assert_eq!(settle(backend, one.release()), Settled::Done);
        assert_eq!(counts(backend), (2, 0));
        // Whoever holds it until somebody else is given it may still say that it is done, or not.
        assert_eq!(settle(backend, one.release()), Settled::Done);
        assert_eq!(counts(backend), (2, 0));
        let again = take(backend, &jobs);
        assert_eq!((again.value().as_str(), again.delivery()), ("one", 2));
        assert_eq!(settle(backend, one.ack()), Settled::HandedOut);
    }

    fn a_job_that_comes_back_too_often_is_given_up(backend) {
        let jobs = jobs().max_deliveries(2);
        backend.run(jobs.put_all(["bad", "good", "ugly"])).unwrap();
        let bad = take(backend, &jobs);
        assert_eq!(settle(backend, bad.release()), Settled::Done);
        let bad = take(backend, &jobs);
        end_leases(backend);
        let good = take(backend, &jobs);
        assert_eq!((good.value().as_str(), settle(backend, bad.ack())), ("good", Settled::Gone));
        assert_eq!(settle(backend, good.release()), Settled::Done);
        let good = take(backend, &jobs);
        assert_eq!(settle(backend, good.release()), Settled::Done);
        assert_eq!(settle(backend, take(backend, &jobs).bury()), Settled::Done);
        assert!(backend.run(jobs.is_empty()).unwrap());
        assert_eq!(backend.run(jobs.dead_letters().load()).unwrap(), ["bad", "good", "ugly"]);
        assert!(!backend.run(jobs.clear()).unwrap());
        assert_eq!(backend.raw::<Vec<String>>(&["KEYS", "*"]), ["{jobs}@dead"]);
    }

    fn what_a_job_writes_happens_once(backend) {
        let jobs = jobs();
        backend.run(jobs.put("job")).unwrap();
        let first = take(backend, &jobs);
        end_leases(backend);
        let second = take(backend, &jobs);
        let write = || Query::<i64>::command(cmd("INCR").arg("{jobs}written").to_owned());
        let done = |job: &Job<String>| backend.run((job.ack(), write()).batch().when(job.held()));
        assert!(matches!(done(&first), Err(Error::Conflict { .. })));
        assert_eq!(done(&second).unwrap(), (Settled::Done, 1));
        assert!(matches!(done(&second), Err(Error::Conflict { .. })));
        assert_eq!(backend.raw::<i64>(&["GET", "{jobs}written"]), 1);
    }

    fn a_job_without_its_value_is_passed_over(backend) {
        let jobs = jobs();
        let ids = backend.run(jobs.put_all(["one", "two"])).unwrap();
        backend.raw::<i64>(&["HDEL", "{jobs}@jobs", &ids[0]]);
        assert_eq!(take(backend, &jobs).value(), "two");
        assert_eq!(counts(backend), (0, 1));
    }

    fn what_is_no_value_comes_back_until_it_is_given_up(backend) {
        let numbers = ReliableQueue::<u32>::at("jobs").lease(LONG).max_deliveries(1);
        backend.run(jobs().put("no number")).unwrap();
        let error = backend.run(numbers.try_get()).unwrap_err();
        assert!(matches!(error, Error::Decode { .. }), "{error:?}");
        assert_eq!(counts(backend), (0, 1));
        end_leases(backend);
        assert!(backend.run(numbers.try_get()).unwrap().is_none());
        assert_eq!(backend.run(jobs().dead_letters().load()).unwrap(), ["no number"]);
    }

    fn all_is_cleared(backend) {
        let jobs = jobs();
        backend.run(jobs.put_all(["one", "two"])).unwrap();
        let job = take(backend, &jobs);
        assert!(backend.run(jobs.clear()).unwrap());
        assert_eq!(backend.raw::<Vec<String>>(&["KEYS", "*"]), [""; 0]);
        assert_eq!(settle(backend, job.ack()), Settled::Gone);
    }

    fn many_jobs_are_put_and_come_back(backend) {
        let jobs = ReliableQueue::<u32>::at("jobs").lease(LONG);
        let ids = backend.run(jobs.put_all(0..20_000)).unwrap();
        assert_eq!(ids.len(), 20_000);
        let taken: Vec<_> = (0..2500).map(|_| backend.run(jobs.try_get()).unwrap().unwrap()).collect();
        assert!(taken.iter().map(Job::value).copied().eq(0..2500));
        end_leases(backend);
        assert_eq!([(); 4].map(|()| backend.run(jobs.recover()).unwrap()), [1000, 1000, 500, 0]);
        assert_eq!(counts(backend), (20_000, 0));
    }

    fn who_waits_is_given_a_job_whose_lease_ends(backend) {
        let short = jobs().lease(Duration::from_millis(50));
        backend.run(short.put("job")).unwrap();
        let first = take(backend, &short);
        thread::scope(|scope| {
            let waiter = scope.spawn(|| backend.wait(short.get(&backend.store, LONG)).unwrap().unwrap());
            wait_until("it has the job", || {
                backend.advance(Duration::from_millis(10));
                waiter.is_finished()
            });
            let second = waiter.join().unwrap();
            assert_eq!((second.id(), second.delivery()), (first.id(), 2));
        });
    }

    fn a_lease_of_zero_is_refused(backend) {
        let none = jobs().lease(Duration::ZERO);
        assert!(matches!(backend.run(none.try_get()), Err(Error::InvalidQuery { .. })));
        assert!(matches!(backend.wait(none.get(&backend.store, LONG)), Err(Error::InvalidQuery { .. })));
        let braces = Jobs::at("a}b{c");
        assert!(matches!(backend.run(braces.put("x")), Err(Error::InvalidKey { .. })));
    }
}

in_both_modes! {
    fn who_waits_hears_of_a_job_whose_token_was_lost<M>() {
        let backend = &Backend::<M>::server("");
        let jobs = jobs();
        thread::scope(|scope| {
            let waiter = scope.spawn(|| backend.wait(jobs.get(&backend.store, LONG)).unwrap().unwrap());
            wait_until("it waits", || waiting(backend) == 1);
            // As a consumer would leave it that has died with its token: a job, and nobody who is woken.
            backend.raw::<()>(&["HSET", "{jobs}@jobs", "id", "job"]);
            backend.raw::<()>(&["RPUSH", "jobs", "id"]);
            assert_eq!(waiter.join().unwrap().value(), "job");
        });
    }
}
