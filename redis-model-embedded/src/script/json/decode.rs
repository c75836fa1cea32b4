use mlua::{Lua, Value};

use super::{
    MAX_DEPTH,
    token::{Token, Tokens},
};
use crate::protocol::c_string;

/// Why a text gave no value.
enum Failure {
    /// The error that the script sees.
    Text(String),
    Lua(mlua::Error),
}

impl From<mlua::Error> for Failure {
    fn from(error: mlua::Error) -> Self {
        Self::Lua(error)
    }
}

/// The Lua value of a JSON text; the inner error is the script's.
pub(super) fn from_json(lua: &Lua, text: &[u8]) -> mlua::Result<Result<Value, String>> {
    if text.len() >= 2 && (text[0] == 0 || text[1] == 0) {
        return Ok(Err("JSON parser does not support UTF-16 or UTF-32".into()));
    }
    let mut parser = Parser { lua, tokens: Tokens::new(c_string(text)) };
    match parser.whole_text() {
        Ok(value) => Ok(Ok(value)),
        Err(Failure::Text(text)) => Ok(Err(text)),
        Err(Failure::Lua(error)) => Err(error),
    }
}

struct Parser<'a> {
    lua: &'a Lua,
    tokens: Tokens<'a>,
}

impl Parser<'_> {
    fn whole_text(&mut self) -> Result<Value, Failure> {
        let first = self.tokens.next_token();
        let value = self.value(first, 0)?;
        self.expect(&Token::End, "the end")?;
        Ok(value)
    }

    fn value(&mut self, (token, at): (Token, usize), depth: usize) -> Result<Value, Failure> {
        Ok(match token {
            Token::String(text) => Value::String(self.lua.create_string(text)?),
            Token::Number(number) => Value::Number(number),
            Token::Boolean(yes) => Value::Boolean(yes),
            Token::Null => Value::NULL,
            Token::ObjectBegin => self.object(nested(depth, at)?)?,
            Token::ListBegin => self.list(nested(depth, at)?)?,
            other => return Err(unexpected("value", &other, at)),
        })
    }

    fn object(&mut self, depth: usize) -> Result<Value, Failure> {
        let table = self.lua.create_table()?;
        let mut token = self.tokens.next_token();
        if token.0 == Token::ObjectEnd {
            return Ok(Value::Table(table));
        }
        loop {
            let (Token::String(key), _) = token else { return Err(unexpected("object key string", &token.0, token.1)) };
            self.expect(&Token::Colon, "colon")?;
            let first = self.tokens.next_token();
            let value = self.value(first, depth)?;
            table.raw_set(self.lua.create_string(key)?, value)?;
            match self.tokens.next_token() {
                (Token::ObjectEnd, _) => return Ok(Value::Table(table)),
                (Token::Comma, _) => token = self.tokens.next_token(),
                (other, at) => return Err(unexpected("comma or object end", &other, at)),
            }
        }
    }

    fn list(&mut self, depth: usize) -> Result<Value, Failure> {
        let table = self.lua.create_table()?;
        let mut token = self.tokens.next_token();
        if token.0 == Token::ListEnd {
            return Ok(Value::Table(table));
        }
        loop {
            let value = self.value(token, depth)?;
            table.raw_push(value)?;
            match self.tokens.next_token() {
                (Token::ListEnd, _) => return Ok(Value::Table(table)),
                (Token::Comma, _) => token = self.tokens.next_token(),
                (other, at) => return Err(unexpected("comma or array end", &other, at)),
            }
        }
    }

    fn expect(&mut self, wanted: &Token, name: &str) -> Result<(), Failure> {
        let (token, at) = self.tokens.next_token();
        if token == *wanted { Ok(()) } else { Err(unexpected(name, &token, at)) }
    }
}

/// One level deeper, if that is still allowed.
fn nested(depth: usize, at: usize) -> Result<usize, Failure> {
    let depth = depth + 1;
    if depth > MAX_DEPTH {
        let text = format!("Found too many nested data structures ({depth}) at character {}", at + 1);
        return Err(Failure::Text(text));
    }
    Ok(depth)
}

fn unexpected(wanted: &str, token: &Token, at: usize) -> Failure {
    Failure::Text(format!("Expected {wanted} but found {} at character {}", token.name(), at + 1))
}
