//! What the docs say about companions.

pub(super) const UNCACHED: &str = "Runs the function's body, past the cache.";

pub(super) const BYPASS: &str = "Computes the value and stores it, whether there is one or not.\n\n\
     It counts as neither hit nor miss. If another caller is computing the same value, that one's is not stored.";

pub(super) const PEEK: &str = "The value that is stored for a call, fresh or not, without computing it; `None` if there is none.\n\n\
     It counts as neither hit nor miss.\n\n# Errors\nThose of the store; none is installed is one of them.";

pub(super) const PUT: &str = "Stores a value for a call, as if it had been computed; false if the options keep it from \
     being stored.\n\n\
     A computation of the same value that is under way is not stored.\n\n\
     # Errors\nThose of the store, and of writing the value.";

pub(super) const INVALIDATE: &str = "Removes what is stored for a call, and says whether there was something.\n\n\
     A computation of the same value that is under way is not stored.\n\n# Errors\nThose of the store.";

pub(super) const CLEAR: &str = "Removes everything that is stored for this function, and says how many entries that were.\n\n\
     It walks over all keys of the store, with `SCAN`.\n\n# Errors\nThose of the store.";

pub(super) const SIZE: &str = "How many entries are stored for this function.\n\n\
     It walks over all keys of the store, with `SCAN`.\n\n# Errors\nThose of the store.";

pub(super) const KEY: &str = "The key of the entry of a call.\n\n\
     # Errors\n`Error::Encode` when an argument cannot be written, `Error::InvalidKey` when the function's name cannot.";

pub(super) const INFO: &str = "How the cache of this function has done in this process.";

/// Of the enum.
pub(super) fn of_type(function: &str) -> String {
    format!("What can be done about the cached calls of `{function}`, besides calling it.")
}

/// Of the module of an impl's enums.
pub(super) fn of_module(owner: &str) -> String {
    format!("What can be done about the cached calls of the methods of `{owner}`, besides calling them.")
}
