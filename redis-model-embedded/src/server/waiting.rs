use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{BlockedCall, ClientId};
use crate::clock::Millis;

/// Who waits for which key, in the order in which they came, and until when.
#[derive(Debug, Default)]
pub(crate) struct Waiting {
    queues: HashMap<Place, Queue>,
    deadlines: BTreeSet<(Millis, ClientId)>,
    turns: u64,
    clients: usize,
}

/// A key of a database.
type Place = (usize, Box<[u8]>);
/// Those who wait at one place, by their turn.
type Queue = BTreeMap<u64, ClientId>;

impl Waiting {
    /// Lines the client up at each key of `call`, and gives the call its turn.
    pub(super) fn add(&mut self, id: ClientId, mut call: BlockedCall) -> BlockedCall {
        self.turns += 1;
        self.clients += 1;
        call.turn = self.turns;
        for key in &call.keys {
            self.queues.entry((call.database, key.clone())).or_default().insert(call.turn, id);
        }
        self.deadlines.extend(call.deadline.map(|deadline| (deadline, id)));
        call
    }

    pub(super) fn remove(&mut self, id: ClientId, call: &BlockedCall) {
        self.clients -= 1;
        for key in &call.keys {
            let place = (call.database, key.clone());
            if let Some(queue) = self.queues.get_mut(&place) {
                queue.remove(&call.turn);
                if queue.is_empty() {
                    self.queues.remove(&place);
                }
            }
        }
        if let Some(deadline) = call.deadline {
            self.deadlines.remove(&(deadline, id));
        }
    }

    /// The first of those who wait for a key and came after `turn`, with its own turn.
    pub(crate) fn after(&self, turn: u64, database: usize, key: &[u8]) -> Option<(u64, ClientId)> {
        let queue = self.queues.get(&(database, key.into()))?;
        queue.range(turn + 1..).next().map(|(turn, id)| (*turn, *id))
    }

    /// A client whose time is over.
    pub(crate) fn due(&self, now: Millis) -> Option<ClientId> {
        self.deadlines.first().filter(|(deadline, _)| *deadline <= now).map(|(_, id)| *id)
    }

    /// How many clients wait.
    pub(crate) fn count(&self) -> usize {
        self.clients
    }
}
