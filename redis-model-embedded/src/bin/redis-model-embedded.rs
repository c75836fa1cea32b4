//! The embedded engine as a program: a Redis for tests that forgets everything when it ends.

use std::{env, error::Error, io, process::ExitCode, thread};

use redis_model_embedded::{Engine, Listener};

const USAGE: &str = "\
Usage: redis-model-embedded [--port N] [--bind ADDRESS] [--unixsocket PATH]

Serves the Redis protocol until it is stopped, and keeps nothing. Options:
  --port N            TCP port, 6379 by default; 0 takes a free one, and none is opened with --unixsocket alone
  --bind ADDRESS      address to listen on, 127.0.0.1 by default; there are no passwords
  --unixsocket PATH   also listens on a Unix socket
  --help              shows this
  --version           shows the version";

/// The port that Redis listens on.
const DEFAULT_PORT: u16 = 6379;

#[derive(Debug, Default, PartialEq, Eq)]
struct Options {
    port: Option<u16>,
    bind: Option<String>,
    unix_socket: Option<String>,
}

impl Options {
    fn parse(mut words: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Self::default();
        while let Some(word) = words.next() {
            let value = words.next().ok_or_else(|| format!("{word} needs a value"));
            match word.as_str() {
                "--port" => {
                    let port = value?;
                    options.port = Some(port.parse().map_err(|_| format!("--port {port} is no port"))?);
                }
                "--bind" => options.bind = Some(value?),
                "--unixsocket" => options.unix_socket = Some(value?),
                _ => return Err(format!("unknown option {word}")),
            }
        }
        Ok(options)
    }
}

fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).collect();
    match words.first().map(String::as_str) {
        Some("--help" | "-h") => println!("{USAGE}"),
        Some("--version" | "-v") => println!("redis-model-embedded {}", env!("CARGO_PKG_VERSION")),
        _ => match Options::parse(words.into_iter()) {
            Err(error) => {
                eprintln!("{error}\n\n{USAGE}");
                return ExitCode::from(2);
            }
            Ok(options) => {
                if let Err(error) = run(&options) {
                    eprintln!("redis-model-embedded: {error}");
                    return ExitCode::FAILURE;
                }
            }
        },
    }
    ExitCode::SUCCESS
}

/// Listens, says where, and never returns unless it cannot listen.
fn run(options: &Options) -> Result<(), Box<dyn Error>> {
    let engine = Engine::new();
    let mut listeners = Vec::new();
    if options.port.is_some() || options.bind.is_some() || options.unix_socket.is_none() {
        let bind = options.bind.as_deref().unwrap_or("127.0.0.1");
        let port = options.port.unwrap_or(DEFAULT_PORT);
        listeners.push(engine.listen((bind, port)).map_err(|error| format!("{bind}:{port}: {error}"))?);
    }
    if let Some(path) = &options.unix_socket {
        listeners.push(listen_unix(&engine, path).map_err(|error| format!("{path}: {error}"))?);
    }
    for listener in &listeners {
        println!("ready at {}", listener.url());
    }
    loop {
        thread::park();
    }
}

#[cfg(unix)]
fn listen_unix(engine: &Engine, path: &str) -> io::Result<Listener> {
    engine.listen_unix(path)
}

#[cfg(not(unix))]
fn listen_unix(_engine: &Engine, _path: &str) -> io::Result<Listener> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "there are no Unix sockets on this system"))
}

#[cfg(test)]
mod tests {
    use super::Options;

    fn parse(line: &str) -> Result<Options, String> {
        Options::parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn options_are_read() {
        let all = parse("--port 0 --bind ::1 --unixsocket /tmp/s").expect("these options are known");
        assert_eq!((all.port, all.bind.as_deref(), all.unix_socket.as_deref()), (Some(0), Some("::1"), Some("/tmp/s")));
    }

    #[test]
    fn wrong_options_are_refused() {
        for (line, error) in [
            ("--port", "--port needs a value"),
            ("--port 70000", "--port 70000 is no port"),
            ("--prt 1", "unknown option --prt"),
        ] {
            assert_eq!(parse(line), Err(error.to_owned()));
        }
    }
}
