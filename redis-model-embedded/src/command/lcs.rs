//! The longest common subsequence of two strings: LCS.

use super::{
    Args, Command, Context, Flags, Outcome, arguments::integer, is_word, spec::KeyPositions, text::MAX_LENGTH,
};
use crate::protocol::{ErrorReply, Reply};

pub(super) const COMMANDS: &[Command] = &[Command::new("lcs", -3, Flags::READONLY, KeyPositions::TWO, lcs)];

#[derive(Default)]
struct Options {
    /// LEN
    only_length: bool,
    /// IDX
    ranges: bool,
    /// MINMATCHLEN
    shortest_match: i64,
    /// WITHMATCHLEN
    with_lengths: bool,
}

/// `LCS key1 key2 [LEN] [IDX] [MINMATCHLEN length] [WITHMATCHLEN]`
fn lcs(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    const NOT_STRINGS: ErrorReply = ErrorReply::fixed("ERR The specified keys must contain string values");
    let texts = ctx.keys().find_all::<Vec<u8>>(&args[1..3]).map_err(|_| NOT_STRINGS)?;
    let options = Options::parse(&args[3..])?;
    let [a, b] = [0, 1].map(|index| texts[index].map_or(&[][..], Vec::as_slice));
    let table = Table::new(a, b)?;
    let length = table.at(a.len(), b.len());
    if options.only_length {
        return Ok(Reply::Int(i64::from(length)));
    }
    let (subsequence, matches) = table.walk_back(a, b);
    if !options.ranges {
        return Ok(Reply::Bulk(subsequence));
    }
    let shown = matches.iter().filter(|found| found.length() >= options.shortest_match);
    let shown = Reply::Array(shown.map(|found| found.reply(options.with_lengths)).collect());
    let length = Reply::Int(i64::from(length));
    Ok(Reply::Map(vec![(Reply::bulk("matches"), shown), (Reply::bulk("len"), length)]))
}

impl Options {
    fn parse(words: &[&[u8]]) -> Result<Self, ErrorReply> {
        let mut options = Self::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            if is_word(word, "IDX") {
                options.ranges = true;
            } else if is_word(word, "LEN") {
                options.only_length = true;
            } else if is_word(word, "WITHMATCHLEN") {
                options.with_lengths = true;
            } else if let (true, Some(length)) = (is_word(word, "MINMATCHLEN"), words.next()) {
                options.shortest_match = integer(length)?;
            } else {
                return Err(ErrorReply::SYNTAX);
            }
        }
        if options.ranges && options.only_length {
            return Err(ErrorReply::fixed("ERR If you want both the length and indexes, please just use IDX."));
        }
        Ok(options)
    }
}

/// For each pair of beginnings of the two strings, how long their longest common subsequence is.
struct Table {
    lengths: Vec<u32>,
    width: usize,
}

/// A stretch of bytes that both strings have: the places in each, both ends included.
struct Match {
    a: (usize, usize),
    b: (usize, usize),
}

impl Table {
    fn new(a: &[u8], b: &[u8]) -> Result<Self, ErrorReply> {
        const TOO_LARGE: ErrorReply =
            ErrorReply::fixed("ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len");
        let width = b.len() + 1;
        let size = (a.len() + 1).checked_mul(width).filter(|size| *size <= MAX_LENGTH / size_of::<u32>());
        let mut lengths = vec![0; size.ok_or(TOO_LARGE)?];
        for (i, of_a) in a.iter().enumerate() {
            let (above, row) = lengths[i * width..(i + 2) * width].split_at_mut(width);
            for (j, of_b) in b.iter().enumerate() {
                row[j + 1] = if of_a == of_b { above[j] + 1 } else { row[j].max(above[j + 1]) };
            }
        }
        Ok(Self { lengths, width })
    }

    fn at(&self, i: usize, j: usize) -> u32 {
        self.lengths[i * self.width + j]
    }

    /// The subsequence and its stretches, the last one first. Among several it is the one that Redis finds.
    fn walk_back(&self, a: &[u8], b: &[u8]) -> (Vec<u8>, Vec<Match>) {
        let (mut subsequence, mut matches) = (Vec::new(), Vec::<Match>::new());
        let (mut i, mut j) = (a.len(), b.len());
        while i > 0 && j > 0 {
            if a[i - 1] == b[j - 1] {
                subsequence.push(a[i - 1]);
                match matches.last_mut().filter(|found| found.a.0 == i && found.b.0 == j) {
                    Some(found) => (found.a.0, found.b.0) = (i - 1, j - 1),
                    None => matches.push(Match { a: (i - 1, i - 1), b: (j - 1, j - 1) }),
                }
                (i, j) = (i - 1, j - 1);
            } else if self.at(i - 1, j) > self.at(i, j - 1) {
                i -= 1;
            } else {
                j -= 1;
            }
        }
        subsequence.reverse();
        (subsequence, matches)
    }
}

impl Match {
    fn length(&self) -> i64 {
        i64::try_from(self.a.1 - self.a.0 + 1).unwrap_or(i64::MAX)
    }

    fn reply(&self, with_length: bool) -> Reply {
        let range = |(first, last)| Reply::Array(vec![Reply::count(first), Reply::count(last)]);
        let mut parts = vec![range(self.a), range(self.b)];
        if with_length {
            parts.push(Reply::Int(self.length()));
        }
        Reply::Array(parts)
    }
}
