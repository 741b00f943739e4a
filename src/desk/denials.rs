//! How much of what was denied is written: a script that asks again and again must not fill the journal.
//!
//! Of one person and one right the first of an hour are entries of their own. Those that follow are counted, and the count is
//! an entry each time that all of the hour have become twice as many, and when the hour is over.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::writer::{Task, Work};
use super::{Actor, Desk, DeskError};
use crate::domain::{Denial, Note, Stamp};
use crate::store::{Undecided, random_id};

/// Entries of their own in an hour.
const EACH: u64 = 20;
/// Seconds of an hour.
const HOUR: i64 = 3600;

/// What was denied lately, by who asked and what was asked for.
#[derive(Default)]
pub(super) struct Denials(Mutex<HashMap<(String, String), Hour>>);

/// What one person was denied of one sort, since a moment.
struct Hour {
    since: Stamp,
    /// All of the hour.
    count: u64,
    /// Those that no entry tells of yet.
    untold: u64,
    /// The last of them.
    last: Note,
    actor: Actor,
}

impl Hour {
    fn begin(now: Stamp, actor: &Actor, note: &Note) -> Self {
        Self {
            since: now,
            count: 0,
            untold: 0,
            last: note.clone(),
            actor: actor.clone(),
        }
    }

    /// A clock that was set back begins an hour of its own.
    fn is_over(&self, now: Stamp) -> bool {
        now < self.since || now.0 - self.since.0 >= HOUR
    }

    /// The entry of those that were only counted.
    fn tell(&mut self) -> Option<Note> {
        let more = std::mem::take(&mut self.untold);
        (more > 0).then(|| Note {
            reason: Denial::of(&self.last.reason).and_more(more),
            ..self.last.clone()
        })
    }
}

impl Denials {
    fn hours(&self) -> MutexGuard<'_, HashMap<(String, String), Hour>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is to be written of a denial now.
    fn count(&self, actor: &Actor, note: Note, now: Stamp) -> Vec<Note> {
        let mut hours = self.hours();
        let key = (actor.who.clone(), note.reason.clone());
        let hour = hours
            .entry(key)
            .or_insert_with(|| Hour::begin(now, actor, &note));
        let mut told = Vec::new();
        if hour.is_over(now) {
            told.extend(hour.tell());
            *hour = Hour::begin(now, actor, &note);
        }
        hour.count += 1;
        if hour.count <= EACH {
            told.push(note);
            return told;
        }
        hour.untold += 1;
        hour.last = note;
        hour.actor = actor.clone();
        if hour.untold * 2 == hour.count {
            told.extend(hour.tell());
        }
        told
    }

    /// Forgets the hours that are over, or all, and gives what is still to be written of them.
    fn close(&self, now: Option<Stamp>) -> Vec<(Actor, Note)> {
        let mut told = Vec::new();
        self.hours().retain(|_, hour| {
            if now.is_some_and(|now| !hour.is_over(now)) {
                return true;
            }
            told.extend(hour.tell().map(|note| (hour.actor.clone(), note)));
            false
        });
        told
    }
}

impl Desk {
    /// A refusal with what the journal keeps of it.
    pub(super) fn counted(&self, task: &Task, undecided: Undecided) -> Undecided {
        let Undecided::Denied(refusal, notes) = undecided else {
            return undecided;
        };
        let count = |note| self.core.denials.count(&task.actor, note, task.now);
        Undecided::Denied(refusal, notes.into_iter().flat_map(count).collect())
    }

    /// Writes what was only counted of the hours that are over; of all when nobody will be here to do it later.
    ///
    /// # Errors
    /// When the store can't be written.
    pub fn tell_denials(&self, all: bool) -> Result<(), DeskError> {
        let now = (!all).then(|| self.now());
        for (actor, note) in self.core.denials.close(now) {
            let task = self.task(random_id()?, &actor, Work::Note(note));
            self.submit(Task {
                caller: None,
                ..task
            })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Code, Event, Kind, Verb};

    fn note(reason: &str) -> Note {
        Note {
            verb: Verb::Denied,
            chain: Code::composed(Event::DISTRICT),
            kind: Kind::Need,
            key: Code::composed("N1"),
            reason: reason.to_owned(),
        }
    }

    fn wang() -> Actor {
        Actor {
            who: "wang".to_owned(),
            station: String::new(),
        }
    }

    /// How many each entry stands for.
    fn worth(notes: &[Note]) -> u64 {
        let of = |note: &Note| Denial::of(&note.reason).more.unwrap_or(1);
        notes.iter().map(of).sum()
    }

    #[test]
    fn a_million_in_an_hour_are_some_entries_that_tell_of_all() {
        let denials = Denials::default();
        let mut written = Vec::new();
        for second in 0..1_000_000_i64 {
            written.extend(denials.count(&wang(), note("serve"), Stamp(second / 300)));
        }
        assert!(written.len() < 40, "{}", written.len());
        assert!(worth(&written) >= 500_000);
        assert!(denials.close(Some(Stamp(3_599))).is_empty());
        let rest = denials.close(Some(Stamp(3_600)));
        written.extend(rest.into_iter().map(|(_, note)| note));
        assert_eq!(worth(&written), 1_000_000);
        assert!(denials.close(None).is_empty());
    }

    #[test]
    fn the_next_hour_and_every_other_person_and_right_begins_anew() {
        let denials = Denials::default();
        let count = |reason, at| denials.count(&wang(), note(reason), Stamp(at));
        for _ in 0..25 {
            count("serve", 0);
        }
        assert!(count("serve", 1).is_empty());
        assert_eq!(count("grant", 1), [note("grant")]);
        let li = Actor {
            who: "li".to_owned(),
            ..wang()
        };
        assert_eq!(denials.count(&li, note("serve"), Stamp(1)).len(), 1);
        // What was counted before comes first.
        let next = count("serve", 3_600);
        assert_eq!(next, [note("serve +6"), note("serve")]);
        // A clock that is set back is no way around it.
        assert_eq!(count("serve", 7).len(), 1);
    }
}
