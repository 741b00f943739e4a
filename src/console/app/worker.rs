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
use super::keeper::Keeper;
use super::library::Library;
use super::model::Names;
use super::planning;
use super::searching::{Everything, RegistryWorker};
use super::what_if::WhatIf;
use crate::console::panes::walk::PlanView;
use crate::console::widgets::form::Choice;
use crate::desk::{
    Actor, Board, Claim, Command, Desk, DeskError, Done, Left, Lost, Offers, Resumed, Unfinished,
    WeightsPreview, WeightsTable,
};
use crate::domain::record::{Need, Settings};
use crate::domain::{Code, Kind, Minute};
use crate::matching::cost::Sketch;
use crate::matching::near::Group;
use crate::matching::partial::Partials;
use crate::matching::plan::Choices;
use crate::matching::{Explanation, Ranking};
use crate::search::{Found, QueryError};
use crate::store::RequestId;

/// How many candidates are listed.
const TOP: usize = 200;

/// How often it is looked whether standing matches are to be rolled forward.
const LOOK: Duration = Duration::from_secs(60);

/// How often the progress of loading is told.
const BEAT: Duration = Duration::from_millis(60);

/// The least time from one look at the queue to the next, which otherwise is as long as the look took: a busy station
/// would leave time for nothing else.
const PAUSE: Duration = Duration::from_millis(20);

/// The most of it, however long a look takes.
const LONG_PAUSE: Duration = Duration::from_millis(500);

/// The queue as one picture.
#[derive(Debug)]
pub struct QueueView {
    /// The queue.
    pub board: Arc<Board>,
    /// The need that was asked about, when it is in the queue no more.
    pub left: Option<Left>,
}

/// What a worker is asked for.
#[derive(Debug)]
pub enum Request {
    /// The match index, and what standing matches need booked.
    Load,
    /// The queue and the visits awaiting their outcome, and what became of a need when it is in the queue no more.
    Queue(Option<Code>),
    /// A need's candidates, and what became of those who were shown.
    Candidates(Code, Vec<Code>),
    /// A plan for the queue beside what is settled, and what became of the needs and suppliers that were shown.
    Plan(Choices, Vec<(Code, Option<Code>)>),
    /// A need's candidates, to choose one for a plan.
    Alternatives(Code),
    /// Every rule for a pair.
    Why(Code, Code),
    /// The weights, and the categories that may have some.
    Weights,
    /// What other weights would change; given up once the flag is true.
    WeightsPreview(Box<Settings>, Arc<AtomicBool>),
    /// A change, known again by its token.
    Execute(u64, Command),
    /// A change that a form leads to, under the id of its draft.
    Save(u64, RequestId, Command),
    /// The unfinished forms that may be offered to the user.
    Offer,
    /// The user's unfinished forms.
    Drafts,
    /// An unfinished form, to go on with it.
    Resume(RequestId, Claim),
    /// That an unfinished form is wanted no more.
    Discard(RequestId),
    /// The names of what records refer to.
    Names,
    /// That the registries take in what has changed.
    Changed,
    /// The candidates of a need as it is typed so far, and what its requirements cost.
    Sketch(Box<Need>),
    /// Who can take most visits of a need.
    Partials(Code),
    /// Who fails one rule only.
    Near(Code),
    /// What a need could give up; given up once the flag is true.
    Offers(Code, Arc<AtomicBool>),
    /// Who could take one visit of a need.
    CandidatesOn(Code, Minute),
    /// What of a registry answers a query; given up once the flag is true.
    List(Kind, String, Arc<AtomicBool>),
    /// What of all registries answers a query; given up once the flag is true.
    Everything(String, Arc<AtomicBool>),
    /// What a text that is typed into a form may mean of a registry; given up once the flag is true.
    Choices(Kind, String, Arc<AtomicBool>),
}

/// What a worker answers.
#[derive(Debug)]
pub enum Answer {
    /// The match index is loaded, or why not.
    Loaded(Result<(), DeskError>),
    /// The queue.
    Queue(Result<QueueView, DeskError>),
    /// A need's candidates, and those who are none any more.
    Candidates(Code, Result<(Ranking, Vec<Lost>), DeskError>),
    /// A plan for the queue.
    Plan(Result<PlanView, DeskError>),
    /// A need's candidates, to choose one for a plan.
    Alternatives(Code, Result<Ranking, DeskError>),
    /// Every rule for a pair.
    Why(Code, Code, Result<Explanation, DeskError>),
    /// The candidates of a need as it was typed, and what its requirements cost; none when it names what is not there.
    Sketch(Box<Need>, Result<Option<Sketch>, DeskError>),
    /// Who can take most visits of a need.
    Partials(Code, Result<Partials, DeskError>),
    /// Who fails one rule only.
    Near(Code, Result<Vec<Group>, DeskError>),
    /// What a need could give up.
    Offers(Code, Result<Offers, DeskError>),
    /// Who could take one visit of a need.
    CandidatesOn(Code, Minute, Result<Ranking, DeskError>),
    /// The weights, and the categories that may have some.
    Weights(Result<WeightsTable, DeskError>),
    /// What other weights would change.
    WeightsPreview(Box<Settings>, Result<WeightsPreview, DeskError>),
    /// What became of a change.
    Executed(u64, Result<Done, DeskError>),
    /// The unfinished forms that may be offered.
    Offer(Result<Vec<Unfinished>, DeskError>),
    /// The user's unfinished forms.
    Drafts(Result<Vec<Unfinished>, DeskError>),
    /// An unfinished form, or what became of it.
    Resumed(Result<Resumed, DeskError>),
    /// The names.
    Names(Arc<Names>),
    /// The registries hold what has changed; the names as they are now.
    Changed(Arc<Names>),
    /// What of a registry answers a query, or what is wrong with it.
    List(Kind, String, Result<Found, QueryError>),
    /// What of all registries answers a query, or what is wrong with it.
    Everything(String, Result<Everything, QueryError>),
    /// What a text that is typed into a form may mean, the best first.
    Choices(Kind, String, Vec<Choice>),
    /// A newer request made this one pointless.
    Replaced,
}

/// The way to the workers.
pub struct Workers {
    desk: Sender<Request>,
    registry: Sender<Request>,
    what_if: Sender<Request>,
    keeper: Keeper,
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
            rested: Instant::now(),
        };
        spawn("desk", move || worker.run(&desk_requests))?;
        let registry = RegistryWorker::new(desk, library, out);
        spawn("registry", move || registry.run(&registry_requests))?;
        let (to_what_if, what_if_requests) = channel();
        let what_if = WhatIf {
            desk: Arc::clone(desk),
            out: out.clone(),
        };
        spawn("what-if", move || what_if.run(&what_if_requests))?;
        Ok(Self {
            desk: to_desk,
            registry: to_registry,
            what_if: to_what_if,
            keeper: Keeper::start(desk, actor, out)?,
        })
    }

    /// Hands a request on; false when its thread is gone.
    #[must_use]
    pub fn ask(&self, request: Request) -> bool {
        let to = match request {
            Request::Offer | Request::Drafts | Request::Resume(..) | Request::Discard(_) => {
                return self.keeper.ask(request);
            }
            Request::Sketch(_)
            | Request::Partials(_)
            | Request::Near(_)
            | Request::Offers(..)
            | Request::CandidatesOn(..) => &self.what_if,
            Request::Names
            | Request::Changed
            | Request::List(..)
            | Request::Everything(..)
            | Request::Choices(..) => &self.registry,
            _ => &self.desk,
        };
        to.send(request).is_ok()
    }

    /// The thread that keeps drafts.
    #[must_use]
    pub fn keeper(&self) -> &Keeper {
        &self.keeper
    }
}

fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> io::Result<()> {
    let thread = thread::Builder::new().name(name.to_owned());
    thread.spawn(run).map(drop)
}

/// Whether a later request makes an earlier one pointless.
fn replaces(later: &Request, earlier: &Request) -> bool {
    match (later, earlier) {
        (Request::Queue(_), Request::Queue(_))
        | (Request::Plan(..), Request::Plan(..))
        | (Request::Alternatives(_), Request::Alternatives(_))
        | (Request::Candidates(..), Request::Candidates(..))
        | (Request::Sketch(_), Request::Sketch(_))
        | (Request::Partials(_), Request::Partials(_))
        | (Request::Near(_), Request::Near(_))
        | (Request::Offers(..), Request::Offers(..))
        | (Request::CandidatesOn(..), Request::CandidatesOn(..))
        | (Request::Everything(..), Request::Everything(..))
        | (Request::Choices(..), Request::Choices(..))
        | (Request::Weights, Request::Weights)
        | (Request::WeightsPreview(..), Request::WeightsPreview(..))
        | (Request::Changed, Request::Changed) => true,
        (Request::List(a, ..), Request::List(b, ..)) => a == b,
        _ => false,
    }
}

/// Takes all requests that wait and leaves out those that a later one replaces.
pub(super) fn collect(
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
    /// When the queue may be looked at again.
    rested: Instant,
}

impl DeskWorker {
    fn run(mut self, requests: &Receiver<Request>) {
        let mut waiting = VecDeque::new();
        loop {
            if let Some(request) = self.next(&mut waiting) {
                let answer = self.answer(request);
                if self.out.send(Msg::Answer(answer)).is_err() {
                    return;
                }
                if let Ok(more) = requests.try_recv() {
                    collect(more, requests, &mut waiting, &self.out);
                }
                continue;
            }
            let patience = if waiting.is_empty() {
                LOOK
            } else {
                self.rested.saturating_duration_since(Instant::now())
            };
            match requests.recv_timeout(patience) {
                Ok(first) => collect(first, requests, &mut waiting, &self.out),
                Err(RecvTimeoutError::Timeout) if waiting.is_empty() => self.roll(),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    /// What the user waits for goes before the queue and the plan, which others change all the time.
    fn next(&self, waiting: &mut VecDeque<Request>) -> Option<Request> {
        let urgent = waiting
            .iter()
            .position(|request| !matches!(request, Request::Queue(_) | Request::Plan(..)));
        match urgent {
            Some(at) => waiting.remove(at),
            None if self.rested <= Instant::now() => waiting.pop_front(),
            None => None,
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
            Request::Queue(need) => {
                let began = Instant::now();
                let queue = self.queue(need.as_ref());
                self.rest(began);
                Answer::Queue(queue)
            }
            Request::Plan(choices, shown) => {
                let began = Instant::now();
                let plan = planning::plan(&self.desk, choices, &shown, &mut self.teller());
                self.rest(began);
                Answer::Plan(plan)
            }
            Request::Alternatives(need) => {
                let found = self.desk.candidates(&need, TOP);
                Answer::Alternatives(need, found)
            }
            Request::Candidates(need, shown) => {
                let found = self.desk.candidates_and_lost(&need, TOP, &shown);
                Answer::Candidates(need, found)
            }
            Request::Why(need, supplier) => {
                let why = self.desk.why(&need, &supplier);
                Answer::Why(need, supplier, why)
            }
            Request::Weights => Answer::Weights(self.desk.weights_table()),
            Request::WeightsPreview(settings, cancel) => {
                let preview = self.desk.preview_weights(&settings, &cancel);
                if cancel.load(Ordering::Relaxed) {
                    return Answer::Replaced;
                }
                Answer::WeightsPreview(settings, preview)
            }
            Request::Execute(token, command) => {
                Answer::Executed(token, self.desk.execute(&self.actor, &command))
            }
            Request::Save(token, id, command) => {
                let done = self.desk.execute_once(id, &self.actor, &command);
                Answer::Executed(token, done)
            }
            _ => Answer::Replaced,
        }
    }

    /// Leaves time for others after a look that began then.
    fn rest(&mut self, began: Instant) {
        let pause = began.elapsed().clamp(PAUSE, LONG_PAUSE);
        self.rested = Instant::now() + pause;
    }

    /// Tells how far something is, now and then.
    fn teller(&self) -> impl FnMut(u64, u64) + use<> {
        let (mut told, out) = (Instant::now(), self.out.clone());
        move |done, total| {
            if told.elapsed() > BEAT {
                told = Instant::now();
                let _ = out.send(Msg::Progress(done, total));
            }
        }
    }

    fn load(&mut self) -> Result<(), DeskError> {
        let mut tell = self.teller();
        self.desk.load(&mut tell)?;
        self.loaded = true;
        self.roll();
        Ok(())
    }

    fn queue(&self, need: Option<&Code>) -> Result<QueueView, DeskError> {
        let board = self.desk.board()?;
        let has_left = |need: &&Code| board.rows.iter().all(|row| row.row.need != **need);
        let left = need
            .filter(has_left)
            .map(|need| self.desk.left(need))
            .transpose()?;
        Ok(QueueView { board, left })
    }
}
