//! A form above the panes: checked field by field, saved by the desk, and nothing typed is lost when the desk refuses.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::ask::Ask;
use super::preview::Preview;
use crate::console::actions::{ActionId, ScopeId, stack};
use crate::console::app::keeper::Wish;
use crate::console::app::model::Model;
use crate::console::app::view::{Ctx, Effect, View};
use crate::console::app::worker::{Answer, Request};
use crate::console::keys::{Key, Lookup};
use crate::console::term::Typed;
use crate::console::widgets::form::{Field, Filling, Form};
use crate::console::widgets::popup::frame;
use crate::console::widgets::status::Kind as Tone;
use crate::console::widgets::text::{put, wrap};
use crate::desk::{Command, Done, Hold, News};
use crate::domain::record::Need;
use crate::domain::{Draft, Said, Stamp, Subject};
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
    /// What a draft of the form is about; none for a form that leads to no change.
    fn subject(&self) -> Option<Subject>;

    /// The title.
    fn title(&self, model: &Model) -> String;

    /// The fields in the language of the moment, with the values at first.
    fn fields(&self, model: &Model) -> Vec<Field>;

    /// What the values lead to, or the field that is wrong and why.
    ///
    /// # Errors
    /// The field's id and the message.
    fn submit(&self, form: &Form, model: &Model) -> Result<Submit, (&'static str, String)>;

    /// The need that is typed so far, for a form that shows its candidates; `Some(None)` while it can't be read.
    fn sketch(&self, _form: &Form) -> Option<Option<Need>> {
        None
    }

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
    /// What names the draft; drawn when something is typed, or saved.
    hold: Option<Arc<Hold>>,
    /// What the draft holds as it was kept last.
    kept: Option<Filling>,
    /// The candidates of the need that is typed.
    preview: Option<Preview>,
    /// Whether it is saved when it is known what was typed into a search.
    saves: bool,
    /// Calls off what is being looked for.
    unwanted: Arc<AtomicBool>,
}

impl Drop for Sheet {
    fn drop(&mut self) {
        self.unwanted.store(true, Ordering::Relaxed);
    }
}

impl Sheet {
    /// A form with its values at first.
    #[must_use]
    pub fn new(spec: Box<dyn Spec>, model: &Model) -> Self {
        let form = Form::new(spec.fields(model), model.lang);
        Self {
            preview: spec.sketch(&form).map(|_| Preview::default()),
            form,
            spec,
            token: None,
            refused: None,
            done: false,
            hold: None,
            kept: None,
            saves: false,
            unwanted: Arc::default(),
        }
    }

    /// A form as it was left.
    #[must_use]
    pub fn resumed(spec: Box<dyn Spec>, draft: &Draft, hold: Arc<Hold>, model: &Model) -> Self {
        let mut sheet = Self::new(spec, model);
        let filling = Filling {
            values: draft.values.clone(),
            focus: draft.focus.clone(),
            caret: draft.caret as usize,
        };
        sheet.form.fill(&filling);
        sheet.hold = Some(hold);
        sheet.kept = Some(filling);
        sheet
    }

    /// Whether another session goes on with the form.
    fn is_taken_over(&self) -> bool {
        self.hold.as_ref().is_some_and(|hold| !hold.counts())
    }

    /// The hold on the draft. Without one, which the system may refuse, the form works and is not kept.
    fn hold(&mut self, ctx: &mut Ctx<'_>) -> Option<Arc<Hold>> {
        if self.hold.is_none() {
            match ctx.model.desk.new_draft() {
                Ok(hold) => self.hold = Some(Arc::new(hold)),
                Err(error) => ctx.say(Tone::Error, error.said().get(ctx.model.lang)),
            }
        }
        self.hold.clone()
    }

    fn save(&mut self, ctx: &mut Ctx<'_>) {
        self.refused = None;
        if self.is_taken_over() || self.token.is_some() || !self.form.check() {
            return;
        }
        self.saves = self.form.waits();
        if self.saves {
            return;
        }
        match self.spec.submit(&self.form, ctx.model) {
            Ok(Submit::Command(command)) => {
                let token = ctx.model.token();
                self.token = Some(token);
                let request = match self.hold(ctx) {
                    Some(hold) => Request::Save(token, hold.id(), command),
                    None => Request::Execute(token, command),
                };
                ctx.ask(request);
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

    /// Has looked for what was typed into a search; an older question is given up.
    fn look(&mut self, ctx: &mut Ctx<'_>) {
        if let Some((kind, typed)) = self.form.question() {
            self.unwanted.store(true, Ordering::Relaxed);
            self.unwanted = Arc::default();
            ctx.ask(Request::Choices(kind, typed, Arc::clone(&self.unwanted)));
        }
    }

    fn leave(&mut self, ctx: &mut Ctx<'_>) {
        // Whatever was kept so far: the draft goes with the form.
        self.keep(ctx);
        if self.done {
            return;
        }
        if !self.form.dirty() {
            ctx.close();
            return;
        }
        let discard = self.hold.clone().map(Wish::Discard).map(Effect::Draft);
        let then = discard.into_iter().chain([Effect::Close]).collect();
        let wording = |model: &Model| {
            let title = text!(zh: "放弃修改", en: "Discard").get(model.lang);
            let text = text!(zh: "填写的内容还没有保存，要放弃吗？", en: "What you typed is not saved. Discard it?").get(model.lang);
            (title.to_owned(), text.to_owned())
        };
        let yes = text!(zh: "放弃", en: "discard");
        ctx.push(Ask::new(Box::new(wording), yes, then).careful());
    }
}

impl Sheet {
    /// Takes a key that came late: it may type and move from field to field, and nothing else.
    fn late_key(&mut self, key: Key, model: &Model) -> bool {
        match model
            .keymap
            .resolve(&stack(self.scope()), &mut Vec::new(), key)
        {
            // At its only field it would save.
            Lookup::Action("accept-field") if self.form.fields().len() == 1 => return false,
            Lookup::Action("next-field" | "accept-field") => {
                self.form.next_field();
            }
            Lookup::Action("prev-field") => {
                self.form.prev_field();
            }
            Lookup::Action("down") => self.form.down(),
            Lookup::Action("up") => self.form.up(),
            Lookup::Action(_) | Lookup::Pending | Lookup::Broken => return false,
            Lookup::None => {
                self.form.key(key);
            }
        }
        true
    }
}

/// What stands in a form, as it is kept.
fn draft(subject: Subject, filling: Filling) -> Draft {
    Draft {
        subject,
        values: filling.values,
        focus: filling.focus,
        caret: u32::try_from(filling.caret).unwrap_or(u32::MAX),
        changed: Stamp::default(),
        terminal: 0,
        inputs: 0,
    }
}

impl View for Sheet {
    fn scope(&self) -> ScopeId {
        "form"
    }

    fn refuses(&self, action: ActionId, _model: &Model) -> Option<Said> {
        let is_waiting = self.token.is_some() && action == "save";
        is_waiting.then(|| text!(zh: "正在保存", en: "it is being saved").into())
    }

    fn hints(&self) -> &'static [ActionId] {
        &[
            "save",
            "accept-field",
            "prev-field",
            "back",
            "switch-language",
        ]
    }

    fn act(&mut self, action: ActionId, ctx: &mut Ctx<'_>) -> bool {
        self.saves = false;
        match action {
            "save" => self.save(ctx),
            "next-field" => {
                self.form.next_field();
            }
            "accept-field" => {
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
        self.saves = false;
        self.form.key(key);
    }

    fn paste(&mut self, text: &str, _ctx: &mut Ctx<'_>) {
        self.saves = false;
        self.form.paste(text);
    }

    fn late(&mut self, typed: &[Typed], ctx: &mut Ctx<'_>) -> bool {
        typed.iter().all(|typed| match typed {
            Typed::Paste(text) => {
                self.form.paste(text);
                true
            }
            Typed::Key(key) => self.late_key(*key, ctx.model),
        })
    }

    fn keep(&mut self, ctx: &mut Ctx<'_>) {
        self.look(ctx);
        if let Some(preview) = &mut self.preview {
            preview.typed(self.spec.sketch(&self.form).flatten(), ctx);
        }
        if !self.done && self.is_taken_over() {
            self.done = true;
            let over = text!(zh: "这份表单已在另一个会话里继续", en: "another session goes on with this form");
            ctx.say(Tone::Warn, over.get(ctx.model.lang));
            ctx.effects.push(Effect::Retire);
        }
        let Some(subject) = self.spec.subject() else {
            return;
        };
        let filling = self.form.dirty().then(|| self.form.filling());
        if self.done || filling == self.kept {
            return;
        }
        let Some(hold) = self.hold(ctx) else {
            return;
        };
        let wish = match filling.clone() {
            Some(filling) => Wish::Keep(Box::new(draft(subject, filling)), hold),
            None => Wish::Discard(hold),
        };
        ctx.effects.push(Effect::Draft(wish));
        self.kept = filling;
    }

    fn answer(&mut self, answer: &Answer, ctx: &mut Ctx<'_>) {
        if let Some(preview) = &mut self.preview {
            preview.answer(answer);
        }
        if let Answer::Choices(kind, typed, found) = answer {
            self.form.answer(*kind, typed, found);
            if self.saves && !self.form.waits() {
                self.save(ctx);
            }
        }
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
                let draft = self.hold.take().map(Wish::Discard);
                ctx.effects.extend(draft.map(Effect::Draft));
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

    fn news(&mut self, news: &News, _ctx: &mut Ctx<'_>) {
        if let Some(preview) = self.preview.as_mut().filter(|_| news.changed()) {
            preview.forget();
        }
    }

    fn language(&mut self, ctx: &mut Ctx<'_>) {
        let filling = self.form.filling();
        self.form = Form::new(self.spec.fields(ctx.model), ctx.model.lang);
        self.form.fill(&filling);
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
        let size = match self.preview {
            Some(_) => Preview::window(area, (wide, tall)),
            None => (wide, tall),
        };
        let inner = frame(buf, area, &model.theme, &self.spec.title(model), size);
        let inner = match &self.preview {
            Some(preview) => {
                let [form, candidates] = Preview::split(inner);
                preview.draw(buf, candidates, model);
                form
            }
            None => inner,
        };
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
