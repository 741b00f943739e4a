//! A question before something is done.

use std::cell::Cell;
use std::rc::Rc;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::console::actions::{ActionId, ScopeId};
use crate::console::app::model::Model;
use crate::console::app::view::{Ctx, Effect, View};
use crate::console::widgets::popup::Question;
use crate::domain::lang::Text;
use crate::text;

/// Makes the title and the question in the language of the moment.
pub type Wording = Box<dyn Fn(&Model) -> (String, String)>;

/// A question with two answers.
pub struct Ask {
    wording: Wording,
    /// What each answer is called.
    choices: [Text; 2],
    marked_yes: bool,
    then: Vec<Effect>,
    withdrawn: Rc<Cell<bool>>,
}

/// Takes a question away that makes no sense any more.
#[derive(Default)]
pub struct Withdraw(Rc<Cell<bool>>);

impl Withdraw {
    /// Whether the question still waits for an answer.
    #[must_use]
    pub fn is_open(&self) -> bool {
        Rc::strong_count(&self.0) > 1
    }

    /// Takes the question away, wherever it lies.
    pub fn now(&self, ctx: &mut Ctx<'_>) {
        self.0.set(true);
        ctx.effects.push(Effect::Retire);
    }
}

impl Ask {
    /// A question; `then` happens on yes. The answer at first is yes.
    #[must_use]
    pub fn new(wording: Wording, yes: Text, then: Vec<Effect>) -> Self {
        Self {
            wording,
            choices: [yes, text!(zh: "返回", en: "back")],
            marked_yes: true,
            then,
            withdrawn: Rc::default(),
        }
    }

    /// The means to take it away later.
    #[must_use]
    pub fn withdraw(&self) -> Withdraw {
        Withdraw(Rc::clone(&self.withdrawn))
    }

    /// The same with no as the answer at first.
    #[must_use]
    pub fn careful(mut self) -> Self {
        self.marked_yes = false;
        self
    }

    fn decide(&mut self, yes: bool, ctx: &mut Ctx<'_>) {
        ctx.close();
        if yes && !self.withdrawn.get() {
            ctx.effects.append(&mut self.then);
        }
    }
}

impl View for Ask {
    fn scope(&self) -> ScopeId {
        "question"
    }

    fn hints(&self) -> &'static [ActionId] {
        &["answer", "yes", "no", "next-choice"]
    }

    fn act(&mut self, action: ActionId, ctx: &mut Ctx<'_>) -> bool {
        match action {
            "yes" => self.decide(true, ctx),
            "no" => self.decide(false, ctx),
            "answer" => self.decide(self.marked_yes, ctx),
            "next-choice" | "prev-choice" => self.marked_yes = !self.marked_yes,
            _ => return false,
        }
        true
    }

    fn done(&self) -> bool {
        self.withdrawn.get()
    }

    fn draw(
        &mut self,
        buf: &mut Buffer,
        area: Rect,
        model: &Model,
        _focused: bool,
    ) -> Option<Position> {
        let (title, text) = (self.wording)(model);
        let [yes, no] = self.choices.map(|choice| choice.get(model.lang));
        let marked = usize::from(!self.marked_yes);
        let [yes_key, no_key] = ["yes", "no"].map(|action| model.key("question", action));
        let choices = [(&*yes_key, yes), (&*no_key, no)];
        let question = Question::new(&title, &text, &choices, marked);
        question.draw(buf, area, &model.theme);
        None
    }
}
