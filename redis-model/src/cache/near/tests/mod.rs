//! The protocol in all orders of events, the map in random histories and under many threads, and both with a server.

#[cfg(feature = "embedded")]
mod coherence;
mod histories;
#[cfg(feature = "embedded")]
mod place;
mod protocol;
mod threads;
