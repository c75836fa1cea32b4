//! Containers: typed collections in Redis, at keys of their own or as fields of records.
//!
//! Each is a handle of a key and a type. What all have in common, the key and its life, is [`Container`]'s; the file of a
//! container has what is its own.

mod bloom;
mod cell;
mod container;
mod counter;
mod decode;
mod dump;
mod handle;
mod hyper_log_log;
mod key_space;
mod list;
mod map;
mod queue;
mod reliable_queue;
mod set;
mod several;
mod sorted_set;
mod stored;

pub use self::{
    bloom::BloomFilter,
    cell::Cell,
    container::Container,
    counter::{Counter, Elements},
    dump::Dump,
    hyper_log_log::HyperLogLog,
    key_space::{KeySpace, SpaceEntries, SpaceNames, SpaceValues},
    list::{End, FromBack, List, Occurrences, SortOrder},
    map::{FieldOfMaps, Map},
    queue::{PriorityQueue, Queue, Stack},
    reliable_queue::{Job, ReliableQueue, Settled},
    set::{Set, SetOperand, SetOperands, Values},
    several::Several,
    sorted_set::{Aggregate, ByLex, ByRank, ByScore, Combined, InsertIf, SortedRange, SortedSet},
};
