//! What can be found, and in which order.

use std::sync::atomic::AtomicBool;

use proptest::prelude::*;

use super::entry::{SECTION, number};
use super::text::fold;
use super::*;
use crate::domain::record::{Category, Held, Need, Resident, Skill, Supplier};
use crate::domain::{AnyRecord, Code, Day, Kind, Minute, Sex, Status};

fn code(text: &str) -> Code {
    Code::composed(text)
}

/// Everybody is called by their code, but R1; everybody lives where R1 lives.
struct Others;

impl Beside for Others {
    fn name(&self, _kind: Kind, code: &Code) -> String {
        if code.as_str() == "R1" {
            "王秀英".to_owned()
        } else {
            String::new()
        }
    }

    fn home(&self, _resident: &Code) -> Home {
        (Some(code("S1")), None)
    }
}

impl Lexicon for Others {
    fn names(&self, kind: Kind, code: &Code) -> (String, String) {
        let names = match (kind, code.as_str()) {
            (Kind::Category, "barber") => ("上门理发", "Haircut at home"),
            (Kind::Community, "C1") => ("安华西里", "Anhuaxili"),
            (Kind::Street, "S1") => ("安贞街道", "Anzhen"),
            _ => ("", ""),
        };
        (names.0.to_owned(), names.1.to_owned())
    }
}

const EVERYTHING: Eyes<'_> = Eyes {
    lexicon: &Others,
    sees: None,
};

fn plain(fields: &[&str], phone: &str) -> Entry {
    let (key, rest) = fields.split_first().unwrap();
    let texts = rest.iter().map(|text| fold(text));
    let texts: Vec<String> = [(*key).to_owned()].into_iter().chain(texts).collect();
    Entry {
        text: texts.join(&SECTION.to_string()),
        number: number(phone),
        values: Vec::new(),
    }
}

fn book(kind: Kind, entries: impl IntoIterator<Item = Entry>) -> std::sync::Arc<Book> {
    let mut scribe = Scribe::new(kind);
    entries.into_iter().for_each(|entry| scribe.put(&entry));
    scribe.finish()
}

/// Names with codes in the order of the names.
fn named(names: &[&str]) -> std::sync::Arc<Book> {
    // Codes that nothing is found by which the tests type.
    let key = |i: usize| format!("{i:016b}").replace('0', "q").replace('1', "z");
    let entry = |(i, name): (usize, &&str)| plain(&[&key(i), name], "");
    book(Kind::Supplier, names.iter().enumerate().map(entry))
}

fn ask(finder: &mut Finder, book: &Book, typed: &str) -> Vec<u32> {
    let query = Query::new(book.kind(), typed).unwrap();
    let hits = finder.find(book, &query, EVERYTHING, &AtomicBool::new(false));
    hits.unwrap().iter().map(|hit| hit.position).collect()
}

fn found(book: &Book, typed: &str) -> Vec<u32> {
    ask(&mut Finder::new(), book, typed)
}

/// The score of one record.
fn score(fields: &[&str], phone: &str, typed: &str) -> Option<u32> {
    let book = book(Kind::Supplier, [plain(fields, phone)]);
    let query = Query::new(Kind::Supplier, typed).unwrap();
    let hits = Finder::new().find(&book, &query, EVERYTHING, &AtomicBool::new(false));
    hits.unwrap().first().map(|hit| hit.score)
}

const WANG: [&str; 3] = ["V0001090", "王秀英", "13801234567"];

#[track_caller]
fn finds(fields: &[&str], typed: &str) {
    assert!(score(fields, "", typed).is_some(), "{typed} should find");
}

#[track_caller]
fn misses(fields: &[&str], typed: &str) {
    assert!(
        score(fields, "", typed).is_none(),
        "{typed} should not find"
    );
}

#[test]
fn a_private_number_is_found_whole_or_by_its_end_and_never_by_another_part() {
    let score = |typed| score(&["V0001090", "王秀英"], "13801234567", typed);
    for found in [
        "13801234567",
        "4567",
        "wxy 4567",
        "王 13801234567",
        "phone:4567",
        "电话：138-0123-4567",
    ] {
        assert!(score(found).is_some(), "{found}");
    }
    for not in [
        "138",
        "1380123456",
        "01234567",
        "34567",
        "2345",
        "138-4567",
        "v13801234567",
        "phone:138",
        "phone:567",
        "phone:x",
    ] {
        assert!(score(not).is_none(), "{not}");
    }
}

#[test]
fn a_person_is_found_by_name_pinyin_initials_code_and_telephone() {
    for typed in [
        "wxy",
        "wangxiuying",
        "wangxy",
        "秀英",
        "王xy",
        "V00010",
        "v1090",
        "1090",
        "0123",
        "4567",
    ] {
        finds(&WANG, typed);
    }
}

#[test]
fn several_terms_are_all_required_in_any_order() {
    finds(&WANG, "xiuy wang");
    finds(&WANG, "  英 v00  138 ");
    misses(&WANG, "wang li");
    finds(&WANG, "");
    finds(&WANG, "   ");
}

#[test]
fn surnames_are_found_by_every_reading() {
    for typed in ["danxiongxin", "shanxiongxin", "chanxx", "sxx", "dxx"] {
        finds(&["V1", "单雄信"], typed);
    }
    for (name, typed) in [
        ("仇和", "qiu"),
        ("曾国藩", "zenggf"),
        ("查良镛", "zha"),
        ("解缙", "xie"),
        ("区桃", "ou"),
        ("盖叫天", "ge"),
        ("朴树", "piao"),
        ("覃冬", "qin"),
        ("尉迟恭", "yuchi"),
        ("万俟卨", "moqi"),
        ("长孙无忌", "zhangsun"),
    ] {
        finds(&["V1", name], typed);
    }
}

#[test]
fn the_umlaut_is_typed_v() {
    for typed in ["lv", "lvbu", "lü"] {
        finds(&["S1", "吕布"], typed);
    }
    misses(&["S1", "鲁肃"], "lv");
}

#[test]
fn pinyin_matches_at_syllable_starts_only() {
    for typed in ["ngx", "ang", "iu", "angxiuying", "wgxy"] {
        misses(&WANG, typed);
    }
}

#[test]
fn full_width_typing_counts_as_half_width() {
    finds(&WANG, "Ｖ００　ｗｘｙ");
    finds(&["V1", "ＡＢＣ１２"], "abc12");
}

#[test]
fn digits_are_looked_for_as_they_stand() {
    misses(&WANG, "1830");
    assert!(score(&WANG, "", "138") > score(&WANG, "", "380"));
}

#[test]
fn characters_without_a_reading_do_not_shift_the_others() {
    finds(&["V1", "〇𠮷王英"], "wy");
    finds(&["V1", "〇𠮷王英"], "wangying");
}

#[test]
fn the_code_itself_comes_first_then_beginnings_then_syllables_then_what_only_resembles() {
    let book = book(
        Kind::Supplier,
        [
            plain(&["A1", "王晓燕"], ""),
            plain(&["A2", "小王英"], ""),
            plain(&["A3", "王英"], ""),
            plain(&["A4", "Wyatt"], ""),
            plain(&["WY", "李雷"], ""),
            plain(&["WY01", "李雷"], ""),
        ],
    );
    assert_eq!(found(&book, "wy"), [4, 5, 3, 2, 1, 0]);
    assert_eq!(found(&book, "王英"), [2, 1]);
}

#[test]
fn the_best_match_comes_first_and_equal_ones_in_the_order_of_codes() {
    let book = named(&["王秀英", "王英", "李雷", "汪秀莹"]);
    let mut finder = Finder::new();
    assert_eq!(ask(&mut finder, &book, ""), [0, 1, 2, 3]);
    assert_eq!(ask(&mut finder, &book, "wy"), [1, 0, 3]);
    assert_eq!(ask(&mut finder, &book, "wxy"), [0, 3]);
    assert_eq!(ask(&mut finder, &book, "wxyz"), [] as [u32; 0]);
    assert_eq!(ask(&mut finder, &book, "wx"), [0, 3]);
    assert_eq!(ask(&mut finder, &book, "wangying"), [1, 0, 3]);
}

#[test]
fn new_records_come_in_where_their_codes_are_and_changed_ones_stay() {
    let mut scribe = Scribe::new(Kind::Supplier);
    for (key, name) in [("B", "李雷"), ("D", "李雷"), ("F", "李雷")] {
        scribe.put(&plain(&[key, name], ""));
    }
    let old = scribe.finish();
    let mut finder = Finder::new();
    assert_eq!(ask(&mut finder, &old, "李雷"), [0, 1, 2]);
    for (key, name) in [
        ("E", "李雷"),
        ("A", "李雷"),
        ("E", "李雷"),
        ("D", "韩梅梅"),
        ("G", "李雷"),
    ] {
        scribe.put(&plain(&[key, name], ""));
    }
    let new = scribe.finish();
    let keys = |book: &Book, found: Vec<u32>| -> Vec<String> {
        found
            .iter()
            .map(|p| book.code(*p).unwrap().to_string())
            .collect()
    };
    assert_eq!(
        keys(&new, ask(&mut finder, &new, "李雷")),
        ["A", "B", "E", "F", "G"]
    );
    assert_eq!(keys(&new, found(&new, "")), ["A", "B", "D", "E", "F", "G"]);
    assert_eq!(keys(&new, found(&new, "hmm")), ["D"]);
    assert_eq!(
        found(&old, "李雷"),
        [0, 1, 2],
        "who looks at the old book sees what it said"
    );
    assert!(new.version() > old.version());
    scribe.put(&plain(&["D", "韩梅梅"], ""));
    assert_eq!(scribe.finish().version(), new.version(), "nothing changed");
    for (at, key) in ["A", "B", "D", "E", "F", "G"].iter().enumerate() {
        let position = new.position(key).unwrap();
        assert_eq!(new.order()[at], position);
    }
    assert_eq!(new.position("C"), None);
}

#[test]
fn a_cancelled_search_finds_nothing_and_forgets_nothing() {
    let book = named(&["王秀英", "王英", "李雷"]);
    let mut finder = Finder::new();
    ask(&mut finder, &book, "w");
    let query = Query::new(Kind::Supplier, "li").unwrap();
    let cancel = AtomicBool::new(true);
    assert_eq!(finder.find(&book, &query, EVERYTHING, &cancel), None);
    assert_eq!(ask(&mut finder, &book, "wy"), [1, 0]);
    assert_eq!(ask(&mut finder, &book, "li"), [2]);
}

fn suppliers() -> Vec<AnyRecord> {
    let skill = |category, level| Skill {
        category: code(category),
        level,
    };
    vec![
        Supplier {
            code: code("V1"),
            name: "王建国".to_owned(),
            sex: Some(Sex::Male),
            phone: "13800000001".to_owned(),
            id_number: "110105194912310021".to_owned(),
            street: Some(code("S1")),
            community: Some(code("C1")),
            skills: vec![skill("barber", 3), skill("clean", 2)],
            birth_date: Day::parse("1949-12-31").ok(),
            capacity: 1,
            note: "左手".to_owned(),
            ..Supplier::default()
        }
        .into(),
        Supplier {
            code: code("V2"),
            name: "刘芳".to_owned(),
            sex: Some(Sex::Female),
            status: Status::Paused,
            skills: vec![skill("barber", 2)],
            capabilities: vec![Held {
                capability: code("driver"),
                until: None,
            }],
            capacity: 10,
            radius_km: Some(2.5),
            ..Supplier::default()
        }
        .into(),
    ]
}

fn of(records: &[AnyRecord]) -> std::sync::Arc<Book> {
    let kind = records.first().unwrap().kind();
    book(
        kind,
        records.iter().map(|record| Entry::of(record, &Others)),
    )
}

#[test]
fn every_field_can_be_named() {
    let book = of(&suppliers());
    for (typed, expected) in [
        ("status:paused", &[1][..]),
        ("状态：暂停", &[1]),
        ("状态:在", &[0]),
        ("sex:f", &[1]),
        ("sex:male", &[0]),
        ("性别:女", &[1]),
        ("skills:barber", &[0, 1]),
        ("skills:理发", &[0, 1]),
        ("服务技能:lf", &[0, 1]),
        ("skills:haircut", &[0, 1]),
        ("skills:barber:3", &[0]),
        ("skills:理发:2", &[1]),
        ("community:ahxl", &[0]),
        ("street:安贞", &[0]),
        ("capabilities:driver", &[1]),
        ("birth_date:1949", &[0]),
        ("出生日期:12-31", &[0]),
        ("capacity:1", &[0]),
        ("radius_km:2.5", &[1]),
        ("code:v2", &[1]),
        ("name:王", &[0]),
        ("姓名:lf", &[1]),
        ("kind:志愿", &[0, 1]),
        ("name:王 status:active", &[0]),
        ("name:王 status:paused", &[]),
        ("code:王", &[]),
        ("status:", &[0, 1]),
        ("anhuaxili", &[0]),
        ("安贞 建国", &[0]),
        ("理发", &[]),
    ] {
        let mut found = found(&book, typed);
        found.sort_unstable();
        assert_eq!(found, expected, "{typed}");
    }
}

#[test]
fn what_is_private_is_not_found() {
    let book = of(&suppliers());
    for typed in ["110105194912310021", "0021", "19491231", "左手"] {
        assert_eq!(found(&book, typed), [] as [u32; 0], "{typed}");
    }
    for typed in [
        "id_number:110105194912310021",
        "身份证号:1101",
        "note:左手",
        "lon:116",
    ] {
        assert!(Query::new(Kind::Supplier, typed).is_err(), "{typed}");
    }
}

#[test]
fn residents_who_may_not_be_seen_are_not_found_by_anything() {
    let resident = |key: &str, street: &str| -> AnyRecord {
        Resident {
            code: code(key),
            name: "李德福".to_owned(),
            street: Some(code(street)),
            address: "花家地二条13号院2号楼".to_owned(),
            phone: "13800000001".to_owned(),
            ..Resident::default()
        }
        .into()
    };
    let book = of(&[resident("R1", "S1"), resident("R2", "S2")]);
    let sees = |home: &Home| {
        home.0
            .as_ref()
            .is_some_and(|street| street.as_str() == "S2")
    };
    let eyes = Eyes {
        sees: Some(&sees),
        ..EVERYTHING
    };
    let mut finder = Finder::new();
    for typed in [
        "",
        "李",
        "ldf",
        "r",
        "0001",
        "13800000001",
        "花家地",
        "hjd",
        "address:13号院",
        "street:s",
    ] {
        assert_eq!(found(&book, typed).len(), 2, "{typed}");
        let query = Query::new(Kind::Resident, typed).unwrap();
        let hits = finder
            .find(&book, &query, eyes, &AtomicBool::new(false))
            .unwrap();
        let found: Vec<u32> = hits.iter().map(|hit| hit.position).collect();
        assert_eq!(found, [1], "{typed}");
    }
}

#[test]
fn a_need_is_found_by_its_residents_name_and_its_category() {
    let need: AnyRecord = Need {
        code: code("N1"),
        resident: code("R1"),
        category: code("barber"),
        start: Minute::parse("2026-11-24T09:00").unwrap(),
        minutes: 60,
        ..Need::default()
    }
    .into();
    let book = of(&[need]);
    for typed in [
        "wxy",
        "R1",
        "理发",
        "haircut",
        "resident:王",
        "居民:r1",
        "category:lf",
        "start:2026-11-24",
        "start:09:00",
        "minutes:60",
        "n1 wxy shangmen",
    ] {
        assert_eq!(found(&book, typed), [0], "{typed}");
    }
    for typed in ["resident:李", "minutes:6", "start:10:00", "安贞"] {
        assert_eq!(found(&book, typed), [] as [u32; 0], "{typed}");
    }
}

#[test]
fn flags_are_yes_or_no() {
    let category = |key: &str, remote| -> AnyRecord {
        Category {
            code: code(key),
            remote,
            ..Category::default()
        }
        .into()
    };
    let book = of(&[category("a", true), category("b", false)]);
    assert_eq!(found(&book, "remote:yes"), [0]);
    assert_eq!(found(&book, "远程:否"), [1]);
    assert_eq!(found(&book, "retired:no"), [0, 1]);
}

proptest! {
    #[test]
    fn narrowing_finds_what_a_fresh_search_finds(
        names in prop::collection::vec("[王李秀英单吕av12 ]{0,6}", 0..30),
        typed in "[wlxydsav12王英 ]{0,7}",
    ) {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let book = named(&names);
        let mut growing = Finder::new();
        for (end, _) in typed.char_indices().chain([(typed.len(), ' ')]) {
            let query = &typed[..end];
            prop_assert_eq!(ask(&mut growing, &book, query), found(&book, query));
        }
    }

    #[test]
    fn any_text_can_be_searched_with_any_query(fields in prop::collection::vec(any::<String>(), 1..4), typed in any::<String>()) {
        let fields: Vec<String> = fields.iter().map(|field| field.replace(SECTION, "")).collect();
        let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
        let book = book(Kind::Supplier, [plain(&fields, &typed)]);
        if let Ok(query) = Query::new(Kind::Supplier, &typed) {
            Finder::new().find(&book, &query, EVERYTHING, &AtomicBool::new(false));
        }
        let _ = matches(&fields, &typed);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn several_threads_find_what_one_finds(
        names in prop::collection::vec("[王李秀英单吕av12 ]{0,6}", 1..30),
        typed in "[wlxydsav12王英 ]{1,3}",
    ) {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        // So many are shared out among threads.
        let many: Vec<&str> = names.iter().copied().cycle().take(9_000).collect();
        let (few, many) = (found(&named(&names), &typed), found(&named(&many), &typed));
        let (mut sorted, count) = (many.clone(), u32::try_from(names.len()).unwrap());
        sorted.sort_unstable();
        let every: Vec<u32> = (0..9_000).filter(|at| few.contains(&(at % count))).collect();
        prop_assert_eq!(sorted, every);
        let first: Vec<u32> = many.into_iter().filter(|at| *at < count).collect();
        prop_assert_eq!(first, few);
    }
}
