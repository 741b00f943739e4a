//! A form above the panes: checked field by field, saved by the desk, and nothing typed is lost when the desk refuses.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::ask::Ask;
use crate::console::app::model::Model;
use crate::console::app::view::{Ctx, Effect, View};
use crate::console::app::worker::{Answer, Request};
use crate::console::keys::{ActionId, Key};
use crate::console::widgets::form::{Field, Form};
use crate::console::widgets::popup::frame;
use crate::console::widgets::status::Kind as Tone;
use crate::console::widgets::text::{put, wrap};
use crate::desk::{Command, Done};
use crate::text;

/// What a filled form leads to.
pub enum Submit {
    /// A change, which the desk may refuse.
    Command(Command),
    /// Something else; the form closes.
    Effects(Vec<Effect>),
}

/// What a form is about.
pub trait Spec {
    /// The title.
    fn title(&self, model: &Model) -> String;

    /// The fields in the language of the moment, with the values at first.
    fn fields(&self, model: &Model) -> Vec<Field>;

    /// What the values lead to, or the field that is wrong and why.
    ///
    /// # Errors
    /// The field's id and the message.
    fn submit(&self, form: &Form, model: &Model) -> Result<Submit, (&'static str, String)>;

    /// What to say and to do when the change is done.
    fn done(&self, done: &Done, model: &Model) -> (String, Vec<Effect>);
}

/// A form above the panes.
pub struct Sheet {
    spec: Box<dyn Spec>,
    form: Form,
    token: Option<u64>,
    refused: Option<String>,
    done: bool,
}

impl Sheet {
    /// A form with its values at first.
    #[must_use]
    pub fn new(spec: impl Spec + 'static, model: &Model) -> Self {
        let form = Form::new(spec.fields(model), model.lang);
        Self {
            spec: Box::new(spec),
            form,
            token: None,
            refused: None,
            done: false,
        }
    }

    fn save(&mut self, ctx: &mut Ctx<'_>) {
        self.refused = None;
        if self.token.is_some() || !self.form.check() {
            return;
        }
        match self.spec.submit(&self.form, ctx.model) {
            Ok(Submit::Command(command)) => {
                let token = ctx.model.token();
                self.token = Some(token);
                ctx.ask(Request::Execute(token, command));
            }
            Ok(Submit::Effects(effects)) => {
                ctx.close();
                ctx.effects.extend(effects);
            }
            Err((field, message)) => {
                self.form.set_error(field, message.clone());
                self.refused = Some(message);
            }
        }
    }

    fn leave(&self, ctx: &mut Ctx<'_>) {
        if !self.form.dirty() {
            ctx.close();
            return;
        }
        let wording = |model: &Model| {
            let title = text!(zh: "放弃修改", en: "Discard").get(model.lang);
            let text = text!(zh: "填写的内容还没有保存，要放弃吗？", en: "What you typed is not saved. Discard it?").get(model.lang);
            (title.to_owned(), text.to_owned())
        };
        let yes = text!(zh: "放弃", en: "discard");
        ctx.push(Ask::new(Box::new(wording), yes, vec![Effect::Close]).careful());
    }
}

impl View for Sheet {
    fn contexts(&self) -> Vec<&'static str> {
        vec!["form", "everywhere"]
    }

    fn hints(&self) -> &'static [ActionId] {
        &[
            "save",
            "next-field",
            "prev-field",
            "back",
            "switch-language",
        ]
    }

    fn act(&mut self, action: ActionId, ctx: &mut Ctx<'_>) -> bool {
        match action {
            "save" => self.save(ctx),
            "next-field" => {
                if !self.form.next_field() && self.form.fields().len() == 1 {
                    self.save(ctx);
                }
            }
            "prev-field" => {
                self.form.prev_field();
            }
            "down" => self.form.down(),
            "up" => self.form.up(),
            "back" => self.leave(ctx),
            "quit" => {
                if !self.form.dirty() {
                    return false;
                }
                self.leave(ctx);
            }
            _ => return false,
        }
        true
    }

    fn key(&mut self, key: Key, _ctx: &mut Ctx<'_>) {
        self.form.key(key);
    }

    fn paste(&mut self, text: &str, _ctx: &mut Ctx<'_>) {
        self.form.paste(text);
    }

    fn answer(&mut self, answer: &Answer, ctx: &mut Ctx<'_>) {
        let Answer::Executed(token, result) = answer else {
            return;
        };
        if self.token != Some(*token) {
            return;
        }
        self.token = None;
        match result {
            Ok(done) => {
                self.done = true;
                let (text, effects) = self.spec.done(done, ctx.model);
                ctx.effects.push(Effect::Retire);
                ctx.effects.extend(effects);
                ctx.say(Tone::Good, text);
            }
            Err(error) => {
                let text = error.said().get(ctx.model.lang).to_owned();
                ctx.say(Tone::Error, text.clone());
                self.refused = Some(text);
            }
        }
    }

    fn language(&mut self, ctx: &mut Ctx<'_>) {
        let values: Vec<(&'static str, String)> = self
            .form
            .fields()
            .iter()
            .map(|field| (field.id, field.value().to_owned()))
            .collect();
        let current = self.form.current().map(|field| field.id);
        self.form = Form::new(self.spec.fields(ctx.model), ctx.model.lang);
        for (id, value) in values {
            if self.form.value(id) != value {
                self.form.set(id, &value);
            }
        }
        while self.form.current().map(|field| field.id) != current && self.form.next_field() {}
        self.refused = None;
    }

    fn done(&self) -> bool {
        self.done
    }

    fn draw(
        &mut self,
        buf: &mut Buffer,
        area: Rect,
        model: &Model,
        focused: bool,
    ) -> Option<Position> {
        let fields = u16::try_from(self.form.fields().len()).unwrap_or(u16::MAX);
        let refused = self.refused.as_deref().unwrap_or("");
        let wide = area.width.saturating_sub(4).min(84);
        let message = wrap(refused, usize::from(wide.saturating_sub(2)));
        let below = u16::try_from(message.len()).unwrap_or(0);
        // Room for the suggestions of a search, an error and the line of help.
        let extra = if fields < 5 { 7 } else { 9 };
        let tall = fields.saturating_add(extra).saturating_add(below);
        let inner = frame(
            buf,
            area,
            &model.theme,
            &self.spec.title(model),
            (wide, tall),
        );
        let body = Rect {
            height: inner.height.saturating_sub(below),
            ..inner
        };
        let caret = self.form.draw(buf, body, &model.theme);
        for (at, line) in (body.height..inner.height).zip(&message) {
            put(buf, inner, 0, at, line, model.theme.bad);
        }
        caret.filter(|_| focused)
    }
}
