//! Somebody else for one visit, while the regular supplier stays: which visit, who could come, and the question before.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::ask::{Ask, Wording};
use super::need_detail::{Booked, booked, history};
use super::page::Page;
use super::registry::moved;
use super::sheet::{Sheet, Spec, Submit};
use super::{cells, reasons, refusals, words};
use crate::console::actions::{ActionId, ScopeId};
use crate::console::app::model::Model;
use crate::console::app::view::{Ctx, Effect, View};
use crate::console::app::worker::{Answer, Request};
use crate::console::widgets::form::{Choice, Field, Form};
use crate::console::widgets::popup::frame;
use crate::console::widgets::status::Kind as Tone;
use crate::console::widgets::table::{Column, Table, TableState, Width};
use crate::desk::{Command, Done, News};
use crate::domain::record::Need;
use crate::domain::{Code, Kind, Said, Subject};
use crate::matching::Ranking;
use crate::{say, text};

/// Asks which visit of a need somebody can't make, then shows who could.
pub fn ask(need: &Code, ctx: &mut Ctx<'_>) {
    let now = ctx.model.now();
    let (matches, services) = history(need, ctx.model);
    let mut visits = booked(&matches, &services);
    visits.retain(|visit| visit.start.stamp() >= now);
    let spec = VisitForm {
        need: need.clone(),
        visits,
    };
    let sheet = Sheet::new(Box::new(spec), ctx.model);
    ctx.push(sheet);
}

struct VisitForm {
    need: Code,
    visits: Vec<Booked>,
}

impl Spec for VisitForm {
    /// It leads to a question, not to a change.
    fn subject(&self) -> Option<Subject> {
        None
    }

    fn title(&self, model: &Model) -> String {
        let title = text!(zh: "哪一次来不了", en: "Which visit can't be made").get(model.lang);
        format!("{title} {}", self.need)
    }

    fn fields(&self, model: &Model) -> Vec<Field> {
        let lang = model.lang;
        let choice = |(at, visit): (usize, &Booked)| {
            let name = cells::supplier_name(&visit.supplier, model);
            let label = format!("{} {name}", words::visit(visit.start, lang));
            Choice::new(at.to_string(), label)
        };
        let choices = self.visits.iter().enumerate().map(choice).collect();
        let help =
            text!(zh: "← → 选择，Enter 看谁能来", en: "← → to choose, Enter to see who could come");
        let label = text!(zh: "时段", en: "visit").get(lang);
        vec![Field::choice("visit", label, "0", choices).help(help.get(lang))]
    }

    fn submit(&self, form: &Form, model: &Model) -> Result<Submit, (&'static str, String)> {
        let at: usize = form.value("visit").parse().unwrap_or(0);
        let Some(visit) = self.visits.get(at) else {
            let said = text!(zh: "请选择时段", en: "choose a visit");
            return Err(("visit", said.get(model.lang).to_owned()));
        };
        let view = StandIn {
            need: self.need.clone(),
            visit: visit.clone(),
            ranking: None,
            state: TableState::default(),
            sent: None,
            done: false,
        };
        let request = view.request();
        Ok(Submit::Effects(vec![
            Effect::Push(Box::new(view)),
            Effect::Ask(request),
        ]))
    }

    fn done(&self, _done: &Done, _model: &Model) -> (String, Vec<Effect>) {
        (String::new(), Vec::new())
    }
}

/// Who could come instead.
struct StandIn {
    need: Code,
    visit: Booked,
    ranking: Option<Ranking>,
    state: TableState,
    /// What was sent: its token and whom it is about.
    sent: Option<(u64, Code)>,
    done: bool,
}

impl StandIn {
    fn request(&self) -> Request {
        Request::CandidatesOn(self.need.clone(), self.visit.start)
    }

    fn selected(&self) -> Option<&Code> {
        let at = self.state.selected()?;
        let found = self.ranking.as_ref()?.candidates.get(at)?;
        Some(&found.supplier)
    }

    fn apply(&mut self, ctx: &mut Ctx<'_>) {
        let Some(by) = self.selected().cloned() else {
            return;
        };
        let token = ctx.model.token();
        let command = Command::Substitute {
            need: self.need.clone(),
            supplier: self.visit.supplier.clone(),
            start: self.visit.start,
            by: by.clone(),
            place: None,
        };
        let then = vec![Effect::Ask(Request::Execute(token, command))];
        let yes = text!(zh: "确认", en: "confirm");
        ctx.push(Ask::new(question(&self.need, &self.visit, &by), yes, then));
        self.sent = Some((token, by));
    }

    fn take(&mut self, ranking: &Ranking) {
        let kept = self.selected().cloned();
        self.state.set_len(ranking.candidates.len());
        let at = kept.and_then(|code| {
            let mut all = ranking.candidates.iter();
            all.position(|candidate| candidate.supplier == code)
        });
        self.state.select(at.unwrap_or(0));
        self.ranking = Some(ranking.clone());
    }
}

/// The question before somebody comes instead.
fn question(need: &Code, visit: &Booked, by: &Code) -> Wording {
    let (need, visit, by) = (need.clone(), visit.clone(), by.clone());
    Box::new(move |model| {
        let lang = model.lang;
        let [who, instead] = [&by, &visit.supplier].map(|code| cells::supplier_name(code, model));
        let whom = model
            .fetch::<Need>(&need)
            .map(|need| cells::resident_name(&need.resident, model))
            .unwrap_or_default();
        let when = words::visit(visit.start, lang);
        let text = say!(lang,
            zh: "{when} 由 {who}（{by}）代替 {instead} 为 {whom} 服务？\n记为 {instead} 取消这一次；其余时段仍由 {instead} 服务。",
            en: "{who} ({by}) for {whom} on {when} instead of {instead}?\nThis visit is recorded as cancelled by {instead}, who stays for all others.");
        let title = text!(zh: "找替补", en: "Substitute").get(lang);
        (title.to_owned(), text)
    })
}

impl View for StandIn {
    fn scope(&self) -> ScopeId {
        "ways"
    }

    fn refuses(&self, action: ActionId, _model: &Model) -> Option<Said> {
        let is_of_row = matches!(action, "apply" | "why" | "open");
        (is_of_row && self.selected().is_none()).then(refusals::no_record)
    }

    fn hints(&self) -> &'static [ActionId] {
        &["apply", "why", "open", "back", "down", "up"]
    }

    fn act(&mut self, action: ActionId, ctx: &mut Ctx<'_>) -> bool {
        if moved(&mut self.state, action) {
            return true;
        }
        match (action, self.selected().cloned()) {
            ("apply", _) => self.apply(ctx),
            ("why", Some(supplier)) => {
                ctx.push(Page::why(self.need.clone(), supplier.clone()));
                ctx.ask(Request::Why(self.need.clone(), supplier));
            }
            ("open", Some(supplier)) => ctx.push(Page::record(Kind::Supplier, supplier)),
            _ => return false,
        }
        true
    }

    fn answer(&mut self, answer: &Answer, ctx: &mut Ctx<'_>) {
        let lang = ctx.model.lang;
        match answer {
            Answer::CandidatesOn(need, visit, found)
                if *need == self.need && *visit == self.visit.start =>
            {
                match found {
                    Ok(ranking) => self.take(ranking),
                    Err(error) => ctx.say(Tone::Error, error.said().get(lang)),
                }
            }
            Answer::Executed(token, result) => {
                let Some((_, by)) = self.sent.take_if(|(own, _)| own == token) else {
                    return;
                };
                match result {
                    Ok(_) => {
                        let name = cells::supplier_name(&by, ctx.model);
                        let when = words::visit(self.visit.start, lang);
                        let said = say!(lang, zh: "已安排：{when} 由 {name} 代替", en: "Booked: {name} comes on {when} instead");
                        self.done = true;
                        ctx.effects.push(Effect::Retire);
                        ctx.say(Tone::Good, said);
                    }
                    Err(error) => {
                        ctx.say(Tone::Error, error.said().get(lang));
                        ctx.ask(self.request());
                    }
                }
            }
            _ => {}
        }
    }

    fn news(&mut self, news: &News, ctx: &mut Ctx<'_>) {
        if news.changed() {
            ctx.ask(self.request());
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
        focused: bool,
    ) -> Option<Position> {
        let lang = model.lang;
        let when = words::visit(self.visit.start, lang);
        let instead = cells::supplier_name(&self.visit.supplier, model);
        let title = say!(lang, zh: "{when} 代替 {instead}", en: "{when} instead of {instead}");
        let listed = self
            .ranking
            .as_ref()
            .map_or(1, |r| r.candidates.len().max(1));
        let tall = u16::try_from(listed + 5).unwrap_or(u16::MAX);
        let wide = area.width.saturating_sub(2).min(110);
        let inner = frame(buf, area, &model.theme, &title, (wide, tall));
        let columns = [
            Column::new("#", Width::Fixed(3), 3).right(),
            Column::new(
                text!(zh: "供方", en: "supplier").get(lang),
                Width::Fixed(14),
                0,
            ),
            Column::new(text!(zh: "得分", en: "score").get(lang), Width::Fixed(5), 1).right(),
            Column::new("", Width::Fill(12), 2),
        ];
        let empty = if self.ranking.is_some() {
            let key = model.key("detail", "outcome");
            say!(lang, zh: "这一次没有别人能来。要记录原供方来不了，在需求的页面上按 {key} 登记“供方取消”，这次服务就回到队列。", en: "Nobody else can come then. To record that they can't, press {key} on the need's page for the outcome “cancelled by supplier”; the visit is then in the queue.")
        } else {
            text!(zh: "正在排序…", en: "ranking…").get(lang).to_owned()
        };
        let table = Table {
            columns: &columns,
            empty: &empty,
            focused,
        };
        let ranking = self.ranking.as_ref();
        table.draw(buf, inner, &model.theme, &mut self.state, |at| {
            let Some((ranking, found)) = ranking.and_then(|r| Some((r, r.candidates.get(at)?)))
            else {
                return Vec::new();
            };
            vec![
                Line::from(found.rank.to_string()),
                Line::from(cells::supplier_name(&found.supplier, model)),
                Line::from(Span::styled(
                    format!("{:.1}", found.score),
                    model.theme.accent,
                )),
                Line::from(reasons::line(found, &ranking.weighed.weights, lang)),
            ]
        });
        None
    }
}
