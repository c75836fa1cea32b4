//! Whose turn it is.

use std::cmp::Reverse;

use super::{Oracle, Waiter, are_related, conflict, is_above};
use crate::steps::{Mode, Request};

impl Oracle {
    pub(super) fn may_run(&self, waiter: &Waiter) -> bool {
        if self.is_held(&waiter.request.owner, waiter.wants(), 0) {
            return false;
        }
        let is_ahead = |it: &Waiter| it.turn() < waiter.turn() && conflict(it.wants(), waiter.wants());
        // Those below an exclusive waiter are kept back by a hold that keeps it back as well, unless they are noticed late.
        let is_overlooked = |it: &Waiter| {
            self.rules.is_impatient
                && waiter.mode == Mode::Exclusive
                && it.path != waiter.path
                && is_above(&waiter.path, &it.path)
        };
        self.holds_something(&waiter.request.owner) || !self.waiters.iter().any(|it| is_ahead(it) && !is_overlooked(it))
    }

    /// Gives their locks to all whose turn it is, the numbers first to those who held something, then to lower paths.
    pub(super) fn serve(&mut self) {
        let freed = std::mem::take(&mut self.freed);
        if self.waiters.is_empty() {
            return;
        }
        let mut future = self.clone();
        let mut served = if self.rules.is_impatient { future.serve_nearby(&freed) } else { future.serve_everybody() };
        served.sort_by_key(|it| (it.class, Reverse(if it.class == 0 { "" } else { &it.path }.to_owned()), it.ticket));
        for waiter in served {
            let fence = self.grant(&waiter.request);
            if !waiter.channel.is_empty() {
                let Request { owner, id } = &waiter.request;
                self.told.insert(format!("{}: {owner}/{id} {fence}", waiter.channel));
            }
        }
    }

    fn serve_everybody(&mut self) -> Vec<Waiter> {
        let mut served = Vec::new();
        self.waiters.sort_by_key(Waiter::turn);
        while let Some(waiter) = self.waiters.iter().find(|it| self.may_run(it)).cloned() {
            self.grant(&waiter.request);
            served.push(waiter);
        }
        served
    }

    /// An owner that gets its first hold while another request of it waits may run with that one at once, but is
    /// noticed only when something ends nearby, or when it says that it still waits.
    fn serve_nearby(&mut self, freed: &[String]) -> Vec<Waiter> {
        let mut near = self.waiters.clone();
        near.retain(|it| freed.iter().any(|freed| are_related(freed, &it.path)));
        near.sort_by_key(|it| (it.class, Reverse(if it.class == 0 { "" } else { &it.path }.to_owned()), it.ticket));
        let mut served: Vec<Waiter> = Vec::new();
        let mut done = None;
        for waiter in near {
            if waiter.class == 1 && done.as_ref() == Some(&waiter.path) {
                continue;
            }
            let may_run = self.may_run(&waiter);
            if may_run {
                self.grant(&waiter.request);
                served.push(waiter.clone());
            }
            // Behind one who must go on waiting, and behind an exclusive one, nobody on its path is looked at.
            if waiter.class == 1 && (!may_run || waiter.mode == Mode::Exclusive) {
                done = Some(waiter.path);
            }
        }
        served
    }
}
