//! "Did you mean": the nearest of the words that would have been right.

/// The candidate that `word` was probably meant to be.
pub(crate) fn nearest<'a>(word: &str, candidates: &[&'a str]) -> Option<&'a str> {
    // One edit in three letters: more would suggest words that merely have some letters in common.
    let limit = (word.chars().count() / 3).max(1);
    let distances = candidates.iter().map(|&candidate| (distance(word, candidate), candidate));
    distances.filter(|&(edits, _)| edits <= limit).min_by_key(|&(edits, _)| edits).map(|(_, candidate)| candidate)
}

/// How many letters have to be inserted, removed, replaced or swapped with their neighbour.
fn distance(from: &str, to: &str) -> usize {
    let (from, to): (Vec<char>, Vec<char>) = (from.chars().collect(), to.chars().collect());
    let mut rows = vec![(0..=to.len()).collect::<Vec<_>>()];
    for (i, &letter) in from.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, &other) in to.iter().enumerate() {
            let replaced = rows[i][j] + usize::from(letter != other);
            let mut edits = replaced.min(rows[i][j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && letter == to[j - 1] && from[i - 1] == other {
                edits = edits.min(rows[i - 1][j - 1] + 1);
            }
            row.push(edits);
        }
        rows.push(row);
    }
    rows[from.len()][to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORDS: &[&str] = &["prefix", "ttl", "refresh", "rename_all", "id"];

    #[test]
    fn a_slip_finds_its_word() {
        assert_eq!(nearest("prefx", WORDS), Some("prefix"));
        assert_eq!(nearest("tll", WORDS), Some("ttl"));
        assert_eq!(nearest("renameall", WORDS), Some("rename_all"));
    }

    #[test]
    fn another_word_finds_none() {
        assert_eq!(nearest("timeout", WORDS), None);
        assert_eq!(nearest("set", WORDS), None);
    }

    #[test]
    fn swapped_neighbours_are_one_edit() {
        assert_eq!(distance("ab", "ba"), 1);
    }
}
