//! Who may import whom: the table of ARCHITECTURE.md, held by reading the `use` lines.

use std::{collections::BTreeSet, fs, path::Path};

/// The rooms, each above those that it may import: from the bottom up.
const ROOMS: &[&str] = &[
    "random",
    "codec",
    "key",
    "path",
    "uuid",
    "error",
    "ttl",
    "command",
    "query",
    "connection",
    "mode",
    "store",
    "taking",
    "retry",
    "scan",
    "layout",
    "handle",
    "model",
    "collection",
    "lock",
    "tree",
    "cache",
];

#[test]
fn rooms_import_only_what_they_may() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../redis-model/src");
    let mut wrong = BTreeSet::new();
    for (height, room) in ROOMS.iter().enumerate() {
        for file in files(&source, room) {
            let text = fs::read_to_string(&file).expect("a source file");
            for imported in imports(&text) {
                if !ROOMS[..=height].contains(&imported.as_str()) {
                    wrong.insert(format!("{} imports `{imported}`", file.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The files of a room: `room.rs`, or all in `room/`.
fn files(source: &Path, room: &str) -> Vec<std::path::PathBuf> {
    let file = source.join(room).with_extension("rs");
    if file.exists() {
        return vec![file];
    }
    let entries = fs::read_dir(source.join(room)).expect("the room's folder");
    let files = entries.map(|entry| entry.expect("an entry").path());
    files.filter(|path| path.extension().is_some_and(|extension| extension == "rs")).collect()
}

/// The rooms that are named after `crate::`, singly or in braces; what doc comments link to does not count.
fn imports(text: &str) -> BTreeSet<String> {
    let code: String = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    let mut rooms = BTreeSet::new();
    for (position, _) in code.match_indices("crate::") {
        let rest = &code[position + "crate::".len()..];
        match rest.strip_prefix('{') {
            None => rooms.extend(word(rest)),
            Some(group) => {
                let mut depth = 0;
                for piece in split_top_level(group, &mut depth) {
                    rooms.extend(word(piece.trim()));
                }
            }
        }
    }
    rooms.retain(|room| room.chars().next().is_some_and(char::is_lowercase));
    rooms
}

fn word(text: &str) -> Option<String> {
    let word: String = text.chars().take_while(|char| char.is_alphanumeric() || *char == '_').collect();
    Some(word).filter(|word| !word.is_empty())
}

/// The pieces between commas up to the closing brace of the group, leaving inner braces whole.
fn split_top_level<'a>(group: &'a str, depth: &mut i32) -> Vec<&'a str> {
    let (mut pieces, mut start) = (Vec::new(), 0);
    for (position, char) in group.char_indices() {
        match char {
            '{' => *depth += 1,
            '}' if *depth == 0 => {
                pieces.push(&group[start..position]);
                break;
            }
            '}' => *depth -= 1,
            ',' if *depth == 0 => {
                pieces.push(&group[start..position]);
                start = position + 1;
            }
            _ => {}
        }
    }
    pieces
}
