//! SPEC §3 read word by word over plain records: slow, and sharing nothing with the index.

pub mod what_if;

use matchdesk::domain::record::{Capability, Category, Match, Need, Resident, Service, Supplier};
use matchdesk::domain::recurrence::{Ends, Every};
use matchdesk::domain::{Code, Outcome, Sex, Stamp, Status};

#[derive(Clone, Debug, Default)]
pub struct World {
    pub categories: Vec<Category>,
    pub capabilities: Vec<Capability>,
    pub suppliers: Vec<Supplier>,
    pub residents: Vec<Resident>,
    pub needs: Vec<Need>,
    pub matches: Vec<Match>,
    pub services: Vec<Service>,
}

struct Visit {
    need: Code,
    resident: Code,
    start: i32,
    minutes: i32,
    closed: bool,
}

impl World {
    fn category(&self, code: &Code) -> Code {
        match self
            .categories
            .iter()
            .find(|c| c.code == *code)
            .and_then(|c| c.merged_into.clone())
        {
            Some(next) => self.category(&next),
            None => code.clone(),
        }
    }

    fn below(&self, low: &Code, high: &Code) -> bool {
        let (low, high) = (self.category(low), self.category(high));
        if low == high {
            return true;
        }
        let parent = self
            .categories
            .iter()
            .find(|c| c.code == low)
            .and_then(|c| c.parent.clone());
        parent.is_some_and(|parent| self.below(&parent, &high))
    }

    fn capability(&self, code: &Code) -> Code {
        let found = self.capabilities.iter().find(|c| c.code == *code);
        found
            .and_then(|c| c.merged_into.clone())
            .map_or(code.clone(), |next| self.capability(&next))
    }

    fn booked(&self, supplier: &Code) -> Vec<Visit> {
        let mut all: Vec<Visit> = Vec::new();
        for m in self.matches.iter().filter(|m| m.supplier == *supplier) {
            let need = self.needs.iter().find(|n| n.code == m.need).unwrap();
            for start in &m.visits {
                let at = i64::from(start.0) * 60;
                let rows: Vec<&Service> = self
                    .services
                    .iter()
                    .filter(|s| {
                        s.need.as_ref() == Some(&m.need)
                            && s.supplier == *supplier
                            && s.start == *start
                    })
                    .collect();
                let free = m.ended_at.is_some_and(|e| at >= e.0)
                    || need.cancelled_at.is_some_and(|e| at >= e.0);
                let off = rows.iter().any(|s| {
                    matches!(
                        s.outcome,
                        Outcome::CancelledByResident | Outcome::CancelledBySupplier
                    )
                });
                if !free && !off && !all.iter().any(|v| v.need == m.need && v.start == start.0) {
                    all.push(Visit {
                        need: m.need.clone(),
                        resident: need.resident.clone(),
                        start: start.0,
                        minutes: i32::from(need.minutes),
                        closed: !rows.is_empty(),
                    });
                }
            }
        }
        all
    }

    fn occurrences(need: &Need, horizon: i32) -> Vec<i32> {
        let Some(rule) = &need.recurrence else {
            return vec![need.start.0];
        };
        let step = match rule.every {
            Every::Day => 1440,
            _ => 7 * 1440,
        } * i32::from(rule.interval);
        let most = if let Ends::Count(n) = rule.ends {
            n as usize
        } else {
            usize::MAX
        };
        (0..)
            .map(|n| need.start.0 + n * step)
            .take_while(|s| *s < horizon)
            .take(most)
            .collect()
    }

    pub fn considered(&self, need: &Need, now: Stamp) -> Vec<i32> {
        let at = |s: i32| i64::from(s) * 60;
        let all = Self::occurrences(need, i32::try_from(now.0 / 60).unwrap() + 100 * 1440);
        let Some(first) = all.iter().copied().find(|s| at(*s) >= now.0) else {
            return vec![];
        };
        let taken = |s: i32| {
            self.suppliers
                .iter()
                .filter(|v| {
                    self.booked(&v.code)
                        .iter()
                        .any(|b| b.need == need.code && b.start == s)
                })
                .count()
        };
        let shut = |s: i32| {
            self.services.iter().any(|r| {
                r.need.as_ref() == Some(&need.code)
                    && r.start.0 == s
                    && matches!(r.outcome, Outcome::Completed | Outcome::CancelledByResident)
            })
        };
        let open = |s: &i32| {
            at(*s) >= now.0
                && *s < first + 28 * 1440
                && !shut(*s)
                && taken(*s) < usize::from(need.people.max(1))
        };
        all.into_iter()
            .filter(|s| need.cancelled_at.is_none() && open(s))
            .collect()
    }

    fn km(a: (f64, f64), b: (f64, f64)) -> f64 {
        let r = std::f64::consts::PI / 180.0;
        let h = ((b.1 - a.1) * r / 2.0).sin().powi(2)
            + (a.1 * r).cos() * (b.1 * r).cos() * ((b.0 - a.0) * r / 2.0).sin().powi(2);
        2.0 * 6371.0088 * h.sqrt().asin()
    }

    pub fn judge(&self, need: &Need, v: &Supplier, now: Stamp) -> (Vec<&'static str>, f64) {
        self.judge_for(need, v, now, &self.considered(need, now))
    }

    #[expect(
        clippy::too_many_lines,
        reason = "one literal reading of SPEC §3, rule by rule, is easier to check in one piece"
    )]
    pub fn judge_for(
        &self,
        need: &Need,
        v: &Supplier,
        now: Stamp,
        visits: &[i32],
    ) -> (Vec<&'static str>, f64) {
        let resident = self
            .residents
            .iter()
            .find(|r| r.code == need.resident)
            .unwrap();
        let (minutes, booked) = (i32::from(need.minutes), self.booked(&v.code));
        let remote = self
            .categories
            .iter()
            .find(|c| c.code == need.category)
            .unwrap()
            .remote;
        let km = Self::km(
            (v.lon.unwrap(), v.lat.unwrap()),
            (resident.lon.unwrap(), resident.lat.unwrap()),
        );
        let level = v
            .skills
            .iter()
            .filter(|s| self.below(&s.category, &need.category))
            .map(|s| s.level)
            .max()
            .unwrap_or(0);
        let has = |c: &Code| {
            v.capabilities
                .iter()
                .filter(|h| self.capability(&h.capability) == self.capability(c))
                .collect::<Vec<_>>()
        };
        let runs_out = |c: &Code| {
            !has(c).is_empty()
                && visits.iter().max().is_some_and(|last| {
                    has(c)
                        .iter()
                        .all(|h| h.until.is_some_and(|u| u.0 < last.div_euclid(1440)))
                })
        };
        let free = |s: i32| {
            (s..s + minutes).all(|m| {
                let (day, of_day) = (m.div_euclid(1440), m.rem_euclid(1440));
                v.availability.0[usize::try_from((day + 3).rem_euclid(7)).unwrap()] >> (of_day / 30)
                    & 1
                    == 1
                    && !v.away.iter().any(|a| a.from.0 <= day && day <= a.to.0)
            })
        };
        let clash = |s: i32, b: &Visit| {
            let between = (b.start - (s + minutes)).max(s - (b.start + b.minutes));
            between < 0 || (b.resident != need.resident && between < 15)
        };
        let week = |s: i32| (s.div_euclid(1440) + 3).div_euclid(7);
        let rows: Vec<&Service> = self
            .services
            .iter()
            .filter(|s| s.supplier == v.code)
            .collect();
        let real = |s: &&&Service| matches!(s.outcome, Outcome::Completed | Outcome::NoShow);
        let total = |w: i32| {
            booked
                .iter()
                .filter(|b| !b.closed && week(b.start) == w)
                .map(|b| b.minutes)
                .sum::<i32>()
                + rows
                    .iter()
                    .filter(real)
                    .filter(|s| week(s.start.0) == w)
                    .map(|s| i32::from(s.minutes))
                    .sum::<i32>()
                + minutes * i32::try_from(visits.iter().filter(|s| week(**s) == w).count()).unwrap()
        };
        let dropped = |s: i32| {
            rows.iter().any(|r| {
                r.need.as_ref() == Some(&need.code)
                    && r.start.0 == s
                    && r.outcome == Outcome::CancelledBySupplier
            })
        };
        let verdicts = [
            ("status", v.status != Status::Active),
            ("category", level == 0),
            (
                "sex",
                need.sex
                    .is_some_and(|s| v.sex != Some(s) && v.sex != Some(Sex::Any)),
            ),
            (
                "capability",
                need.capabilities.iter().any(|c| has(c).is_empty()),
            ),
            ("credential_expired", need.capabilities.iter().any(runs_out)),
            ("availability", visits.iter().any(|s| !free(*s))),
            (
                "booked",
                visits.iter().any(|s| {
                    booked.iter().filter(|b| clash(*s, b)).count() >= usize::from(v.capacity)
                }),
            ),
            ("distance", !remote && v.radius_km.is_some_and(|r| km > r)),
            ("blocked", resident.blocked.contains(&v.code)),
            (
                "already_matched",
                visits.iter().any(|s| {
                    dropped(*s) || booked.iter().any(|b| b.need == need.code && b.start == *s)
                }),
            ),
            (
                "weekly_hours",
                v.max_hours_week.is_some_and(|h| {
                    visits
                        .iter()
                        .any(|s| f64::from(total(week(*s))) > h * 60.0 + 1e-6)
                }),
            ),
        ];
        let done: Vec<&&Service> = rows
            .iter()
            .filter(|s| s.outcome == Outcome::Completed)
            .collect();
        let count = |n: usize| f64::from(u32::try_from(n).unwrap());
        let k = count(
            done.iter()
                .filter(|s| s.resident == need.resident && s.rating.unwrap_or(5) >= 3)
                .count(),
        );
        let ratings: Vec<f64> = done
            .iter()
            .filter_map(|s| s.rating.map(f64::from))
            .collect();
        let mean = (ratings.iter().sum::<f64>() + 20.0) / (count(ratings.len()) + 5.0);
        let shown = count(rows.iter().filter(real).count());
        let span = |s: i32, from: i64, to: i64| (from..to).contains(&(i64::from(s) * 60));
        let day = 86_400;
        let h = f64::from(
            done.iter()
                .filter(|s| span(s.start.0, now.0 - 30 * day, now.0))
                .map(|s| i32::from(s.minutes))
                .sum::<i32>()
                + booked
                    .iter()
                    .filter(|b| span(b.start, now.0, now.0 + 28 * day))
                    .map(|b| b.minutes)
                    .sum::<i32>(),
        ) / 60.0;
        let near = if remote { 1.0 } else { 1.0 / (1.0 + km / 2.0) };
        let liked = f64::from(u8::from(resident.preferred.contains(&v.code)));
        let score = 20.0 * near
            + 15.0 * k / (k + 2.0)
            + 15.0 * (mean - 1.0) / 4.0
            + 10.0 * (count(done.len()) + 9.0) / (shown + 10.0)
            + 15.0 / (1.0 + h / 10.0)
            + 10.0 * f64::from(level) / 3.0
            + 15.0 * liked;
        (
            verdicts
                .iter()
                .filter(|(_, no)| *no)
                .map(|(name, _)| *name)
                .collect(),
            score,
        )
    }

    pub fn ranked(&self, need: &Need, now: Stamp) -> Vec<(Code, f64)> {
        if self.considered(need, now).is_empty() {
            return Vec::new();
        }
        let judged = self
            .suppliers
            .iter()
            .map(|v| (v.code.clone(), self.judge(need, v, now)));
        let mut all: Vec<(Code, f64)> = judged
            .filter(|(_, (failed, _))| failed.is_empty())
            .map(|(code, (_, score))| (code, score))
            .collect();
        all.sort_by(|a, b| {
            ((b.1 * 1e9).round())
                .total_cmp(&(a.1 * 1e9).round())
                .then_with(|| a.0.cmp(&b.0))
        });
        all
    }
}
