//! Several parts as one, isolated.

use std::collections::HashSet;

use super::{condition::Condition, part::Part, step::Step};
use crate::{
    command::facts::{self, MayEnd},
    key::Key,
};

impl Part {
    /// Merges parts into one that runs isolated: all conditions, then the types of the keys, then the commands.
    pub(super) fn merge(parts: Vec<Self>) -> Self {
        let model = parts.first().map_or("", |part| part.model);
        let reads_only = parts.iter().all(Self::is_read);
        let (mut steps, mut conditions, mut endangered) = (Vec::new(), Vec::new(), Endangered::default());
        let mut invalidated = HashSet::new();
        for part in parts {
            let (mut more_steps, more_conditions) = part.into_steps();
            // Nobody makes an epoch again in the middle of it.
            more_steps.retain(|step| match step {
                Step::Invalidate { epoch } => invalidated.insert(epoch.clone()),
                _ => true,
            });
            // The check at the start does not see what an earlier part does.
            let existing = more_conditions.iter().filter_map(Condition::existing_key);
            let rechecked = existing.filter(|key| endangered.contains(key));
            steps.extend(rechecked.map(|key| Step::StillExists { key: key.clone() }));
            more_steps.iter().filter_map(Step::command).for_each(|cmd| endangered.add(facts::may_end(cmd)));
            steps.extend(more_steps);
            conditions.extend(more_conditions);
        }
        if !reads_only {
            conditions.extend(type_conditions(&steps));
        }
        // A stable sort: failures are still reported in the order of the parts.
        conditions.sort_by_key(Condition::rank);
        Self::steps(steps, conditions, model)
    }
}

/// The keys that the commands so far may have ended.
#[derive(Default)]
struct Endangered {
    all: bool,
    named: HashSet<Box<[u8]>>,
}

impl Endangered {
    fn add(&mut self, ended: MayEnd<'_>) {
        match ended {
            MayEnd::Nothing => {}
            MayEnd::Any(names) => self.named.extend(names.into_iter().map(Box::from)),
            MayEnd::Everything => self.all = true,
        }
    }

    fn contains(&self, key: &Key) -> bool {
        self.all || self.named.contains(key.as_bytes())
    }
}

/// A check for each key whose first command needs a type, so that a wrong one is found before anything is written. What
/// comes after a command that any type will do for may have replaced the key.
fn type_conditions(steps: &[Step]) -> Vec<Condition> {
    let (mut seen, mut conditions): (HashSet<&[u8]>, Vec<Condition>) = (HashSet::new(), Vec::new());
    let mut need = |key, needed: Option<&'static str>| {
        if seen.insert(key) {
            conditions.extend(needed.map(|name| Condition::of_type(Key::new(key), name)));
        }
    };
    for step in steps {
        let needed = match step {
            Step::Run(cmd) | Step::Silent(cmd) => facts::needed_type(cmd),
            Step::Increment { field: None, .. } => Some("string"),
            Step::Increment { .. } | Step::Timestamp { .. } => Some("hash"),
            Step::Create { key, .. } => {
                // Of what is left of an earlier record, any type will do.
                need(key.as_bytes(), Some("hash"));
                continue;
            }
            Step::Body(body) => {
                body.typed_keys().for_each(|(key, needed)| need(key.as_bytes(), needed));
                continue;
            }
            // Whatever lay there goes.
            Step::Replace { .. } => None,
            _ => continue,
        };
        step.for_each_key(&mut |key| need(key, needed));
    }
    conditions
}
