//! Commands of queues by priority, and those that wait for something to be there.

use std::time::Duration;

use redis::Cmd;

use super::key::on;
use crate::key::Key;

/// `ZADD` of one member.
pub(crate) fn add(key: &Key, member: &[u8], score: f64) -> Cmd {
    on("ZADD", key).arg(score).arg(member).take()
}

/// `ZPOPMIN`.
pub(crate) fn pop_min(key: &Key) -> Cmd {
    on("ZPOPMIN", key)
}

/// `ZRANGE` of the first so many, or of all without a number, with their scores.
pub(crate) fn first(key: &Key, count: Option<i64>) -> Cmd {
    on("ZRANGE", key).arg(0).arg(count.unwrap_or(0) - 1).arg("WITHSCORES").take()
}

/// `ZCARD`.
pub(crate) fn sorted_length(key: &Key) -> Cmd {
    on("ZCARD", key)
}

/// `BLPOP` of one list.
pub(crate) fn wait_for_front(key: &Key, wait: Duration) -> Cmd {
    waiting("BLPOP", key, wait)
}

/// `BRPOP` of one list.
pub(crate) fn wait_for_back(key: &Key, wait: Duration) -> Cmd {
    waiting("BRPOP", key, wait)
}

/// `BZPOPMIN` of one sorted set.
pub(crate) fn wait_for_min(key: &Key, wait: Duration) -> Cmd {
    waiting("BZPOPMIN", key, wait)
}

/// `CLIENT UNBLOCK`: ends the wait of another connection as the end of its time would.
pub(crate) fn end_wait(connection: i64) -> Cmd {
    redis::cmd("CLIENT").arg("UNBLOCK").arg(connection).take()
}

/// The server counts in milliseconds, and takes seconds; none at all would be an endless wait.
fn waiting(name: &str, key: &Key, wait: Duration) -> Cmd {
    let milliseconds = wait.as_millis().max(1);
    on(name, key).arg(format!("{}.{:03}", milliseconds / 1000, milliseconds % 1000)).take()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(cmd: &Cmd) -> String {
        String::from_utf8_lossy(&cmd.get_packed_command()).replace("\r\n", " ")
    }

    #[test]
    fn waits_are_told_in_seconds_and_are_never_endless() {
        let key = Key::new("k");
        for (milliseconds, told) in [(0, "0.001"), (1, "0.001"), (999, "0.999"), (1000, "1.000"), (61_005, "61.005")] {
            let cmd = wait_for_front(&key, Duration::from_millis(milliseconds));
            assert!(text(&cmd).ends_with(&format!(" {told} ")), "{}", text(&cmd));
        }
        assert!(text(&wait_for_min(&key, Duration::from_nanos(1))).ends_with(" 0.001 "));
    }
}
