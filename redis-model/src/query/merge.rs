//! Several parts as one, isolated.

use super::{condition::Condition, part::Part, step::Step};
use crate::{command::facts, key::Key};

impl Part {
    /// Merges parts into one that runs isolated: all conditions, then the types of the keys, then the commands.
    pub(super) fn merge(parts: Vec<Self>) -> Self {
        let model = parts.first().map_or("", |part| part.model);
        let reads_only = parts.iter().all(Self::is_read);
        let (mut steps, mut conditions) = (Vec::new(), Vec::new());
        for part in parts {
            let (more_steps, more_conditions) = part.into_steps();
            // The check at the start does not see what an earlier part does.
            let existing = more_conditions.iter().filter_map(Condition::existing_key);
            let endangered = existing.filter(|key| steps.iter().any(|step: &Step| step.may_end(key)));
            let rechecks: Vec<_> = endangered.map(|key| Step::StillExists { key: key.clone() }).collect();
            steps.extend(rechecks);
            steps.extend(more_steps);
            conditions.extend(more_conditions);
        }
        if !reads_only {
            conditions.extend(type_conditions(&steps));
            // A stable sort: failures are still reported in the order of the parts.
            conditions.sort_by_key(Condition::is_type);
        }
        Self::steps(steps, conditions, model)
    }
}

/// A check for each key whose first command needs a type, so that a wrong one is found before anything is written. What
/// comes after a command that any type will do for may have replaced the key.
fn type_conditions(steps: &[Step]) -> Vec<Condition> {
    let (mut seen, mut conditions): (Vec<&[u8]>, Vec<Condition>) = (Vec::new(), Vec::new());
    for step in steps {
        let needed = match step {
            Step::Run(cmd) | Step::Silent(cmd) => facts::needed_type(cmd),
            Step::Increment { .. } | Step::Create { .. } | Step::Timestamp { .. } | Step::Body { .. } => Some("hash"),
            _ => continue,
        };
        step.for_each_key(&mut |key| {
            if !seen.contains(&key) {
                seen.push(key);
                conditions.extend(needed.map(|name| Condition::of_type(Key::new(key), name)));
            }
        });
    }
    conditions
}
