//! Names of Rust items to names in Redis.

use syn::Ident;
use syn::ext::IdentExt;

/// A rule of `rename_all`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Casing {
    Camel,
    Snake,
    Kebab,
    Pascal,
    ScreamingSnake,
    Lower,
    Upper,
}

impl Casing {
    /// How the rules are written.
    pub(crate) const NAMES: &[&str] =
        &["camelCase", "snake_case", "kebab-case", "PascalCase", "SCREAMING_SNAKE_CASE", "lowercase", "UPPERCASE"];

    /// The rule that is written so.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "camelCase" => Self::Camel,
            "snake_case" => Self::Snake,
            "kebab-case" => Self::Kebab,
            "PascalCase" => Self::Pascal,
            "SCREAMING_SNAKE_CASE" => Self::ScreamingSnake,
            "lowercase" => Self::Lower,
            "UPPERCASE" => Self::Upper,
            _ => return None,
        })
    }

    /// The name by this rule.
    pub(crate) fn apply(self, ident: &Ident) -> String {
        let name = ident.unraw().to_string();
        match self {
            Self::Lower => name.to_lowercase(),
            Self::Upper => name.to_uppercase(),
            Self::Snake => words(&name).join("_"),
            Self::Kebab => words(&name).join("-"),
            Self::ScreamingSnake => words(&name).join("_").to_uppercase(),
            Self::Pascal => words(&name).iter().map(|word| capitalized(word)).collect(),
            Self::Camel => {
                let pascal = Self::Pascal.apply(ident);
                let mut letters = pascal.chars();
                letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
            }
        }
    }
}

/// The words of a name, in lower case: they begin at `_`, at a capital after a small letter or digit, and at the last of
/// several capitals (`HTTPServer` is `http`, `server`).
fn words(name: &str) -> Vec<String> {
    let letters: Vec<char> = name.chars().collect();
    let mut words = vec![String::new()];
    for (index, &letter) in letters.iter().enumerate() {
        let before = index.checked_sub(1).map(|before| letters[before]);
        let is_start = letter.is_uppercase()
            && before.is_some_and(|before| {
                !before.is_uppercase() || letters.get(index + 1).is_some_and(|after| after.is_lowercase())
            });
        if letter == '_' || is_start {
            words.push(String::new());
        }
        if letter != '_'
            && let Some(word) = words.last_mut()
        {
            word.extend(letter.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apply(casing: &str, name: &str) -> String {
        let ident: Ident = syn::parse_str(name).expect("an identifier");
        Casing::named(casing).expect("a rule").apply(&ident)
    }

    #[test]
    fn each_rule_writes_itself() {
        for name in Casing::NAMES {
            let of_itself = match *name {
                "lowercase" | "UPPERCASE" => continue,
                "kebab-case" => apply("kebab-case", "KebabCase"),
                name => apply(name, name),
            };
            assert_eq!(of_itself, *name);
        }
    }

    #[test]
    fn fields_and_types_have_the_same_words() {
        assert_eq!(apply("kebab-case", "first_name"), "first-name");
        assert_eq!(apply("kebab-case", "FirstName"), "first-name");
        assert_eq!(apply("kebab-case", "HTTPServer2Go"), "http-server2-go");
        assert_eq!(apply("camelCase", "_first_name"), "firstName");
    }

    #[test]
    fn raw_identifiers_lose_their_mark() {
        assert_eq!(apply("UPPERCASE", "r#type"), "TYPE");
    }
}
