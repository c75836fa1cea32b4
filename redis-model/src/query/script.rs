//! Lua texts and their names on the server.

use std::sync::OnceLock;

use redis::Cmd;

use super::call_text::append;
use crate::{command::facts::argument, key::Key};

const CONDITIONAL: &str = include_str!("conditional.lua");

/// A Lua text that is sent as it is, or runs under conditions together with other commands, as one of their steps.
///
/// A script cannot call a script, so under conditions each makes a text of its own: the body as a function, then the
/// check.
#[derive(Debug)]
pub(crate) struct Script {
    body: &'static str,
    /// What several scripts share; it comes before the body.
    prelude: &'static str,
    /// The first line of the text when it is sent as it is.
    flags: &'static str,
    is_repeatable: bool,
    is_read: bool,
    scope: Scope,
    /// The type that each of its keys must have if it is there; empty when any will do.
    types: &'static [&'static str],
    bare: OnceLock<Loaded>,
    conditional: OnceLock<Loaded>,
}

/// What is known of what a script reads and writes.
#[derive(Debug, Clone, Copy)]
enum Scope {
    Unknown,
    /// The field of its first key that its first argument names.
    Field,
    /// Its keys as wholes.
    Keys,
    /// Its keys as wholes, of which it writes the first and reads the others.
    FirstKey,
}

/// A text with the name that `EVALSHA` knows it by.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub(crate) text: String,
    pub(crate) sha: String,
}

/// A script with the keys and arguments of one run.
pub(crate) struct Body {
    pub(super) script: &'static Script,
    pub(super) keys: Vec<Key>,
    /// Only arguments, no command's name: one buffer for all of them.
    pub(super) args: Cmd,
    /// Whether its caller wants to know that the reply was lost.
    pub(super) is_sent_once: bool,
}

/// The script without a body: fixed commands and steps only.
pub(super) static PLAIN: Script = Script::new("");

/// One command on a record that must exist.
pub(super) static IF_EXISTS: Script = Script::new(include_str!("if_exists.lua"));

/// One command, and the deletion of its record's epoch.
pub(super) static INVALIDATING: Script = Script::new(include_str!("invalidating.lua"));

/// Two commands on one key, of which the first answers.
pub(super) static FOLLOWED: Script = Script::new(include_str!("followed.lua"));

/// `set_max` and `set_min` of a field.
pub(crate) static EXTREME: Script = Script::new(include_str!("extreme.lua")).on_field().of_types(&["hash"]);

/// `set_max` and `set_min` of a string.
pub(crate) static EXTREME_STRING: Script = Script::new(include_str!("extreme.lua")).on_keys();

impl Script {
    pub(crate) const fn new(body: &'static str) -> Self {
        Self {
            body,
            prelude: "",
            flags: "",
            is_repeatable: false,
            is_read: false,
            scope: Scope::Unknown,
            types: &[],
            bare: OnceLock::new(),
            conditional: OnceLock::new(),
        }
    }

    /// Says that what it reads or writes is one field of a hash, or below it as a dotted path: its first key is the hash, its
    /// first argument the field. Other keys only keep record of the hash.
    pub(crate) const fn on_field(mut self) -> Self {
        self.scope = Scope::Field;
        self
    }

    /// Says that it works on its keys as wholes, so that a guard knows what it writes.
    pub(crate) const fn on_keys(mut self) -> Self {
        self.scope = Scope::Keys;
        self
    }

    /// The same of one that only reads the keys behind the first.
    pub(crate) const fn on_first_key(mut self) -> Self {
        self.scope = Scope::FirstKey;
        self
    }

    fn is_on_field(&self) -> bool {
        matches!(self.scope, Scope::Field)
    }

    /// How many of its keys it writes as wholes, if its keys are all that it works on.
    pub(super) fn written_keys(&self) -> Option<usize> {
        match self.scope {
            Scope::Keys | Scope::FirstKey if self.is_read => Some(0),
            Scope::Keys => Some(usize::MAX),
            Scope::FirstKey => Some(1),
            Scope::Unknown | Scope::Field => None,
        }
    }

    /// Says which types its keys must have, if they are there.
    pub(crate) const fn of_types(mut self, types: &'static [&'static str]) -> Self {
        self.types = types;
        self
    }

    /// Says that it only reads.
    pub(crate) const fn reading(mut self) -> Self {
        self.is_read = true;
        self
    }

    /// Puts this text before the body.
    pub(crate) const fn after(mut self, prelude: &'static str) -> Self {
        self.prelude = prelude;
        self
    }

    /// Lets it run when the server's memory is full, where it is sent as it is. Only for what frees memory, or needs
    /// next to none.
    pub(crate) const fn allowing_oom(mut self) -> Self {
        self.flags = "#!lua flags=allow-oom";
        self
    }

    /// Says that running it twice with the same arguments is as good as running it once, so that it may be sent again
    /// when its reply was lost. That holds only where it is sent as it is: a condition may fail for what the first run
    /// did.
    pub(crate) const fn repeatable(mut self) -> Self {
        self.is_repeatable = true;
        self
    }

    pub(super) fn is_repeatable(&self) -> bool {
        self.is_repeatable
    }

    pub(super) fn is_read(&self) -> bool {
        self.is_read
    }

    /// Whether both are the same text, so that one call of it can do what either does.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        (self.prelude, self.body) == (other.prelude, other.body)
    }

    /// The text as it is.
    pub(super) fn bare(&self) -> &Loaded {
        self.bare.get_or_init(|| {
            let code = Loaded::code(&[self.prelude, self.body]);
            match self.flags {
                "" => Loaded::new(code),
                flags => Loaded::new(format!("{flags}\n{code}")),
            }
        })
    }

    /// The check, the commands, and the body as a step of them.
    pub(super) fn conditional(&self) -> &Loaded {
        self.conditional.get_or_init(|| {
            Loaded::new(match self.body {
                "" => Loaded::code(&[CONDITIONAL]),
                body => Loaded::code(&["local function body(KEYS, ARGV)", self.prelude, body, "end", CONDITIONAL]),
            })
        })
    }
}

impl Loaded {
    fn new(text: String) -> Self {
        let sha = sha1_smol::Sha1::from(&text).hexdigest();
        Self { text, sha }
    }

    /// The texts one after another, without their comments: these are for the readers of the source, not for the wire.
    fn code(texts: &[&str]) -> String {
        let lines = texts.iter().flat_map(|text| text.lines()).map(str::trim_start);
        let code = lines.filter(|line| !line.is_empty() && !line.starts_with("--"));
        code.collect::<Vec<_>>().join("\n")
    }
}

impl Body {
    pub(crate) fn new(script: &'static Script, keys: Vec<Key>, args: Cmd) -> Self {
        Self { script, keys, args, is_sent_once: false }
    }

    /// The field that it works on, if it is one on a field.
    pub(super) fn field(&self) -> Option<&[u8]> {
        self.script.is_on_field().then(|| argument(&self.args, 0)).flatten()
    }

    /// Its keys, each with the type that it must have if it is there.
    pub(super) fn typed_keys(&self) -> impl Iterator<Item = (&Key, Option<&'static str>)> {
        let types = self.script.types.iter().copied().map(Some).chain(std::iter::repeat(None));
        self.keys.iter().zip(types)
    }

    /// Its call as it is; `name` is that of the command, `script` the script's text or name.
    pub(super) fn call(&self, name: &str, script: &str) -> Cmd {
        let mut call = Cmd::with_capacity(3 + self.keys.len() + self.args.args_iter().len(), 256);
        call.arg(name).arg(script).arg(self.keys.len());
        self.append(&mut call);
        call
    }

    /// Appends it as the script of conditions reads it.
    pub(super) fn write(&self, call: &mut Cmd) {
        call.arg("b").arg(1 + self.keys.len() + self.args.args_iter().len()).arg(self.keys.len());
        self.append(call);
    }

    fn append(&self, call: &mut Cmd) {
        for key in &self.keys {
            call.arg(key.as_bytes());
        }
        append(&self.args, 0, call);
    }
}

#[cfg(test)]
mod tests;
