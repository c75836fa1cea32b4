//! A blocking stream that keeps a deadline, however few bytes each call moves.

#[cfg(unix)]
use std::os::unix::net::UnixStream;
use std::{
    io::{self, Read, Write},
    net::TcpStream,
    time::Duration,
};

use super::deadline::Deadline;

/// What bytes are sent through. Encryption will be one more kind.
pub(super) enum Stream {
    Tcp(TcpStream),
    #[cfg(unix)]
    Unix(UnixStream),
}

/// A stream with the deadline of the request under way.
///
/// The system's limit on a socket is for each call. Here it is what is left until the deadline, set again only when it
/// differs by more than a tenth, so that a request which is answered quickly sets none.
pub(super) struct Socket {
    stream: Stream,
    deadline: Deadline,
    /// The limit that is set; zero before any is.
    limit: Duration,
}

/// The most that one call writes: systems apply the limit of a Unix socket to each buffer of about this size.
const CHUNK: usize = 32 * 1024;

/// The longest limit that is set: what may last longer is called again.
const LONGEST: Duration = Duration::from_secs(3600);

impl Socket {
    pub(super) fn new(stream: Stream, deadline: Deadline) -> Self {
        Self { stream, deadline, limit: Duration::ZERO }
    }

    pub(super) fn set_deadline(&mut self, deadline: Deadline) {
        self.deadline = deadline;
    }

    /// The same for a wait that is likely to last until then: the system's limit is set anew, so that it ends on time.
    pub(super) fn wait_until(&mut self, deadline: Deadline) {
        self.deadline = deadline;
        self.limit = Duration::ZERO;
    }

    /// Calls until something has moved, the stream fails, or the deadline has passed.
    fn call(&mut self, mut call: impl FnMut(&mut Stream) -> io::Result<usize>) -> io::Result<usize> {
        loop {
            let left = self.deadline.left()?.min(LONGEST);
            if self.limit.abs_diff(left) > left / 10 {
                self.stream.set_limit(left)?;
                self.limit = left;
            }
            match call(&mut self.stream) {
                // The limit that was set has passed, which may be shorter than what is left.
                Err(error) if is_limit(&error) || error.kind() == io::ErrorKind::Interrupted => {}
                moved => return moved,
            }
        }
    }

    /// Reads what has come already: with nothing there, an error of kind [`WouldBlock`](io::ErrorKind::WouldBlock).
    pub(super) fn without_waiting<R>(&mut self, read: impl FnOnce(&mut Stream) -> R) -> io::Result<R> {
        self.stream.set_nonblocking(true)?;
        let read = read(&mut self.stream);
        self.stream.set_nonblocking(false)?;
        Ok(read)
    }
}

/// Windows reports a limit as another kind than the others do.
fn is_limit(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
}

impl Read for Socket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.call(|stream| stream.read(buffer))
    }
}

impl Write for Socket {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let chunk = &bytes[..bytes.len().min(CHUNK)];
        self.call(|stream| stream.write(chunk))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Stream {
    fn set_limit(&self, limit: Duration) -> io::Result<()> {
        let limit = Some(limit);
        match self {
            Self::Tcp(stream) => stream.set_read_timeout(limit).and_then(|()| stream.set_write_timeout(limit)),
            #[cfg(unix)]
            Self::Unix(stream) => stream.set_read_timeout(limit).and_then(|()| stream.set_write_timeout(limit)),
        }
    }

    fn set_nonblocking(&self, is_nonblocking: bool) -> io::Result<()> {
        match self {
            Self::Tcp(stream) => stream.set_nonblocking(is_nonblocking),
            #[cfg(unix)]
            Self::Unix(stream) => stream.set_nonblocking(is_nonblocking),
        }
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.read(buffer),
            #[cfg(unix)]
            Self::Unix(stream) => stream.read(buffer),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.write(bytes),
            #[cfg(unix)]
            Self::Unix(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::{net::TcpListener, thread, time::Instant};

    use super::*;

    const LIMIT: Duration = Duration::from_millis(100);

    /// Connected streams of each kind, with their other ends.
    fn pairs() -> Vec<(Stream, Stream)> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let client = TcpStream::connect(listener.local_addr().expect("it is bound")).expect("it listens");
        let (server, _) = listener.accept().expect("a client has connected");
        let mut pairs = vec![(Stream::Tcp(client), Stream::Tcp(server))];
        #[cfg(unix)]
        pairs.extend(UnixStream::pair().map(|(client, server)| (Stream::Unix(client), Stream::Unix(server))));
        pairs
    }

    fn check_limit(limited: impl FnOnce(&mut Socket) -> io::Result<()>, stream: Stream) {
        let started = Instant::now();
        let mut socket = Socket::new(stream, Deadline::new(started, LIMIT));
        assert_eq!(limited(&mut socket).map_err(|error| error.kind()), Err(io::ErrorKind::TimedOut));
        // Generous to a machine that is busy: the other end takes ten seconds and more.
        assert!((LIMIT..LIMIT * 20).contains(&started.elapsed()), "{:?}", started.elapsed());
    }

    #[test]
    fn a_write_ends_at_the_deadline_while_the_other_end_reads_slowly() {
        for (client, mut server) in pairs() {
            thread::spawn(move || {
                let mut read = [0; 4096];
                while let Ok(1..) = server.read(&mut read) {
                    thread::sleep(Duration::from_millis(5));
                }
            });
            check_limit(|socket| socket.write_all(&vec![0; 16 << 20]), client);
        }
    }

    #[test]
    fn reads_end_at_the_deadline_while_the_other_end_drips() {
        for (client, mut server) in pairs() {
            thread::spawn(move || {
                while server.write_all(b"x").is_ok() {
                    thread::sleep(Duration::from_millis(5));
                }
            });
            check_limit(|socket| socket.read_exact(&mut [0; 4000]), client);
        }
    }

    #[test]
    fn a_shorter_limit_of_before_does_not_end_a_longer_one() {
        for (client, server) in pairs() {
            let mut socket = Socket::new(client, Deadline::new(Instant::now(), LIMIT));
            assert!(socket.read(&mut [0]).is_err());
            socket.set_deadline(Deadline::new(Instant::now(), Duration::from_secs(60)));
            let mut server = Socket::new(server, Deadline::new(Instant::now(), Duration::from_secs(60)));
            let writer = thread::spawn(move || {
                thread::sleep(LIMIT * 2);
                server.write_all(b"late")
            });
            let mut read = [0; 4];
            assert!(socket.read_exact(&mut read).is_ok() && read == *b"late");
            assert!(writer.join().is_ok_and(|written| written.is_ok()));
        }
    }
}
