use super::*;
use crate::{
    cache::{
        call::Call,
        flight::{Boarding, Follower, Wait},
        form::Shape,
        function::Function,
        returns::Values,
    },
    mode::{Blocking, poll_once},
};

const MINUTE: Duration = Duration::from_secs(60);

fn waited(follower: Boarding<Blocking>) -> Wait {
    let follower: Follower<Blocking> = match follower {
        Boarding::Follower(follower) => follower,
        Boarding::Leader(_) => panic!("somebody leads"),
    };
    poll_once(follower.wait(Instant::now() + MINUTE))
}

/// Whoever comes after the request to store it has left may come after an invalidation that followed it.
#[test]
fn a_result_is_not_for_those_who_come_when_it_is_about_to_be_stored() {
    static FUNCTION: Function = Function::new("job::tests");
    let store = Store::<Blocking>::embedded();
    let form = Shape::new(&Values::<u64, u64>::new()).ttl(|_| MINUTE);
    let trip = Trip::new(&store, Call::new(&FUNCTION, &(7_u64,)), &form, None).expect("a call with a key");
    let (key, flights) = (trip.address.entry.clone(), trip.caching.flights.clone());
    let Boarding::Leader(ticket) = flights.board(&key, MINUTE) else { panic!("nobody leads yet") };
    let turn = Turn::new(&store, &trip.address, "token".into(), MINUTE);
    let mut job = Job::new(trip, Some((turn, Some(Vec::new()))), Some(ticket), Fallback::None, true);

    let early = flights.board(&key, MINUTE);
    let ending = job.end(&49);
    let late = flights.board(&key, MINUTE);
    assert!(job.settle(ending, Some(Ok(true))).is_some());
    assert!(matches!(waited(early), Wait::Landed(_)));
    assert!(matches!(waited(late), Wait::Over));
}
