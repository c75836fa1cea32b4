use crate::protocol::{ErrorReply, c_string, split};

/// What a script says about itself in its first line: `#!lua flags=no-writes,allow-oom`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct ScriptFlags {
    /// The first line is there at all. Scripts without it are held to older, laxer rules.
    pub(crate) is_declared: bool,
    pub(crate) no_writes: bool,
}

/// The first line of a script, read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) flags: ScriptFlags,
    /// How many bytes to leave out. The line break stays, so that line numbers remain right.
    pub(super) length: usize,
}

pub(super) fn parse(body: &[u8]) -> Result<Header, ErrorReply> {
    if !body.starts_with(b"#!") {
        return Ok(Header { flags: ScriptFlags::default(), length: 0 });
    }
    let length = c_string(body).iter().position(|byte| *byte == b'\n');
    let length = length.ok_or(ErrorReply::fixed("ERR Invalid script shebang"))?;
    let Some(words) = split(&body[..length]).filter(|words| !words.is_empty()) else {
        return Err(ErrorReply::fixed("ERR Invalid engine in script shebang"));
    };
    if words[0] != b"#!lua" {
        return Err(ErrorReply::quoting("ERR Unexpected engine in script shebang: ", &words[0], ""));
    }
    let mut flags = ScriptFlags { is_declared: true, ..ScriptFlags::default() };
    for word in &words[1..] {
        let Some(list) = word.strip_prefix(b"flags=") else {
            return Err(ErrorReply::quoting("ERR Unknown lua shebang option: ", word, ""));
        };
        if list.is_empty() {
            continue;
        }
        for flag in list.split(|byte| *byte == b',') {
            match flag {
                b"no-writes" => flags.no_writes = true,
                // Memory is never short here, and there are neither replicas nor slots.
                b"allow-oom" | b"allow-stale" | b"no-cluster" | b"allow-cross-slot-keys" => {}
                _ => return Err(ErrorReply::quoting("ERR Unexpected flag in script shebang: ", flag, "")),
            }
        }
    }
    Ok(Header { flags, length })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_without_the_line_has_no_flags() {
        assert_eq!(parse(b"return 1"), Ok(Header { flags: ScriptFlags::default(), length: 0 }));
    }

    #[test]
    fn flags_are_a_list() {
        let header = parse(b"#!lua flags=allow-oom,no-writes\nreturn 1").expect("these flags are known");
        assert_eq!(header, Header { flags: ScriptFlags { is_declared: true, no_writes: true }, length: 31 });
    }
}
