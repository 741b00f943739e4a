//! Searching while typing among 360,000 suppliers.

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use criterion::{Criterion, criterion_group, criterion_main};
use matchdesk::domain::record::{Skill, Supplier};
use matchdesk::domain::{AnyRecord, Code, Day, Kind, Sex, Status};
use matchdesk::search::{Beside, Book, Entry, Eyes, Finder, Hit, Home, Lexicon, Query, Scribe};

const SUPPLIERS: u64 = 360_000;

/// What somebody types, letter by letter, and what is typed at once.
const TYPED: &[&str] = &[
    "wxy",
    "wangxiuying",
    "王秀英",
    "V0123",
    "138",
    "4567",
    "anhuaxili",
    "status:paused",
    "birth_date:1949-12",
    "技能:理发 wxy",
    "skills:barber status:paused sex:f zhang",
];

/// A small generator of numbers: the same for the same seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % n
    }

    fn pick<T: Copy>(&mut self, all: &[T]) -> T {
        all[usize::try_from(self.below(all.len() as u64)).unwrap_or_default()]
    }
}

const SURNAMES: &str = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段";
const GIVEN: &str = "秀英桂兰玉珍淑华建国志强晓燕海涛丽娟红梅文博子轩雨欣宇航思远慧敏春花金凤德福大勇立军冬明亮平安芳洁静雪峰杰俊浩然一诺";
const CATEGORIES: &[&str] = &[
    "barber",
    "clean",
    "window-clean",
    "shopping",
    "walk-company",
    "home-visit",
    "lock-repair",
];

struct Names;

impl Beside for Names {
    fn name(&self, _kind: Kind, _code: &Code) -> String {
        String::new()
    }

    fn home(&self, _resident: &Code) -> Home {
        (None, None)
    }
}

impl Lexicon for Names {
    fn names(&self, kind: Kind, code: &Code) -> (String, String) {
        let (zh, en) = match (kind, code.as_str()) {
            (Kind::Category, "barber") => ("上门理发", "Haircut at home"),
            (Kind::Category, _) => ("其他服务", "Other services"),
            (Kind::Community, "C007") => ("安华西里", "Anhuaxili"),
            (Kind::Community, _) => ("和平家园", "Heping Homes"),
            _ => ("朝阳街道", "Chaoyang"),
        };
        (zh.to_owned(), en.to_owned())
    }
}

fn supplier(dice: &mut Dice, n: u64) -> Supplier {
    let surnames: Vec<char> = SURNAMES.chars().collect();
    let given: Vec<char> = GIVEN.chars().collect();
    let mut name = String::from(dice.pick(&surnames));
    for _ in 0..=dice.below(2) {
        name.push(dice.pick(&given));
    }
    let day = |dice: &mut Dice, from: i32, span: u64| {
        Day(from + i32::try_from(dice.below(span)).unwrap_or_default())
    };
    let (born, joined) = (day(dice, -7_300, 20_000), day(dice, 18_000, 2_200));
    let skill = |dice: &mut Dice| Skill {
        category: Code::composed(dice.pick(CATEGORIES)),
        level: 1 + u8::try_from(dice.below(3)).unwrap_or(1),
    };
    let community = dice.below(343);
    Supplier {
        code: Code::composed(&format!("V{n:07}")),
        name,
        sex: Some(dice.pick(&[Sex::Male, Sex::Female])),
        birth_date: Some(born),
        phone: format!("1{:010}", dice.below(10_000_000_000)),
        street: Some(Code::composed(&format!("S{:02}", community % 43))),
        community: Some(Code::composed(&format!("C{community:03}"))),
        skills: vec![skill(dice), skill(dice)],
        status: dice.pick(&[
            Status::Active,
            Status::Active,
            Status::Active,
            Status::Paused,
        ]),
        radius_km: Some(dice.pick(&[1.0, 1.5, 2.0, 3.0, 5.0])),
        joined_on: Some(joined),
        capacity: 1,
        ..Supplier::default()
    }
}

fn written() -> Scribe {
    let (mut scribe, mut dice) = (Scribe::new(Kind::Supplier), Dice(7));
    let began = Instant::now();
    for n in 0..SUPPLIERS {
        let record: AnyRecord = supplier(&mut dice, n).into();
        scribe.put(&Entry::of(&record, &Names));
    }
    let book = scribe.finish();
    let (took, bytes) = (began.elapsed(), book.bytes());
    println!(
        "{SUPPLIERS} suppliers: {} ms to make, {} bytes each",
        took.as_millis(),
        bytes as u64 / SUPPLIERS
    );
    scribe
}

fn find(finder: &mut Finder, book: &Book, typed: &str) -> Vec<Hit> {
    let eyes = Eyes {
        lexicon: &Names,
        sees: None,
    };
    let Ok(query) = Query::new(Kind::Supplier, typed) else {
        return Vec::new();
    };
    let found = finder.find(book, &query, eyes, &AtomicBool::new(false));
    found.unwrap_or_default()
}

/// What each key press of somebody who types costs; the worst of some rounds' medians counts.
fn letter_by_letter(book: &Book, typed: &str) {
    let ends: Vec<usize> = typed
        .char_indices()
        .map(|(at, c)| at + c.len_utf8())
        .collect();
    let mut times = vec![Vec::new(); ends.len()];
    let mut counts = vec![0; ends.len()];
    for _ in 0..15 {
        let mut finder = Finder::new();
        for ((end, times), count) in ends.iter().zip(&mut times).zip(&mut counts) {
            let began = Instant::now();
            *count = black_box(find(&mut finder, book, &typed[..*end])).len();
            times.push(began.elapsed().as_micros());
        }
    }
    let medians: Vec<String> = times
        .iter_mut()
        .zip(&counts)
        .map(|(times, count)| {
            times.sort_unstable();
            let median = times[times.len() / 2];
            format!("{}.{} ({count})", median / 1_000, median % 1_000 / 100)
        })
        .collect();
    println!("{typed}: ms a key (found): {}", medians.join(", "));
}

fn searching(c: &mut Criterion) {
    let mut scribe = written();
    let book: Arc<Book> = scribe.finish();
    for typed in TYPED {
        letter_by_letter(&book, typed);
    }
    let mut group = c.benchmark_group("search among 360,000");
    group.sample_size(20);
    for typed in TYPED {
        group.bench_function(*typed, |b| {
            b.iter(|| black_box(find(&mut Finder::new(), &book, typed)));
        });
    }
    group.finish();
    let mut dice = Dice(11);
    let changed: Vec<Entry> = (0..1_000)
        .map(|_| {
            let n = dice.below(SUPPLIERS);
            Entry::of(&supplier(&mut dice, n).into(), &Names)
        })
        .collect();
    let (mut shown, mut next) = (scribe.finish(), 0);
    c.bench_function("a changed supplier, looked at meanwhile", |b| {
        b.iter(|| {
            scribe.put(&changed[next % changed.len()]);
            next += 1;
            shown = scribe.finish();
        });
    });
    black_box(shown);
}

criterion_group!(benches, searching);
criterion_main!(benches);
