//! What a server says about itself.

use redis::{Client, InfoDict, RedisResult};
use std::time::Duration;

/// The answer to `INFO server`, as far as the harness needs it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct About {
    pub(crate) process_id: u32,
    pub(crate) version: (u32, u32, u32),
    pub(crate) is_valkey: bool,
}

impl About {
    /// Asks the server at `url`; whoever listens there has `limit` to connect and again for each answer.
    pub(crate) fn ask(url: &str, limit: Duration) -> RedisResult<Self> {
        let mut connection = Client::open(url)?.get_connection_with_timeout(limit)?;
        connection.set_read_timeout(Some(limit))?;
        // A server that still loads its data answers INFO already, and PING with an error.
        redis::cmd("PING").exec(&mut connection)?;
        let info: InfoDict = redis::cmd("INFO").arg("server").query(&mut connection)?;
        Ok(Self::read(&info))
    }

    // Valkey keeps `redis_version` at 7.2.4 for its clients' sake and gives its own in `valkey_version`.
    fn read(info: &InfoDict) -> Self {
        let valkey: Option<String> = info.get("valkey_version");
        let is_valkey = valkey.is_some();
        let version = valkey.or_else(|| info.get("redis_version")).unwrap_or_default();
        Self { process_id: info.get("process_id").unwrap_or_default(), version: parse_version(&version), is_valkey }
    }
}

fn parse_version(text: &str) -> (u32, u32, u32) {
    let mut parts = text.split(['.', '-']).map(|part| part.parse().unwrap_or(0));
    let mut next = || parts.next().unwrap_or(0);
    (next(), next(), next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redis_gives_its_version() {
        let about = About::read(&InfoDict::new("# Server\r\nredis_version:7.0.15\r\nprocess_id:42\r\n"));
        assert_eq!((about.process_id, about.version, about.is_valkey), (42, (7, 0, 15), false));
    }

    #[test]
    fn a_valkey_gives_its_own_version() {
        let about = About::read(&InfoDict::new("redis_version:7.2.4\r\nvalkey_version:9.1.2-rc1\r\nprocess_id:42\r\n"));
        assert_eq!((about.version, about.is_valkey), ((9, 1, 2), true));
    }
}
