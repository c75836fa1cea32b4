use mlua::{Table, Value};

use super::{
    super::call::{Call, STACK_SLOTS},
    settings::Settings,
    token::{Token, Tokens},
};
use crate::protocol::c_string;

/// Tables that may be open at once, whatever the settings say: mlua's own stack must hold them.
const MAX_OPEN: usize = 3_500;

/// The Lua value of a JSON text.
pub(super) fn from_json(call: &Call<'_>, settings: Settings, text: &[u8]) -> mlua::Result<Value> {
    if text.len() >= 2 && (text[0] == 0 || text[1] == 0) {
        return Err(call.fail("JSON parser does not support UTF-16 or UTF-32"));
    }
    let tokens = Tokens::new(c_string(text), settings.takes_invalid_numbers);
    let mut parser = Parser { call, settings, tokens, open: Vec::new(), slots: 1 };
    let mut done = parser.begin_value(None)?;
    while let Some(open) = parser.open.pop() {
        done = match done {
            None => parser.begin_first(open)?,
            Some(value) => parser.go_on(open, value)?,
        };
    }
    parser.expect(&Token::End, "the end")?;
    Ok(done.unwrap_or(Value::Nil))
}

/// Reads values; tables that are not yet complete wait in a list and not on the machine's stack, so that no text is
/// nested too deep for it.
struct Parser<'a> {
    call: &'a Call<'a>,
    settings: Settings,
    tokens: Tokens<'a>,
    open: Vec<Open>,
    /// How many slots of its stack the C library would be using.
    slots: usize,
}

/// A table that lacks some of its values.
struct Open {
    table: Table,
    /// The key of the value that is being read; a list has none.
    key: Option<mlua::String>,
    is_object: bool,
}

impl Parser<'_> {
    /// Reads a value, which begins with `first` if that has been read already; `None` if it has opened a table.
    fn begin_value(&mut self, first: Option<(Token, usize)>) -> mlua::Result<Option<Value>> {
        let (token, at) = first.unwrap_or_else(|| self.tokens.next_token());
        let is_object = match token {
            Token::String(text) => return self.call.lua.create_string(text).map(|text| Some(Value::String(text))),
            Token::Number(number) => return Ok(Some(Value::Number(number))),
            Token::Boolean(yes) => return Ok(Some(Value::Boolean(yes))),
            Token::Null => return Ok(Some(Value::NULL)),
            Token::ObjectBegin => true,
            Token::ListBegin => false,
            other => return Err(self.unexpected("value", &other, at)),
        };
        let depth = self.open.len() + 1;
        let is_allowed = i32::try_from(depth).is_ok_and(|depth| depth <= self.settings.decode_depth);
        if !is_allowed || self.slots + 2 + usize::from(is_object) > STACK_SLOTS || depth > MAX_OPEN {
            let text = format!("Found too many nested data structures ({depth}) at character {}", at + 1);
            return Err(self.call.fail(text));
        }
        self.slots += 1 + usize::from(is_object);
        self.open.push(Open { table: self.call.lua.create_table()?, key: None, is_object });
        Ok(None)
    }

    /// Reads what follows the beginning of a table: its end, or its first value.
    fn begin_first(&mut self, mut open: Open) -> mlua::Result<Option<Value>> {
        let token = self.tokens.next_token();
        if token.0 == if open.is_object { Token::ObjectEnd } else { Token::ListEnd } {
            return Ok(Some(self.close(open)));
        }
        let first = if open.is_object {
            open.key = Some(self.key(token)?);
            None
        } else {
            Some(token)
        };
        self.open.push(open);
        self.begin_value(first)
    }

    /// Puts a value into its table, and reads what follows it.
    fn go_on(&mut self, mut open: Open, value: Value) -> mlua::Result<Option<Value>> {
        match open.key.take() {
            Some(key) => open.table.raw_set(key, value)?,
            None => open.table.raw_push(value)?,
        }
        match (self.tokens.next_token(), open.is_object) {
            ((Token::ObjectEnd, _), true) | ((Token::ListEnd, _), false) => return Ok(Some(self.close(open))),
            ((Token::Comma, _), true) => {
                let token = self.tokens.next_token();
                open.key = Some(self.key(token)?);
            }
            ((Token::Comma, _), false) => {}
            ((other, at), true) => return Err(self.unexpected("comma or object end", &other, at)),
            ((other, at), false) => return Err(self.unexpected("comma or array end", &other, at)),
        }
        self.open.push(open);
        self.begin_value(None)
    }

    fn close(&mut self, open: Open) -> Value {
        self.slots -= 1 + usize::from(open.is_object);
        Value::Table(open.table)
    }

    fn key(&mut self, (token, at): (Token, usize)) -> mlua::Result<mlua::String> {
        let Token::String(key) = token else { return Err(self.unexpected("object key string", &token, at)) };
        self.expect(&Token::Colon, "colon")?;
        self.call.lua.create_string(key)
    }

    fn expect(&mut self, wanted: &Token, name: &str) -> mlua::Result<()> {
        let (token, at) = self.tokens.next_token();
        if token == *wanted { Ok(()) } else { Err(self.unexpected(name, &token, at)) }
    }

    fn unexpected(&self, wanted: &str, token: &Token, at: usize) -> mlua::Error {
        self.call.fail(format!("Expected {wanted} but found {} at character {}", token.name(), at + 1))
    }
}
