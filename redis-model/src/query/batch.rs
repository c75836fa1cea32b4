//! Several queries as one.

use super::{Parts, Query, reply::Decode};

/// What can become a query: queries, and builders such as that of [`save`](crate::RedisModel::save).
#[must_use = "a query does nothing until it runs"]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a query",
    label = "not a query",
    note = "what runs is the query itself, not what its `run` has answered; several queries are one by `(a, b).batch()`"
)]
pub trait IntoQuery: Sized {
    /// What the query answers with.
    type Output;

    /// The query.
    fn into_query(self) -> Query<Self::Output>;
}

impl<T> IntoQuery for Query<T> {
    type Output = T;

    fn into_query(self) -> Self {
        self
    }
}

/// Several queries as one, which answers with a tuple: for tuples of 2 to 12 of anything that is [`IntoQuery`].
pub trait Batch {
    /// The tuple of what the queries answer with.
    type Output;

    /// One query of all of them: one round trip, in this order, each reading its own replies. (Should somebody flush the
    /// server's scripts in the middle of it, the parts that were forgotten come last.)
    ///
    /// Others' commands may run in between; [`Query::atomic`] shuts them out. The first failure is the batch's;
    /// [`Query::attempt`] keeps a failing query from hiding the others. A query that is invalid as it was built keeps the
    /// whole batch from being sent.
    fn batch(self) -> Query<Self::Output>;
}

macro_rules! batches {
    ($(($($query:ident $answer:ident),+))*) => {$(
        impl<$($query),+> Batch for ($($query,)+)
        where
            $($query: IntoQuery, $query::Output: 'static),+
        {
            type Output = ($($query::Output,)+);

            #[allow(non_snake_case)]
            fn batch(self) -> Query<Self::Output> {
                let ($($query,)+) = self;
                let mut parts = Vec::new();
                $(
                    let $query = $query.into_query();
                    if let Parts::Invalid(error) = $query.parts {
                        return Query::invalid(error);
                    }
                    let $answer = ($query.parts.len(), $query.decode);
                    parts.extend($query.parts.into_vec());
                )+
                Query {
                    parts: Parts::Many(parts),
                    decode: Decode::Many(Box::new(move |mut replies| {
                        // Each takes its own answers, whether or not one before it can be read.
                        $(let $answer = $answer.1.read(replies.take($answer.0));)+
                        Ok(($($answer?,)+))
                    })),
                }
            }
        }
    )*};
}

batches! {
    (A a, B b)
    (A a, B b, C c)
    (A a, B b, C c, D d)
    (A a, B b, C c, D d, E e)
    (A a, B b, C c, D d, E e, F f)
    (A a, B b, C c, D d, E e, F f, G g)
    (A a, B b, C c, D d, E e, F f, G g, H h)
    (A a, B b, C c, D d, E e, F f, G g, H h, I i)
    (A a, B b, C c, D d, E e, F f, G g, H h, I i, J j)
    (A a, B b, C c, D d, E e, F f, G g, H h, I i, J j, K k)
    (A a, B b, C c, D d, E e, F f, G g, H h, I i, J j, K k, L l)
}

impl<T: 'static> Query<Vec<T>> {
    /// One query of all of these, in order: one round trip, or several one after another beyond 10,000. [`Batch::batch`] is the same for queries of several types.
    pub fn all<Q: IntoQuery<Output = T>>(queries: impl IntoIterator<Item = Q>) -> Self {
        let queries = queries.into_iter();
        let mut parts = Vec::with_capacity(queries.size_hint().0);
        let mut decodes = Vec::with_capacity(queries.size_hint().0);
        for query in queries {
            let query = query.into_query();
            decodes.push((query.parts.len(), query.decode));
            match query.parts {
                Parts::One(part) => parts.push(part),
                Parts::Many(more) => parts.extend(more),
                Parts::Invalid(error) => return Self::invalid(error),
            }
        }
        Self {
            parts: Parts::Many(parts),
            decode: Decode::Many(Box::new(move |mut replies| {
                let mut first_error = None;
                let mut values = Vec::with_capacity(decodes.len());
                for (count, decode) in decodes {
                    match decode.read(replies.take(count)) {
                        Ok(value) => values.push(value),
                        Err(error) => {
                            first_error.get_or_insert(error);
                        }
                    }
                }
                first_error.map_or(Ok(values), Err)
            })),
        }
    }
}
