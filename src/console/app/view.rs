//! What the loop knows of a pane or a layer above the panes.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::keeper::Wish;
use super::model::Model;
use super::worker::{Answer, Request};
use crate::console::actions::{ActionId, Offer, ScopeId};
use crate::console::keys::Key;
use crate::console::term::Typed;
use crate::console::widgets::status::{Kind, Status};
use crate::desk::News;
use crate::domain::{Code, Kind as RecordKind, Said};

/// What a view asks of the loop.
pub enum Effect {
    /// Puts a layer in front.
    Push(Box<dyn View>),
    /// Takes the layer in front away.
    Close,
    /// Takes away the layers that are done, wherever they lie.
    Retire,
    /// Shows a message.
    Say(Status),
    /// Gives work to a worker, which answers later.
    Ask(Request),
    /// Shows the personal data of this record in full, and of no other, as long as a page of it is open.
    Reveal(RecordKind, Code),
    /// Closes all layers and gives the keys to a pane.
    Focus(usize),
    /// Has a draft kept, or discarded.
    Draft(Wish),
    /// Takes the layers away that show what can be done, and does it.
    Act(ActionId),
}

/// What a view may use while it runs.
pub struct Ctx<'a> {
    /// What all views know.
    pub model: &'a mut Model,
    /// What the loop shall do afterwards.
    pub effects: &'a mut Vec<Effect>,
}

impl Ctx<'_> {
    /// Puts a layer in front.
    pub fn push(&mut self, layer: impl View + 'static) {
        self.effects.push(Effect::Push(Box::new(layer)));
    }

    /// Gives work to a worker.
    pub fn ask(&mut self, request: Request) {
        self.effects.push(Effect::Ask(request));
    }

    /// Shows a message.
    pub fn say(&mut self, kind: Kind, text: impl Into<String>) {
        self.effects.push(Effect::Say(Status::new(kind, text)));
    }

    /// Takes the layer in front away.
    pub fn close(&mut self) {
        self.effects.push(Effect::Close);
    }
}

/// A pane, or a layer above the panes.
pub trait View {
    /// The scope of its keys while it is in front.
    fn scope(&self) -> ScopeId;

    /// Why an action of its scope is not possible now; said when its key is pressed, in the help and in the palette.
    fn refuses(&self, _action: ActionId, _model: &Model) -> Option<Said> {
        None
    }

    /// Whether it shows what can be done in what lies below, and wants to know that.
    fn shows_offers(&self) -> bool {
        false
    }

    /// Takes what can be done in what lies below.
    fn offers(&mut self, _offers: &[Offer]) {}

    /// Asks for what it shows.
    fn start(&mut self, _ctx: &mut Ctx<'_>) {}

    /// Does an action; false leaves it to the loop.
    fn act(&mut self, _action: ActionId, _ctx: &mut Ctx<'_>) -> bool {
        false
    }

    /// Takes a key that means no action.
    fn key(&mut self, _key: Key, _ctx: &mut Ctx<'_>) {}

    /// Takes a pasted text.
    fn paste(&mut self, _text: &str, _ctx: &mut Ctx<'_>) {}

    /// Takes what was typed while nobody heard it, which must lead to nothing but text in a form. Returns whether it took
    /// all of it.
    fn late(&mut self, typed: &[Typed], _ctx: &mut Ctx<'_>) -> bool {
        typed.is_empty()
    }

    /// Has what is typed into it kept.
    fn keep(&mut self, _ctx: &mut Ctx<'_>) {}

    /// Takes an answer, which may be another view's.
    fn answer(&mut self, _answer: &Answer, _ctx: &mut Ctx<'_>) {}

    /// Takes news of the world.
    fn news(&mut self, _news: &News, _ctx: &mut Ctx<'_>) {}

    /// The need that is reviewed while the view has the keys, and whether that is sure at once.
    fn reviews(&self) -> Option<(&Code, bool)> {
        None
    }

    /// The record whose page it is.
    fn record(&self) -> Option<(RecordKind, &Code)> {
        None
    }

    /// Takes the new language.
    fn language(&mut self, _ctx: &mut Ctx<'_>) {}

    /// Whether it may be taken away.
    fn done(&self) -> bool {
        false
    }

    /// The actions to hint at first, the most important first.
    fn hints(&self) -> &'static [ActionId] {
        &[]
    }

    /// Its name on a tab.
    fn tab(&self, _model: &Model) -> String {
        String::new()
    }

    /// Draws; gives the caret's place when it has one.
    fn draw(
        &mut self,
        buf: &mut Buffer,
        area: Rect,
        model: &Model,
        focused: bool,
    ) -> Option<Position>;
}
