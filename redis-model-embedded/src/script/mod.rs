//! EVAL: Redis' scripts, run by a Lua 5.1 inside the engine.

mod arguments;
mod bits;
mod bridge;
mod budget;
mod call;
mod convert;
mod failure;
mod garbage;
mod globals;
mod json;
mod library;
mod msgpack;
mod pack;
mod protection;
mod random;
mod shebang;
mod text;
mod vm;

use std::{collections::HashMap, sync::Arc};

pub(crate) use shebang::ScriptFlags;
use vm::Vm;

use crate::{
    command::{Context, Outcome},
    protocol::{ErrorReply, Reply},
};

/// A script's name: the SHA1 of its text, in hexadecimal.
pub(crate) type Sha1Hex = [u8; 40];

/// The scripts that the engine knows, and the virtual machine that runs them.
#[derive(Debug, Default)]
pub(crate) struct Scripts {
    /// Made when the first script arrives.
    vm: Option<Arc<Vm>>,
    known: HashMap<Sha1Hex, Arc<Script>, foldhash::fast::RandomState>,
}

/// A compiled script.
#[derive(Debug)]
pub(crate) struct Script {
    pub(crate) flags: ScriptFlags,
    function: mlua::Function,
}

/// How a script is called: which one, and with what.
#[derive(Debug)]
pub(crate) struct ScriptCall<'a> {
    pub(crate) sha: Sha1Hex,
    pub(crate) script: Arc<Script>,
    pub(crate) keys: &'a [&'a [u8]],
    pub(crate) arguments: &'a [&'a [u8]],
    pub(crate) is_read_only: bool,
}

impl Scripts {
    /// Compiles a script unless it is known, and gives its name.
    pub(crate) fn load(&mut self, body: &[u8]) -> Result<Sha1Hex, ErrorReply> {
        let sha = sha1_hex(body);
        if !self.known.contains_key(&sha) {
            let header = shebang::parse(body)?;
            let function = self.vm()?.compile(&body[header.length..])?;
            self.known.insert(sha, Arc::new(Script { flags: header.flags, function }));
        }
        Ok(sha)
    }

    /// The script of this name, in any case of letters.
    pub(crate) fn get(&self, sha: &Sha1Hex) -> Option<Arc<Script>> {
        self.known.get(&sha.to_ascii_lowercase()[..]).cloned()
    }

    pub(crate) fn is_known(&self, sha: &[u8]) -> bool {
        Sha1Hex::try_from(sha).is_ok_and(|sha| self.get(&sha).is_some())
    }

    pub(crate) fn flush(&mut self) {
        self.known.clear();
    }

    fn vm(&mut self) -> Result<Arc<Vm>, ErrorReply> {
        if let Some(vm) = &self.vm {
            return Ok(Arc::clone(vm));
        }
        let vm = Vm::new().map_err(|error| ErrorReply::new(format!("ERR Lua does not start: {error}")))?;
        Ok(Arc::clone(self.vm.insert(Arc::new(vm))))
    }
}

/// Runs a script. What it wrote before an error stays written.
pub(crate) fn run(ctx: &mut Context<'_>, call: &ScriptCall<'_>) -> Outcome {
    let vm = ctx.server.scripts.vm()?;
    vm.run(ctx, call).unwrap_or_else(|error| Ok(Reply::Error(ErrorReply::new(format!("ERR {error}")))))
}

/// The name of a script with this text.
pub(crate) fn sha1_hex(text: &[u8]) -> Sha1Hex {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digest = sha1_smol::Sha1::from(text).digest().bytes();
    std::array::from_fn(|place| {
        let byte = digest[place / 2];
        DIGITS[usize::from(if place % 2 == 0 { byte >> 4 } else { byte & 15 })]
    })
}
