//! A console on a screen of memory, over a store of its own.

use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use matchdesk::console::ConsoleSettings;
use matchdesk::console::app::keeper::Settled;
use matchdesk::console::app::{App, End, Msg};
use matchdesk::console::keys::{Key, parse_sequence};
use matchdesk::console::term::TermEvent;
use matchdesk::console::theme::{Depth, Theme};
use matchdesk::desk::{Actor, Caller, Clock, Command, Desk, DeskError};
use matchdesk::domain::{AnyRecord, Code, Kind, Lang, Record, Stamp, Zone};
use matchdesk::for_kind;
use ratatui::Terminal;
use ratatui::backend::{Backend, TestBackend};
use ratatui::buffer::{Cell, CellWidth};
use tempfile::TempDir;

const FILES: [(Kind, &str); 9] = [
    (Kind::Street, include_str!("../story/streets.csv")),
    (Kind::Community, include_str!("../story/communities.csv")),
    (Kind::Category, include_str!("../story/categories.csv")),
    (Kind::Capability, include_str!("../story/capabilities.csv")),
    (Kind::Supplier, include_str!("../story/suppliers.csv")),
    (Kind::Resident, include_str!("../story/residents.csv")),
    (Kind::Need, include_str!("../story/needs.csv")),
    (Kind::Match, include_str!("../story/matches.csv")),
    (Kind::Service, include_str!("../story/services.csv")),
];

/// The moment at which the stories happen.
pub const NOW: &str = "2026-11-23T08:00";

/// Who works at the console.
pub fn broker() -> Actor {
    Actor {
        who: "li".to_owned(),
        station: "anzhen".to_owned(),
    }
}

/// A store with these kinds of the story's records in it.
pub fn district(folder: &Path, kinds: impl Fn(Kind) -> bool) -> Arc<Desk> {
    let now = Stamp::parse(NOW, Zone::default()).unwrap();
    let desk = Desk::open_or_create(&folder.join("story"), Clock::Fixed(now)).unwrap();
    for (kind, text) in FILES.into_iter().filter(|(kind, _)| kinds(*kind)) {
        for record in records(kind, text) {
            desk.execute(&broker(), &Command::Add { record }).unwrap();
        }
    }
    Arc::new(desk)
}

fn records(kind: Kind, text: &str) -> Vec<AnyRecord> {
    let mut lines = text.lines();
    let heads: Vec<&str> = lines.next().unwrap().split(',').collect();
    lines
        .map(|line| for_kind!(kind, R => record::<R>(&heads, line)))
        .collect()
}

fn record<R: Record>(heads: &[&str], line: &str) -> AnyRecord {
    let mut record = R::default();
    for (head, cell) in heads.iter().zip(line.split(',')) {
        let field = R::fields()
            .iter()
            .find(|field| field.column == *head)
            .unwrap();
        if let Err(problem) = field.take(&mut record, cell) {
            panic!("{}", problem.say(Lang::En));
        }
    }
    record.into_any()
}

/// A store that consoles are opened on.
#[derive(Clone)]
pub struct Ground {
    pub desk: Arc<Desk>,
    _folder: Arc<TempDir>,
}

impl Ground {
    /// A store with some kinds of the story's records.
    pub fn of(kinds: impl Fn(Kind) -> bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self {
            desk: district(folder.path(), kinds),
            _folder: Arc::new(folder),
        }
    }

    /// A broker's console.
    pub fn console(&self, lang: Lang, who: &str) -> Stage {
        let settings = ConsoleSettings {
            lang,
            ..ConsoleSettings::default()
        };
        Stage::on(self, 120, 40, settings, who)
    }
}

/// How a console of the stories begins.
pub fn settings(lang: Lang) -> ConsoleSettings {
    ConsoleSettings {
        lang,
        title: if lang == Lang::Zh { "安贞" } else { "Anzhen" }.to_owned(),
        fixed_now: true,
        ..ConsoleSettings::default()
    }
}

/// A console in use.
pub struct Stage {
    app: App,
    pub desk: Arc<Desk>,
    ground: Ground,
    terminal: Terminal<TestBackend>,
    sender: Sender<Msg>,
    receiver: Receiver<Msg>,
    pub end: Option<End>,
    settled: Arc<Mutex<Option<Settled>>>,
}

impl Stage {
    /// The console over the whole story.
    pub fn new(width: u16, height: u16, lang: Lang) -> Self {
        Self::of(width, height, lang, |_| true)
    }

    /// The console over some kinds of the story's records.
    pub fn of(width: u16, height: u16, lang: Lang, kinds: impl Fn(Kind) -> bool) -> Self {
        Self::on(&Ground::of(kinds), width, height, settings(lang), "li")
    }

    /// Another console on the same desk.
    pub fn beside(&self, who: &str, size: (u16, u16), lang: Lang) -> Self {
        self.with(Arc::clone(&self.desk), who, size, lang)
    }

    /// Another console on the same desk, of somebody who may do only what the grants say.
    pub fn called_by(&self, who: &str, size: (u16, u16), lang: Lang) -> Self {
        let caller = Caller {
            name: who.to_owned(),
            ..Caller::default()
        };
        self.with(Arc::new(self.desk.called_by(caller)), who, size, lang)
    }

    fn with(&self, desk: Arc<Desk>, who: &str, size: (u16, u16), lang: Lang) -> Self {
        let ground = Ground {
            desk,
            ..self.ground.clone()
        };
        Self::on(&ground, size.0, size.1, settings(lang), who)
    }

    /// A console over a store that is there.
    pub fn on(
        ground: &Ground,
        width: u16,
        height: u16,
        settings: ConsoleSettings,
        who: &str,
    ) -> Self {
        Self::begun(ground, (width, height), settings, who, false)
    }

    /// A console that has just been opened over the whole story and has heard nothing yet.
    pub fn opening(width: u16, height: u16, lang: Lang) -> Self {
        let ground = Ground::of(|_| true);
        Self::begun(&ground, (width, height), settings(lang), "li", true)
    }

    fn begun(
        ground: &Ground,
        (width, height): (u16, u16),
        settings: ConsoleSettings,
        who: &str,
        opening: bool,
    ) -> Self {
        let (sender, receiver) = channel();
        let actor = Actor {
            who: who.to_owned(),
            ..broker()
        };
        let theme = Theme::new(Depth::Indexed, false);
        let app = App::new(&ground.desk, &actor, settings, theme, &sender).unwrap();
        let settled = Arc::new(Mutex::new(None));
        let told = Arc::clone(&settled);
        app.tell_settled(move |settled| *told.lock().unwrap() = Some(settled));
        let mut stage = Self {
            app,
            desk: Arc::clone(&ground.desk),
            ground: ground.clone(),
            terminal: Terminal::new(TestBackend::new(width, height)).unwrap(),
            sender,
            receiver,
            end: None,
            settled,
        };
        if !opening {
            stage.settle();
        }
        stage
    }

    /// Takes something while nothing else has happened yet.
    pub fn alone(&mut self, msg: Msg) {
        let (_nobody, nothing) = channel();
        let end = self.app.turn(&mut self.terminal, msg, &nothing).unwrap();
        self.end = self.end.or(end);
    }

    /// Leaves the screen as it is until what is looked at counts as reviewed.
    pub fn stay(&mut self) {
        if let Some(due) = self.app.due() {
            std::thread::sleep(due);
            self.turn(Msg::Stayed);
        }
        self.settle();
    }

    /// Presses a key before the loop has taken anything of what happened meanwhile.
    pub fn press_blindly(&mut self, keys: &str) {
        for key in parse_sequence(keys).unwrap() {
            self.turn(Msg::Term(TermEvent::Key(key)));
        }
        self.settle();
    }

    /// Its line drops; gives the store.
    pub fn drop_line(self) -> Ground {
        self.ground.clone()
    }

    /// What the console has said to be safe, once that is up to an input.
    pub fn settled(&self, inputs: u64) -> Settled {
        let began = Instant::now();
        loop {
            let settled = *self.settled.lock().unwrap();
            if let Some(settled) = settled.filter(|settled| settled.inputs >= inputs) {
                return settled;
            }
            assert!(began.elapsed() < Duration::from_secs(20), "{settled:?}");
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Something happens at a terminal at the other end of a line.
    pub fn away(&mut self, number: u64, event: TermEvent) {
        self.turn(Msg::Away(event, number, Arc::default()));
        self.settle();
    }

    /// Where the caret is.
    pub fn caret(&mut self) -> (u16, u16) {
        let at = self.terminal.backend_mut().get_cursor_position().unwrap();
        (at.x, at.y)
    }

    /// Lets the loop run until no worker has anything to say.
    pub fn settle(&mut self) {
        while self.app.busy() {
            let msg = self.receiver.recv_timeout(Duration::from_secs(20)).unwrap();
            self.turn(msg);
        }
        // Events come by a thread of their own, and may ask for more.
        while let Ok(msg) = self.receiver.recv_timeout(Duration::from_millis(30)) {
            self.turn(msg);
            if self.app.busy() {
                return self.settle();
            }
        }
    }

    /// A whole picture each time: the screen of memory, unlike a terminal, keeps what was under a wide character's right half.
    fn turn(&mut self, msg: Msg) {
        self.terminal.clear().unwrap();
        let end = self
            .app
            .turn(&mut self.terminal, msg, &self.receiver)
            .unwrap();
        self.end = self.end.or(end);
    }

    /// Presses one key.
    pub fn key(&mut self, key: Key) {
        self.sender.send(Msg::Term(TermEvent::Key(key))).unwrap();
        let msg = self.receiver.recv().unwrap();
        self.turn(msg);
        self.settle();
    }

    /// Presses keys while nothing else has happened yet.
    pub fn press_alone(&mut self, keys: &str) {
        for key in parse_sequence(keys).unwrap() {
            self.alone(Msg::Term(TermEvent::Key(key)));
        }
    }

    /// Presses keys, written as in a key map: `j g g ctrl-s`.
    pub fn press(&mut self, keys: &str) -> &mut Self {
        for key in parse_sequence(keys).unwrap() {
            self.key(key);
        }
        self
    }

    /// Types a text.
    pub fn write(&mut self, text: &str) -> &mut Self {
        for c in text.chars() {
            self.key(Key::char(c));
        }
        self
    }

    /// Gives the screen another size and draws.
    pub fn resize(&mut self, width: u16, height: u16) {
        self.terminal.backend_mut().resize(width, height);
        self.turn(Msg::Term(TermEvent::Resize(width, height)));
    }

    /// All that is on the screen, styles too, but the line of messages.
    pub fn picture(&self) -> Vec<Cell> {
        let buf = self.terminal.backend().buffer();
        let rows = (0..buf.area.height).filter(|y| y + 2 != buf.area.height);
        let places = rows.flat_map(|y| (0..buf.area.width).map(move |x| (x, y)));
        places.filter_map(|at| buf.cell(at).cloned()).collect()
    }

    /// The screen as lines, without the spaces at the right.
    pub fn screen(&self) -> String {
        let buf = self.terminal.backend().buffer();
        let mut lines = Vec::new();
        for y in 0..buf.area.height {
            let (mut line, mut x) = (String::new(), 0);
            while let Some(cell) = buf.cell((x, y)) {
                line.push_str(cell.symbol());
                x += cell.symbol().cell_width().max(1);
            }
            assert!(x <= buf.area.width, "a wide character broke at the edge");
            lines.push(line.trim_end().to_owned());
        }
        lines.join("\n")
    }

    /// Whether a text stands on the screen.
    #[track_caller]
    pub fn sees(&self, text: &str) -> &Self {
        let screen = self.screen();
        assert!(screen.contains(text), "no “{text}” on\n{screen}");
        self
    }

    /// Whether a text stands nowhere on the screen.
    #[track_caller]
    pub fn sees_no(&self, text: &str) -> &Self {
        let screen = self.screen();
        assert!(!screen.contains(text), "“{text}” on\n{screen}");
        self
    }

    /// What another broker does meanwhile.
    pub fn another(&self, command: &Command) -> Result<(), DeskError> {
        let other = Actor {
            who: "wang".to_owned(),
            station: "anhua".to_owned(),
        };
        self.desk.execute(&other, command).map(drop)
    }
}

/// A confirmation.
pub fn confirm(need: &str, supplier: &str) -> Command {
    Command::Confirm {
        need: Code::composed(need),
        supplier: Code::composed(supplier),
        visits: None,
        place: None,
    }
}
