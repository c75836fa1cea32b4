//! Real clients: redis-cli and redis-benchmark on the program, and those of redis-rs on streams and sockets.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, Command, Stdio},
    time::Duration,
};

use futures_util::StreamExt;
use redis::{
    AsyncCommands, Client, Commands, RedisConnectionInfo, RedisResult,
    aio::{ConnectionManager, MultiplexedConnection, PubSub},
};
use redis_model_embedded::{Engine, Listener};
use tempfile::TempDir;

/// The program on a free port and a Unix socket, which ends with this value.
struct Program {
    child: Child,
    port: String,
    socket: String,
    _directory: TempDir,
}

impl Program {
    fn start() -> Self {
        let directory = tempfile::tempdir().expect("there is a place for temporary files");
        let socket = directory.path().join("socket").display().to_string();
        let mut child = Command::new(env!("CARGO_BIN_EXE_redis-model-embedded"))
            .args(["--port", "0", "--unixsocket", &socket])
            .stdout(Stdio::piped())
            .spawn()
            .expect("cargo has built the program");
        let mut lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        let ready = lines.next().expect("it says where it listens").expect("in UTF-8");
        lines.next().expect("it says so of the Unix socket, too").expect("in UTF-8");
        let port = ready.trim_end_matches('/').rsplit(':').next().expect("an address has a port").to_owned();
        Self { child, port, socket, _directory: directory }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What redis-cli prints for these lines.
fn cli(arguments: &[&str], lines: &str) -> String {
    let mut child = Command::new("redis-cli")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("redis-cli comes with the package redis-tools");
    child.stdin.take().expect("it is piped").write_all(lines.as_bytes()).expect("redis-cli reads its input");
    let output = child.wait_with_output().expect("redis-cli ends with its input");
    String::from_utf8(output.stdout).expect("redis-cli prints text")
}

#[test]
fn redis_cli_talks_to_the_program() {
    let program = Program::start();
    let lines = "SET greeting hello\nGET greeting\nHSET h a 1 b 2\nZADD z 1.5 m\nLPUSH l x\nINCR greeting\nNOSUCH\n";
    let expected = "OK\nhello\n2\n1\n1\nERR value is not an integer or out of range\n\n\
                    ERR unknown command 'NOSUCH', with args beginning with: \n\n";
    assert_eq!(cli(&["-p", &program.port], lines), expected);
    assert_eq!(cli(&["-s", &program.socket, "-3"], "ZSCORE z m\nHGETALL h\n"), "1.5\na 1\nb 2\n");
}

#[test]
fn redis_cli_loads_many_commands_at_once() {
    let program = Program::start();
    let commands = (0..10_000).map(|n| format!("SET key:{n} value\r\n")).collect::<Vec<_>>().concat();
    let said = cli(&["-p", &program.port, "--pipe"], &commands);
    assert!(said.ends_with("errors: 0, replies: 10000\n"), "{said}");
    assert_eq!(cli(&["-p", &program.port], "DBSIZE\n"), "10000\n");
}

#[test]
fn redis_benchmark_runs_to_its_end() {
    let program = Program::start();
    for depth in ["1", "16"] {
        let output = Command::new("redis-benchmark")
            .args(["-p", &program.port, "-n", "2000", "-c", "20", "-P", depth, "--csv"])
            .args(["-t", "ping,set,get,incr,lpush,rpush,lpop,rpop,sadd,hset,spop,zadd,zpopmin,lrange_100,mset"])
            .output()
            .expect("redis-benchmark comes with the package redis-tools");
        assert!(output.status.success());
        let lines = String::from_utf8(output.stdout).expect("redis-benchmark prints text").lines().count();
        assert_eq!(lines, 18, "a head, and a line for each test");
    }
}

#[test]
fn the_program_says_what_it_does_not_understand() {
    let output = Command::new(env!("CARGO_BIN_EXE_redis-model-embedded")).arg("--prot").output().expect("it was built");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).starts_with("unknown option --prot\n"), "{output:?}");
}

fn listen(engine: &Engine) -> (Listener, Client) {
    let listener = engine.listen("127.0.0.1:0").expect("the loopback interface has a free port");
    let client = Client::open(listener.url()).expect("it is a URL");
    (listener, client)
}

#[test]
fn a_blocking_client_can_send_more_than_any_buffer_holds_before_it_reads() -> RedisResult<()> {
    let engine = Engine::new();
    let (_listener, client) = listen(&engine);
    let mut con = client.get_connection()?;
    let () = con.set("large", vec![b'x'; 100_000])?;
    let mut pipeline = redis::pipe();
    for _ in 0..1_000 {
        pipeline.get("large");
    }
    let values: Vec<Vec<u8>> = pipeline.query(&mut con)?;
    assert!(values.len() == 1_000 && values.iter().all(|value| value.len() == 100_000));
    Ok(())
}

/// One field of the line that CLIENT INFO shows a client of itself.
fn client_field(con: &mut impl redis::ConnectionLike, name: &str) -> RedisResult<String> {
    let line: String = redis::cmd("CLIENT").arg("INFO").query(con)?;
    let mut fields = line.split_ascii_whitespace().filter_map(|field| field.split_once('='));
    Ok(fields.find(|(known, _)| *known == name).expect("every client has the field").1.to_owned())
}

#[test]
fn clients_are_known_by_the_addresses_of_their_sockets() -> RedisResult<()> {
    let engine = Engine::new();
    let (listener, client) = listen(&engine);
    let (mut con, mut other) = (client.get_connection()?, client.get_connection()?);
    let local = listener.local_addr().expect("it is a TCP socket").to_string();
    assert_eq!(client_field(&mut con, "laddr")?, local);
    let (own, others) = (client_field(&mut con, "addr")?, client_field(&mut other, "addr")?);
    assert!(own.starts_with("127.0.0.1:") && own != others && own != local, "{own} {others}");
    assert_eq!(client_field(&mut engine.connection(), "addr")?, "?:0");

    let kill = |con: &mut redis::Connection, words: &[&str]| redis::cmd("CLIENT").arg("KILL").arg(words).query(con);
    assert_eq!(kill(&mut con, &["ADDR", &others, "LADDR", "127.0.0.1:0"]), Ok(0));
    assert_eq!(kill(&mut con, &["ADDR", &others, "LADDR", &local]), Ok(1));
    assert!(client_field(&mut other, "addr").is_err(), "it was killed");
    let () = redis::cmd("CLIENT").arg("KILL").arg(&own).query(&mut con)?;
    assert!(client_field(&mut con, "addr").is_err(), "it has killed itself");
    Ok(())
}

#[test]
fn clients_of_a_unix_socket_are_known_by_its_path() -> RedisResult<()> {
    let directory = tempfile::tempdir().expect("there is a place for temporary files");
    let path = directory.path().join("socket");
    let listener = Engine::new().listen_unix(&path).expect("the path is free");
    let mut con = Client::open(listener.url())?.get_connection()?;
    let end = format!("{}:0", path.display());
    assert_eq!([client_field(&mut con, "addr")?, client_field(&mut con, "laddr")?], [end.clone(), end]);
    Ok(())
}

#[test]
fn a_listener_that_is_dropped_hangs_up() {
    let engine = Engine::new();
    let (listener, client) = listen(&engine);
    let mut con = client.get_connection().expect("it listens");
    drop(listener);
    assert!(con.get::<_, Option<String>>("a").is_err());
    assert!(client.get_connection().is_err());
    assert_eq!(Commands::get(&mut engine.connection(), "a"), Ok(None::<String>));
}

#[test]
fn a_unix_socket_is_there_as_long_as_its_listener() -> RedisResult<()> {
    let directory = tempfile::tempdir().expect("there is a place for temporary files");
    let path = directory.path().join("socket");
    let engine = Engine::new();
    let listener = engine.listen_unix(&path).expect("the path is free");
    assert!(engine.listen_unix(&path).is_err(), "the path is taken");
    let () = Client::open(listener.url())?.get_connection()?.set("a", 1)?;
    assert_eq!(Commands::get::<_, i64>(&mut engine.connection(), "a")?, 1);
    drop(listener);
    assert!(!path.exists());
    Ok(())
}

#[tokio::test]
async fn a_multiplexed_connection_runs_in_memory() -> RedisResult<()> {
    let engine = Engine::new();
    let mut con = multiplexed(&engine).await?;
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..50 {
        let mut con = con.clone();
        tasks.spawn(async move {
            let () = con.set(n, n).await?;
            con.get::<_, i32>(n).await
        });
    }
    while let Some(joined) = tasks.join_next().await {
        joined.expect("no task panics")?;
    }
    assert_eq!(redis::cmd("DBSIZE").query_async::<i64>(&mut con).await?, 50);
    engine.set_offline(true);
    assert!(con.get::<_, Option<i32>>(1).await.is_err());
    Ok(())
}

async fn multiplexed(engine: &Engine) -> RedisResult<MultiplexedConnection> {
    let (client, server) = tokio::io::duplex(4096);
    let engine = engine.clone();
    tokio::spawn(async move { engine.serve(server).await });
    let (login, config) = Default::default();
    let (con, driver) = MultiplexedConnection::new_with_config(&login, client, config).await?;
    tokio::spawn(driver);
    Ok(con)
}

#[tokio::test]
async fn a_pubsub_runs_in_memory() -> RedisResult<()> {
    let engine = Engine::new();
    let (client, server) = tokio::io::duplex(4096);
    let serving = engine.clone();
    tokio::spawn(async move { serving.serve(server).await });
    let mut pubsub = PubSub::new(&RedisConnectionInfo::default(), client).await?;
    pubsub.subscribe("news").await?;
    pubsub.psubscribe("n*").await?;
    assert_eq!(Commands::publish::<_, _, i64>(&mut engine.connection(), "news", "hello")?, 2);
    let mut messages = pubsub.on_message();
    for has_pattern in [false, true] {
        let message = messages.next().await.expect("the connection is open");
        assert_eq!((message.get_channel_name(), message.from_pattern()), ("news", has_pattern));
        assert_eq!(message.get_payload::<String>()?, "hello");
    }
    Ok(())
}

#[tokio::test]
async fn a_connection_manager_comes_back_after_an_outage() -> RedisResult<()> {
    let engine = Engine::new();
    let (_listener, client) = listen(&engine);
    let mut con = ConnectionManager::new(client).await?;
    let () = con.set("a", 1).await?;
    engine.set_offline(true);
    assert!(con.get::<_, Option<i64>>("a").await.is_err());
    engine.set_offline(false);
    // The first call may still find the connection that was cut.
    let mut value = con.get::<_, Option<i64>>("a").await;
    while value.is_err() {
        value = con.get("a").await;
    }
    assert_eq!(value?, Some(1));
    Ok(())
}

#[tokio::test]
async fn a_command_that_waits_over_a_stream_gives_up_in_time_and_is_served_in_time() -> RedisResult<()> {
    let engine = Engine::new();
    let mut con = multiplexed(&engine).await?;
    assert_eq!(con.blpop::<_, Option<(String, String)>>("list", 0.01).await?, None);
    let mut other = con.clone();
    let (popped, length) = tokio::join!(con.blpop::<_, Option<(String, String)>>("list", 10.0), async {
        // The connection is one; whoever pushes must come over another.
        let mut pusher = multiplexed(&engine).await?;
        pusher.rpush::<_, _, i64>("list", "a").await
    });
    assert_eq!((popped?, length?), (Some(("list".into(), "a".into())), 1));
    assert_eq!(other.llen::<_, i64>("list").await?, 0);
    Ok(())
}

#[tokio::test]
async fn a_slow_engine_is_noticed_by_a_client_with_a_time_limit() -> RedisResult<()> {
    let engine = Engine::new();
    let mut con = multiplexed(&engine).await?;
    engine.set_latency(Duration::from_secs(60));
    con.set_response_timeout(Duration::from_millis(20));
    let error = con.get::<_, Option<i64>>("a").await.expect_err("the reply is held back");
    assert!(error.is_timeout(), "{error}");
    Ok(())
}
