//! A hierarchical lock that is held.

use super::{
    hold::Hold,
    place::Covers,
    request::{Ending, Request, Sharing},
};
use crate::{
    command::facts::readable,
    error::{Error, Result},
    query::{Condition, Query, touch::Touch},
};

/// A path that is locked.
#[derive(Debug)]
pub struct PathHold {
    pub(super) request: Request,
    pub(super) fence: u64,
}

#[allow(private_interfaces)]
impl Hold for PathHold {
    fn name(&self) -> String {
        self.request.place.name()
    }

    fn renewal(&self, lease: u64) -> Query<bool> {
        self.request.renew(lease)
    }

    fn release(&self) -> Query<bool> {
        self.request.release().map(|ending| ending == Ending::Released)
    }

    fn condition(&self) -> Condition {
        self.request.condition()
    }

    fn covers(&self, touch: Touch<'_>) -> Result<()> {
        let covers = self.request.place.covers(touch);
        if covers == Covers::Outside {
            return Err(self.refuses(
                touch,
                "lies outside of the tree of",
                "lock both with `Lock::all`, or run the query on the store",
            ));
        }
        if touch.is_write && covers != Covers::Wholly {
            return Err(self.refuses(
                touch,
                "is written but not protected by",
                "lock a path that holds it, or run the query on the store",
            ));
        }
        if touch.is_write && self.request.sharing == Sharing::Shared {
            let why = "is written under a shared lock, which others may hold as well:";
            return Err(self.refuses(touch, why, "lock it exclusively"));
        }
        Ok(())
    }
}

impl PathHold {
    fn refuses(&self, touch: Touch<'_>, why: &str, instead: &str) -> Error {
        let field = touch.field.map(|field| format!("`{}` of ", readable(field))).unwrap_or_default();
        let key = readable(touch.key);
        Error::invalid_query(format!("{field}key `{key}` {why} the lock on `{}`: {instead}", self.name()))
    }
}
