//! Clients that wait for each other, listen to each other, and keep copies of what the others change.

mod crowd;
mod listening;
mod messages;
pub(super) mod tracking;
pub(super) mod waiting;

use std::fmt;

use super::{
    explore,
    grammar::{Command, commands},
};
use crate::support::{RealServer, Strictness, shown};
use crowd::{CLIENTS, Crowd};
use proptest::{collection::vec, prelude::*, strategy::Union};

/// What one step of a sequence does.
#[derive(Clone)]
enum Step {
    /// A client sends some commands in one piece.
    Send(usize, Vec<Command>),
    /// A client hangs up, and another one comes in its place.
    Replace(usize),
    /// Databases 0 and 1 are exchanged.
    Swap,
}

impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Send(who, commands) => {
                write!(f, "client {who}:")?;
                commands.iter().try_for_each(|command| {
                    command.iter().try_for_each(|word| write!(f, " {}", shown(word)))?;
                    write!(f, ";")
                })
            }
            Self::Replace(who) => write!(f, "client {who} leaves"),
            Self::Swap => write!(f, "the databases are exchanged"),
        }
    }
}

/// The commands of one kind of sequence.
struct Grammar {
    /// Those that a client may send.
    lines: Vec<&'static str>,
    /// Those that make sense between MULTI and EXEC.
    queued: Vec<&'static str>,
    /// Whether some are sent in one piece.
    has_pipelines: bool,
    has_swaps: bool,
}

impl Grammar {
    fn steps(&self) -> BoxedStrategy<Vec<Step>> {
        let one_of = |lines: &[&'static str]| Union::new(lines.iter().map(|line| commands(line)));
        let word = |word: &str| vec![word.as_bytes().to_vec()];
        let (multi, exec) = (word("MULTI"), word("EXEC"));
        let transaction = vec(one_of(&self.queued), 1..5)
            .prop_map(move |queued| [vec![multi.clone()], queued, vec![exec.clone()]].concat());
        let single = one_of(&self.lines).prop_map(|command| vec![command]);
        let sent = Union::new_weighted(
            vec![
                (12, single.boxed()),
                (2, transaction.boxed()),
                (u32::from(self.has_pipelines), vec(one_of(&self.lines), 2..4).boxed()),
            ]
            .into_iter()
            .filter(|(weight, _)| *weight > 0)
            .collect(),
        );
        let step = Union::new_weighted(
            vec![
                (40, (0..CLIENTS, sent).prop_map(|(who, commands)| Step::Send(who, commands)).boxed()),
                (1, (0..CLIENTS).prop_map(Step::Replace).boxed()),
                (u32::from(self.has_swaps), Just(Step::Swap).boxed()),
            ]
            .into_iter()
            .filter(|(weight, _)| *weight > 0)
            .collect(),
        );
        vec(step, 1..50).boxed()
    }

    /// Compares with the one version whose order of messages the engine follows.
    fn run(&self) {
        let server = RealServer::start();
        if Strictness::for_server(&server) != Strictness::Exact {
            return;
        }
        Crowd::prepare(&server);
        explore(150, &self.steps(), |steps| run_steps(&server, steps));
    }
}

fn run_steps(server: &RealServer, steps: &[Step]) -> Result<(), String> {
    let mut crowd = Crowd::new(server);
    for step in steps {
        match step {
            Step::Send(who, commands) => crowd.send(*who, commands),
            Step::Replace(who) => crowd.replace(*who),
            Step::Swap => crowd.swap(),
        }?;
    }
    crowd.compare_states()
}
