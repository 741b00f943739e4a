//! Which need this session reviews, told to the others once the user has stayed with it.

use std::time::{Duration, Instant};

use crate::desk::{Attendance, Others};
use crate::domain::Code;

/// How long a need is looked at before it counts as reviewed: scrolling through the queue tells nobody anything.
const STAYS: Duration = Duration::from_millis(400);

/// What the session reviews, and what it may be about to.
pub(super) struct Review {
    attendance: Attendance,
    told: Option<Code>,
    next: Option<(Code, Instant)>,
}

impl Review {
    pub fn new(attendance: Attendance) -> Self {
        Self {
            attendance,
            told: None,
            next: None,
        }
    }

    /// Takes what the user looks at now; `closely` when that is sure already.
    pub fn look(&mut self, at: Option<(&Code, bool)>) {
        let Some((need, closely)) = at else {
            self.next = None;
            self.tell(None);
            return;
        };
        if self.told.as_ref() == Some(need) {
            self.next = None;
        } else if closely {
            self.next = None;
            self.tell(Some(need.clone()));
        } else if self.next.as_ref().is_none_or(|(next, _)| next != need) {
            self.next = Some((need.clone(), Instant::now() + STAYS));
            self.tell(None);
        }
    }

    /// How long until what is looked at counts as reviewed; none when nothing is to come.
    pub fn due(&self) -> Option<Duration> {
        let (_, at) = self.next.as_ref()?;
        Some(at.saturating_duration_since(Instant::now()))
    }

    /// Counts what has been looked at for long enough.
    pub fn settle(&mut self) {
        if let Some((need, _)) = self.next.take_if(|(_, at)| *at <= Instant::now()) {
            self.tell(Some(need));
        }
    }

    /// The other sessions.
    pub fn others(&self) -> Others {
        self.attendance.others()
    }

    fn tell(&mut self, need: Option<Code>) {
        if self.told != need {
            self.attendance.review(need.as_ref());
            self.told = need;
        }
    }
}
