//! The loop: messages in, one picture out. Views consume messages front to back and answer with effects.

mod drafts;
pub mod keeper;
pub mod library;
pub mod model;
mod offers;
mod planning;
mod pressing;
mod review;
mod rights;
mod screen;
pub mod searching;
pub mod view;
mod what_if;
pub mod worker;

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use ratatui::Terminal;
use ratatui::backend::Backend;

use super::ConsoleSettings;
use super::actions::ActionId;
use super::keys::Key;
use super::panes;
use super::term::TermEvent;
use super::theme::Theme;
use super::widgets::status::{Kind as Tone, Status};
use crate::desk::{Actor, Desk, Ear};
use crate::domain::lang::Lang;
use crate::domain::{Code, Kind, Said};
use crate::text;
use drafts::Typing;
use model::Model;
use review::Review;
use view::{Ctx, Effect, View};
use worker::{Answer, Request, Workers};

/// How long answers are gathered into one picture. All sessions are drawn on one machine.
const GATHER: Duration = Duration::from_millis(10);

/// What wakes the loop.
#[derive(Debug)]
pub enum Msg {
    /// Something happened at the terminal.
    Term(TermEvent),
    /// Something happened at a terminal at the other end of a line, under this number; whoever reads the line counts the
    /// tickets.
    Away(TermEvent, u64, Arc<()>),
    /// There are news of the world, changed by this session or another.
    News,
    /// What the user looks at may count as reviewed now.
    Stayed,
    /// A worker is done with a request.
    Answer(Answer),
    /// So many of so many records are in the index.
    Progress(u64, u64),
    /// What is typed can't be kept, and why.
    Unkept(Said),
}

/// Why the loop returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The user leaves.
    Quit,
    /// The user or another process stops it until continued.
    Suspend,
    /// A signal ends the process.
    Signal(i32),
    /// The user may not see any more what the console shows first of all; the desk says why.
    Denied,
}

/// The console's state.
pub struct App {
    model: Model,
    panes: Vec<Box<dyn View>>,
    focus: usize,
    layers: Vec<Box<dyn View>>,
    status: Option<Status>,
    pending: Vec<Key>,
    workers: Workers,
    /// Where the news wait.
    ear: Ear,
    /// Whether the queue is on its way; further news wait until it is there, so that a busy station does not flood the
    /// loop.
    refreshing: bool,
    /// Whether there are news that wait for that.
    news: bool,
    review: Review,
    asked: usize,
    end: Option<End>,
    redraw: bool,
    typing: Typing,
}

impl App {
    /// A console over a desk; `sender` is the loop's own channel.
    ///
    /// # Errors
    /// When its threads can't be started.
    pub fn new(
        desk: &Arc<Desk>,
        actor: &Actor,
        settings: ConsoleSettings,
        theme: Theme,
        sender: &Sender<Msg>,
    ) -> io::Result<Self> {
        let again = settings.again;
        let typing = Typing::new(&settings);
        let model = Model::new(Arc::clone(desk), actor, settings, theme);
        let workers = Workers::start(desk, actor, &model.library, sender)?;
        let to_loop = sender.clone();
        let ear = desk.listen(move || {
            // Without a loop nobody listens.
            let _ = to_loop.send(Msg::News);
        });
        let mut app = Self {
            status: None,
            model,
            panes: panes::all(),
            focus: panes::QUEUE,
            layers: Vec::new(),
            pending: Vec::new(),
            workers,
            ear,
            refreshing: false,
            news: false,
            review: Review::new(desk.attend(actor)),
            asked: 0,
            end: None,
            redraw: false,
            typing,
        };
        if again {
            app.say_again();
        } else {
            app.say_problems();
        }
        app.ask(Request::Names);
        app.ask(Request::Load);
        app.model.others = app.review.others();
        app.each(|view, ctx| view.start(ctx));
        Ok(app)
    }

    /// Draws, then waits for messages and draws once after each batch, until something ends it.
    ///
    /// # Errors
    /// When the terminal can't be drawn on.
    pub fn run<B: Backend>(
        &mut self,
        terminal: &mut Terminal<B>,
        receiver: &Receiver<Msg>,
    ) -> io::Result<End>
    where
        B::Error: std::error::Error + Send + Sync + 'static,
    {
        self.draw(terminal)?;
        while let Some(first) = self.next(receiver) {
            if let Some(end) = self.turn(terminal, first, receiver)? {
                return Ok(end);
            }
        }
        Ok(End::Quit)
    }

    /// Waits for a message; for ever when nothing is due, so that nothing ticks when idle.
    fn next(&self, receiver: &Receiver<Msg>) -> Option<Msg> {
        match self.due() {
            None => receiver.recv().ok(),
            Some(due) => match receiver.recv_timeout(due) {
                Ok(msg) => Some(msg),
                Err(RecvTimeoutError::Timeout) => Some(Msg::Stayed),
                Err(RecvTimeoutError::Disconnected) => None,
            },
        }
    }

    /// How long until [`Msg::Stayed`] is due; none when it is not.
    #[must_use]
    pub fn due(&self) -> Option<Duration> {
        self.review.due()
    }

    /// One turn of the loop: takes a message and all that wait behind it, then draws once. What the user did is drawn at
    /// once; what others did waits a moment for the answers that belong to it.
    ///
    /// # Errors
    /// When the terminal can't be drawn on.
    pub fn turn<B: Backend>(
        &mut self,
        terminal: &mut Terminal<B>,
        first: Msg,
        receiver: &Receiver<Msg>,
    ) -> io::Result<Option<End>>
    where
        B::Error: std::error::Error + Send + Sync + 'static,
    {
        let began = Instant::now();
        let mut pressed = false;
        let mut next = Some(first);
        while let Some(msg) = next {
            pressed |= matches!(msg, Msg::Term(_) | Msg::Away(..));
            self.take(msg);
            if let Some(end) = self.end.take() {
                self.keep();
                return Ok(Some(end));
            }
            next = receiver.try_recv().ok();
            if next.is_none() && !pressed && self.busy() {
                let left = GATHER.saturating_sub(began.elapsed());
                next = receiver.recv_timeout(left).ok();
            }
        }
        // Before the picture: a line that has dropped fails there.
        self.keep();
        self.tell_offers();
        self.draw(terminal)?;
        Ok(None)
    }

    /// Whether a worker still has an answer to give.
    #[must_use]
    pub fn busy(&self) -> bool {
        self.asked > 0
    }

    fn draw<B: Backend>(&mut self, terminal: &mut Terminal<B>) -> io::Result<()>
    where
        B::Error: std::error::Error + Send + Sync + 'static,
    {
        if std::mem::take(&mut self.redraw) {
            terminal.clear().map_err(io::Error::other)?;
        }
        terminal
            .draw(|frame| {
                let area = frame.area();
                if let Some(caret) = self.paint(frame.buffer_mut(), area) {
                    frame.set_cursor_position(caret);
                }
            })
            .map_err(io::Error::other)?;
        Ok(())
    }

    fn take(&mut self, msg: Msg) {
        match msg {
            Msg::Term(event) => self.take_term(event),
            Msg::Away(event, number, _) => self.take_input(number, event),
            Msg::News if self.refreshing => {
                self.news = true;
                self.heed_rights();
            }
            Msg::News => self.take_news(),
            Msg::Stayed => self.review.settle(),
            Msg::Answer(answer) => {
                self.asked = self.asked.saturating_sub(1);
                self.take_answer(&answer);
            }
            Msg::Progress(done, total) => self.model.progress = Some((done, total)),
            Msg::Unkept(said) => self.say_unkept(&said),
        }
        self.look();
    }

    fn take_news(&mut self) {
        self.news = false;
        let news = self.ear.take();
        self.heed_rights();
        if news.reviews {
            self.model.others = self.review.others();
        }
        if news.changed() {
            self.ask(Request::Changed);
        }
        self.each(|view, ctx| view.news(&news, ctx));
    }

    /// Tells the others what the user looks at: the walk through a plan or the pane that has the keys, also below a
    /// question or a page.
    fn look(&mut self) {
        let here = self.end.is_none();
        let pane = self.panes.get(self.focus);
        let mut views = self.layers.iter().rev().chain(pane).filter(|_| here);
        self.review.look(views.find_map(|view| view.reviews()));
    }

    fn take_answer(&mut self, answer: &Answer) {
        match answer {
            Answer::Names(names) => {
                self.model.names = Arc::clone(names);
                self.begin_drafts();
            }
            Answer::Changed(names) => self.model.names = Arc::clone(names),
            Answer::Offer(drafts) => self.take_offer(drafts),
            Answer::Drafts(drafts) => self.take_drafts(drafts),
            Answer::Resumed(resumed) => self.take_resumed(resumed),
            Answer::Loaded(result) => {
                self.model.ready = true;
                self.model.progress = None;
                if let Err(error) = result {
                    self.model.ready = false;
                    self.fail(error.said().get(self.model.lang).to_owned());
                }
            }
            Answer::Plan(_) => self.model.progress = None,
            Answer::Queue(Ok(view)) => {
                self.model.awaiting = view.board.awaiting.len();
                self.model.open = view.board.rows.len();
            }
            _ => {}
        }
        if matches!(answer, Answer::Queue(_)) {
            self.refreshing = false;
        }
        self.each(|view, ctx| view.answer(answer, ctx));
        if self.news && !self.refreshing {
            self.take_news();
        }
    }

    fn fail(&mut self, text: String) {
        self.status = Some(Status::new(Tone::Error, text));
    }

    fn take_term(&mut self, event: TermEvent) {
        match event {
            TermEvent::Key(key) => self.take_key(key),
            TermEvent::Paste(text) => self.front(|view, ctx| view.paste(&text, ctx)),
            TermEvent::Resize(..) | TermEvent::Late(_) => {}
            TermEvent::Suspend => self.end = Some(End::Suspend),
            TermEvent::Resumed => self.redraw = true,
            TermEvent::Stop(signal) => self.end = Some(End::Signal(signal)),
        }
    }

    /// Does an action, or says why it is not possible now. The view in front takes it first; what it leaves is for the
    /// console.
    fn act(&mut self, action: ActionId) {
        if self.is_refused(action) {
            return;
        }
        let mut used = false;
        self.front(|view, ctx| used = view.act(action, ctx));
        if used {
            return;
        }
        match action {
            "quit" => self.end = Some(End::Quit),
            "suspend" => self.end = Some(End::Suspend),
            "redraw" => self.redraw = true,
            "switch-language" => self.switch_language(),
            "help" => self.open_help(),
            "palette" => self.open_palette(),
            "key-problems" => self.layers.push(Box::new(panes::page::Page::problems())),
            "back" => {
                self.layers.pop();
                self.conceal();
            }
            "next-pane" => self.go((self.focus + 1) % self.panes.len()),
            "prev-pane" => self.go((self.focus + self.panes.len() - 1) % self.panes.len()),
            "pane-1" => self.go(0),
            "pane-2" => self.go(1),
            "pane-3" => self.go(2),
            "drafts" => self.ask_drafts(),
            "weights" => self.front(|_, ctx| panes::weights::WeightsPane::open(ctx)),
            "search" => self.front(|_, ctx| panes::everything::Everything::open("", ctx)),
            "refresh" => self.each(|view, ctx| view.start(ctx)),
            _ => {}
        }
    }

    fn go(&mut self, pane: usize) {
        if self.layers.is_empty() {
            self.focus = pane;
        }
    }

    fn switch_language(&mut self) {
        self.model.lang = self.model.lang.other();
        let said = match self.model.lang {
            Lang::Zh => "界面语言：中文",
            Lang::En => "Language: English",
        };
        self.status = Some(Status::new(Tone::Info, said));
        self.each(|view, ctx| view.language(ctx));
    }

    fn ask(&mut self, request: Request) {
        self.asked += 1;
        self.refreshing |= matches!(request, Request::Queue(_));
        if !self.workers.ask(request) {
            self.asked -= 1;
            self.refreshing = false;
            let gone = text!(zh: "后台线程已停止，请重新打开", en: "a background thread has stopped; open matchdesk again");
            self.fail(gone.get(self.model.lang).to_owned());
        }
    }

    /// Lets the view in front do something, then does what it asks for.
    fn front(&mut self, run: impl FnOnce(&mut dyn View, &mut Ctx<'_>)) {
        let mut effects = Vec::new();
        let mut ctx = Ctx {
            model: &mut self.model,
            effects: &mut effects,
        };
        let view = match self.layers.last_mut() {
            Some(layer) => Some(layer),
            None => self.panes.get_mut(self.focus),
        };
        if let Some(view) = view {
            run(view.as_mut(), &mut ctx);
        }
        self.apply(effects);
    }

    /// Lets every view do something, the panes first.
    fn each(&mut self, mut run: impl FnMut(&mut dyn View, &mut Ctx<'_>)) {
        let mut effects = Vec::new();
        let mut ctx = Ctx {
            model: &mut self.model,
            effects: &mut effects,
        };
        for view in self.panes.iter_mut().chain(&mut self.layers) {
            run(view.as_mut(), &mut ctx);
        }
        self.apply(effects);
    }

    fn apply(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Push(layer) => self.layers.push(layer),
                Effect::Close => {
                    self.layers.pop();
                }
                Effect::Retire => self.layers.retain(|layer| !layer.done()),
                Effect::Say(status) => self.status = Some(status),
                Effect::Ask(request) => self.ask(request),
                Effect::Reveal(kind, code) => self.model.revealed = Some((kind, code)),
                Effect::Draft(wish) => self.wish(wish),
                Effect::Act(action) => self.act_below(action),
                Effect::Focus(pane) => {
                    self.layers.clear();
                    self.focus = pane;
                }
            }
        }
        self.conceal();
    }

    /// Personal data is shown in full no longer than a page of its record is open: the reason was given for that.
    fn conceal(&mut self) {
        let is_open = |(kind, code): &(Kind, Code)| {
            let mut records = self.layers.iter().filter_map(|layer| layer.record());
            records.any(|record| record == (*kind, code))
        };
        if !self.model.revealed.as_ref().is_none_or(is_open) {
            self.model.revealed = None;
        }
    }
}
