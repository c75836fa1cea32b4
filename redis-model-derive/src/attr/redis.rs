//! What all `#[redis(..)]` of a place hold.

use syn::{Attribute, LitStr};

use super::place::Place;
use crate::{
    casing::Casing,
    errors::Errors,
    item::{self, Item},
};

/// What means something in a key or a path.
const RESERVED: [char; 4] = ['{', '}', '.', '@'];

/// The attributes in all `#[redis(..)]` of a place, without those that may not stand there.
pub(super) fn items(attributes: &[Attribute], place: Place, errors: &mut Errors) -> Vec<Item> {
    let mut items: Vec<Item> = Vec::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("redis")) {
        item::add_known(parse(attribute, errors), &mut items, &place, errors);
    }
    items
}

fn parse(attribute: &Attribute, errors: &mut Errors) -> Vec<Item> {
    let Ok(list) = attribute.meta.require_list() else {
        errors.at(&attribute.meta, "write `#[redis(..)]` with the attributes in parentheses");
        return Vec::new();
    };
    if list.tokens.is_empty() {
        errors.at(attribute, "`#[redis()]` says nothing: remove it");
    }
    item::parse(list.tokens.clone(), errors)
}

impl Item {
    /// A text that can stand in keys and paths.
    pub(super) fn stored_name(&self, errors: &mut Errors) -> Option<LitStr> {
        let text = self.text(errors)?;
        let value = text.value();
        if value.is_empty() {
            errors.at(&text, format!("`{}` may not be empty: leave it out for the default", self.name));
            return None;
        }
        if let Some(reserved) = value.chars().find(|letter| RESERVED.contains(letter)) {
            let message = format!("`{}` may not hold `{reserved}`, which means something in keys", self.name);
            errors.at(&text, message);
            return None;
        }
        Some(text)
    }

    /// A rule of `rename_all`.
    pub(super) fn casing(&self, errors: &mut Errors) -> Option<Casing> {
        let text = self.text(errors)?;
        let casing = Casing::named(&text.value());
        if casing.is_none() {
            item::report_choice(&text, Casing::NAMES, errors);
        }
        casing
    }
}
