//! Servers that take their time.

use std::{
    io::{self, Read, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    thread,
    time::Duration,
};

/// Something that listens where a server would, and does this for each connection.
pub(crate) fn fake_server(serve: fn(TcpStream) -> io::Result<()>) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let url = format!("redis://{}/", listener.local_addr().unwrap());
    thread::spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            thread::spawn(move || serve(client));
        }
    });
    url
}

const PAUSE: Duration = Duration::from_millis(30);

/// Answers every command with `OK`, but takes its time for each.
pub(crate) fn after_a_pause(mut client: TcpStream) -> io::Result<()> {
    let mut received = [0; 4096];
    loop {
        let count = client.read(&mut received)?;
        if count == 0 {
            return Ok(());
        }
        for _ in 0..commands(&received[..count]) {
            thread::sleep(PAUSE);
            client.write_all(b"+OK\r\n")?;
        }
    }
}

/// Answers commands with `OK`; those that say so are read or answered bit by bit, for ten seconds and more.
pub(crate) fn reluctantly(mut client: TcpStream) -> io::Result<()> {
    let mut received = vec![0; 64 * 1024];
    loop {
        let count = client.read(&mut received)?;
        let request = String::from_utf8_lossy(&received[..count]);
        if count == 0 {
            return Ok(());
        } else if request.contains("sipping") {
            for _ in 0..400 {
                thread::sleep(PAUSE);
                client.read_exact(&mut received)?;
            }
        } else if request.contains("dripping") {
            client.write_all(b"$400\r\n")?;
            (0..400).try_for_each(|_| dawdle(&mut client, b"x"))?;
        } else if request.contains("pushes") {
            (0..400).try_for_each(|_| dawdle(&mut client, b">1\r\n+news\r\n"))?;
        } else {
            client.write_all(&b"+OK\r\n".repeat(commands(&received[..count])))?;
        }
    }
}

fn dawdle(client: &mut TcpStream, bytes: &[u8]) -> io::Result<()> {
    thread::sleep(PAUSE);
    client.write_all(bytes)
}

/// The tests' commands hold no `*` but the one that they begin with.
fn commands(received: &[u8]) -> usize {
    received.split(|&byte| byte == b'*').count() - 1
}
