//! Running queries: on a store, and on bare connections of the redis crate.

use super::Store;
use crate::{
    connection::BareLink,
    error::Result,
    mode::{Mode, poll_once},
    query::{IntoQuery, Query},
};

impl<T> Query<T> {
    /// Sends the query to the store and reads the reply: blocking, or as a `'static` future that may be spawned.
    ///
    /// # Errors
    /// What the query's own builder documents, and what any request may meet: [`Connect`](crate::Error::Connect),
    /// [`Refused`](crate::Error::Refused), [`Disconnected`](crate::Error::Disconnected),
    /// [`Timeout`](crate::Error::Timeout), [`PoolExhausted`](crate::Error::PoolExhausted),
    /// [`OutOfMemory`](crate::Error::OutOfMemory), [`WrongType`](crate::Error::WrongType),
    /// [`Server`](crate::Error::Server).
    pub fn run<M: Mode>(self, store: &Store<M>) -> M::Result<'static, T>
    where
        T: Send + 'static,
    {
        let mut link = store.link();
        M::run(async move { self.over(&mut link).await })
    }

    /// Sends the query over a blocking connection of the redis crate.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn query<C: redis::ConnectionLike + Send>(self, connection: &mut C) -> Result<T> {
        poll_once(self.over(&mut BareLink(connection)))
    }

    /// Sends the query over an asynchronous connection of the redis crate.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    #[cfg(feature = "async")]
    pub async fn query_async<C: redis::aio::ConnectionLike + Send>(self, connection: &mut C) -> Result<T> {
        self.over(&mut crate::connection::BareAsyncLink(connection)).await
    }
}

/// [`Query::run`] and its kin for builders that become a query, such as that of [`save`](crate::RedisModel::save).
pub trait Run: IntoQuery {
    /// [`Query::run`] of it.
    ///
    /// # Errors
    /// As [`Query::run`].
    fn run<M: Mode>(self, store: &Store<M>) -> M::Result<'static, Self::Output>
    where
        Self::Output: Send + 'static,
    {
        self.into_query().run(store)
    }

    /// [`Query::query`] of it.
    ///
    /// # Errors
    /// As [`Query::run`].
    fn query<C: redis::ConnectionLike + Send>(self, connection: &mut C) -> Result<Self::Output> {
        self.into_query().query(connection)
    }

    /// [`Query::query_async`] of it.
    ///
    /// # Errors
    /// As [`Query::run`].
    #[cfg(feature = "async")]
    fn query_async<C: redis::aio::ConnectionLike + Send>(
        self,
        connection: &mut C,
    ) -> impl Future<Output = Result<Self::Output>> + Send
    where
        Self::Output: 'static,
    {
        self.into_query().query_async(connection)
    }
}

impl<Q: IntoQuery> Run for Q {}
