//! What is typed survives: forms are kept after every turn, offered at the next start, and taken up again by a session
//! whose line had dropped.

use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::Duration;

use super::keeper::{Settled, Wish};
use super::worker::Request;
use super::{App, Msg};
use crate::console::ConsoleSettings;
use crate::console::panes::drafts::Drafts;
use crate::console::panes::edit;
use crate::console::term::{TermEvent, Typed};
use crate::console::widgets::status::{Kind as Tone, Status};
use crate::desk::{Claim, DeskError, Hold, Resumed, Unfinished};
use crate::domain::lang::Text;
use crate::domain::{Draft, Said};
use crate::store::RequestId;
use crate::{say, text};

/// How long a session whose line has dropped may keep a form that its successor wants: it is ending.
const PATIENCE: Duration = Duration::from_secs(3);

/// How long the last inputs of a dropped line may take to come in.
const LAST: Duration = Duration::from_secs(1);

const AGAIN: Text = text!(zh: "服务台重新接通", en: "connected to the station again");

/// How far the console is with what was typed.
pub(super) struct Typing {
    /// The number that the terminal drew.
    terminal: u64,
    /// The number of the last input that was taken.
    taken: u64,
    /// The same as the keeper knows it.
    told: u64,
    /// The inputs of this terminal that a form held already when it was taken up again.
    held: u64,
    /// The form to be taken up again, and what was typed while it is not there yet.
    resuming: Option<(RequestId, Vec<(u64, Typed)>)>,
    /// Whether drafts are offered once names are there.
    offer: bool,
    /// Whether the user asked for the drafts.
    asked: bool,
    /// Whether a key was pressed already: what is offered then must not take the next.
    began: bool,
}

impl Typing {
    pub(super) fn new(settings: &ConsoleSettings) -> Self {
        Self {
            terminal: settings.terminal,
            taken: 0,
            told: 0,
            held: 0,
            resuming: settings.form.map(|id| (id, Vec::new())),
            offer: !settings.again,
            asked: false,
            began: false,
        }
    }
}

impl App {
    /// Says whom to tell what is safe when the line drops.
    pub fn tell_settled(&self, tell: impl Fn(Settled) + Send + 'static) {
        self.workers.keeper().tell(Box::new(tell));
    }

    /// Takes what was typed before the line dropped and not taken yet, as far as it is text in a form; the rest would
    /// act on a screen that nobody sees.
    pub fn finish(&mut self, receiver: &Receiver<Msg>) {
        while let Ok(msg) = receiver.recv_timeout(LAST) {
            let typed = match msg {
                Msg::Away(TermEvent::Key(key), ..) => Typed::Key(key),
                Msg::Away(TermEvent::Paste(text), ..) => Typed::Paste(text),
                Msg::Term(TermEvent::Stop(_)) => break,
                _ => continue,
            };
            let mut all = false;
            self.front(|view, ctx| all = view.late(&[typed], ctx));
            if !all {
                break;
            }
        }
        self.keep();
    }

    pub(super) fn say(&mut self, tone: Tone, text: Text) {
        self.status = Some(Status::new(tone, text.get(self.model.lang)));
    }

    /// That the console is connected again, as its first message.
    pub(super) fn say_again(&mut self) {
        self.say(Tone::Info, AGAIN);
    }

    /// That what is typed can't be kept.
    pub(super) fn say_unkept(&mut self, said: &Said) {
        let unkept = text!(zh: "填写的内容暂时没有保留", en: "what you type is not kept");
        let lang = self.model.lang;
        let (unkept, why) = (unkept.get(lang), said.get(lang));
        self.status = Some(Status::new(Tone::Error, format!("{unkept}: {why}")));
    }

    /// Has what the turn has typed kept.
    pub(super) fn keep(&mut self) {
        self.each(|view, ctx| view.keep(ctx));
        let typing = &mut self.typing;
        if typing.resuming.is_none() && typing.told != typing.taken {
            typing.told = typing.taken;
            self.workers.keeper().taken(typing.taken);
        }
    }

    pub(super) fn wish(&mut self, mut wish: Wish) {
        if let Wish::Keep(draft, _) = &mut wish {
            draft.terminal = self.typing.terminal;
            draft.inputs = self.typing.taken;
        }
        self.workers.keeper().wish(wish);
    }

    /// Takes an event of the terminal, or holds it back until the form is there that it was meant for.
    pub(super) fn take_input(&mut self, number: u64, event: TermEvent) {
        self.typing.taken = number;
        match (&mut self.typing.resuming, event) {
            (Some((_, held)), TermEvent::Key(key)) => held.push((number, Typed::Key(key))),
            (Some((_, held)), TermEvent::Paste(text)) => held.push((number, Typed::Paste(text))),
            (Some((_, held)), TermEvent::Late(late)) => held.extend(late),
            (None, TermEvent::Late(late)) => {
                if !self.take_late(late) {
                    self.say_untaken(AGAIN);
                }
            }
            (_, other) => self.take_term(other),
        }
    }

    /// Gives what was typed late to the view in front, without what is in the form already. Whether all was taken.
    fn take_late(&mut self, typed: Vec<(u64, Typed)>) -> bool {
        let held = self.typing.held;
        let fresh = typed.into_iter().filter(|(number, _)| *number > held);
        let fresh: Vec<Typed> = fresh.map(|(_, typed)| typed).collect();
        let mut all = true;
        if !fresh.is_empty() {
            self.front(|view, ctx| all = view.late(&fresh, ctx));
        }
        all
    }

    fn say_untaken(&mut self, first: Text) {
        let untaken = text!(zh: "；断线时按的键没有全部执行，请看一看", en: "; not all keys pressed meanwhile were taken: please look");
        let lang = self.model.lang;
        let said = format!("{}{}", first.get(lang), untaken.get(lang));
        self.status = Some(Status::new(Tone::Warn, said));
    }

    /// Names are there, so forms can be made: takes up the form of the dropped line, or asks what is unfinished.
    pub(super) fn begin_drafts(&mut self) {
        if let Some((id, _)) = &self.typing.resuming {
            self.ask(Request::Resume(*id, Claim::Wait(PATIENCE)));
        } else if std::mem::take(&mut self.typing.offer) {
            self.ask(Request::Offer);
        }
    }

    /// A key was pressed.
    pub(super) fn begin_typing(&mut self) {
        self.typing.began = true;
    }

    /// The user asks what is unfinished.
    pub(super) fn ask_drafts(&mut self) {
        self.typing.asked = true;
        self.ask(Request::Drafts);
    }

    /// Offers unfinished forms, unless the user is about something else already.
    pub(super) fn take_offer(&mut self, drafts: &Result<Vec<Unfinished>, DeskError>) {
        match drafts {
            Err(error) => self.fail(error.said().get(self.model.lang).to_owned()),
            Ok(drafts) if drafts.is_empty() => {}
            Ok(_) if self.typing.began || !self.layers.is_empty() => {
                let key = self.model.key("global", "drafts");
                let said = say!(self.model.lang, zh: "有未完成的表单，在列表里按 {key} 打开", en: "there are unfinished forms: {key} opens them from any list");
                self.status = Some(Status::new(Tone::Info, said));
            }
            Ok(drafts) => self.layers.push(Box::new(Drafts::new(drafts.clone()))),
        }
    }

    pub(super) fn take_drafts(&mut self, drafts: &Result<Vec<Unfinished>, DeskError>) {
        let asked = std::mem::take(&mut self.typing.asked);
        match drafts {
            Err(error) => self.fail(error.said().get(self.model.lang).to_owned()),
            Ok(drafts) if asked && drafts.is_empty() => {
                self.say(
                    Tone::Info,
                    text!(zh: "没有未完成的表单", en: "no unfinished forms"),
                );
            }
            Ok(drafts) if asked => self.layers.push(Box::new(Drafts::new(drafts.clone()))),
            Ok(_) => {}
        }
    }

    pub(super) fn take_resumed(&mut self, resumed: &Result<Resumed, DeskError>) {
        let is_again = self.typing.resuming.is_some();
        match resumed {
            Ok(Resumed::Draft(draft, hold)) => self.take_up(draft, hold),
            Ok(Resumed::Saved(_)) => self.close_matter(
                Tone::Good,
                text!(zh: "这份表单已经保存", en: "the form was saved already"),
            ),
            Ok(Resumed::Elsewhere) => self.close_matter(
                Tone::Warn,
                text!(zh: "这份表单在另一个会话里打开着", en: "the form is open in another session"),
            ),
            Ok(Resumed::Gone) if is_again => self.close_matter(Tone::Info, AGAIN),
            Ok(Resumed::Gone) => self.close_matter(
                Tone::Warn,
                text!(zh: "这份表单已经不在了", en: "the form is not there any more"),
            ),
            Err(error) => {
                self.typing.resuming = None;
                self.fail(error.said().get(self.model.lang).to_owned());
            }
        }
    }

    /// Puts a form in front as it was left, with what was typed since.
    fn take_up(&mut self, draft: &Draft, hold: &Arc<Hold>) {
        let sheet = edit::resume(draft, Arc::clone(hold), &self.model);
        self.layers.push(Box::new(sheet));
        let Some((_, late)) = self.typing.resuming.take() else {
            return;
        };
        if draft.terminal == self.typing.terminal {
            self.typing.held = draft.inputs;
        }
        let text = text!(zh: "服务台重新接通，表单和断线前一样", en: "connected to the station again; the form is as you left it");
        if self.take_late(late) {
            self.say(Tone::Info, text);
        } else {
            self.say_untaken(text);
        }
    }

    /// There is no form to take up; what was typed for it goes nowhere.
    fn close_matter(&mut self, tone: Tone, text: Text) {
        let late = self.typing.resuming.take();
        if late.is_some_and(|(_, late)| !late.is_empty()) {
            self.say_untaken(text);
        } else {
            self.say(tone, text);
        }
    }
}
