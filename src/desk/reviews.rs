//! Who reviews which need at this moment. That is no fact: it is kept in memory, and goes with the session.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Actor, Desk};
use crate::domain::{Code, Stamp};

/// Somebody who reviews a need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reviewer {
    /// Who, and from which station.
    pub actor: Actor,
    /// The need.
    pub need: Code,
    /// Since when, by the clock of that session.
    pub since: Stamp,
}

#[derive(Default)]
struct Known {
    sessions: u64,
    /// By session, who came first before the others.
    reviewers: Vec<(u64, Reviewer)>,
}

/// All who review.
#[derive(Clone, Default)]
pub(super) struct Reviews(Arc<Mutex<Known>>);

impl Reviews {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A session's presence at the desk; what it reviews is free again when this goes, in whatever way the session ends.
pub struct Attendance {
    session: u64,
    desk: Desk,
    actor: Actor,
}

impl Desk {
    /// Begins a session's presence.
    #[must_use]
    pub fn attend(&self, actor: &Actor) -> Attendance {
        let mut known = self.reviews().known();
        known.sessions += 1;
        Attendance {
            session: known.sessions,
            desk: self.clone(),
            actor: actor.clone(),
        }
    }
}

impl Attendance {
    /// Says which need this session reviews from now on; one that it reviews already goes on.
    pub fn review(&self, need: Option<&Code>) {
        let since = self.desk.now();
        let mut known = self.desk.reviews().known();
        let at = known.reviewers.iter().position(|(n, _)| *n == self.session);
        if at.and_then(|at| known.reviewers.get(at)).map(|(_, reviewer)| &reviewer.need) == need {
            return;
        }
        if let Some(at) = at {
            known.reviewers.remove(at);
        }
        if let Some(need) = need {
            let reviewer = Reviewer {
                actor: self.actor.clone(),
                need: need.clone(),
                since,
            };
            known.reviewers.push((self.session, reviewer));
        }
        drop(known);
        self.desk.listeners().tell_reviews();
    }

    /// What all other sessions review, the longest first.
    #[must_use]
    pub fn others(&self) -> Vec<Reviewer> {
        self.desk
            .reviews()
            .known()
            .reviewers
            .iter()
            .filter(|(session, _)| *session != self.session)
            .map(|(_, reviewer)| reviewer.clone())
            .collect()
    }
}

impl Drop for Attendance {
    fn drop(&mut self) {
        self.review(None);
    }
}
