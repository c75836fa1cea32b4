//! What happens between two commands: waiting clients are served or told that their time is over, and stale copies of
//! values are called back.

use std::collections::VecDeque;

use super::{Context, Occasion, call};
use crate::{
    clock::Now,
    protocol::Reply,
    server::{BlockedCall, Client, ClientId, Server},
};

/// How many keys the server remembers the readers of; as many as `tracking-table-max-keys` of Redis allows.
const MAX_READ_KEYS: usize = 1_000_000;

/// Does all that follows from what has happened since it was last called. `by` has sent the command that ran; `None`
/// if only time has passed.
pub(crate) fn settle(server: &mut Server, now: Now, by: Option<ClientId>) {
    // Mostly nobody waits and nobody keeps copies, and every command comes by here twice.
    if server.waiting.count() == 0 && server.tracking.is_idle() {
        return;
    }
    while let Some(id) = server.waiting.due(now.millis()) {
        server.with_client(id, |server, client| server.end_wait(client, None));
    }
    if let Some(id) = by {
        server.tracking.tell_own(&mut server.clients, id);
    }
    let mut ready = VecDeque::from(server.databases.take_ready());
    while let Some((database, key)) = ready.pop_front() {
        serve(server, now, database, &key, &mut ready);
    }
    if server.tracking.is_on() {
        server.call_back_changes(None, None);
        server.tracking.broadcast(&mut server.clients);
        server.tracking.forget_excess(&mut server.clients, MAX_READ_KEYS, &mut server.random);
    }
}

/// Serves those who wait for a key, first come first, until nothing is left in it. What becomes `ready` by that is left
/// for later.
fn serve(server: &mut Server, now: Now, database: usize, key: &[u8], ready: &mut VecDeque<(usize, Box<[u8]>)>) {
    let mut last_turn = 0;
    while server.databases.at(database, now.millis()).contains(key)
        && let Some((turn, id)) = server.waiting.after(last_turn, database, key)
    {
        last_turn = turn;
        server.with_client(id, |server, client| serve_client(server, now, client, key));
        server.tracking.tell_own(&mut server.clients, id);
        ready.extend(server.databases.take_ready());
    }
}

/// Runs the command of a waiting client again. If it still finds nothing, the client keeps its place.
fn serve_client(server: &mut Server, now: Now, client: &mut Client, key: &[u8]) {
    let Some(blocked) = client.blocked.take() else { return };
    let reply = run_again(server, now, client, &blocked, key);
    client.blocked = Some(blocked);
    if reply != Reply::NONE {
        server.end_wait(client, Some(reply));
    }
}

fn run_again(server: &mut Server, now: Now, client: &mut Client, blocked: &BlockedCall, key: &[u8]) -> Reply {
    let args: Vec<&[u8]> = blocked.arguments.iter().map(Vec::as_slice).collect();
    let occasion = Occasion::Ready(key);
    call(&mut Context { server, client, now, command: blocked.command, occasion }, &args)
}
