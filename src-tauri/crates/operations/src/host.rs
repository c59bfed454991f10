//! What every use case needs from its surroundings: the time, new ids, and who acts.
//!
//! Not dialogs, keyrings or providers: those are traits beside the use cases that need them. Plain and
//! synchronous, so that a bare test host proves that it suffices.

use billing::time::Timestamp;
use std::fmt;
use std::sync::Mutex;
use uuid::Uuid;

/// Who acts, as the audit log names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor(String);

impl Actor {
    /// The longest name, in bytes.
    pub const MAX_BYTES: usize = 200;

    /// From a name of the operating system; a longer one is cut, an empty one is `unknown`.
    pub fn new(name: &str) -> Self {
        let name = name.trim();
        if name.is_empty() {
            return Self("unknown".to_owned());
        }
        let mut end = name.len().min(Self::MAX_BYTES);
        while !name.is_char_boundary(end) {
            end -= 1;
        }
        Self(name[..end].to_owned())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The surroundings of a use case.
pub trait Host: Send + Sync {
    /// The time now.
    fn now(&self) -> Timestamp;

    /// The time now, also while what is looked at stands at a moment of its own.
    fn now_of_people(&self) -> Timestamp {
        self.now()
    }

    /// An id that was never given before; typed ids wrap it.
    fn new_uuid(&self) -> Uuid;

    /// Who acts.
    fn actor(&self) -> Actor;
}

/// A host whose clock stands still until it is moved and whose ids count up: for tests and for anything that must
/// be repeatable.
#[derive(Debug)]
pub struct FixedHost {
    state: Mutex<FixedState>,
}

#[derive(Debug)]
struct FixedState {
    now: Timestamp,
    series: u64,
    given: u64,
}

impl FixedHost {
    /// A host at a time, with the first series of ids.
    pub fn at(now: Timestamp) -> Self {
        Self::with_series(now, 0)
    }

    /// A host at a time, with a series of ids of its own: two hosts with different series never give the same id.
    pub fn with_series(now: Timestamp, series: u64) -> Self {
        Self { state: Mutex::new(FixedState { now, series, given: 0 }) }
    }

    /// Moves the clock.
    pub fn set_now(&self, now: Timestamp) {
        self.lock().now = now;
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, FixedState> {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Host for FixedHost {
    fn now(&self) -> Timestamp {
        self.lock().now
    }

    fn new_uuid(&self) -> Uuid {
        let mut state = self.lock();
        state.given += 1;
        Uuid::from_u64_pair(state.series, state.given)
    }

    fn actor(&self) -> Actor {
        Actor::new("tester")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fixed_host_repeats_itself() {
        let at: Timestamp = "2026-01-31T08:00:00Z".parse().unwrap();
        let (one, other) = (FixedHost::at(at), FixedHost::at(at));
        assert_eq!(one.new_uuid(), other.new_uuid(), "the same series gives the same ids");
        assert_ne!(one.new_uuid(), FixedHost::with_series(at, 1).new_uuid(), "series never meet");
        assert_eq!(one.now(), at, "the clock stands still");
    }

    #[test]
    fn an_actor_is_never_empty_nor_endless() {
        assert_eq!(Actor::new("  ").as_str(), "unknown", "the audit log needs a name");
        let long = Actor::new(&"ü".repeat(300));
        assert!(long.as_str().len() <= Actor::MAX_BYTES, "a hostile account name is cut at a character");
    }
}
