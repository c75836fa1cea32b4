//! What was asked for on the command line.

use std::env;

/// Which operations to measure, and for how many rounds.
#[derive(Debug, Clone)]
pub struct Options {
    /// Pairs of blocks for each operation; 0 only checks that both sides give the same.
    pub rounds: usize,
    words: Vec<String>,
}

impl Options {
    /// Reads the command line: words, `--rounds N`, and Cargo's own `--bench`. `None` when nothing is to be run.
    ///
    /// # Panics
    /// When the number of rounds is none.
    #[must_use]
    pub fn from_args(rounds: usize) -> Option<Self> {
        let mut options = Self { rounds: 0, words: Vec::new() };
        let mut wanted = rounds;
        let mut args = env::args().skip(1);
        while let Some(arg) = args.next() {
            match arg.as_str() {
                "--bench" => options.rounds = 1,
                "--list" => return None,
                "--rounds" => {
                    wanted = args.next().and_then(|number| number.parse().ok()).expect("--rounds takes a number");
                }
                flag if flag.starts_with('-') => {}
                _ => options.words.push(arg),
            }
        }
        options.rounds *= wanted;
        Some(options)
    }

    /// The same without words: everything is to be measured.
    #[must_use]
    pub const fn of_all(&self) -> Self {
        Self { rounds: self.rounds, words: Vec::new() }
    }

    /// Whether the operation of this name is to be measured.
    #[must_use]
    pub fn wants(&self, operation: &str) -> bool {
        self.words.is_empty() || self.words.iter().any(|word| operation.contains(word.as_str()))
    }
}
