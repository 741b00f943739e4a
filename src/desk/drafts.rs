//! Drafts: kept as they are typed, private to their user, and open in one session at a time.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::writer::Work;
use super::{Actor, Desk, DeskError};
use crate::both;
use crate::domain::{Draft, Event};
use crate::store::{DraftChange, KeptDraft, Refusal, RequestId, random_id};

/// The drafts that sessions have open.
#[derive(Default)]
pub(super) struct Held {
    open: Mutex<Open>,
    freed: Condvar,
}

#[derive(Default)]
struct Open {
    /// For each draft the number of the hold that counts.
    holds: HashMap<u128, u64>,
    /// How many holds there have been.
    last: u64,
    /// How many have gone.
    gone: u64,
}

impl Held {
    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// While it is there, no other session opens the draft, unless it takes it over.
pub struct Hold {
    id: RequestId,
    number: u64,
    of: Arc<Held>,
}

impl fmt::Debug for Hold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Hold").field(&self.id).finish()
    }
}

impl Hold {
    /// The draft's id, which is that of the command it will become.
    #[must_use]
    pub fn id(&self) -> RequestId {
        self.id
    }

    /// Whether no other session has taken the draft over.
    #[must_use]
    pub fn counts(&self) -> bool {
        self.of.open().holds.get(&self.id.0) == Some(&self.number)
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        let mut open = self.of.open();
        if open.holds.get(&self.id.0) == Some(&self.number) {
            open.holds.remove(&self.id.0);
        }
        open.gone += 1;
        self.of.freed.notify_all();
    }
}

/// What to do about a draft that another session has open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// Leave it there, unless that session lets it go within so long: it may be about to end.
    Wait(Duration),
    /// Take it over.
    Over,
}

/// A draft of somebody.
#[derive(Clone, Debug, PartialEq)]
pub struct Unfinished {
    /// The id.
    pub id: RequestId,
    /// What was typed.
    pub draft: Draft,
    /// Whether a session has it open.
    pub is_open: bool,
}

/// What there is of a form that somebody wants to go on with.
#[derive(Debug)]
pub enum Resumed {
    /// What was typed.
    Draft(Draft, Arc<Hold>),
    /// It was saved, with these events.
    Saved(Vec<Event>),
    /// Another session has it open.
    Elsewhere,
    /// Nothing.
    Gone,
}

impl Desk {
    /// The drafts of a person, the newest first.
    ///
    /// # Errors
    /// When the store can't be read.
    pub fn drafts(&self, actor: &Actor) -> Result<Vec<Unfinished>, DeskError> {
        let kept = self.core.store.drafts(&actor.who)?;
        let open = self.core.held.open();
        let mut drafts: Vec<Unfinished> = kept
            .into_iter()
            .map(|KeptDraft { id, draft }| Unfinished {
                id,
                draft,
                is_open: open.holds.contains_key(&id.0),
            })
            .collect();
        drafts.sort_by_key(|unfinished| std::cmp::Reverse(unfinished.draft.changed));
        Ok(drafts)
    }

    /// The drafts of a person that no session has open. Where others have some open, they may be about to end: then they
    /// are waited for so long, until there is one.
    ///
    /// # Errors
    /// When the store can't be read.
    pub fn free_drafts(
        &self,
        actor: &Actor,
        patience: Duration,
    ) -> Result<Vec<Unfinished>, DeskError> {
        let end = Instant::now() + patience;
        loop {
            let gone = self.core.held.open().gone;
            let (open, free): (Vec<_>, Vec<_>) =
                self.drafts(actor)?.into_iter().partition(|one| one.is_open);
            let left = end.saturating_duration_since(Instant::now());
            if !free.is_empty() || open.is_empty() || left.is_zero() {
                return Ok(free);
            }
            let held = &self.core.held;
            // How the waiting ended shows in what there is then.
            drop(
                held.freed
                    .wait_timeout_while(held.open(), left, |open| open.gone == gone)
                    .unwrap_or_else(PoisonError::into_inner),
            );
        }
    }

    /// A hold on a draft that is not kept yet.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub fn new_draft(&self) -> Result<Hold, DeskError> {
        let id = random_id()?;
        // A number that somebody else has drawn would be a fault of the system's.
        self.hold(id, Claim::Wait(Duration::ZERO))
            .ok_or_else(|| DeskError::Refused(elsewhere()))
    }

    /// Opens a draft of a person.
    ///
    /// # Errors
    /// When the store can't be read.
    pub fn resume(&self, actor: &Actor, id: RequestId, claim: Claim) -> Result<Resumed, DeskError> {
        let of_person = || -> Result<Option<Draft>, DeskError> {
            let mut drafts = self.core.store.drafts(&actor.who)?.into_iter();
            Ok(drafts.find(|kept| kept.id == id).map(|kept| kept.draft))
        };
        // Nobody takes over what is not theirs.
        if claim == Claim::Over && of_person()?.is_none() {
            return self.settled(id);
        }
        let Some(hold) = self.hold(id, claim) else {
            return Ok(Resumed::Elsewhere);
        };
        // Read only now: whoever had it open may have typed on.
        match of_person()? {
            Some(draft) => Ok(Resumed::Draft(draft, Arc::new(hold))),
            None => self.settled(id),
        }
    }

    /// What became of a draft that is not there.
    fn settled(&self, id: RequestId) -> Result<Resumed, DeskError> {
        let events = self.core.store.result(id)?;
        Ok(events.map_or(Resumed::Gone, Resumed::Saved))
    }

    fn hold(&self, id: RequestId, claim: Claim) -> Option<Hold> {
        let held = &self.core.held;
        let mut open = held.open();
        if let Claim::Wait(patience) = claim {
            let taken = |open: &mut Open| open.holds.contains_key(&id.0);
            (open, _) = held
                .freed
                .wait_timeout_while(open, patience, taken)
                .unwrap_or_else(PoisonError::into_inner);
            if open.holds.contains_key(&id.0) {
                return None;
            }
        }
        open.last += 1;
        let number = open.last;
        open.holds.insert(id.0, number);
        Some(Hold {
            id,
            number,
            of: Arc::clone(held),
        })
    }

    /// Keeps what is typed into a form. It goes by itself when a command of its id is done, and is not kept after that.
    ///
    /// # Errors
    /// When another session has taken it over, there is too much of it, or the store can't be written.
    pub fn keep_draft(&self, actor: &Actor, hold: &Hold, draft: Draft) -> Result<(), DeskError> {
        if !hold.counts() {
            return Err(DeskError::Refused(elsewhere()));
        }
        if draft.length() > Draft::LONGEST {
            return Err(DeskError::Refused(too_long()));
        }
        let draft = Draft {
            changed: self.core.zone.local(self.clock.real()),
            ..draft
        };
        let id = hold.id;
        self.change_draft(actor, DraftChange::Keep(KeptDraft { id, draft }))
    }

    /// Removes a draft.
    ///
    /// # Errors
    /// When another session has taken it over, or the store can't be written.
    pub fn discard_draft(&self, actor: &Actor, hold: &Hold) -> Result<(), DeskError> {
        if !hold.counts() {
            return Err(DeskError::Refused(elsewhere()));
        }
        self.change_draft(actor, DraftChange::Discard(hold.id))
    }

    fn change_draft(&self, actor: &Actor, change: DraftChange) -> Result<(), DeskError> {
        let task = self.task(random_id()?, actor, Work::Draft(change));
        self.submit(task).map(drop)
    }
}

fn too_long() -> Refusal {
    Refusal::new(
        "draft_too_long",
        both!(zh: "表单里的文字太长，没有保留", en: "there is too much text in the form to keep it"),
    )
}

fn elsewhere() -> Refusal {
    Refusal::new(
        "draft_open",
        both!(zh: "这份表单在另一个会话里打开着", en: "this form is open in another session"),
    )
}
