//! Proving that the store is whole, and that what is derived from it is what it gives when derived anew.

use std::sync::{PoisonError, RwLockReadGuard};

use super::{Desk, DeskError, loading};
use crate::both;
use crate::domain::{Code, Said, Stamp};
use crate::matching::{Awaiting, Index, QueueRow, Ranking};
use crate::store::{Head, Report, Rows};

/// A snapshot of the rows, and what the warm index answered at that moment.
type Kept<'a> = (Box<dyn Rows + 'a>, Answers);

/// What an index answers for the needs that are open.
struct Answers {
    queue: Vec<QueueRow>,
    awaiting: Vec<Awaiting>,
    rankings: Vec<Ranking>,
}

impl Answers {
    fn of(index: &Index, now: Stamp) -> Self {
        let queue = index.queue(now);
        let ranking = |row: &QueueRow| index.candidates(&row.need, now, usize::MAX);
        let mut awaiting = index.awaiting(now);
        awaiting.sort_by(|a, b| {
            let key = |visit: &Awaiting| (visit.start, visit.need.clone(), visit.supplier.clone());
            key(a).cmp(&key(b))
        });
        Self {
            rankings: queue.iter().filter_map(ranking).collect(),
            awaiting,
            queue,
        }
    }

    /// What differs from the answers of an index that was made anew.
    fn differences(&self, anew: &Self) -> Vec<Said> {
        let mut problems = Vec::new();
        if self.queue != anew.queue {
            problems.push(both!(zh: "匹配队列与重新推算的不一致；请重启服务台", en: "the match queue is not what it comes to when derived anew; restart the station"));
        }
        if self.awaiting != anew.awaiting {
            problems.push(both!(zh: "待登记结果的时段与重新推算的不一致；请重启服务台", en: "the visits awaiting an outcome are not what they come to when derived anew; restart the station"));
        }
        let pairs = self.rankings.iter().zip(&anew.rankings);
        for (kept, _) in pairs.filter(|(kept, anew)| places(kept) != places(anew)) {
            let need = &kept.need;
            problems.push(both!(zh: "{need} 的候选人与重新推算的不一致；请重启服务台", en: "the candidates of {need} are not what they come to when derived anew; restart the station"));
        }
        problems
    }
}

/// Who is ranked with which score, compared as rankings compare: to 9 decimals.
fn places(ranking: &Ranking) -> Vec<(&Code, String)> {
    let place = |candidate: &crate::matching::Candidate| format!("{:.9}", candidate.score);
    ranking
        .candidates
        .iter()
        .map(|candidate| (&candidate.supplier, place(candidate)))
        .collect()
}

impl Desk {
    /// Checks every record, the journal's chains and that they give the records; that the chains hold the heads that were
    /// kept elsewhere; and that the warm index answers as one made anew. Others go on working meanwhile.
    ///
    /// # Errors
    /// When the store can't be read.
    pub fn verify(
        &self,
        since: &[Head],
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<Report, DeskError> {
        let mut report = self.store().verify(since, progress)?;
        let now = self.now();
        if let Some((rows, kept)) = self.kept_answers(now)? {
            let anew = Answers::of(&loading::index_of(&*rows, &mut |_, _| {})?, now);
            report.problems.extend(kept.differences(&anew));
        }
        Ok(report)
    }

    /// What the warm index answers, and the rows of the same moment; none when no index is loaded.
    fn kept_answers(&self, now: Stamp) -> Result<Option<Kept<'_>>, DeskError> {
        let Some(index) = self.core.index.get() else {
            return Ok(None);
        };
        let (rows, index): (_, RwLockReadGuard<'_, Index>) = {
            let _turn = self.core.writer.turn();
            let rows = self.rows()?;
            (rows, index.read().unwrap_or_else(PoisonError::into_inner))
        };
        let answers = Answers::of(&index, now);
        Ok(Some((rows, answers)))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::PoisonError;

    use super::*;
    use crate::desk::{Actor, Clock, Command};
    use crate::domain::record::{Category, Need, Resident, Supplier};
    use crate::domain::{AnyRecord, Minute, Record as _, Status, Zone};

    fn code(text: &str) -> Code {
        Code::composed(text)
    }

    fn desk(folder: &std::path::Path) -> Desk {
        let now = Stamp::parse("2026-11-23T08:00", Zone::default()).unwrap();
        let desk = Desk::open_or_create(&folder.join("store"), Clock::Fixed(now)).unwrap();
        let category = Category {
            code: code("read"),
            name_zh: "读报".to_owned(),
            remote: true,
            ..Category::default()
        };
        let resident = Resident {
            code: code("R1"),
            name: "李".to_owned(),
            ..Resident::default()
        };
        let need = Need {
            code: code("N1"),
            resident: code("R1"),
            category: code("read"),
            start: Minute::parse("2026-11-24T09:00").unwrap(),
            minutes: 60,
            people: 1,
            ..Need::default()
        };
        let records: [AnyRecord; 4] = [
            category.into(),
            resident.into(),
            supplier().into(),
            need.into(),
        ];
        for record in records {
            let actor = Actor::desk();
            desk.execute(&actor, &Command::Add { record }).unwrap();
        }
        desk
    }

    fn supplier() -> Supplier {
        let mut supplier = Supplier {
            code: code("V1"),
            name: "王".to_owned(),
            ..Supplier::default()
        };
        for field in Supplier::fields() {
            let text = match field.column {
                "skills" => "read",
                "availability" => "daily 08:00-12:00",
                _ => continue,
            };
            field.take(&mut supplier, text).unwrap();
        }
        supplier
    }

    fn problems(desk: &Desk) -> Vec<String> {
        let report = desk.verify(&[], &mut |_, _| {}).unwrap();
        report.problems.into_iter().map(|said| said.en).collect()
    }

    #[test]
    fn an_index_that_followed_the_events_is_as_one_made_anew() {
        let folder = tempfile::tempdir().unwrap();
        let desk = desk(folder.path());
        desk.load(&mut |_, _| {}).unwrap();
        assert_eq!(desk.candidates(&code("N1"), 9).unwrap().eligible, 1);
        assert_eq!(problems(&desk), [""; 0]);
        let confirm = Command::Confirm {
            need: code("N1"),
            supplier: code("V1"),
            visits: None,
            place: None,
        };
        desk.execute(&Actor::desk(), &confirm).unwrap();
        assert_eq!(problems(&desk), [""; 0]);
    }

    #[test]
    fn an_index_that_missed_something_is_found_out() {
        let folder = tempfile::tempdir().unwrap();
        let desk = desk(folder.path());
        desk.load(&mut |_, _| {}).unwrap();
        let paused = Supplier {
            status: Status::Paused,
            ..supplier()
        };
        let index = desk.core.index.get().unwrap();
        let mut index = index.write().unwrap_or_else(PoisonError::into_inner);
        index.load(paused.into());
        drop(index);
        let found = problems(&desk);
        assert_eq!(found.len(), 1);
        assert!(found[0].contains("candidates of N1"), "{found:?}");
    }
}
