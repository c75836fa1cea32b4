use std::{cmp::Ordering, collections::VecDeque, task::Waker};

use super::Client;
use crate::protocol::Reply;

/// What tells clients apart: the number that CLIENT ID answers, and where the client's state lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct ClientId {
    pub(crate) number: i64,
    place: usize,
}

impl PartialOrd for ClientId {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for ClientId {
    fn cmp(&self, other: &Self) -> Ordering {
        self.number.cmp(&other.number)
    }
}

/// What a client is told beside the replies to the commands that it is sending.
#[derive(Debug)]
pub(crate) enum Message {
    /// The answer to a command that had to wait.
    Reply(Reply),
    /// Something that it has not asked for just now: a published message, an invalidation.
    Push(Reply),
}

/// All clients of an engine, with what is on its way to them.
#[derive(Debug, Default)]
pub(crate) struct Clients {
    slots: Vec<Slot>,
    free: Vec<usize>,
    /// Clients that ever came: the next one's number is one more.
    begun: i64,
}

#[derive(Debug)]
struct Slot {
    id: ClientId,
    /// Taken out while a command of this client runs, and gone when the client has left.
    client: Option<Box<Client>>,
    outbox: VecDeque<Message>,
    /// Whom to wake when something lies in the outbox.
    waker: Option<Waker>,
}

impl Clients {
    pub(crate) fn join(&mut self) -> ClientId {
        self.begun += 1;
        let place = self.free.pop().unwrap_or(self.slots.len());
        let id = ClientId { number: self.begun, place };
        let slot = Slot { id, client: Some(Box::new(Client::new(id))), outbox: VecDeque::new(), waker: None };
        if place == self.slots.len() {
            self.slots.push(slot);
        } else {
            self.slots[place] = slot;
        }
        id
    }

    /// Forgets a client; its state is left to whoever must clean up after it.
    pub(super) fn leave(&mut self, id: ClientId) -> Option<Box<Client>> {
        let slot = self.slot_mut(id)?;
        let client = slot.client.take();
        // Nobody is called zero, so whatever is still meant for the client that was here finds nobody.
        slot.id.number = 0;
        slot.outbox.clear();
        slot.waker = None;
        self.free.push(id.place);
        client
    }

    /// Takes a client's state out for as long as a command of it runs; [`put_back`](Self::put_back) ends that.
    pub(crate) fn take(&mut self, id: ClientId) -> Option<Box<Client>> {
        self.slot_mut(id)?.client.take()
    }

    pub(crate) fn put_back(&mut self, client: Box<Client>) {
        if let Some(slot) = self.slot_mut(client.id) {
            slot.client = Some(client);
        }
    }

    /// A client that is not running a command.
    pub(crate) fn get(&self, id: ClientId) -> Option<&Client> {
        self.slot(id)?.client.as_deref()
    }

    pub(crate) fn get_mut(&mut self, id: ClientId) -> Option<&mut Client> {
        self.slot_mut(id)?.client.as_deref_mut()
    }

    /// The client with this number, whether or not it is running a command.
    pub(crate) fn numbered(&self, number: i64) -> Option<ClientId> {
        self.slots.iter().map(|slot| slot.id).find(|id| id.number == number && number > 0)
    }

    /// All clients, the longest connected first.
    pub(crate) fn ids(&self) -> Vec<ClientId> {
        let mut ids: Vec<ClientId> = self.slots.iter().map(|slot| slot.id).filter(|id| id.number > 0).collect();
        ids.sort_unstable();
        ids
    }

    pub(crate) fn count(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    /// Puts a message into the client's outbox, and wakes whoever waits for one.
    pub(crate) fn tell(&mut self, id: ClientId, message: Message) {
        let Some(slot) = self.slot_mut(id) else { return };
        slot.outbox.push_back(message);
        if let Some(waker) = slot.waker.take() {
            waker.wake();
        }
    }

    /// How many messages wait for the client.
    pub(crate) fn messages(&self, id: ClientId) -> usize {
        self.slot(id).map_or(0, |slot| slot.outbox.len())
    }

    pub(crate) fn outbox(&mut self, id: ClientId) -> Option<&mut VecDeque<Message>> {
        self.slot_mut(id).map(|slot| &mut slot.outbox)
    }

    /// Has `waker` woken with the next message.
    pub(crate) fn wake_with_message(&mut self, id: ClientId, waker: &Waker) {
        if let Some(slot) = self.slot_mut(id) {
            match &mut slot.waker {
                Some(old) => old.clone_from(waker),
                none => *none = Some(waker.clone()),
            }
        }
    }

    /// Wakes everybody who waits, so that each looks again at what has changed.
    pub(crate) fn wake_all(&mut self) {
        self.slots.iter_mut().filter_map(|slot| slot.waker.take()).for_each(Waker::wake);
    }

    /// Wakes whoever waits for this client.
    pub(crate) fn wake(&mut self, id: ClientId) {
        if let Some(waker) = self.slot_mut(id).and_then(|slot| slot.waker.take()) {
            waker.wake();
        }
    }

    fn slot(&self, id: ClientId) -> Option<&Slot> {
        self.slots.get(id.place).filter(|slot| slot.id == id)
    }

    fn slot_mut(&mut self, id: ClientId) -> Option<&mut Slot> {
        self.slots.get_mut(id.place).filter(|slot| slot.id == id)
    }
}
