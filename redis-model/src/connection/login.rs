//! What a connection begins with: the protocol, the user, the database, and the name of this library.

use redis::{Cmd, ErrorKind, RedisConnectionInfo, RedisResult, ServerError, Value, cmd};

#[cfg(feature = "async")]
use super::async_wire::AsyncWire;
use super::wire::Wire;

/// A command, and what an error reply to it means.
type Step = (Cmd, fn(ServerError) -> RedisResult<()>);

/// Sends all of it at once.
pub(super) fn login(wire: &mut Wire, settings: &RedisConnectionInfo) -> RedisResult<()> {
    let steps = steps(settings);
    wire.send(&packed(&steps))?;
    for step in steps {
        judge(step, wire.receive()?)?;
    }
    Ok(())
}

/// The same over an asynchronous connection.
#[cfg(feature = "async")]
pub(super) async fn login_async(wire: &mut AsyncWire, settings: &RedisConnectionInfo) -> RedisResult<()> {
    let steps = steps(settings);
    wire.send(&packed(&steps)).await?;
    for step in steps {
        judge(step, wire.receive().await?)?;
    }
    Ok(())
}

fn packed(steps: &[Step]) -> Vec<u8> {
    steps.iter().flat_map(|(cmd, _)| cmd.get_packed_command()).collect()
}

fn judge((_, judge): Step, reply: Value) -> RedisResult<()> {
    match reply {
        Value::ServerError(error) => judge(error),
        _ => Ok(()),
    }
}

fn steps(settings: &RedisConnectionInfo) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    if settings.protocol().supports_resp3() {
        steps.push((hello(settings), fatal));
    } else if let Some(password) = settings.password() {
        steps.push((cmd("AUTH").arg(settings.username()).arg(password).take(), unauthenticated));
    }
    if settings.db() != 0 {
        steps.push((cmd("SELECT").arg(settings.db()).take(), fatal));
    }
    // Users without the right to it, and servers before Redis 7.2, refuse it, which does no harm.
    for (attribute, value) in [("LIB-NAME", settings.lib_name()), ("LIB-VER", settings.lib_ver())] {
        if let Some(value) = value.filter(|_| !settings.skip_set_lib_name()) {
            steps.push((cmd("CLIENT").arg("SETINFO").arg(attribute).arg(value).take(), |_| Ok(())));
        }
    }
    steps
}

fn hello(settings: &RedisConnectionInfo) -> Cmd {
    let mut hello = cmd("HELLO");
    hello.arg(3);
    if let Some(password) = settings.password() {
        hello.arg("AUTH").arg(settings.username().unwrap_or("default")).arg(password);
    }
    hello
}

fn fatal(error: ServerError) -> RedisResult<()> {
    Err(error.into())
}

/// A password for a user that has none is a plain `ERR`.
fn unauthenticated(error: ServerError) -> RedisResult<()> {
    match error.details() {
        Some(details) if details.starts_with("AUTH ") => {
            Err((ErrorKind::AuthenticationFailed, "the password was refused", details.to_owned()).into())
        }
        _ => fatal(error),
    }
}

#[cfg(test)]
mod tests {
    use redis::{Arg, IntoConnectionInfo as _};

    use super::*;

    /// The commands for a URL, as text.
    fn commands(url: &str) -> Vec<String> {
        let info = url.into_connection_info().expect("a valid URL");
        let words = |cmd: &Cmd| {
            let word = |arg: Arg<&[u8]>| match arg {
                Arg::Simple(bytes) => String::from_utf8_lossy(bytes).into_owned(),
                _ => String::new(),
            };
            cmd.args_iter().map(word).collect::<Vec<_>>().join(" ")
        };
        steps(info.redis_settings()).iter().map(|(cmd, _)| words(cmd)).collect()
    }

    #[test]
    fn only_what_differs_from_the_servers_defaults_is_sent() {
        assert!(commands("redis://localhost/").is_empty());
        assert_eq!(commands("redis://localhost/5"), ["SELECT 5"]);
        assert_eq!(commands("redis://:word@localhost/"), ["AUTH word"]);
        assert_eq!(commands("redis://who:word@localhost/3"), ["AUTH who word", "SELECT 3"]);
    }

    #[test]
    fn the_newer_protocol_begins_with_hello() {
        assert_eq!(commands("redis://localhost/?protocol=resp3"), ["HELLO 3"]);
        assert_eq!(commands("redis://:word@localhost/?protocol=resp3"), ["HELLO 3 AUTH default word"]);
        assert_eq!(commands("redis://who:word@localhost/1?protocol=resp3"), ["HELLO 3 AUTH who word", "SELECT 1"]);
    }

    #[test]
    fn the_librarys_name_follows_unless_it_is_not_wanted() {
        let settings = RedisConnectionInfo::default().set_lib_name("library", "1.2");
        assert_eq!(steps(&settings).len(), 2);
        assert!(steps(&settings.set_skip_set_lib_name()).is_empty());
    }
}
