//! Where one request or reply ends and the next begins.

use std::io::{self, Read};

/// Cuts a stream of RESP2 or RESP3 into its messages.
#[derive(Debug)]
pub(crate) struct Frames<R> {
    source: R,
    received: Vec<u8>,
}

impl<R: Read> Frames<R> {
    pub(crate) fn new(source: R) -> Self {
        Self { source, received: Vec::new() }
    }

    /// Waits for the next complete message; `None` when the stream ended, or broke off within one.
    pub(crate) fn next(&mut self) -> io::Result<Option<Vec<u8>>> {
        loop {
            if let Some(length) = frame_length(&self.received) {
                let rest = self.received.split_off(length);
                return Ok(Some(std::mem::replace(&mut self.received, rest)));
            }
            let mut chunk = [0; 16 * 1024];
            let count = self.source.read(&mut chunk)?;
            if count == 0 {
                return Ok(None);
            }
            self.received.extend_from_slice(&chunk[..count]);
        }
    }
}

/// Says whether a message answers a request: pushes come by themselves, and attributes come before their reply.
pub(crate) fn is_reply(frame: &[u8]) -> bool {
    !frame.starts_with(b">") && !frame.starts_with(b"|")
}

// The length of the message that `bytes` begin with, if it is complete.
fn frame_length(bytes: &[u8]) -> Option<usize> {
    let mut open = 1;
    let mut end = 0;
    while open > 0 {
        let rest = &bytes[end..];
        let line = rest.windows(2).position(|it| it == b"\r\n")? + 2;
        // A null (`$-1`, `*-1`) has neither body nor elements.
        let count = || std::str::from_utf8(&rest[1..line - 2]).ok()?.parse::<usize>().ok();
        open -= 1;
        end += line;
        match rest[0] {
            b'$' | b'=' | b'!' => end += count().map_or(0, |length| length + 2),
            b'*' | b'~' | b'>' => open += count().unwrap_or(0),
            b'%' | b'|' => open += 2 * count().unwrap_or(0),
            _ => {}
        }
        if end > bytes.len() {
            return None;
        }
    }
    Some(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAMES: [&[u8]; 8] = [
        b"+OK\r\n",
        b"*2\r\n$3\r\nGET\r\n$4\r\na\r\nb\r\n",
        b"$-1\r\n",
        b"*-1\r\n",
        b"*2\r\n*1\r\n:1\r\n$0\r\n\r\n",
        b"%2\r\n+a\r\n:1\r\n+b\r\n~1\r\n#t\r\n",
        b">2\r\n+invalidate\r\n*1\r\n$1\r\nk\r\n",
        b"-ERR no\r\n",
    ];

    #[test]
    fn each_message_comes_whole() {
        let bytes = FRAMES.concat();
        let mut frames = Frames::new(bytes.as_slice());
        for expected in FRAMES {
            assert_eq!(frames.next().unwrap().as_deref(), Some(expected));
        }
        assert_eq!(frames.next().unwrap(), None);
    }

    #[test]
    fn a_part_of_a_message_is_none() {
        for frame in FRAMES {
            for end in 0..frame.len() {
                assert_eq!(frame_length(&frame[..end]), None, "{:?}", String::from_utf8_lossy(&frame[..end]));
            }
        }
    }
}
