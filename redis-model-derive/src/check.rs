//! Rules that concern more than one field or variant.

use std::collections::HashMap;

use syn::Ident;

use crate::{
    ast::{Field, Form, Name, Role, Struct, Value},
    errors::Errors,
};

/// A tuple of more is no id.
const MOST_IDS: usize = 4;

/// Reports what is wrong with a struct, and makes the best of it.
pub(crate) fn structure(mut input: Struct, errors: &mut Errors) -> Struct {
    if input.model.is_some() {
        check_ids(&mut input, errors);
        check_tags(&input, errors);
        check_versions(&mut input, errors);
    } else {
        refuse_roles_of_models(&mut input, errors);
        refuse_end(&mut input, errors);
        refuse_empty(&input, errors);
    }
    check_stored_names(&input, errors);
    input
}

/// Reports what is wrong with a value.
pub(crate) fn value(input: Value, errors: &mut Errors) -> Value {
    if let Form::Name(variants) = &input.form {
        let names = variants.iter().map(|variant| (&variant.name, &variant.ident));
        let aliases = variants.iter().flat_map(|variant| variant.aliases.iter().map(|alias| (alias, &variant.ident)));
        check_names(names.chain(aliases), errors);
    }
    input
}

fn check_ids(input: &mut Struct, errors: &mut Errors) {
    let count = input.ids().count();
    if let Some(beyond) = input.ids().nth(MOST_IDS) {
        errors.at(&beyond.ident, format!("an id has at most {MOST_IDS} fields"));
    }
    for beyond in input.fields.iter_mut().filter(|field| matches!(field.role, Role::Id { .. })).skip(MOST_IDS) {
        beyond.role = Role::Unclear;
    }
    if count == 0 {
        let message = "a model needs an id: mark the field that tells its records apart with `#[redis(id)]`; \
                       a struct that is only nested in models derives `RedisFields` instead";
        errors.at(&input.ident, message);
        promote_an_id(&mut input.fields);
    }
}

/// Takes the field that was most likely meant, so that the rest of the user's code makes sense.
fn promote_an_id(fields: &mut [Field]) {
    let called_id = fields.iter().position(|field| field.ident == "id");
    if let Some(field) = fields.get_mut(called_id.unwrap_or(0)) {
        field.role = Role::Id { tag: None };
    }
}

fn check_tags(input: &Struct, errors: &mut Errors) {
    let tags: Vec<&Ident> = input.ids().filter_map(tag).collect();
    if tags.len() == input.ids().count() {
        for tag in tags {
            errors.at(tag, "`tag` has no effect on every id: without it all of them make the hash tag; remove it");
        }
    }
}

fn tag(field: &Field) -> Option<&Ident> {
    match &field.role {
        Role::Id { tag } => tag.as_ref(),
        _ => None,
    }
}

fn check_versions(input: &mut Struct, errors: &mut Errors) {
    let mut versions = input.fields.iter_mut().filter(|field| matches!(field.role, Role::Version));
    let Some(first) = versions.next() else { return };
    for version in versions {
        errors.at(&version.ident, format!("a model has one version, which is `{}`", first.ident));
        version.role = Role::Unclear;
    }
}

fn refuse_roles_of_models(input: &mut Struct, errors: &mut Errors) {
    for field in &mut input.fields {
        let message = match field.role {
            Role::Id { .. } => "only a model has an id; derive `RedisModel` if this is one",
            Role::Version => "only a model has a version, for the whole record",
            _ => continue,
        };
        errors.at(&field.ident, message);
        field.role = Role::Unclear;
    }
}

fn refuse_end(input: &mut Struct, errors: &mut Errors) {
    let message =
        "`path!` uses this name: call the field otherwise, with `#[redis(rename = \"__end\")]` to store it so";
    for field in input.fields.iter_mut().filter(|field| field.ident == "__end") {
        errors.at(&field.ident, message);
        field.role = Role::Skip;
    }
}

fn refuse_empty(input: &Struct, errors: &mut Errors) {
    if input.stored().next().is_none() {
        errors.at(&input.ident, "nothing of this struct is stored: give it a field that is not skipped");
    }
}

fn check_stored_names(input: &Struct, errors: &mut Errors) {
    let names = input.stored().map(|(_, field)| (&field.stored, &field.ident));
    let aliases = input.stored().flat_map(|(_, field)| field.aliases().iter().map(|alias| (alias, &field.ident)));
    check_names(names.chain(aliases), errors);
}

/// Reports names that are taken twice. Aliases come after all names: of the two, the alias is the one to change.
fn check_names<'a>(names: impl Iterator<Item = (&'a Name, &'a Ident)>, errors: &mut Errors) {
    let mut owners: HashMap<&str, &Ident> = HashMap::new();
    for (name, owner) in names {
        let Some(&earlier) = owners.get(&*name.text) else {
            owners.insert(&name.text, owner);
            continue;
        };
        let message = if earlier == owner {
            format!("`{owner}` is stored as \"{}\" already: remove this", name.text)
        } else {
            format!("`{earlier}` is stored as \"{}\" already: `{owner}` needs another name", name.text)
        };
        match &name.given {
            Some(given) => errors.at(given, message),
            None => errors.at(owner, message),
        }
    }
}
