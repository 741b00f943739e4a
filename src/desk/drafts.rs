//! Drafts: kept as they are typed, private to their user, and open in one session at a time.

use std::collections::HashSet;
use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::writer::Work;
use super::{Actor, Desk, DeskError};
use crate::both;
use crate::domain::{Draft, Event};
use crate::store::{DraftChange, KeptDraft, Refusal, RequestId, random_id};

/// The drafts that sessions have open.
#[derive(Default)]
pub(super) struct Held {
    ids: Mutex<HashSet<u128>>,
    freed: Condvar,
}

impl Held {
    fn ids(&self) -> MutexGuard<'_, HashSet<u128>> {
        self.ids.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// While it is there, no other session opens the draft.
pub struct Hold {
    id: RequestId,
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
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.of.ids().remove(&self.id.0);
        self.of.freed.notify_all();
    }
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
    /// The drafts of a person that no session has open, the newest first.
    ///
    /// # Errors
    /// When the store can't be read.
    pub fn drafts(&self, actor: &Actor) -> Result<Vec<KeptDraft>, DeskError> {
        let mut drafts = self.core.store.drafts(&actor.who)?;
        let held = self.core.held.ids();
        drafts.retain(|kept| !held.contains(&kept.id.0));
        drafts.sort_by_key(|kept| std::cmp::Reverse(kept.draft.changed));
        Ok(drafts)
    }

    /// A hold on a draft that is not kept yet.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub fn new_draft(&self) -> Result<Hold, DeskError> {
        let id = random_id()?;
        // A number that somebody else has drawn would be a fault of the system's.
        self.hold(id, Duration::ZERO)
            .ok_or_else(|| DeskError::Refused(elsewhere()))
    }

    /// Opens a draft of a person. A session that is about to end, and has it open, is waited for so long.
    ///
    /// # Errors
    /// When the store can't be read.
    pub fn resume(
        &self,
        actor: &Actor,
        id: RequestId,
        patience: Duration,
    ) -> Result<Resumed, DeskError> {
        let Some(hold) = self.hold(id, patience) else {
            return Ok(Resumed::Elsewhere);
        };
        // Read only now: whoever had it open may have typed on.
        let drafts = self.core.store.drafts(&actor.who)?;
        if let Some(kept) = drafts.into_iter().find(|kept| kept.id == id) {
            return Ok(Resumed::Draft(kept.draft, Arc::new(hold)));
        }
        Ok(match self.core.store.result(id)? {
            Some(events) => Resumed::Saved(events),
            None => Resumed::Gone,
        })
    }

    fn hold(&self, id: RequestId, patience: Duration) -> Option<Hold> {
        let held = &self.core.held;
        let taken = |ids: &mut HashSet<u128>| ids.contains(&id.0);
        let (mut ids, _) = held
            .freed
            .wait_timeout_while(held.ids(), patience, taken)
            .unwrap_or_else(PoisonError::into_inner);
        ids.insert(id.0).then(|| Hold {
            id,
            of: Arc::clone(held),
        })
    }

    /// Keeps what is typed into a form. It goes by itself when a command of its id is done, and is not kept after that.
    ///
    /// # Errors
    /// When there is too much of it, or the store can't be written.
    pub fn keep_draft(&self, actor: &Actor, hold: &Hold, draft: Draft) -> Result<(), DeskError> {
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
    /// When the store can't be written.
    pub fn discard_draft(&self, actor: &Actor, hold: &Hold) -> Result<(), DeskError> {
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
