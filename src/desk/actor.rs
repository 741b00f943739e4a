//! Who asks, and what time it is.

use chrono::{DateTime, Utc};

use crate::domain::{Stamp, Zone};

/// Who gives a command, and from where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// The person: the system user's name.
    pub who: String,
    /// The station: the machine's name.
    pub station: String,
}

impl Actor {
    /// The desk itself, for what it does without being asked.
    #[must_use]
    pub fn desk() -> Self {
        Self {
            who: "desk".to_owned(),
            station: String::new(),
        }
    }
}

/// The rules' clock: the machine's, or one that stands still for replays and tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// The machine's clock.
    Machine,
    /// A moment at which the rules' clock stands.
    Fixed(Stamp),
}

impl Clock {
    /// The rules' time, local to `zone`.
    #[must_use]
    pub fn now(self, zone: Zone) -> Stamp {
        match self {
            Self::Machine => zone.local(Utc::now()),
            Self::Fixed(stamp) => stamp,
        }
    }

    /// The real time, whatever the rules' clock says.
    #[must_use]
    pub fn real(self) -> DateTime<Utc> {
        Utc::now()
    }
}
