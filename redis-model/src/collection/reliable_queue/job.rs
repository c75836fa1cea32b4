//! A job that was handed out.

use std::{fmt, time::Duration};

use super::{
    lease_text,
    requests::{Delivery, Place, Settled},
};
use crate::query::{Condition, Query};

/// A job that a consumer was given, until it is acknowledged or its lease ends.
///
/// All that can be said of it is a query, which may be one of a batch. Dropping it says nothing: the job comes back when
/// its lease ends.
#[must_use = "a job that is not acknowledged comes back when its lease ends"]
pub struct Job<T> {
    value: T,
    delivery: Delivery,
    place: Place,
}

impl<T> Job<T> {
    pub(super) fn new(value: T, delivery: Delivery, place: Place) -> Self {
        Self { value, delivery, place }
    }

    /// What was put.
    pub fn value(&self) -> &T {
        &self.value
    }

    /// What was put; the job can then be settled no more, and comes back.
    pub fn into_value(self) -> T {
        self.value
    }

    /// The job's id, by which jobs of equal values differ: what [`put`](super::ReliableQueue::put) has told.
    pub fn id(&self) -> &str {
        &self.delivery.id
    }

    /// How often the job was handed out, with this time: 1 for the first.
    pub fn delivery(&self) -> u64 {
        self.delivery.number
    }

    /// Removes the job, as it is done: a script. Also when its lease has ended, as long as nobody else has been given it.
    ///
    /// Together with what the job writes, it makes that happen once, whoever dies: `(job.ack(), write).batch()
    /// .when(job.held())` does both, isolated, or fails with [`Error::Conflict`](crate::Error::Conflict) and does nothing.
    pub fn ack(&self) -> Query<Settled> {
        self.place.acknowledge(&self.delivery)
    }

    /// Gives the job back: it is the next one that is handed out, or is given up if it was handed out too often. A script.
    pub fn release(&self) -> Query<Settled> {
        self.place.release(&self.delivery)
    }

    /// Lets the lease end so long from now, which may be sooner than it would: a script. For work that takes longer, again and
    /// again; or, before the job is dropped, to let it be tried again after a pause.
    ///
    /// A lease that has ended is taken up again, as long as nobody else has been given the job.
    ///
    /// # Errors
    /// [`Error::InvalidQuery`](crate::Error::InvalidQuery) for a lease of zero.
    pub fn extend(&self, lease: Duration) -> Query<Settled> {
        match lease_text(lease) {
            Ok(lease) => self.place.extend(&self.delivery, lease),
            Err(error) => Query::invalid(error),
        }
    }

    /// Gives the job up: its value goes to the [dead letters](super::ReliableQueue::dead_letters). A script.
    pub fn bury(&self) -> Query<Settled> {
        self.place.bury(&self.delivery)
    }

    /// Holds while nobody else has been given the job, and it is in the queue; else
    /// [`Error::Conflict`](crate::Error::Conflict).
    pub fn held(&self) -> Condition {
        self.place.condition(&self.delivery)
    }
}

impl<T: fmt::Debug> fmt::Debug for Job<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Job").field("value", &self.value).field("id", &self.id()).finish_non_exhaustive()
    }
}
