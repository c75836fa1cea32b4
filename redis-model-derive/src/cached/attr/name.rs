//! The name that a function's entries have in Redis.

use syn::{Expr, ExprLit, Lit, LitStr};

use crate::{errors::Errors, item::Item};

/// The name of a function in Redis.
#[derive(Clone)]
pub(crate) enum Name {
    Text(LitStr),
    /// An expression that gives a text.
    Expression(Expr),
}

impl Item {
    pub(super) fn entry_name(&self, errors: &mut Errors) -> Option<Name> {
        match self.value() {
            Some(Expr::Lit(ExprLit { lit: Lit::Str(text), .. })) => match fault(&text.value()) {
                None => Some(Name::Text(text.clone())),
                Some(fault) => {
                    errors.at(text, fault);
                    None
                }
            },
            None | Some(Expr::Lit(_)) => self.wrong("a text", "\"shop::user\"", errors),
            Some(expression) => Some(Name::Expression(expression.clone())),
        }
    }
}

/// Why a text cannot be a name: name, version and arguments are told apart by colons, and stand in braces.
fn fault(name: &str) -> Option<&'static str> {
    if name.is_empty() {
        return Some("`name` may not be empty: leave it out for the function's path");
    }
    if name.contains(['{', '}']) {
        return Some("a name holds no braces: put arguments into `key`, and build a name with an expression");
    }
    if name.contains(char::is_control) {
        return Some("a name holds no control characters");
    }
    let mut after_colon = name.split(':').skip(1);
    if after_colon.any(|part| part.starts_with(|letter: char| letter.is_ascii_digit())) {
        return Some("a name has no digit after a colon, which is where its version stands");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::fault;

    #[test]
    fn a_name_can_be_told_from_its_version() {
        for name in ["user", "shop::user", "v2::user", "user v:x1"] {
            assert_eq!(fault(name), None, "{name}");
        }
        for name in ["", "user:2", "user::2", "a{b", "a}b", "a\nb"] {
            assert!(fault(name).is_some(), "{name}");
        }
    }
}
