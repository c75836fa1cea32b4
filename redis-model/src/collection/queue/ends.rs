//! Taking from one end of a list.

use std::time::Duration;

use redis::{Cmd, Value};

use crate::{
    codec::Codec,
    collection::{Container, decode},
    command::{list, queue as commands},
    error::Error,
    key::Key,
    mode::Mode,
    query::{Query, reply},
    store::Store,
    taking::{Take, end_of, take},
};

/// The end of a list that elements are taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Front,
    Back,
}

impl End {
    /// Takes an element, if there is one.
    pub(super) fn pop<T: 'static, C: Codec<T>>(self, container: &Container) -> Query<Option<T>> {
        let cmd = match self {
            Self::Front => list::pop_front(container.key()),
            Self::Back => list::pop_back(container.key()),
        };
        container.write(cmd, reply::value::<T, C>)
    }

    /// The element that is taken next.
    pub(super) fn peek<T: 'static, C: Codec<T>>(self, container: &Container) -> Query<Option<T>> {
        let index = match self {
            Self::Front => 0,
            Self::Back => -1,
        };
        container.read(list::get(container.key(), index), reply::value::<T, C>)
    }

    /// All elements, in the order in which they are taken.
    pub(super) fn load<T: 'static, C: Codec<T>>(self, container: &Container) -> Query<Vec<T>> {
        let elements = container.read(list::range(container.key(), 0, -1), decode::elements::<T, C, Vec<T>>);
        match self {
            Self::Front => elements,
            Self::Back => elements.map(|mut elements| {
                elements.reverse();
                elements
            }),
        }
    }

    /// Takes an element, and waits for one where there is none.
    pub(super) fn get<'a, M: Mode, T: Send + 'a, C: Codec<T>>(
        self,
        container: &Container,
        store: &'a Store<M>,
        limit: Duration,
    ) -> M::Result<'a, Option<T>> {
        let what = Taken { list: container.clone(), end: self };
        M::run(async move {
            let Some(reply) = take(store, &what, end_of(limit)).await? else { return Ok(None) };
            let unexpected = || Error::protocol("an element comes with the key of its list");
            let element = popped(&reply).ok_or_else(unexpected)?;
            what.list.decoded::<T, C>(element.to_vec()).map(Some)
        })
    }
}

/// An element that is taken from a list once it is there.
#[derive(Clone)]
struct Taken {
    list: Container,
    end: End,
}

impl Take for Taken {
    fn key(&self) -> &Key {
        self.list.key()
    }

    fn command(&self, wait: Duration) -> Cmd {
        match self.end {
            End::Front => commands::wait_for_front(self.list.key(), wait),
            End::Back => commands::wait_for_back(self.list.key(), wait),
        }
    }

    fn put_back(&self, reply: &Value) -> Option<Query<()>> {
        let element = popped(reply)?;
        let push = match self.end {
            End::Front => list::push_one_front(self.list.key(), element),
            End::Back => list::push_one_back(self.list.key(), element),
        };
        Some(self.list.write(push, reply::done))
    }
}

/// The element in the reply of a command that waits: a list's key and its element.
fn popped(reply: &Value) -> Option<&[u8]> {
    match reply {
        Value::Array(pair) => match &pair[..] {
            [_, Value::BulkString(element)] => Some(element),
            _ => None,
        },
        _ => None,
    }
}
