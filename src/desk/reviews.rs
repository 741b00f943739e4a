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

/// The other sessions, as one of them sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Others {
    /// Who is there, one for each session.
    pub present: Vec<Actor>,
    /// What they review, the longest first.
    pub reviewers: Vec<Reviewer>,
}

#[derive(Default)]
struct Known {
    sessions: u64,
    present: Vec<(u64, Actor)>,
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
        let session = known.sessions;
        known.present.push((session, actor.clone()));
        drop(known);
        self.listeners().tell_reviews();
        Attendance {
            session,
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
        if at
            .and_then(|at| known.reviewers.get(at))
            .map(|(_, reviewer)| &reviewer.need)
            == need
        {
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

    /// The other sessions.
    #[must_use]
    pub fn others(&self) -> Others {
        let known = self.desk.reviews().known();
        let present = known.present.iter();
        let reviewers = known.reviewers.iter();
        Others {
            present: present
                .filter(|(session, _)| *session != self.session)
                .map(|(_, actor)| actor.clone())
                .collect(),
            reviewers: reviewers
                .filter(|(session, _)| *session != self.session)
                .map(|(_, reviewer)| reviewer.clone())
                .collect(),
        }
    }
}

impl Drop for Attendance {
    fn drop(&mut self) {
        let mut known = self.desk.reviews().known();
        known
            .present
            .retain(|(session, _)| *session != self.session);
        known
            .reviewers
            .retain(|(session, _)| *session != self.session);
        drop(known);
        self.desk.listeners().tell_reviews();
    }
}
