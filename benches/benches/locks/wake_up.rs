//! From one holder to the next: how long after its release a lock is in the hands of who waits for it.

use std::{
    thread,
    time::{Duration, Instant},
};

use futures_util::StreamExt as _;
use redis::{Client, aio::MultiplexedConnection, cmd};
use redis_model::{Async, Blocking, Lock, generic::Store};
use redis_model_benches::{ByHand, ByModel, Options, Server, Table, time};
use tokio::{
    runtime::{Builder, Runtime},
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
};

use crate::{crowded_tree::queue_length, percentiles::Times};

const PATH: &str = "wake-up.a.b.c";

const CHANNEL: &str = "wake-up";

/// How many events of each kind a round has.
const EVENTS: usize = 20;

/// How long half of all wake-ups may take beyond one and a half round trips.
const ADDED: Duration = Duration::from_micros(100);

/// How long almost all of them may take, beyond what almost all messages by hand take.
const SLOWEST: Duration = Duration::from_millis(1);

pub(crate) fn measure(options: &Options) {
    let server = Server::start();
    runtime().block_on(async {
        let mut connection = server.connect_multiplexed().await;
        let mut listener = OtherSide::listening(server.url());
        let (mut asynchronous, mut blocking) =
            (Pair::<Async>::new(&server).await, Pair::<Blocking>::new(&server).await);
        let [mut round_trips, mut messages, mut async_turns, mut blocking_turns] = [(); 4].map(|()| Times::default());
        for round in 0..(options.rounds + 1) * EVENTS {
            let event = [
                round_trip(&mut connection).await,
                message(&mut connection, &mut listener).await,
                asynchronous.wake_up(&mut connection).await,
                blocking.wake_up(&mut connection).await,
            ];
            // The first round makes the connections.
            if round >= EVENTS {
                let all = [&mut round_trips, &mut messages, &mut async_turns, &mut blocking_turns];
                all.into_iter().zip(event).for_each(|(times, took)| times.push(took));
            }
        }
        if options.rounds == 0 {
            return;
        }
        let half = round_trips.percentile(50) * 3 / 2 + ADDED;
        let most = messages.percentile(99) + SLOWEST;
        let target = format!("≤ {}, ≤ {}", time(half), time(most));
        let mut table = Table::new(&["from … to …", "half within", "99 % within", "target"]);
        round_trips.row(&mut table, "`PING` to its answer", "");
        messages.row(&mut table, "control: `PUBLISH` to its subscriber, by hand", "");
        async_turns.row(&mut table, "`release` to the next guard, async", &target);
        blocking_turns.row(&mut table, "`release` to the next guard, blocking", &target);
    });
}

async fn round_trip(connection: &mut MultiplexedConnection) -> Duration {
    let started = Instant::now();
    connection.query::<String>(&cmd("PING")).await;
    started.elapsed()
}

/// From just before a message is sent to its arrival in another thread.
async fn message(connection: &mut MultiplexedConnection, listener: &mut OtherSide) -> Duration {
    let started = Instant::now();
    let listeners: usize = connection.query(cmd("PUBLISH").arg(CHANNEL).arg("go")).await;
    if listeners == 0 {
        // It has not subscribed yet, which only the first round sees.
        return Duration::ZERO;
    }
    listener.next().await - started
}

/// One who holds the lock, and one who waits for it in another thread, with a store of its own.
struct Pair<M: ByModel> {
    store: Store<M>,
    waiter: OtherSide,
}

impl<M: ByModel> Pair<M> {
    async fn new(server: &Server) -> Self {
        let store = M::connect(&server.url()).await;
        Self { store, waiter: OtherSide::waiting::<M>(server.url()) }
    }

    /// From just before the lock is released to the other's having it.
    async fn wake_up(&mut self, connection: &mut MultiplexedConnection) -> Duration {
        let guard = M::wait(Lock::at(PATH).acquire(&self.store)).await;
        self.waiter.go();
        while queue_length(connection, "wake-up").await == 0 {}
        let started = Instant::now();
        M::wait(guard.release()).await;
        let granted = self.waiter.next().await;
        // The other one has given it back.
        self.waiter.next().await;
        granted - started
    }
}

/// Another thread, which says when things happen.
struct OtherSide {
    orders: UnboundedSender<()>,
    events: UnboundedReceiver<Instant>,
}

impl OtherSide {
    fn start<F: Future<Output = ()>>(
        work: impl FnOnce(UnboundedReceiver<()>, UnboundedSender<Instant>) -> F + Send + 'static,
    ) -> Self {
        let ((orders, taken), (told, events)) = (unbounded_channel(), unbounded_channel());
        thread::spawn(move || runtime().block_on(work(taken, told)));
        Self { orders, events }
    }

    /// Says when a message comes.
    fn listening(url: String) -> Self {
        Self::start(async move |_, told| {
            let client = Client::open(url).expect("the server's URL");
            let mut messages = client.get_async_pubsub().await.expect("the server was started");
            messages.subscribe(CHANNEL).await.expect("the server answers");
            let mut messages = messages.into_on_message();
            while messages.next().await.is_some() && told.send(Instant::now()).is_ok() {}
        })
    }

    /// At each order waits for the lock, says when it has it, and when it has given it back.
    fn waiting<M: ByModel>(url: String) -> Self {
        Self::start(async move |mut orders, told| {
            let store = M::connect(&url).await;
            while orders.recv().await.is_some() {
                let guard = M::wait(Lock::at(PATH).acquire(&store)).await;
                told.send(Instant::now()).expect("the other thread waits for it");
                M::wait(guard.release()).await;
                told.send(Instant::now()).expect("the other thread waits for it");
            }
        })
    }

    fn go(&self) {
        self.orders.send(()).expect("the other thread waits for it");
    }

    async fn next(&mut self) -> Instant {
        self.events.recv().await.expect("the other thread runs")
    }
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime needs only a thread")
}
