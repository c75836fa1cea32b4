use std::{
    cmp::Ordering,
    collections::{BTreeMap, VecDeque},
    task::Waker,
};

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

impl Message {
    pub(crate) fn into_reply(self) -> Reply {
        let (Self::Reply(reply) | Self::Push(reply)) = self;
        reply
    }
}

/// All clients of an engine, with what is on its way to them.
#[derive(Debug, Default)]
pub(crate) struct Clients {
    slots: Vec<Slot>,
    free: Vec<usize>,
    /// The places of those who are connected, by their numbers.
    connected: BTreeMap<i64, usize>,
    /// Clients that ever came: the next one's number is one more.
    begun: i64,
    wakers: Wakers,
}

#[derive(Debug)]
struct Slot {
    id: ClientId,
    /// Taken out while a command of this client runs, and gone when the client has left.
    client: Option<Box<Client>>,
    outbox: VecDeque<Message>,
    /// Whom to wake when something lies in the outbox: the task that has looked last.
    waker: Option<Waker>,
}

/// Wakers for which the server has no more use, while its lock is held.
///
/// What a waker does when it is woken or dropped is not the engine's to know: it may drop a task, and a session with it,
/// whose end needs the lock.
#[derive(Debug, Default)]
pub(crate) struct Wakers {
    to_wake: Vec<Waker>,
    to_drop: Vec<Waker>,
}

impl Wakers {
    pub(crate) fn is_empty(&self) -> bool {
        self.to_wake.is_empty() && self.to_drop.is_empty()
    }

    pub(crate) fn wake(self) {
        self.to_wake.into_iter().for_each(Waker::wake);
    }
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
        self.connected.insert(id.number, place);
        id
    }

    /// Forgets a client; its state is left to whoever must clean up after it.
    pub(super) fn leave(&mut self, id: ClientId) -> Option<Box<Client>> {
        self.hang_up(id);
        let slot = self.slot_mut(id)?;
        let client = slot.client.take();
        // Nobody is called zero, so whatever is still meant for the client that was here finds nobody.
        slot.id.number = 0;
        slot.outbox.clear();
        let waker = slot.waker.take();
        self.wakers.to_drop.extend(waker);
        self.free.push(id.place);
        client
    }

    /// Nobody finds the client any more, though its session has not yet been dropped.
    pub(super) fn hang_up(&mut self, id: ClientId) {
        self.connected.remove(&id.number);
    }

    /// Takes a client's state out for as long as a command of it runs; [`put_back`](Self::put_back) ends that.
    pub(super) fn take(&mut self, id: ClientId) -> Option<Box<Client>> {
        self.slot_mut(id)?.client.take()
    }

    pub(super) fn put_back(&mut self, client: Box<Client>) {
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

    /// The connected client with this number, whether or not it is running a command.
    pub(crate) fn numbered(&self, number: i64) -> Option<ClientId> {
        self.connected.get(&number).map(|place| ClientId { number, place: *place })
    }

    /// All connected clients, the longest connected first.
    pub(crate) fn ids(&self) -> Vec<ClientId> {
        self.connected.iter().map(|(number, place)| ClientId { number: *number, place: *place }).collect()
    }

    /// How many clients are connected.
    pub(crate) fn count(&self) -> usize {
        self.connected.len()
    }

    /// Puts a message into the client's outbox, and wakes whoever waits for one.
    pub(crate) fn tell(&mut self, id: ClientId, message: Message) {
        let Some(slot) = self.slot_mut(id) else { return };
        slot.outbox.push_back(message);
        self.wake(id);
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
        let Some(slot) = self.slot_mut(id) else { return };
        if slot.waker.as_ref().is_none_or(|old| !old.will_wake(waker)) {
            let old = slot.waker.replace(waker.clone());
            self.wakers.to_drop.extend(old);
        }
    }

    /// Wakes everybody who waits, so that each looks again at what has changed.
    pub(crate) fn wake_all(&mut self) {
        let wakers = self.slots.iter_mut().filter_map(|slot| slot.waker.take());
        self.wakers.to_wake.extend(wakers);
    }

    /// Wakes whoever waits for this client.
    pub(crate) fn wake(&mut self, id: ClientId) {
        let waker = self.slot_mut(id).and_then(|slot| slot.waker.take());
        self.wakers.to_wake.extend(waker);
    }

    /// Whether anything is to be done as soon as the lock is free.
    pub(super) fn has_wakers(&self) -> bool {
        !self.wakers.is_empty()
    }

    /// What is to be done as soon as the lock is free.
    pub(super) fn take_wakers(&mut self) -> Wakers {
        std::mem::take(&mut self.wakers)
    }

    fn slot(&self, id: ClientId) -> Option<&Slot> {
        self.slots.get(id.place).filter(|slot| slot.id == id)
    }

    fn slot_mut(&mut self, id: ClientId) -> Option<&mut Slot> {
        self.slots.get_mut(id.place).filter(|slot| slot.id == id)
    }
}

/// All clients while a command runs: the one that has sent it is not in its place among the others.
#[derive(Debug)]
pub(crate) struct Present<'a> {
    pub(crate) clients: &'a mut Clients,
    pub(crate) running: Option<&'a mut Client>,
}

impl Present<'_> {
    pub(crate) fn get(&self, id: ClientId) -> Option<&Client> {
        let running = self.running.as_deref().filter(|client| client.id == id);
        running.or_else(|| self.clients.get(id)).filter(|client| !client.is_closed)
    }

    pub(crate) fn get_mut(&mut self, id: ClientId) -> Option<&mut Client> {
        let running = self.running.as_deref_mut().filter(|client| client.id == id);
        running.or_else(|| self.clients.get_mut(id)).filter(|client| !client.is_closed)
    }

    pub(crate) fn is_running(&self, id: ClientId) -> bool {
        self.running.as_ref().is_some_and(|client| client.id == id)
    }
}
