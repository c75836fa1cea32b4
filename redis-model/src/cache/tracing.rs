//! Events for the `tracing` crate.

use std::error::Error;

use tracing::{debug, trace, warn};

use super::info::Event;

/// Tells how a call was answered: hits at `TRACE`, as they are many, the rest at `DEBUG`.
pub(super) fn event(function: &'static str, event: Event) {
    match event {
        Event::L1Hit | Event::L2Hit => trace!(target: "redis_model::cache", function, ?event),
        _ => debug!(target: "redis_model::cache", function, ?event),
    }
}

/// Tells what has gone wrong that the caller does not hear of.
pub(super) fn error(function: &'static str, error: &crate::error::Error) {
    let error: &dyn Error = error;
    warn!(target: "redis_model::cache", function, error);
}

#[cfg(all(test, feature = "embedded"))]
mod tests {
    use std::{
        fmt::{self, Write as _},
        sync::{Arc, Mutex},
        time::Duration,
    };

    use redis_model_embedded::Engine;
    use tracing::{
        Metadata, Subscriber,
        field::{Field, Visit},
        span,
    };

    use crate::{cache::Cache, mode::Blocking, store::Store};

    /// Writes each event as a line.
    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<String>>>);

    struct Line(String);

    impl Visit for Line {
        fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
            _ = write!(self.0, " {}={value:?}", field.name());
        }
    }

    impl Subscriber for Lines {
        fn enabled(&self, metadata: &Metadata<'_>) -> bool {
            metadata.target() == "redis_model::cache"
        }

        fn new_span(&self, _span: &span::Attributes<'_>) -> span::Id {
            span::Id::from_u64(1)
        }

        fn record(&self, _span: &span::Id, _values: &span::Record<'_>) {}

        fn record_follows_from(&self, _span: &span::Id, _follows: &span::Id) {}

        fn event(&self, event: &tracing::Event<'_>) {
            let mut line = Line(event.metadata().level().to_string());
            event.record(&mut line);
            if let Ok(mut lines) = self.0.lock() {
                lines.push(line.0);
            }
        }

        fn enter(&self, _span: &span::Id) {}

        fn exit(&self, _span: &span::Id) {}
    }

    #[test]
    fn events_tell_how_calls_are_answered_and_what_fails() {
        static CACHE: Cache<(u64,), u64> = Cache::new("tracing::tests", Duration::from_secs(60));
        let (lines, engine) = (Lines::default(), Engine::new());
        let store = Store::<Blocking>::on_engine(&engine);
        tracing::subscriber::with_default(lines.clone(), || {
            CACHE.on(&store).get_or_load(&(7,), || 49);
            CACHE.on(&store).get_or_load(&(7,), || 49);
            engine.set_offline(true);
            CACHE.on(&store).get_or_load(&(7,), || 49);
        });
        let lines = lines.0.lock().map(|lines| lines.clone()).unwrap_or_default();
        let of = |line: &str| lines.iter().position(|other| other == line);
        let events = ["DEBUG", "DEBUG", "TRACE", "DEBUG"].into_iter().zip(["Compute", "Miss", "L2Hit", "Bypassed"]);
        let places: Vec<_> =
            events.map(|(level, event)| of(&format!("{level} function=\"tracing::tests\" event={event}"))).collect();
        assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{lines:?}");
        assert_eq!(lines.iter().filter(|line| line.starts_with("WARN")).count(), 1, "{lines:?}");
    }
}
