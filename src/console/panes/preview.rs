//! Beside the form of a need: who could come for it as it is typed so far, and what each requirement costs.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::cells;
use crate::console::app::model::Model;
use crate::console::app::view::Ctx;
use crate::console::app::worker::{Answer, Request};
use crate::console::widgets::text::{pad, put, truncate, width, wrap};
use crate::domain::Kind;
use crate::domain::kinds::Word;
use crate::domain::record::Need;
use crate::matching::cost::{Cost, Requirement, Sketch};
use crate::matching::{Candidate, Ranking};
use crate::{say, text};

/// From this width on, the candidates stand beside the form; else below it.
const BESIDE: u16 = 108;

/// How wide they are then.
const WIDE: u16 = 44;

/// How tall they are below the form.
const TALL: u16 = 6;

/// The last candidates, and of which need they are.
#[derive(Default)]
pub struct Preview {
    /// The need that was asked about last.
    asked: Option<Need>,
    /// Whether what is typed now can't be read.
    unread: bool,
    /// Whether the need that was asked about names what is not there.
    unknown: bool,
    sketch: Option<Sketch>,
}

impl Preview {
    /// Takes what is typed: a need, or none while it can't be read.
    pub fn typed(&mut self, need: Option<Need>, ctx: &mut Ctx<'_>) {
        if !ctx.model.ready {
            return;
        }
        self.unread = need.is_none();
        if let Some(need) = need
            && self.asked.as_ref() != Some(&need)
        {
            ctx.ask(Request::Sketch(Box::new(need.clone())));
            self.asked = Some(need);
        }
    }

    /// Asks again at the next occasion: something has changed.
    pub fn forget(&mut self) {
        self.asked = None;
    }

    /// Takes an answer; one about an older need is none.
    pub fn answer(&mut self, answer: &Answer) {
        let Answer::Sketch(need, found) = answer else {
            return;
        };
        if self.asked.as_ref() != Some(need) {
            return;
        }
        self.unknown = !matches!(found, Ok(Some(_)));
        if let Ok(Some(sketch)) = found {
            self.sketch = Some(sketch.clone());
        }
    }

    /// Whether what is shown is of a need as it was before.
    fn is_old(&self) -> bool {
        self.unread || self.unknown
    }

    /// The places of the form and of the candidates in the inside of a window.
    #[must_use]
    pub fn split(area: Rect) -> [Rect; 2] {
        if area.width >= BESIDE {
            let form = area.width - WIDE - 2;
            return [
                Rect {
                    width: form,
                    ..area
                },
                Rect {
                    x: area.x + form + 2,
                    width: WIDE,
                    ..area
                },
            ];
        }
        let below = TALL.min(area.height / 2);
        [
            Rect {
                height: area.height - below,
                ..area
            },
            Rect {
                y: area.y + area.height - below,
                height: below,
                ..area
            },
        ]
    }

    /// The size that the window of a form with these fields wants.
    #[must_use]
    pub fn window(area: Rect, form: (u16, u16)) -> (u16, u16) {
        if area.width >= BESIDE + 4 {
            (area.width.saturating_sub(4).min(132), form.1)
        } else {
            (area.width.saturating_sub(2), form.1.saturating_add(TALL))
        }
    }

    /// Draws the candidates and the costs.
    pub fn draw(&self, buf: &mut Buffer, area: Rect, model: &Model) {
        let lines = if area.height > TALL {
            let line = if model.theme.ascii { "|" } else { "│" };
            let left = Rect {
                x: area.x.saturating_sub(2),
                ..area
            };
            for at in 0..area.height {
                put(buf, left, 0, at, line, model.theme.border);
            }
            self.tall(area, model)
        } else {
            self.flat(area, model)
        };
        for (at, (line, style)) in (0..area.height).zip(&lines) {
            put(buf, area, 0, at, line, *style);
        }
    }

    /// How many fit, and whether that is of what is typed now.
    fn head(&self, model: &Model) -> (String, Style) {
        let (lang, theme) = (model.lang, &model.theme);
        let Some(sketch) = &self.sketch else {
            let said = if model.ready {
                text!(zh: "选好居民和服务后，这里列出候选人", en: "Candidates stand here once resident and service are chosen")
            } else {
                text!(zh: "正在载入…", en: "loading…")
            };
            return (said.get(lang).to_owned(), theme.dim);
        };
        let said = match (sketch.ranking.visits.len(), sketch.ranking.eligible) {
            (0, _) => text!(zh: "没有今后的服务时段", en: "No visit to come")
                .get(lang)
                .to_owned(),
            (1, n) => say!(lang, zh: "候选人 {n} 位", en: "{n} candidates"),
            (visits, n) => {
                say!(lang, zh: "候选人 {n} 位，{visits} 次服务", en: "{n} candidates for {visits} visits")
            }
        };
        if self.is_old() {
            let old = text!(zh: "（修改前的，当前内容还读不通）", en: " (as it was: what is typed now can't be read yet)");
            return (format!("{said}{}", old.get(lang)), theme.warn);
        }
        let style = if sketch.ranking.eligible == 0 {
            theme.bad
        } else {
            theme.title
        };
        (said, style)
    }

    /// Beside the form: a line each.
    fn tall(&self, area: Rect, model: &Model) -> Vec<(String, Style)> {
        let room = usize::from(area.width);
        let (head, style) = self.head(model);
        let mut lines: Vec<(String, Style)> = wrap(&head, room)
            .into_iter()
            .map(|line| (line, style))
            .collect();
        let Some(sketch) = &self.sketch else {
            return lines;
        };
        let base = self.style(model);
        let costs = cost_lines(sketch, model);
        let taken = lines.len() + costs.len() + 2;
        let left = usize::from(area.height).saturating_sub(taken).max(3);
        lines.extend(
            sketch
                .ranking
                .candidates
                .iter()
                .take(left)
                .map(|found| (candidate_line(found, room, model), base)),
        );
        if !costs.is_empty() {
            let title = text!(zh: "各项要求的代价", en: "What each requirement costs");
            lines.push((String::new(), base));
            lines.push((title.get(model.lang).to_owned(), model.theme.title));
        }
        for (what, more) in costs {
            let room = room.saturating_sub(7);
            let what = pad(&truncate(&what, room), room);
            lines.push((format!("{what}{more:>6}"), base));
        }
        lines
    }

    /// Below the form: everything in a few lines, the best candidates a line each where there is room for some.
    fn flat(&self, area: Rect, model: &Model) -> Vec<(String, Style)> {
        let room = usize::from(area.width);
        let (mut head, style) = self.head(model);
        let base = self.style(model);
        let mut lines = Vec::new();
        if let Some(sketch) = &self.sketch {
            let costs: Vec<String> = cost_lines(sketch, model)
                .into_iter()
                .map(|(what, more)| format!("{what} {more}"))
                .collect();
            let costs = if costs.is_empty() {
                Vec::new()
            } else {
                let title = text!(zh: "去掉后多几人：", en: "More without: ").get(model.lang);
                wrap(&format!("{title}{}", costs.join(" · ")), room)
            };
            let left = usize::from(area.height).saturating_sub(costs.len() + 1);
            let best = &sketch.ranking.candidates;
            if left > 1 {
                let best = best.iter().take(left);
                lines.extend(best.map(|found| (candidate_line(found, room, model), base)));
            } else if !self.is_old() && !best.is_empty() {
                head = format!("{head}  {}", named(&sketch.ranking, model));
            }
            lines.extend(costs.into_iter().map(|line| (line, base)));
        }
        lines.insert(0, (truncate(&head, room).into_owned(), style));
        lines
    }

    fn style(&self, model: &Model) -> Style {
        if self.is_old() {
            model.theme.dim
        } else {
            model.theme.base
        }
    }
}

/// The best in one line.
fn named(ranking: &Ranking, model: &Model) -> String {
    let names: Vec<String> = ranking
        .candidates
        .iter()
        .take(5)
        .map(|found| {
            let name = cells::supplier_name(&found.supplier, model);
            format!("{name} {:.1}", found.score)
        })
        .collect();
    names.join("  ")
}

fn candidate_line(found: &Candidate, room: usize, model: &Model) -> String {
    let name = cells::supplier_name(&found.supplier, model);
    let km = found
        .distance_km
        .map_or_else(|| "–".to_owned(), |km| format!("{km:.1} km"));
    let right = format!("{:>6.1} {km:>8}", found.score);
    let left = room.saturating_sub(width(&right));
    let name = format!("{:>2} {name}", found.rank);
    format!("{}{right}", pad(&truncate(&name, left), left))
}

/// Each requirement, and how many more would pass without it.
fn cost_lines(sketch: &Sketch, model: &Model) -> Vec<(String, String)> {
    let now = sketch.ranking.eligible;
    sketch
        .costs
        .iter()
        .map(|cost| {
            let more = if cost.without < now {
                format!("-{}", now - cost.without)
            } else {
                format!("+{}", cost.without - now)
            };
            (requirement(cost, model), more)
        })
        .collect()
}

/// What would be left out.
fn requirement(cost: &Cost, model: &Model) -> String {
    let lang = model.lang;
    match &cost.requirement {
        Requirement::Sex(sex) => {
            let sex = sex.say(lang);
            say!(lang, zh: "性别{sex}", en: "{sex}")
        }
        Requirement::Capability(code) => model.name(Kind::Capability, code).to_owned(),
        Requirement::Time => text!(zh: "时间", en: "time").get(lang).to_owned(),
        Requirement::Recurrence => {
            text!(zh: "重复（只要第一次）", en: "coming again (only the first)")
                .get(lang)
                .to_owned()
        }
        Requirement::Distance => text!(zh: "距离", en: "distance").get(lang).to_owned(),
        Requirement::Category(_, parent) => {
            let parent = model.name(Kind::Category, parent);
            say!(lang, zh: "类别（放宽到{parent}）", en: "service (any {parent})")
        }
        Requirement::Blocked => text!(zh: "居民拒绝的供方", en: "whom the resident blocked")
            .get(lang)
            .to_owned(),
    }
}
