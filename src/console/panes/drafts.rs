//! The forms that were left unfinished, to go on with or to discard.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::ask::Ask;
use super::{edit, words};
use crate::console::actions::{self, ActionId, ScopeId, stack};
use crate::console::app::model::Model;
use crate::console::app::view::{Ctx, Effect, View};
use crate::console::app::worker::{Answer, Request};
use crate::console::widgets::hints::hints;
use crate::console::widgets::popup::frame;
use crate::console::widgets::text::{put, truncate, width};
use crate::desk::{Claim, Resumed, Unfinished};
use crate::domain::Said;
use crate::text;

/// A list of drafts above the panes.
pub struct Drafts {
    kept: Vec<Unfinished>,
    marked: usize,
    /// Whether a form was asked for and is not there yet; no key does anything meanwhile.
    waiting: bool,
    done: bool,
}

impl Drafts {
    /// A list of these, of which there is at least one.
    #[must_use]
    pub fn new(kept: Vec<Unfinished>) -> Self {
        Self {
            kept,
            marked: 0,
            waiting: false,
            done: false,
        }
    }

    fn go_on(&mut self, ctx: &mut Ctx<'_>) {
        let Some(kept) = self.kept.get(self.marked) else {
            return;
        };
        let resume = |claim| Request::Resume(kept.id, claim);
        if !kept.is_open {
            ctx.ask(resume(Claim::Wait(Duration::ZERO)));
            self.waiting = true;
            return;
        }
        let wording = |model: &Model| {
            let title = text!(zh: "接过表单", en: "Take a form over").get(model.lang);
            let text = text!(zh: "这份表单在另一个会话里打开着。要在这里继续吗？那边会关闭它。", en: "The form is open in another session. Go on with it here? It closes there.").get(model.lang);
            (title.to_owned(), text.to_owned())
        };
        let yes = text!(zh: "接过来", en: "take over");
        let then = vec![Effect::Ask(resume(Claim::Over))];
        ctx.push(Ask::new(Box::new(wording), yes, then).careful());
    }

    fn discard(&self, ctx: &mut Ctx<'_>) {
        let Some(kept) = self.kept.get(self.marked).cloned() else {
            return;
        };
        let then = vec![Effect::Ask(Request::Discard(kept.id))];
        let wording = move |model: &Model| {
            let title = text!(zh: "放弃表单", en: "Discard a form").get(model.lang);
            let what = edit::describe(&kept.draft, model);
            let asks = text!(zh: "填写的内容不再保留，要放弃吗？", en: "What was typed goes for good. Discard it?").get(model.lang);
            (title.to_owned(), format!("{what}\n{asks}"))
        };
        let yes = text!(zh: "放弃", en: "discard");
        ctx.push(Ask::new(Box::new(wording), yes, then).careful());
    }

    fn take(&mut self, drafts: &[Unfinished], ctx: &mut Ctx<'_>) {
        self.kept = drafts.to_vec();
        self.marked = self.marked.min(self.kept.len().saturating_sub(1));
        self.waiting = false;
        if self.kept.is_empty() {
            self.retire(ctx);
        }
    }

    fn retire(&mut self, ctx: &mut Ctx<'_>) {
        self.done = true;
        ctx.effects.push(Effect::Retire);
    }
}

impl View for Drafts {
    fn scope(&self) -> ScopeId {
        "drafts"
    }

    fn refuses(&self, action: ActionId, _model: &Model) -> Option<Said> {
        let is_open = self.kept.get(self.marked).is_some_and(|kept| kept.is_open);
        match action {
            "continue" | "discard" | "later" if self.waiting => {
                Some(text!(zh: "表单马上就来", en: "the form is on its way").into())
            }
            "discard" if is_open => Some(
                text!(zh: "这份表单在另一个会话里打开着", en: "the form is open in another session")
                    .into(),
            ),
            _ => None,
        }
    }

    fn hints(&self) -> &'static [ActionId] {
        &["continue", "discard", "later"]
    }

    fn act(&mut self, action: ActionId, ctx: &mut Ctx<'_>) -> bool {
        let last = self.kept.len().saturating_sub(1);
        match action {
            "continue" => self.go_on(ctx),
            "discard" => self.discard(ctx),
            "later" => ctx.close(),
            "up" => self.marked = self.marked.saturating_sub(1),
            "down" => self.marked = (self.marked + 1).min(last),
            "page-up" | "top" => self.marked = 0,
            "page-down" | "bottom" => self.marked = last,
            _ => return self.waiting && action != "quit" && action != "suspend",
        }
        true
    }

    fn answer(&mut self, answer: &Answer, ctx: &mut Ctx<'_>) {
        match answer {
            Answer::Drafts(Ok(drafts)) => self.take(drafts, ctx),
            Answer::Drafts(Err(_)) | Answer::Resumed(Err(_)) => self.waiting = false,
            Answer::Resumed(Ok(Resumed::Draft(..))) => self.retire(ctx),
            // It went another way meanwhile: what is left?
            Answer::Resumed(Ok(_)) => ctx.ask(Request::Drafts),
            _ => {}
        }
    }

    fn done(&self) -> bool {
        self.done
    }

    fn draw(
        &mut self,
        buf: &mut Buffer,
        area: Rect,
        model: &Model,
        _focused: bool,
    ) -> Option<Position> {
        let (lang, theme) = (model.lang, &model.theme);
        let title = text!(zh: "未完成的表单", en: "Unfinished forms").get(lang);
        let wide = area.width.saturating_sub(4).min(76);
        let tall = u16::try_from(self.kept.len()).unwrap_or(u16::MAX);
        let size = (wide, tall.saturating_add(4).min(area.height));
        let inner = frame(buf, area, theme, title, size);
        let room = usize::from(inner.height.saturating_sub(2)).max(1);
        let first = (self.marked + 1).saturating_sub(room);
        let rows = self.kept.iter().enumerate().skip(first).take(room);
        for (at, (i, kept)) in (0..inner.height).zip(rows) {
            let style = if i == self.marked {
                theme.selected
            } else {
                theme.base
            };
            let mut when = words::visit(kept.draft.changed.minute(), lang);
            if kept.is_open {
                let open = text!(zh: "在另一个会话里打开着 · ", en: "open in another session · ");
                when.insert_str(0, open.get(lang));
            }
            let when_at = usize::from(inner.width).saturating_sub(width(&when) + 1);
            let what = edit::describe(&kept.draft, model);
            let what = truncate(&what, when_at.saturating_sub(2)).into_owned();
            let line = Rect {
                y: inner.y + at,
                height: 1,
                ..inner
            };
            buf.set_style(line, style);
            put(buf, line, 1, 0, &what, style);
            put(
                buf,
                line,
                u16::try_from(when_at).unwrap_or(0),
                0,
                &when,
                style,
            );
        }
        let keys = model.keymap.hints(&stack(self.scope()));
        let shown: Vec<(&str, &str)> = View::hints(self)
            .iter()
            .filter_map(|id| keys.iter().find(|hint| hint.action == *id))
            .map(|hint| (hint.keys.as_str(), actions::text_of(hint.action).get(lang)))
            .collect();
        let last = Rect {
            x: inner.x + 1,
            y: inner.y + inner.height.saturating_sub(1),
            width: inner.width.saturating_sub(1),
            height: inner.height.min(1),
        };
        hints(buf, last, theme, &shown);
        None
    }
}
