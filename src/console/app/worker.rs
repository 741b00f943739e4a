//! The threads that do what may be slow, so that the one that draws never waits.
//!
//! The desk's thread holds what needs the match index or writes; the registry's thread keeps and filters the lists. Every request is answered
//! once; one that a newer request replaces is answered with [`Answer::Replaced`].

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use super::Msg;
use super::library::{Library, read_names};
use super::model::Names;
use crate::desk::{Actor, BestRow, Command, Desk, DeskError, Done, Ear};
use crate::domain::{Code, Event, Kind};
use crate::matching::{Awaiting, Explanation, Ranking};
use crate::search::Filter;

/// How many candidates are listed.
const TOP: usize = 200;

/// How often it is looked whether standing matches are to be rolled forward.
const LOOK: Duration = Duration::from_secs(60);

/// How often the progress of loading is told.
const BEAT: Duration = Duration::from_millis(60);

/// The queue as one picture.
#[derive(Debug)]
pub struct QueueView {
    /// The needs, the most pressing first.
    pub rows: Vec<BestRow>,
    /// The visits awaiting their outcome.
    pub awaiting: Vec<Awaiting>,
}

/// What a worker is asked for.
#[derive(Debug)]
pub enum Request {
    /// The match index, and what standing matches need booked.
    Load,
    /// The queue and the visits awaiting their outcome.
    Queue,
    /// A need's candidates.
    Candidates(Code),
    /// Every rule for a pair.
    Why(Code, Code),
    /// A change, known again by its token.
    Execute(u64, Command),
    /// The names of what records refer to.
    Names,
    /// Changes of the world that the registries shall take in.
    Changed(Arc<Vec<Event>>),
    /// A registry's codes that match a text; given up once the flag is true.
    List(Kind, String, Arc<AtomicBool>),
}

/// What a worker answers.
#[derive(Debug)]
pub enum Answer {
    /// The match index is loaded, or why not.
    Loaded(Result<(), DeskError>),
    /// The queue.
    Queue(Result<QueueView, DeskError>),
    /// A need's candidates.
    Candidates(Code, Result<Ranking, DeskError>),
    /// Every rule for a pair.
    Why(Code, Code, Result<Explanation, DeskError>),
    /// What became of a change.
    Executed(u64, Result<Done, DeskError>),
    /// The names.
    Names(Arc<Names>),
    /// The registries hold the changes; with new names where those changed.
    Changed(Option<Arc<Names>>),
    /// A registry's codes that match a text.
    List(Kind, String, Arc<Vec<Code>>),
    /// A newer request made this one pointless.
    Replaced,
}

/// The way to the workers.
pub struct Workers {
    desk: Sender<Request>,
    registry: Sender<Request>,
    /// While it is there, events are heard.
    _ear: Ear,
}

impl Workers {
    /// Starts the threads.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(
        desk: &Arc<Desk>,
        actor: &Actor,
        library: &Arc<Library>,
        out: &Sender<Msg>,
    ) -> io::Result<Self> {
        let (to_desk, desk_requests) = channel();
        let (to_registry, registry_requests) = channel();
        let worker = DeskWorker {
            desk: Arc::clone(desk),
            actor: actor.clone(),
            out: out.clone(),
            loaded: false,
        };
        spawn("desk", move || worker.run(&desk_requests))?;
        let registry = RegistryWorker {
            desk: Arc::clone(desk),
            library: Arc::clone(library),
            names: Arc::default(),
            filters: Vec::new(),
            out: out.clone(),
        };
        spawn("registry", move || registry.run(&registry_requests))?;
        let (ear, events) = desk.listen();
        let out = out.clone();
        spawn("events", move || {
            while let Ok(events) = events.recv() {
                if out.send(Msg::Events(events)).is_err() {
                    return;
                }
            }
        })?;
        Ok(Self {
            desk: to_desk,
            registry: to_registry,
            _ear: ear,
        })
    }

    /// Hands a request on; false when its thread is gone.
    #[must_use]
    pub fn ask(&self, request: Request) -> bool {
        let to = match request {
            Request::Names | Request::Changed(_) | Request::List(..) => &self.registry,
            _ => &self.desk,
        };
        to.send(request).is_ok()
    }
}

fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> io::Result<()> {
    let thread = thread::Builder::new().name(name.to_owned());
    thread.spawn(run).map(drop)
}

/// Whether a later request makes an earlier one pointless.
fn replaces(later: &Request, earlier: &Request) -> bool {
    match (later, earlier) {
        (Request::Queue, Request::Queue) | (Request::Candidates(_), Request::Candidates(_)) => true,
        (Request::List(a, ..), Request::List(b, ..)) => a == b,
        _ => false,
    }
}

/// Takes all requests that wait and leaves out those that a later one replaces.
fn collect(
    first: Request,
    requests: &Receiver<Request>,
    waiting: &mut VecDeque<Request>,
    out: &Sender<Msg>,
) {
    let mut next = Some(first);
    while let Some(request) = next {
        let before = waiting.len();
        waiting.retain(|old| !replaces(&request, old));
        for _ in waiting.len()..before {
            let _ = out.send(Msg::Answer(Answer::Replaced));
        }
        waiting.push_back(request);
        next = requests.try_recv().ok();
    }
}

struct DeskWorker {
    desk: Arc<Desk>,
    actor: Actor,
    out: Sender<Msg>,
    /// Whether the index is loaded; before that nothing is rolled forward.
    loaded: bool,
}

impl DeskWorker {
    fn run(mut self, requests: &Receiver<Request>) {
        let mut waiting = VecDeque::new();
        loop {
            if let Some(request) = waiting.pop_front() {
                let answer = self.answer(request);
                if self.out.send(Msg::Answer(answer)).is_err() {
                    return;
                }
                if let Ok(more) = requests.try_recv() {
                    collect(more, requests, &mut waiting, &self.out);
                }
                continue;
            }
            match requests.recv_timeout(LOOK) {
                Ok(first) => collect(first, requests, &mut waiting, &self.out),
                Err(RecvTimeoutError::Timeout) => self.roll(),
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    /// A failed roll is tried again; what it would have booked stays in the queue meanwhile.
    fn roll(&self) {
        if self.loaded {
            let _ = self.desk.roll_when_due();
        }
    }

    fn answer(&mut self, request: Request) -> Answer {
        match request {
            Request::Load => Answer::Loaded(self.load()),
            Request::Queue => Answer::Queue(self.queue()),
            Request::Candidates(need) => {
                let ranking = self.desk.candidates(&need, TOP);
                Answer::Candidates(need, ranking)
            }
            Request::Why(need, supplier) => {
                let why = self.desk.why(&need, &supplier);
                Answer::Why(need, supplier, why)
            }
            Request::Execute(token, command) => {
                Answer::Executed(token, self.desk.execute(&self.actor, &command))
            }
            Request::Names | Request::Changed(_) | Request::List(..) => Answer::Replaced,
        }
    }

    fn load(&mut self) -> Result<(), DeskError> {
        let mut told = Instant::now();
        let out = self.out.clone();
        self.desk.load(&mut |done, total| {
            if told.elapsed() > BEAT {
                told = Instant::now();
                let _ = out.send(Msg::Progress(done, total));
            }
        })?;
        self.loaded = true;
        self.roll();
        Ok(())
    }

    fn queue(&self) -> Result<QueueView, DeskError> {
        let rows = self.desk.queue()?;
        let awaiting = self.desk.awaiting()?;
        Ok(QueueView { rows, awaiting })
    }
}

struct RegistryWorker {
    desk: Arc<Desk>,
    library: Arc<Library>,
    names: Arc<Names>,
    filters: Vec<(Kind, Narrowing)>,
    out: Sender<Msg>,
}

/// A filter that remembers which state of the registry its last result is of.
#[derive(Default)]
struct Narrowing {
    filter: Filter,
    version: u64,
    loaded: bool,
}

impl RegistryWorker {
    fn run(mut self, requests: &Receiver<Request>) {
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
            Request::Names => {
                self.read_names();
                Answer::Names(Arc::clone(&self.names))
            }
            Request::Changed(events) => Answer::Changed(self.changed(&events)),
            Request::List(kind, text, cancel) => match self.list(kind, &text, &cancel) {
                Some(codes) => Answer::List(kind, text, codes),
                None => Answer::Replaced,
            },
            _ => Answer::Replaced,
        }
    }

    /// Without names the codes are shown; the desk's thread tells what is wrong with the store.
    fn read_names(&mut self) {
        if let Ok(names) = read_names(&self.desk) {
            self.names = Arc::new(names);
        }
    }

    fn changed(&mut self, events: &[Event]) -> Option<Arc<Names>> {
        let named = |event: &Event| {
            matches!(
                event.after.kind(),
                Kind::Street | Kind::Community | Kind::Category | Kind::Capability
            )
        };
        let renamed = events.iter().any(named);
        if renamed {
            self.read_names();
        }
        let _ = self.library.apply(events, &self.desk, &self.names);
        renamed.then(|| Arc::clone(&self.names))
    }

    fn list(&mut self, kind: Kind, text: &str, cancel: &AtomicBool) -> Option<Arc<Vec<Code>>> {
        if cancel.load(Ordering::Relaxed) {
            return None;
        }
        let at = self.filters.iter().position(|(k, _)| *k == kind);
        let at = at.unwrap_or_else(|| {
            self.filters.push((kind, Narrowing::default()));
            self.filters.len() - 1
        });
        let (_, narrowing) = self.filters.get_mut(at)?;
        if !narrowing.loaded {
            narrowing.loaded = self.library.load(kind, &self.desk, &self.names).is_ok();
        }
        let book = self.library.book(kind);
        if text.trim().is_empty() {
            return Some(Arc::clone(&book.codes));
        }
        if narrowing.version != book.version {
            narrowing.filter.reset();
            narrowing.version = book.version;
        }
        let ids = narrowing.filter.query_unless(&book.keys, text, cancel)?;
        let code = |&id: &u32| book.codes.get(id as usize).cloned();
        Some(Arc::new(ids.iter().filter_map(code).collect()))
    }
}
