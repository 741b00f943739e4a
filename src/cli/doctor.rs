//! `doctor`: looks at what the program stands on (terminal, locale, settings, store, socket) and says what to do.

use std::fs::{self, Metadata};
use std::io::{self, IsTerminal as _, Read as _};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::os::unix::net::UnixStream;
use std::path::Path;

use clap::{ArgMatches, Command};
use serde_json::{Value, json};

use super::{Failure, Session, Verb, away, status};
use crate::console::config::{Config, ConfigError, UserFile};
use crate::console::keys::{Keymap, KeymapError};
use crate::console::term;
use crate::console::theme::Depth;
use crate::domain::lang::Text;
use crate::domain::printable::printable;
use crate::domain::{Lang, Said};
use crate::station::Peer;
use crate::{both, say, text};

pub const VERB: Verb = Verb {
    name: "doctor",
    about: text!(zh: "检查终端、语言环境、配置、数据库和服务台", en: "Check terminal, locale, settings, store and station"),
    examples: &[(
        "matchdesk doctor",
        text!(zh: "有什么不对，怎么办", en: "what is wrong, and what to do about it"),
    )],
    args: |command: Command, _: Lang| command,
    run,
};

/// How bad it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Good,
    /// It works, but not as it could.
    Warning,
    /// Something will not work.
    Bad,
}

impl State {
    fn word(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Warning => "warning",
            Self::Bad => "bad",
        }
    }

    fn sign(self) -> &'static str {
        match self {
            Self::Good => "✓",
            Self::Warning => "!",
            Self::Bad => "✗",
        }
    }
}

/// What was found.
struct Finding(State, Said);

fn good(said: Said) -> Finding {
    Finding(State::Good, said)
}

fn warning(said: Said) -> Finding {
    Finding(State::Warning, said)
}

fn bad(said: Said) -> Finding {
    Finding(State::Bad, said)
}

/// One thing to look at.
struct Check {
    id: &'static str,
    text: Text,
    look: fn(&Session<'_>) -> Vec<Finding>,
}

/// Everything that is looked at.
const CHECKS: &[Check] = &[
    Check {
        id: "terminal",
        text: text!(zh: "终端", en: "terminal"),
        look: |_| terminal(),
    },
    Check {
        id: "locale",
        text: text!(zh: "语言环境", en: "locale"),
        look: |_| vec![locale(&variable)],
    },
    Check {
        id: "settings",
        text: text!(zh: "配置和按键", en: "settings and keys"),
        look: |_| settings(),
    },
    Check {
        id: "clock",
        text: text!(zh: "时钟", en: "clock"),
        look: clock,
    },
    Check {
        id: "store",
        text: text!(zh: "数据库", en: "store"),
        look: |session| store(&session.store),
    },
    Check {
        id: "socket",
        text: text!(zh: "服务台", en: "station"),
        look: |session| vec![socket(&session.store)],
    },
];

fn run(_: &ArgMatches, session: &mut Session<'_>) -> Result<u8, Failure> {
    let lang = session.lang;
    let found: Vec<(&Check, Finding)> = CHECKS
        .iter()
        .flat_map(|check| (check.look)(session).into_iter().map(move |f| (check, f)))
        .collect();
    let is_bad = found
        .iter()
        .any(|(_, Finding(state, _))| *state == State::Bad);
    let status = if is_bad {
        status::REFUSED
    } else {
        status::DONE
    };
    if session.json {
        let checks: Vec<Value> = found
            .iter()
            .map(|(check, Finding(state, said))| {
                json!({"check": check.id, "state": state.word(), "message": said.get(lang)})
            })
            .collect();
        session.document(&json!({"checks": checks}))?;
        return Ok(status);
    }
    for (check, Finding(state, said)) in found {
        if session.quiet && state == State::Good {
            continue;
        }
        let (sign, name, said) = (state.sign(), check.text.get(lang), said.get(lang));
        session.say(printable(
            &say!(lang, zh: "{sign} {name}：{said}", en: "{sign} {name}: {said}"),
        ))?;
    }
    Ok(status)
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn terminal() -> Vec<Finding> {
    let name = variable("TERM").unwrap_or_default();
    if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
        return vec![warning(
            both!(zh: "标准输入或输出不是终端，操作台打不开；命令照常可用", en: "standard input or output is no terminal: the console can't open, commands work"),
        )];
    }
    let depth = match term::depth(variable) {
        Depth::None => text!(zh: "无颜色", en: "no colours"),
        Depth::Sixteen => text!(zh: "16 色", en: "16 colours"),
        Depth::Indexed => text!(zh: "256 色", en: "256 colours"),
        Depth::True => text!(zh: "真彩色", en: "true colour"),
    };
    let mut out = match name.as_str() {
        "" | "dumb" => vec![bad(
            both!(zh: "TERM 是“{name}”，不能定位光标；请设为终端的名称，如 xterm-256color", en: "TERM is “{name}”, which can't place the cursor; set it to your terminal's name, as in xterm-256color"),
        )],
        _ => {
            let (zh, en) = (depth.zh, depth.en);
            vec![good(both!(zh: "{name}，{zh}", en: "{name}, {en}"))]
        }
    };
    out.extend(term::size().ok().map(|(columns, rows)| size(columns, rows)));
    out
}

fn size(columns: u16, rows: u16) -> Finding {
    let at = format!("{columns}×{rows}");
    if columns < 40 || rows < 10 {
        bad(
            both!(zh: "窗口 {at} 太小，至少要 40×10", en: "the window of {at} is too small; it takes 40×10"),
        )
    } else if columns < 80 || rows < 24 {
        warning(
            both!(zh: "窗口 {at}，小于 80×24 时会省略一些栏", en: "the window is {at}: below 80×24 some columns are left out"),
        )
    } else {
        good(both!(zh: "窗口 {at}", en: "the window is {at}"))
    }
}

fn locale(env: &dyn Fn(&str) -> Option<String>) -> Finding {
    let set = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .find_map(|name| Some((name, env(name)?)));
    match set {
        Some((name, value)) if term::ascii_only(env) => warning(
            both!(zh: "{name}={value} 不是 UTF-8：边框用 ASCII 画，汉字可能显示不出来；请设为 zh_CN.UTF-8 或 C.UTF-8", en: "{name}={value} is not UTF-8: borders are drawn in ASCII and Chinese may not show; set it to zh_CN.UTF-8 or C.UTF-8"),
        ),
        Some((name, value)) => good(both!(zh: "{name}={value}", en: "{name}={value}")),
        None => warning(
            both!(zh: "没有设置 LANG，按 UTF-8 处理；最好设为 zh_CN.UTF-8 或 C.UTF-8", en: "LANG is not set, and UTF-8 is taken for granted; better set it to zh_CN.UTF-8 or C.UTF-8"),
        ),
    }
}

fn settings() -> Vec<Finding> {
    let (file, own) = (UserFile::config(), UserFile::keymap());
    let (config, wrong) = Config::load(file.as_ref());
    let mut out: Vec<Finding> = wrong.iter().map(ConfigError::said).map(bad).collect();
    let (_, wrong) = Keymap::load(config.keymap, own.as_ref());
    out.extend(wrong.iter().map(KeymapError::said).map(bad));
    if out.is_empty() {
        let map = config.keymap.name();
        let name = |file: Option<UserFile>| file.map(|file| file.name);
        out.push(good(match (name(file), name(own)) {
            (None, None) => both!(zh: "没有自己的文件，按键方案 {map}", en: "no files of your own; the keys are {map}"),
            (Some(one), None) | (None, Some(one)) => both!(zh: "{one}，按键方案 {map}", en: "{one}; the keys are {map}"),
            (Some(one), Some(other)) => both!(zh: "{one}，{other}，按键方案 {map}", en: "{one} and {other}; the keys are {map}"),
        }));
    }
    out
}

fn clock(session: &Session<'_>) -> Vec<Finding> {
    let moved = session.now.as_ref().map(|now| {
        warning(
            both!(zh: "规则按 {now} 计算（--now 或 MATCHDESK_NOW）", en: "the rules' clock stands at {now} (--now or MATCHDESK_NOW)"),
        )
    });
    moved.into_iter().collect()
}

/// What a store begins with.
const MAGIC: &[u8] = b"redb\x1a\x0a\xa9\x0d\x0a";

/// So much room a day's work should have, in bytes.
const ROOM: u64 = 256 << 20;

fn store(path: &Path) -> Vec<Finding> {
    let shown = path.display();
    let found = match fs::metadata(path) {
        Ok(found) => found,
        Err(error) if error.kind() == io::ErrorKind::NotFound && away::named_socket().is_none() => {
            return vec![warning(
                both!(zh: "{shown} 处没有数据库；matchdesk import、restore、add 或 demo 会建立", en: "there is no store at {shown}; matchdesk import, restore, add or demo makes one"),
            )];
        }
        Err(_) if away::named_socket().is_some() => {
            return vec![good(
                both!(zh: "由 MATCHDESK_SOCKET 的服务台保管，这里看不到", en: "kept by the station of MATCHDESK_SOCKET, and not seen from here"),
            )];
        }
        Err(error) => {
            return vec![bad(both!(zh: "{shown}：{error}", en: "{shown}: {error}"))];
        }
    };
    let mut out = vec![whole(path, &found)];
    if found.mode() & 0o077 != 0 {
        let mode = format!("{:o}", found.mode() & 0o777);
        out.push(warning(
            both!(zh: "{shown} 的权限是 {mode}，别人也能读写；请用 chmod 600", en: "{shown} has mode {mode}, so that others get at it; chmod 600 mends that"),
        ));
    }
    out.extend(path.parent().and_then(room));
    out
}

fn whole(path: &Path, found: &Metadata) -> Finding {
    let shown = path.display();
    let mut begun = [0; MAGIC.len()];
    let read = fs::File::open(path).and_then(|mut file| file.read_exact(&mut begun));
    match read {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => warning(
            both!(zh: "{shown} 归别人所有；只能通过它的服务台使用", en: "{shown} belongs to somebody else; it is used through its station only"),
        ),
        Err(error) => bad(both!(zh: "{shown}：{error}", en: "{shown}: {error}")),
        Ok(()) if begun != *MAGIC => bad(
            both!(zh: "{shown} 不是 matchdesk 的数据库；请检查 --store", en: "{shown} is no store of matchdesk; look at --store"),
        ),
        Ok(()) => {
            let size = found.len() >> 20;
            good(
                both!(zh: "{shown}，{size} MiB（matchdesk verify 作完整检查）", en: "{shown}, {size} MiB (matchdesk verify checks all of it)"),
            )
        }
    }
}

/// Whether the disk has room.
fn room(folder: &Path) -> Option<Finding> {
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    let disk = rustix::fs::statvfs(folder).ok()?;
    let free = disk.f_bavail.saturating_mul(disk.f_frsize);
    let (shown, left) = (folder.display(), free >> 20);
    (free < ROOM).then(|| {
        warning(
            both!(zh: "{shown} 所在的磁盘只剩 {left} MiB；满了就不能写", en: "the disk of {shown} has {left} MiB left; when it is full nothing can be written"),
        )
    })
}

/// The longest path of a socket that the system takes, in bytes.
const LONGEST: usize = 107;

fn socket(store: &Path) -> Finding {
    let path = away::socket(store);
    let shown = path.display();
    if path.as_os_str().as_bytes().len() > LONGEST {
        return bad(
            both!(zh: "{shown} 太长，套接字的路径最多 {LONGEST} 字节；请把数据库放到较短的路径", en: "{shown} is too long: a socket's path has {LONGEST} bytes at most; keep the store at a shorter path"),
        );
    }
    match fs::symlink_metadata(&path) {
        Err(_) if away::named_socket().is_some() => {
            return bad(
                both!(zh: "{shown} 处没有服务台（MATCHDESK_SOCKET）；请管理员启动它", en: "there is no station at {shown} (MATCHDESK_SOCKET); its administrator starts it"),
            );
        }
        Err(_) => {
            return good(
                both!(zh: "没有在运行，第一个会话会启动它", en: "none runs; the first session starts one"),
            );
        }
        Ok(found) if !found.file_type().is_socket() => {
            return bad(
                both!(zh: "{shown} 不是套接字，占了服务台的位置；请移走", en: "{shown} is no socket and stands where the station's should; move it away"),
            );
        }
        Ok(_) => {}
    }
    match UnixStream::connect(&path).and_then(|stream| Peer::of(&stream)) {
        Ok(peer) => served(&peer, store, &path),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => bad(
            both!(zh: "不能连接 {shown}：没有权限；请管理员把您加入它的用户组", en: "{shown} can't be knocked at: permission denied; its administrator adds you to its group"),
        ),
        Err(_) => good(
            both!(zh: "{shown} 没有人应答，是上次留下的；下一个会话会换掉它", en: "nobody answers at {shown}, which was left behind; the next session replaces it"),
        ),
    }
}

/// Only root, one's own user and the store's owner are believed.
fn served(peer: &Peer, store: &Path, path: &Path) -> Finding {
    let (shown, who) = (path.display(), &peer.name);
    let owner = fs::metadata(store).ok().map(|found| found.uid());
    let is_known = peer.uid == 0 || peer.uid == Peer::own().uid || Some(peer.uid) == owner;
    if is_known || away::named_socket().is_some() {
        good(both!(zh: "{who} 在 {shown} 服务", en: "{who} serves at {shown}"))
    } else {
        bad(
            both!(zh: "在 {shown} 应答的是 {who}，会话不会相信；请问管理员", en: "{who} answers at {shown}, whom no session believes; ask an administrator"),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locale_that_is_not_utf_8_is_told() {
        let of = |value: Option<&str>| {
            let Finding(state, said) =
                locale(&|name| value.filter(|_| name == "LANG").map(str::to_owned));
            (state.word(), said.en)
        };
        assert_eq!(
            of(Some("zh_CN.UTF-8")),
            ("good", "LANG=zh_CN.UTF-8".to_owned())
        );
        assert_eq!(of(Some("zh_CN.GBK")).0, "warning");
        assert_eq!(of(None).0, "warning");
    }

    #[test]
    fn a_window_is_good_from_80_by_24_and_bad_below_40_by_10() {
        let of = |columns, rows| size(columns, rows).0.word();
        assert_eq!(of(80, 24), "good");
        assert_eq!(of(79, 24), "warning");
        assert_eq!(of(40, 10), "warning");
        assert_eq!(of(39, 30), "bad");
    }

    #[test]
    fn what_is_no_store_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.redb");
        assert_eq!(store(&path)[0].0.word(), "warning");
        fs::write(&path, "name,age\nLi,70\n").unwrap();
        assert!(store(&path)[0].1.en.contains("no store of matchdesk"));
        fs::remove_file(&path).unwrap();
        drop(crate::desk::Desk::open_or_create(&path, crate::desk::Clock::Machine).unwrap());
        assert_eq!(store(&path)[0].0.word(), "good");
        assert_eq!(socket(&path).0.word(), "good");
        let long = folder.path().join("x".repeat(120));
        assert!(socket(&long).1.en.contains("too long"));
        fs::write(away::socket(&path), "").unwrap();
        assert!(socket(&path).1.en.contains("no socket"));
    }
}
