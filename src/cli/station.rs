//! `station`: the process that owns a store and serves its sessions.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::net::UnixListener;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use clap::{ArgMatches, Command};
use serde_json::{Value, json};

use super::away::{self, AwayCall};
use super::meter::Meter;
use super::session::{Served, Session, actor_of};
use super::{Failure, Verb, args, console, status};
use crate::console::app::library::Library;
use crate::desk::{Caller, Clock, Desk};
use crate::domain::printable::printable;
use crate::domain::{Lang, Right, Said};
use crate::station::{Door, Host, Line, Manager, Peer, Serving, handed_over, serve};
use crate::store::RequestId;
use crate::{both, say, text};

/// How long a station that was started on demand stays when nobody is there, in seconds.
const IDLE: u64 = 60;
/// Bytes of an answer that are handed over together.
const PAGE: usize = 64 << 10;
/// How often it is looked whether standing matches are to be rolled forward.
const LOOK: Duration = Duration::from_secs(60);

pub const VERB: Verb = Verb {
    name: "station",
    about: text!(zh: "运行服务台：打开数据库，同时为多个会话服务", en: "Run the station: own the store and serve many sessions at once"),
    examples: &[
        (
            "matchdesk station --store /var/lib/matchdesk/store.redb",
            text!(zh: "一直运行，本机所有用户按各自的角色使用", en: "stays; every user of the machine, each in their role"),
        ),
        (
            "matchdesk station --group brokers",
            text!(zh: "只让 brokers 组的成员连接", en: "only members of the group brokers may connect"),
        ),
        (
            "matchdesk station --own --idle 600",
            text!(zh: "只供自己使用，空闲十分钟后退出", en: "for oneself; leaves after ten idle minutes"),
        ),
    ],
    args: grammar,
    run,
};

fn grammar(command: Command, lang: Lang) -> Command {
    command
        .arg(
            args::option(
                "group",
                text!(zh: "组", en: "GROUP"),
                text!(zh: "只让这个系统组的成员连接", en: "Only members of this system group may connect"),
                lang,
            )
            .conflicts_with("own"),
        )
        .arg(args::flag(
            "own",
            text!(zh: "只供自己使用", en: "For oneself alone"),
            lang,
        ))
        .arg(
            args::option(
                "idle",
                text!(zh: "秒", en: "SECONDS"),
                text!(zh: "空闲这么久后退出；不给则一直运行", en: "Leave after so long without a session; without it, stay"),
                lang,
            )
            .value_parser(clap::value_parser!(u64)),
        )
        .arg(
            args::flag(
                "on-demand",
                text!(zh: "由会话自动启动", en: "Started by a session"),
                lang,
            )
            .hide(true),
        )
}

fn run(matches: &ArgMatches, session: &mut Session<'_>) -> Result<u8, Failure> {
    let on_demand = matches.get_flag("on-demand");
    let mut manager = Manager::none(session.lang);
    let mut given = None;
    if on_demand {
        // A session of its own: the terminal that it was started from may close. It can't fail in a child.
        let _ = rustix::process::setsid();
    } else {
        manager = Manager::of_process(session.lang);
        given = handed_over().map_err(unavailable)?;
    }
    let group = matches.get_one::<String>("group");
    let own = matches.get_flag("own");
    if given.is_some() && (own || group.is_some()) {
        return Err(Failure::usage(both!(
            zh: "套接字由系统交来，谁能连接由它的组和权限决定；请去掉 --group 和 --own",
            en: "the socket was handed over, and its group and mode say who may connect; leave out --group and --own"
        )));
    }
    let store = away::absolute(&session.store)?;
    manager.opens();
    let desk = session.open(Right::Administer)?;
    let idle = matches
        .get_one::<u64>("idle")
        .copied()
        .or_else(|| on_demand.then(idle_on_demand));
    let door = match group {
        Some(group) => Door::Group(group.clone()),
        None if on_demand || own => Door::Own,
        None => Door::Everyone,
    };
    let serving = Serving {
        socket: given
            .as_ref()
            .and_then(path_of)
            .unwrap_or_else(|| away::socket(&store)),
        store: store.clone(),
        door,
        given,
        idle: idle.map(Duration::from_secs),
        manager,
    };
    let owner = fs::metadata(&store).ok().map(|found| found.uid());
    let host = Arc::new(Desks {
        desk,
        store,
        library: Arc::default(),
        owner,
        is_shared: serving.door != Door::Own,
    });
    warm(&host);
    let shown = serving.socket.display().to_string();
    serve(host, serving, || {
        let sentence =
            say!(session.lang, zh: "服务台已就绪：{shown}", en: "The station serves at {shown}");
        let _ = session.answer(&json!({"station": shown}), printable(&sentence));
        let _ = session.out.flush();
    })
    .map_err(|error| unserved(&shown, &error))?;
    Ok(status::DONE)
}

fn path_of(listener: &UnixListener) -> Option<PathBuf> {
    let address = listener.local_addr().ok()?;
    address.as_pathname().map(PathBuf::from)
}

/// `MATCHDESK_IDLE` says how many seconds a station started on demand stays.
fn idle_on_demand() -> u64 {
    std::env::var("MATCHDESK_IDLE")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(IDLE)
}

fn unserved(socket: &str, error: &io::Error) -> Failure {
    unavailable(both!(
        zh: "服务台打不开 {socket}：{error}。请检查文件夹是否可写、组名是否存在",
        en: "the station can't serve at {socket}: {error}. Check that the folder can be written and the group exists"
    ))
}

fn unavailable(said: Said) -> Failure {
    Failure {
        status: status::STORE,
        codes: vec!["station_unavailable".to_owned()],
        said: Some(said),
    }
}

/// Loads the index, ranks the queue and loads the registries beside the first sessions, and rolls standing matches forward.
fn warm(host: &Arc<Desks>) {
    let host = Arc::clone(host);
    let _ = thread::Builder::new()
        .name("warm".to_owned())
        .spawn(move || {
            // What can't be read is told to whoever asks for it.
            let _ = host.desk.roll_when_due();
            let _ = host.desk.board();
            let _ = host.library.load_all(&host.desk);
            loop {
                let _ = host.desk.roll_when_due();
                let _ = host.library.catch_up(&host.desk);
                thread::sleep(LOOK);
                let _ = host.desk.mend();
            }
        });
}

/// The desk behind the sessions of a station.
struct Desks {
    desk: Desk,
    store: PathBuf,
    library: Arc<Library>,
    /// Whose the store's file is: the administrator who needs no grant.
    owner: Option<u32>,
    /// Whether others than the owner may knock.
    is_shared: bool,
}

impl Desks {
    /// The desk as a session's user may use it.
    fn desk_for(&self, peer: &Peer) -> Desk {
        let caller = Caller {
            name: peer.name.clone(),
            groups: peer.groups.clone(),
            owns_store: Some(peer.uid) == self.owner,
        };
        self.desk.at(Clock::Machine).called_by(caller)
    }
}

/// The refusal of the console to those who have the journal instead.
fn for_auditor(said: &Said) -> Said {
    let Said { zh, en } = said;
    both!(
        zh: "{zh}。审计员请用 matchdesk log 和 matchdesk verify",
        en: "{en}. As auditor use matchdesk log and matchdesk verify"
    )
}

impl Host for Desks {
    fn admit(&self, peer: &Peer, call: &Value) -> Result<(), (u8, Said)> {
        let desk = self.desk_for(peer);
        // While that fails, what can be read is read.
        let _ = desk.mend();
        let wants_console = call.get("console").is_some_and(Value::is_object);
        let asked = if wants_console {
            super::CONSOLE
        } else {
            super::verb_of(call)
        };
        let role = desk.permit_role(&actor_of(peer), asked);
        let admitted = role.and_then(|()| {
            if wants_console {
                // It shows the supply first of all.
                desk.permit(&actor_of(peer), Right::Supply)
            } else {
                Ok(())
            }
        });
        admitted.map_err(|error| {
            let failure = Failure::from(error);
            let said = failure.said.unwrap_or_default();
            let reads_journal = desk.access().allows(Right::Journal);
            (
                failure.status,
                if reads_journal {
                    for_auditor(&said)
                } else {
                    said
                },
            )
        })
    }

    fn serve(&self, peer: &Peer, call: Value, line: &Arc<Line>) -> u8 {
        let Ok(call) = serde_json::from_value::<AwayCall>(call) else {
            return status::USAGE;
        };
        let mut out = BufWriter::with_capacity(PAGE, AwayOut(Arc::clone(line)));
        let mut err = AwayErr(Arc::clone(line));
        let mut session = Session {
            lang: call.lang,
            json: call.json,
            quiet: call.quiet,
            store: self.store.clone(),
            named: true,
            now: call.now.clone(),
            actor: actor_of(peer),
            out: &mut out,
            err: &mut err,
            meter: call.meter.map_or(Meter::None, |columns| {
                Meter::Away(Arc::clone(line), columns)
            }),
            served: Some(Served {
                desk: self.desk_for(peer),
                library: Arc::clone(&self.library),
                line: Arc::clone(line),
                is_shared: self.is_shared,
            }),
            request: call
                .request
                .as_deref()
                .and_then(|id| u128::from_str_radix(id, 16).ok())
                .map(RequestId),
        };
        match &call.console {
            Some(away) => {
                let done = match &session.served {
                    Some(served) => console::serve(&session, served, away),
                    None => Ok(status::DONE),
                };
                done.unwrap_or_else(|failure| super::tell(&failure, &mut session))
            }
            None => super::run_in(call.args, &mut session),
        }
    }

    fn is_untouched(&self) -> bool {
        self.desk.is_untouched()
    }

    fn rest(&self, leaves: bool) {
        // What can't be written now is told when the disk has room, or is lost with the station.
        let _ = self.desk.tell_denials(leaves);
        self.desk.settle();
    }
}

/// Standard output at the other end of a line.
struct AwayOut(Arc<Line>);

impl Write for AwayOut {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.out(bytes).map_err(broken)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Standard error at the other end of a line.
struct AwayErr(Arc<Line>);

impl Write for AwayErr {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.err(bytes).map_err(broken)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A line that takes nothing is as good as a closed pipe: nobody reads the answer.
fn broken(_: io::Error) -> io::Error {
    io::ErrorKind::BrokenPipe.into()
}
