//! The thread that keeps and searches the registries.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender};

use super::Msg;
use super::library::{KINDS, Library};
use super::model::Names;
use super::worker::{Answer, Request, collect};
use crate::console::widgets::form::Choice;
use crate::desk::Desk;
use crate::domain::record::Resident;
use crate::domain::{AnyRecord, Code, Kind};
use crate::search::{Finder, Found, Query, QueryError};
use crate::store::fetch;

/// How many of all registries are listed.
const MOST: usize = 200;

/// How many records a search in a form offers.
const CHOICES: usize = 5;

/// What was found in all registries.
#[derive(Clone, Debug, Default)]
pub struct Everything {
    /// The best, in their order.
    pub best: Vec<(Kind, Code)>,
    /// How many there are.
    pub count: usize,
}

/// The worker of the registries.
pub(super) struct RegistryWorker {
    desk: Arc<Desk>,
    library: Arc<Library>,
    finders: Vec<(Kind, Finder)>,
    /// Those of the search over all registries.
    everywhere: Vec<(Kind, Finder)>,
    /// Those of the searches in forms.
    offering: Vec<(Kind, Finder)>,
    out: Sender<Msg>,
}

impl RegistryWorker {
    /// One that has searched nothing yet.
    pub(super) fn new(desk: &Arc<Desk>, library: &Arc<Library>, out: &Sender<Msg>) -> Self {
        Self {
            desk: Arc::clone(desk),
            library: Arc::clone(library),
            finders: Vec::new(),
            everywhere: Vec::new(),
            offering: Vec::new(),
            out: out.clone(),
        }
    }

    /// Answers until nobody asks any more.
    pub(super) fn run(mut self, requests: &Receiver<Request>) {
        let mut waiting = VecDeque::new();
        loop {
            let Some(request) = waiting.pop_front() else {
                match requests.recv() {
                    Ok(first) => collect(first, requests, &mut waiting, &self.out),
                    Err(_) => return,
                }
                continue;
            };
            let answer = self.answer(request);
            if self.out.send(Msg::Answer(answer)).is_err() {
                return;
            }
            if let Ok(more) = requests.try_recv() {
                collect(more, requests, &mut waiting, &self.out);
            }
        }
    }

    fn answer(&mut self, request: Request) -> Answer {
        match request {
            Request::Names => Answer::Names(self.names()),
            Request::Changed => Answer::Changed(self.names()),
            Request::List(kind, text, cancel) => match self.list(kind, &text, &cancel) {
                Ok(Some(found)) => Answer::List(kind, text, Ok(found)),
                Ok(None) => Answer::Replaced,
                Err(wrong) => Answer::List(kind, text, Err(wrong)),
            },
            Request::Everything(text, cancel) => match self.everything(&text, &cancel) {
                Ok(Some(found)) => Answer::Everything(text, Ok(found)),
                Ok(None) => Answer::Replaced,
                Err(wrong) => Answer::Everything(text, Err(wrong)),
            },
            Request::Choices(kind, typed, cancel) => match self.choices(kind, &typed, &cancel) {
                Some(choices) => Answer::Choices(kind, typed, choices),
                None => Answer::Replaced,
            },
            _ => Answer::Replaced,
        }
    }

    /// What a text in a form may mean: a code as it stands first, then the best that it finds.
    fn choices(&mut self, kind: Kind, typed: &str, cancel: &AtomicBool) -> Option<Vec<Choice>> {
        if cancel.load(Ordering::Relaxed) {
            return None;
        }
        let _ = self.library.load(kind, &self.desk);
        let (desk, library) = (&self.desk, &self.library);
        let finder = finder(&mut self.offering, kind);
        // A text that can't be read finds nobody; it is not searched for in a form.
        let found = match library.search(finder, kind, typed, desk, cancel) {
            Ok(found) => found?,
            Err(_) => Found::nothing(kind),
        };
        let mut codes: Vec<Code> = (0..CHOICES).filter_map(|at| found.code(at)).collect();
        if let Ok(exact) = Code::parse(typed)
            && !codes.contains(&exact)
        {
            codes.insert(0, exact);
        }
        Some(chosen(desk, kind, &codes))
    }

    /// Where the store can't be read, what was known stays; the desk's thread tells what is wrong.
    fn names(&self) -> Arc<Names> {
        let _ = self.library.catch_up(&self.desk);
        self.library.names()
    }

    fn list(
        &mut self,
        kind: Kind,
        text: &str,
        cancel: &AtomicBool,
    ) -> Result<Option<Found>, QueryError> {
        if cancel.load(Ordering::Relaxed) {
            return Ok(None);
        }
        // What can't be read is told by the desk's thread.
        let _ = self.library.load(kind, &self.desk);
        let (desk, library) = (&self.desk, &self.library);
        library.search(finder(&mut self.finders, kind), kind, text, desk, cancel)
    }

    /// What only some kinds have is looked for in those.
    fn everything(
        &mut self,
        text: &str,
        cancel: &AtomicBool,
    ) -> Result<Option<Everything>, QueryError> {
        let (mut hits, mut count) = (Vec::new(), 0);
        for query in Query::over(&KINDS, text)? {
            let kind = query.kind();
            if query.is_empty() {
                continue;
            }
            let _ = self.library.load(kind, &self.desk);
            let book = self.library.book(kind);
            let finder = finder(&mut self.everywhere, kind);
            let found = self.library.hits(finder, &book, &query, &self.desk, cancel);
            let Some(found) = found else { return Ok(None) };
            count += found.len();
            let best = found.into_iter().take(MOST);
            hits.extend(best.filter_map(|hit| Some((hit.score, kind, book.code(hit.position)?))));
        }
        // Equal ones stay in the order of kinds, and in each of codes.
        hits.sort_by_key(|(score, ..)| std::cmp::Reverse(*score));
        hits.truncate(MOST);
        let best = hits.into_iter().map(|(_, kind, code)| (kind, code));
        Ok(Some(Everything {
            best: best.collect(),
            count,
        }))
    }
}

/// Those of some codes that are records of a kind and may be seen by whoever calls, as a form offers them.
#[must_use]
pub fn chosen(desk: &Desk, kind: Kind, codes: &[Code]) -> Vec<Choice> {
    let Ok(rows) = desk.rows() else {
        return Vec::new();
    };
    let name = |code: &Code| match rows.get(kind, code).ok().flatten()? {
        AnyRecord::Supplier(supplier) => Some(supplier.name),
        AnyRecord::Resident(resident) => Some(resident.name),
        AnyRecord::Need(need) => {
            let resident = fetch::<Resident>(&*rows, &need.resident).ok().flatten();
            Some(resident.map_or_else(String::new, |resident| resident.name))
        }
        _ => None,
    };
    // Whoever has moved away meanwhile is not shown.
    let seen = desk.seen_codes(kind, codes).unwrap_or_default();
    let choice = |code: &Code| {
        Some(Choice::new(
            code.as_str(),
            format!("{} ({code})", name(code)?),
        ))
    };
    seen.iter().filter_map(choice).collect()
}

/// The finder of a kind, which remembers what it found last.
fn finder(finders: &mut Vec<(Kind, Finder)>, kind: Kind) -> &mut Finder {
    let at = finders.iter().position(|(of, _)| *of == kind);
    let at = at.unwrap_or_else(|| {
        finders.push((kind, Finder::new()));
        finders.len() - 1
    });
    &mut finders[at].1
}
