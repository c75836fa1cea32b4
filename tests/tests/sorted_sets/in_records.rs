//! Sorted sets that are fields of records.

use redis_model::{RedisModel, Remote};

use super::*;

#[derive(RedisModel, Debug)]
#[redis(prefix = "in_records:game", ttl = "1h")]
struct Game {
    #[redis(id)]
    id: u64,
    #[allow(dead_code, reason = "it is reached through its handle")]
    scores: Remote<SortedSet<u32>>,
}

on_every_backend! {
    fn one_of_a_record_needs_it_and_expires_with_it(backend) {
        let scores = Game::at(1).scores();
        for result in [
            backend.run(scores.insert(1, 1)).map(|_| ()),
            backend.run(scores.insert_if(InsertIf::Greater, 1, 1)).map(|_| ()),
            backend.run(scores.incr(1, 1)).map(|_| ()),
            backend.run(scores.replace([(1, 1)])),
            backend.run(scores.union_with(&scores)).map(|_| ()),
        ] {
            assert!(matches!(result, Err(Error::NotFound { .. })), "{result:?}");
        }
        assert!(backend.run(scores.is_empty()).unwrap());

        backend.run(Game { id: 1, scores: Remote::default() }.save()).unwrap();
        assert!(backend.run(scores.insert(1, 1.5)).unwrap());
        assert!(matches!(backend.run(scores.ttl()).unwrap(), TimeLeft::Left(_)));
        assert_eq!(backend.run(scores.incr(1, 0.1)).unwrap(), 1.6);
        // More than one command takes.
        let many = || (1..8_000_u32).map(|member| (member, member));
        assert_eq!(backend.run(scores.extend_if(InsertIf::Greater, many())).unwrap(), 7_998);
        assert_eq!(backend.run(scores.extend(many())).unwrap(), 0);
        assert_eq!(backend.run(scores.remove_range(..7_997)).unwrap(), 7_997);
        assert_eq!(backend.run(scores.pop_min()).unwrap(), Some((7_998, 7_998.0)));
        assert_eq!(backend.run(scores.union_with(&scores)).unwrap(), 1);
        assert_eq!(backend.run(scores.load()).unwrap(), [(7_999, 15_998.0)]);
        assert!(matches!(backend.run(scores.ttl()).unwrap(), TimeLeft::Left(_)));
    }
}
