//! How Chinese characters are read, in letters that can be typed.

use std::borrow::Cow;
use std::sync::OnceLock;

use pinyin::{Pinyin, ToPinyin, ToPinyinMulti};

/// Between two readings of one character.
pub(super) const OR: char = '\u{2}';

/// Surnames, and characters that names of people and places use, whose readings the dictionary lacks or orders badly: all their
/// readings, the usual one of a surname first.
#[rustfmt::skip]
const SEVERAL: &[(char, &str)] = &[
    ('单', "shan\u{2}dan\u{2}chan"), ('仇', "qiu\u{2}chou"), ('曾', "zeng\u{2}ceng"), ('查', "zha\u{2}cha"), ('解', "xie\u{2}jie"),
    ('区', "ou\u{2}qu"), ('盖', "ge\u{2}gai"), ('朴', "piao\u{2}pu"), ('覃', "qin\u{2}tan"), ('翟', "zhai\u{2}di"),
    ('尉', "wei\u{2}yu"), ('乐', "yue\u{2}le"), ('缪', "miao\u{2}mou\u{2}miu"), ('繆', "miao\u{2}mou\u{2}miu"), ('洗', "xian\u{2}xi"),
    ('繁', "po\u{2}fan"), ('折', "she\u{2}zhe"), ('秘', "bi\u{2}mi"), ('召', "shao\u{2}zhao"), ('员', "yun\u{2}yuan"),
    ('能', "nai\u{2}neng"), ('郇', "xun\u{2}huan"), ('隗', "wei\u{2}kui"), ('宓', "mi\u{2}fu"), ('祭', "zhai\u{2}ji"),
    ('盛', "sheng\u{2}cheng"), ('薄', "bo\u{2}bao"), ('柏', "bai\u{2}bo"), ('葛', "ge"), ('任', "ren"), ('华', "hua"),
    ('那', "na\u{2}nuo"), ('哈', "ha"), ('黑', "hei\u{2}he"), ('冼', "xian"), ('教', "jiao"), ('车', "che\u{2}ju"), ('强', "qiang\u{2}jiang"),
    ('纪', "ji"), ('臧', "zang"), ('长', "chang\u{2}zhang"), ('朝', "chao\u{2}zhao"), ('重', "chong\u{2}zhong"), ('行', "xing\u{2}hang"),
    ('茜', "qian\u{2}xi"), ('厦', "xia\u{2}sha"), ('莘', "xin\u{2}shen"), ('藏', "zang\u{2}cang"), ('都', "du\u{2}dou"), ('万', "wan\u{2}mo"),
    ('俟', "qi\u{2}si"), ('澹', "tan\u{2}dan"), ('阚', "kan"), ('晟', "sheng\u{2}cheng"), ('给', "gei\u{2}ji"), ('调', "tiao\u{2}diao"),
    ('迟', "chi"), ('于', "yu"), ('逄', "pang"), ('佴', "nai\u{2}er"), ('适', "kuo\u{2}shi"), ('令', "ling"), ('不', "bu"), ('谌', "chen\u{2}shen"),
];

/// Common surnames of one reading, to which the dictionary adds readings that nobody has as a surname.
const ONE: &str = "王吴朱冯董邓许沈彭蔡贾丁叶余潘杜夏汪方石姚陆郝白汤尹殷施陶倪温芦俞焦邢路齐莫庄祝涂谷祁舒牟卜詹童甄游裴屈位霍隋甘景\
包司宁阮柴冉房瞿戚古池苑褚姬揭糜冷艾蓝卞封竺栗匡台鞠僧明沙和晁";

/// The readings of `c`, the usual one first, separated by [`OR`]; empty for a character without any. Only the `first`
/// character of a word, where a surname stands, has every reading of the dictionary.
pub(super) fn of(first: bool, c: char) -> Cow<'static, str> {
    static TABLE: OnceLock<Box<[Readings]>> = OnceLock::new();
    let table = TABLE.get_or_init(|| COMMON.map(|_| OnceLock::new()).collect());
    let place = u32::from(c).checked_sub(u32::from(*COMMON.start()));
    let Some(readings) = place.and_then(|place| table.get(place as usize)) else {
        return Cow::Owned(work_out(first, c).into_string());
    };
    let both = || Box::new([work_out(true, c), work_out(false, c)]);
    let [as_first, elsewhere] = &**readings.get_or_init(both);
    Cow::Borrowed(if first { as_first } else { elsewhere })
}

/// The characters whose readings are kept.
const COMMON: std::ops::RangeInclusive<char> = '\u{3400}'..='\u{9FFF}';

/// The readings of a character as the first of a word and elsewhere, worked out when it is met.
type Readings = OnceLock<Box<[Box<str>; 2]>>;

fn work_out(first: bool, c: char) -> Box<str> {
    let mut out = String::new();
    push(first, c, &mut out);
    out.into()
}

fn push(first: bool, c: char, out: &mut String) {
    if let Some((_, readings)) = SEVERAL.iter().find(|(several, _)| *several == c) {
        out.push_str(readings);
    } else if first && !ONE.contains(c) {
        push_all(c, out);
    } else if let Some(reading) = c.to_pinyin() {
        push_typed(reading.plain(), out);
    }
}

fn push_all(c: char, out: &mut String) {
    let mut seen: Vec<&str> = Vec::new();
    for reading in c.to_pinyin_multi().into_iter().flatten().map(Pinyin::plain) {
        if seen.contains(&reading) {
            continue;
        }
        if !seen.is_empty() {
            out.push(OR);
        }
        seen.push(reading);
        push_typed(reading, out);
    }
}

/// ü cannot be typed on most keyboards; every input method takes v for it.
fn push_typed(reading: &str, out: &mut String) {
    out.extend(reading.chars().map(|c| if c == 'ü' { 'v' } else { c }));
}
