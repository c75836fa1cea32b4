//! What happens between two commands: waiting clients are served or told that their time is over, and stale copies of
//! values are called back.

use std::collections::VecDeque;

use super::{Context, Occasion, call};
use crate::{
    clock::Now,
    data::Cause,
    protocol::Reply,
    server::{BlockedCall, Client, ClientId, Message, Server},
};

/// Does all that follows from the changes since it was last called. `by` is who made them; `None` is time.
pub(crate) fn settle(server: &mut Server, now: Now, by: Option<ClientId>) {
    while let Some(id) = server.waiting.due(now.millis()) {
        time_out(server, id);
    }
    if server.databases.take_flush() {
        server.tracking.invalidate_all(&mut server.clients);
    }
    let mut ready = VecDeque::new();
    note_changes(server, by, &mut ready);
    while let Some((database, key)) = ready.pop_front() {
        serve(server, now, database, &key, &mut ready);
    }
    if server.tracking.is_on() {
        server.tracking.broadcast(&mut server.clients);
    }
}

type ReadyKeys = VecDeque<(usize, Box<[u8]>)>;

/// Calls back copies of the keys that have changed, and gathers those that a client may wait for.
fn note_changes(server: &mut Server, by: Option<ClientId>, ready: &mut ReadyKeys) {
    for (database, change) in server.databases.take_changes() {
        match change.cause {
            Cause::Write => server.tracking.invalidate(&mut server.clients, &change.key, by),
            Cause::Expiry => server.tracking.invalidate(&mut server.clients, &change.key, None),
            Cause::Swap => {}
        }
        let place = (database, change.key);
        if server.waiting.count() > 0 && change.cause != Cause::Expiry && !ready.contains(&place) {
            ready.push_back(place);
        }
    }
}

/// Serves those who wait for a key, first come first, until nothing is left in it.
fn serve(server: &mut Server, now: Now, database: usize, key: &[u8], ready: &mut ReadyKeys) {
    let mut last_turn = 0;
    while server.databases.at(database, now.millis()).contains(key)
        && let Some((turn, id)) = server.waiting.after(last_turn, database, key)
    {
        last_turn = turn;
        serve_client(server, now, id, key);
        note_changes(server, Some(id), ready);
    }
}

/// Runs the command of a waiting client again. If it still finds nothing, the client keeps its place.
fn serve_client(server: &mut Server, now: Now, id: ClientId, key: &[u8]) {
    let Some(mut client) = server.clients.take(id) else { return };
    if let Some(blocked) = client.blocked.take() {
        let reply = run_again(server, now, &mut client, &blocked, key);
        client.blocked = Some(blocked);
        if reply != Reply::NONE {
            server.stop_waiting(&mut client);
            server.clients.tell(id, Message::Reply(reply));
        }
    }
    server.clients.put_back(client);
}

fn run_again(server: &mut Server, now: Now, client: &mut Client, blocked: &BlockedCall, key: &[u8]) -> Reply {
    let args: Vec<&[u8]> = blocked.arguments.iter().map(Vec::as_slice).collect();
    let occasion = Occasion::Ready(key);
    call(&mut Context { server, client, now, command: blocked.command, occasion }, &args)
}

/// Ends a client's wait with nothing.
fn time_out(server: &mut Server, id: ClientId) {
    let Some(mut client) = server.clients.take(id) else { return };
    let call = server.stop_waiting(&mut client);
    server.clients.put_back(client);
    if let Some(call) = call {
        server.clients.tell(id, Message::Reply(call.on_timeout));
    }
}
