use std::ops::{Deref, DerefMut};

use parking_lot::{Mutex, MutexGuard};

use super::Server;

/// A server behind the one lock that all its sessions share.
#[derive(Debug, Default)]
pub(crate) struct SharedServer {
    server: Mutex<Server>,
}

impl SharedServer {
    pub(crate) fn lock(&self) -> ServerGuard<'_> {
        ServerGuard { server: self.server.lock() }
    }
}

/// The server, for as long as one command or one transaction takes.
#[derive(Debug)]
pub(crate) struct ServerGuard<'a> {
    server: MutexGuard<'a, Server>,
}

impl Deref for ServerGuard<'_> {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.server
    }
}

impl DerefMut for ServerGuard<'_> {
    fn deref_mut(&mut self) -> &mut Server {
        &mut self.server
    }
}

impl Drop for ServerGuard<'_> {
    /// Wakes whoever is to be woken once others can have the lock.
    fn drop(&mut self) {
        if self.server.clients.has_wakers() {
            let wakers = self.server.clients.take_wakers();
            MutexGuard::unlocked(&mut self.server, || wakers.wake());
        }
    }
}
