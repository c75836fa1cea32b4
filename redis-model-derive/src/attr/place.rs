//! Where attributes stand, and which may stand there.

use crate::item::Vocabulary;

/// What carries a `#[redis(..)]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Model,
    Fields,
    Value,
    Field,
    Variant,
}

const ALL: [Place; 5] = [Place::Model, Place::Fields, Place::Value, Place::Field, Place::Variant];

impl Vocabulary for Place {
    const NOUN: &'static str = "attribute";

    fn names(&self) -> &[&'static str] {
        match self {
            Self::Model => &["prefix", "ttl", "refresh", "rename_all", "schema", "invalidates", "crate"],
            Self::Fields => &["rename_all", "crate"],
            Self::Value => &["json", "msgpack", "rename_all", "crate"],
            Self::Field => &[
                "id",
                "tag",
                "nested",
                "json",
                "msgpack",
                "text",
                "bytes",
                "rename",
                "alias",
                "default",
                "skip",
                "ttl",
                "version",
                "set",
                "list",
                "map",
                "sorted_set",
                "counter",
                "max_len",
            ],
            Self::Variant => &["rename", "alias"],
        }
    }

    fn repeats(&self, name: &str) -> bool {
        name == "alias"
    }

    fn refusal(&self, name: &str) -> Option<String> {
        let right: Vec<_> = ALL.into_iter().filter(|place| place.names().contains(&name)).map(Self::noun).collect();
        (!right.is_empty()).then(|| format!("`{name}` goes on {}, not on {}", right.join(" or on "), self.noun()))
    }

    fn known(&self) -> String {
        let known: Vec<_> = self.names().iter().map(|name| format!("`{name}`")).collect();
        format!("{} takes {}", self.noun(), known.join(", "))
    }
}

impl Place {
    /// What it is called.
    fn noun(self) -> &'static str {
        match self {
            Self::Model => "a struct that derives `RedisModel`",
            Self::Fields => "a struct that derives `RedisFields`",
            Self::Value => "a type that derives `RedisValue`",
            Self::Field => "a field",
            Self::Variant => "a variant",
        }
    }
}
