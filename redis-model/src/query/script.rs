//! Lua texts and their names on the server.

use std::sync::OnceLock;

const CONDITIONAL: &str = include_str!("conditional.lua");

/// A Lua text that runs under conditions together with other commands, as one of its steps.
///
/// A script cannot call a script, so each body makes a text of its own: the body as a function, then the check.
#[derive(Debug)]
pub(crate) struct Script {
    body: &'static str,
    rest: &'static str,
    loaded: OnceLock<Loaded>,
}

/// A text with the name that `EVALSHA` knows it by.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub(crate) text: String,
    pub(crate) sha: String,
}

/// The script without a body: fixed commands and steps only.
pub(super) static PLAIN: Script = Script::new("");

/// One command on a record that must exist.
pub(super) static IF_EXISTS: Script = Script::of("", include_str!("if_exists.lua"));

/// `set_max` and `set_min`.
pub(crate) static EXTREME: Script = Script::new(include_str!("extreme.lua"));

impl Script {
    pub(crate) const fn new(body: &'static str) -> Self {
        Self::of(body, CONDITIONAL)
    }

    const fn of(body: &'static str, rest: &'static str) -> Self {
        Self { body, rest, loaded: OnceLock::new() }
    }

    /// The check, the commands, and the body as a step of them.
    pub(crate) fn loaded(&self) -> &Loaded {
        self.loaded.get_or_init(|| match self.body {
            "" => Loaded::new(self.rest),
            body => Loaded::new(&format!("local function body(KEYS, ARGV)\n{body}\nend\n{}", self.rest)),
        })
    }
}

impl Loaded {
    fn new(text: &str) -> Self {
        // The comments are for the readers of the source, not for the wire.
        let code = text.lines().map(str::trim_start).filter(|line| !line.is_empty() && !line.starts_with("--"));
        let text = code.collect::<Vec<_>>().join("\n");
        let sha = sha1_smol::Sha1::from(&text).hexdigest();
        Self { text, sha }
    }
}
