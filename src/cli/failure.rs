//! How a verb ends when it does not come to its end, and the exit statuses of SPEC §6.

use std::io;

use crate::desk::DeskError;
use crate::domain::{Lang, Said};
use crate::exchange::ExchangeError;
use crate::store::{Refusal, StoreError};

/// Exit statuses.
pub mod status {
    /// Done.
    pub const DONE: u8 = 0;
    /// Refused: a rule, a conflict, invalid input.
    pub const REFUSED: u8 = 1;
    /// Wrong usage.
    pub const USAGE: u8 = 2;
    /// Not found.
    pub const NOT_FOUND: u8 = 3;
    /// Not permitted.
    pub const FORBIDDEN: u8 = 4;
    /// The store is unavailable or damaged.
    pub const STORE: u8 = 5;
}

/// Why a verb stopped.
#[derive(Debug)]
pub struct Failure {
    /// The exit status.
    pub status: u8,
    /// What refused, as codes for programs; empty when nothing was refused.
    pub codes: Vec<String>,
    /// What happened and what to do; none when whoever read the output has gone.
    pub said: Option<Said>,
}

impl Failure {
    /// Refused input.
    #[must_use]
    pub fn invalid(said: Said) -> Self {
        Refusal::new("invalid", said).into()
    }

    /// Wrong usage that only shows after the arguments were parsed.
    #[must_use]
    pub fn usage(said: Said) -> Self {
        Self {
            status: status::USAGE,
            codes: vec!["usage".to_owned()],
            said: Some(said),
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let is = |known: &str| refusal.codes.iter().any(|code| code == known);
        Self {
            status: if is(Refusal::NOT_FOUND) {
                status::NOT_FOUND
            } else if is(Refusal::NOT_PERMITTED) {
                status::FORBIDDEN
            } else {
                status::REFUSED
            },
            codes: refusal.codes,
            said: Some(refusal.said),
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let code = match &error {
            StoreError::Unavailable(_) => "store_unavailable",
            StoreError::Busy(_) => "store_busy",
            StoreError::Unknown(..) => "outcome_unknown",
            StoreError::Corrupt(_) => "store_damaged",
        };
        Self {
            status: status::STORE,
            codes: vec![code.to_owned()],
            said: Some(error.said().clone()),
        }
    }
}

impl From<DeskError> for Failure {
    fn from(error: DeskError) -> Self {
        match error {
            DeskError::Refused(refusal) => refusal.into(),
            DeskError::Store(error) => error.into(),
        }
    }
}

impl From<ExchangeError> for Failure {
    fn from(error: ExchangeError) -> Self {
        if let ExchangeError::Desk(error) = error {
            return error.into();
        }
        let (status, code) = if error.is_store() {
            (status::STORE, "store_unavailable")
        } else {
            (status::REFUSED, "invalid")
        };
        Self {
            status,
            codes: vec![code.to_owned()],
            said: Some(Said {
                zh: error.say(Lang::Zh),
                en: error.say(Lang::En),
            }),
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self {
                status: status::DONE,
                codes: Vec::new(),
                said: None,
            };
        }
        Self::invalid(crate::both!(zh: "无法写出：{error}", en: "can't write: {error}"))
    }
}
