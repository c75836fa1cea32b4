use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::TcpStream,
};

use super::request;

/// A connection that hands out replies as the bytes they are.
pub(crate) struct Client {
    stream: BufReader<TcpStream>,
}

impl Client {
    pub(crate) fn connect(port: u16) -> io::Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_nodelay(true)?;
        Ok(Self { stream: BufReader::new(stream) })
    }

    /// The bytes of the reply to one command.
    pub(crate) fn call(&mut self, args: &[impl AsRef<[u8]>]) -> Vec<u8> {
        self.try_call(args).expect("the server answers")
    }

    pub(crate) fn try_call(&mut self, args: &[impl AsRef<[u8]>]) -> io::Result<Vec<u8>> {
        self.stream.get_mut().write_all(&request(args))?;
        let mut reply = Vec::new();
        read_reply(&mut self.stream, &mut reply)?;
        Ok(reply)
    }

    /// Sends bytes that need not be a request, and gives all that the server says until it hangs up.
    pub(crate) fn send_and_hang_up(mut self, bytes: &[u8]) -> Vec<u8> {
        let stream = self.stream.get_mut();
        // The server may have hung up while the bytes are still on their way.
        let _ = stream.write_all(bytes);
        let _ = stream.shutdown(std::net::Shutdown::Write);
        let mut replies = Vec::new();
        let _ = self.stream.read_to_end(&mut replies);
        replies
    }
}

/// Copies exactly one reply, with everything inside it.
fn read_reply(stream: &mut impl BufRead, out: &mut Vec<u8>) -> io::Result<()> {
    let start = out.len();
    if stream.read_until(b'\n', out)? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let count = || {
        let text = String::from_utf8_lossy(&out[start + 1..]);
        text.trim().parse::<i64>().map_err(|_| io::Error::from(io::ErrorKind::InvalidData))
    };
    match out[start] {
        b'$' | b'=' | b'!' => {
            let length = count()?;
            if length >= 0 {
                stream.take(length.unsigned_abs() + 2).read_to_end(out)?;
            }
        }
        b'*' | b'~' | b'>' => {
            for _ in 0..count()?.max(0) {
                read_reply(stream, out)?;
            }
        }
        b'%' => {
            for _ in 0..count()? * 2 {
                read_reply(stream, out)?;
            }
        }
        _ => {}
    }
    Ok(())
}
