//! The engine as a server: sockets for redis-cli and for clients in other languages.

use std::{
    borrow::Cow,
    fmt, io,
    net::{self, SocketAddr, ToSocketAddrs},
    sync::Arc,
    thread::{self, JoinHandle},
};
#[cfg(unix)]
use std::{
    fs,
    path::{Path, PathBuf},
};

#[cfg(unix)]
use tokio::net::UnixListener;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpListener,
    runtime::{self, Runtime},
    sync::Notify,
};

use crate::{Engine, serve::converse, server::Ends};

impl Engine {
    /// Listens on a TCP address, such as `"127.0.0.1:0"` for a free port, and serves everyone who connects.
    ///
    /// It does so on a thread of its own, as Redis does, until the [`Listener`] is dropped. There are no passwords:
    /// listen where only friends can reach you.
    ///
    /// ```
    /// use redis::Commands;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let listener = redis_model_embedded::Engine::new().listen("127.0.0.1:0")?;
    /// let mut con = redis::Client::open(listener.url())?.get_connection()?;
    /// let () = con.set("greeting", "hello")?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When the address cannot be listened on.
    pub fn listen(&self, address: impl ToSocketAddrs) -> io::Result<Listener> {
        let socket = net::TcpListener::bind(address)?;
        socket.set_nonblocking(true)?;
        let place = Place::Tcp(socket.local_addr()?);
        let runtime = new_runtime()?;
        let socket = within(&runtime, || TcpListener::from_std(socket))?;
        Ok(self.start(place, runtime, move |engine| async move {
            loop {
                let Some(stream) = accepted(socket.accept().await).await else { continue };
                // Replies are small and awaited: none may wait to be sent together with the next.
                let _ = stream.set_nodelay(true);
                let ends = Ends { client: shown(stream.peer_addr()), server: shown(stream.local_addr()) };
                serve(&engine, stream, ends);
            }
        }))
    }

    /// Listens on a Unix socket. The file must not exist; it is removed when the [`Listener`] is dropped.
    ///
    /// # Errors
    /// When there is something at the path already, or it cannot be written to.
    #[cfg(unix)]
    pub fn listen_unix(&self, path: impl AsRef<Path>) -> io::Result<Listener> {
        let path = path.as_ref();
        let runtime = new_runtime()?;
        let socket = within(&runtime, || UnixListener::bind(path))?;
        let place = Place::Unix(path.to_owned());
        // Clients of a Unix socket have no address of their own: Redis shows that of the socket, as a port without number.
        let end = format!("{}:0", path.display());
        Ok(self.start(place, runtime, move |engine| async move {
            loop {
                let Some(stream) = accepted(socket.accept().await).await else { continue };
                let ends = Ends { client: end.clone().into(), server: end.clone().into() };
                serve(&engine, stream, ends);
            }
        }))
    }

    fn start<F: Future<Output = ()>>(
        &self,
        place: Place,
        runtime: Runtime,
        accept: impl FnOnce(Self) -> F + Send + 'static,
    ) -> Listener {
        let (engine, stop) = (self.clone(), Arc::new(Notify::new()));
        let stopped = stop.clone();
        let thread = thread::spawn(move || {
            runtime.block_on(async move {
                tokio::select! {
                    () = accept(engine) => {}
                    () = stopped.notified() => {}
                }
            });
        });
        Listener { place, stop, thread: Some(thread) }
    }
}

/// All clients take turns on one thread, so that no command waits for the lock of another.
fn new_runtime() -> io::Result<Runtime> {
    runtime::Builder::new_current_thread().enable_io().build()
}

fn within<T>(runtime: &Runtime, register: impl FnOnce() -> T) -> T {
    let _guard = runtime.enter();
    register()
}

/// The stream of a client. One that has gone before it was accepted is no reason to stop listening, and where there
/// are no file descriptors left, those who hold them get a turn.
async fn accepted<S, A>(outcome: io::Result<(S, A)>) -> Option<S> {
    if let Ok((stream, _)) = outcome {
        return Some(stream);
    }
    tokio::task::yield_now().await;
    None
}

/// An address as CLIENT LIST shows it. That of a client who has gone again cannot be told.
fn shown(address: io::Result<SocketAddr>) -> Cow<'static, str> {
    address.map_or("?:0".into(), |address| address.to_string().into())
}

fn serve(engine: &Engine, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, ends: Ends) {
    let mut session = engine.session();
    session.set_ends(ends);
    tokio::spawn(async move {
        // A client that hangs up in the middle of something is the client's own affair.
        let _ = converse(session, stream).await;
    });
}

/// An engine's ear on a socket. Dropping it closes the socket and all connections made through it; the engine lives on.
pub struct Listener {
    place: Place,
    stop: Arc<Notify>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
enum Place {
    Tcp(SocketAddr),
    #[cfg(unix)]
    Unix(PathBuf),
}

impl Listener {
    /// The address that clients connect to; `None` for a Unix socket.
    pub fn local_addr(&self) -> Option<SocketAddr> {
        match &self.place {
            Place::Tcp(address) => Some(*address),
            #[cfg(unix)]
            Place::Unix(_) => None,
        }
    }

    /// Where clients connect to, as they write it: `redis://127.0.0.1:6379/`, or `redis+unix:///tmp/redis.sock`.
    pub fn url(&self) -> String {
        match &self.place {
            Place::Tcp(address) => format!("redis://{address}/"),
            #[cfg(unix)]
            Place::Unix(path) => format!("redis+unix://{}", path.display()),
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.stop.notify_one();
        if let Some(thread) = self.thread.take() {
            // Whatever a panic in there has said, it has said to standard error.
            let _ = thread.join();
        }
        #[cfg(unix)]
        if let Place::Unix(path) = &self.place {
            let _ = fs::remove_file(path);
        }
    }
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listener").field("place", &self.place).finish_non_exhaustive()
    }
}
