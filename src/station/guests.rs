//! Who is in a station. Coming in, going and the station's leaving are decided under one lock, so that nobody is let in
//! beside a station that leaves, and none leaves under somebody who was let in.

use std::collections::BTreeMap;
use std::net::Shutdown;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::line::Line;

/// Sessions at the same time.
pub(super) const SESSIONS: usize = 512;
/// Sessions of one user at the same time, so that no user keeps the others out.
pub(super) const OF_ONE: usize = 256;
/// Those of one user who may be in and have not said yet what they want.
const SILENT: usize = 64;

/// Everybody who is in, from the first knock on.
#[derive(Default)]
pub(super) struct Guests {
    inside: Mutex<Inside>,
    one_left: Condvar,
}

#[derive(Default)]
struct Inside {
    leaving: bool,
    last: u64,
    guests: BTreeMap<u64, Guest>,
}

struct Guest {
    uid: u32,
    line: Arc<Line>,
    standing: Standing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// Has not said yet what is wanted.
    Silent,
    Served,
    /// Was silent for too long while others came.
    Dropped,
}

/// Whether one who came in is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Admission {
    /// From now on.
    Served,
    /// Too many are served.
    Full,
    /// Too many of this user are served.
    FullOfOne,
    /// The station is leaving.
    Leaving,
    /// The station leaves for this one's sake: whoever hears this tells it to.
    MakesRoom,
}

impl Guests {
    /// Lets one in who has not said yet what is wanted. Who is silent for long makes way for others of that user.
    pub fn arrive(self: &Arc<Self>, uid: u32, line: &Arc<Line>) -> Ticket {
        let mut inside = self.inside();
        inside.make_way(uid);
        inside.last += 1;
        let number = inside.last;
        let guest = Guest {
            uid,
            line: Arc::clone(line),
            standing: Standing::Silent,
        };
        inside.guests.insert(number, guest);
        Ticket {
            guests: Arc::clone(self),
            uid,
            number,
        }
    }

    /// How many are in.
    pub fn count(&self) -> usize {
        self.inside().guests.len()
    }

    /// Whether nobody is served.
    pub fn is_idle(&self) -> bool {
        self.inside().is_idle()
    }

    /// Nobody is served from now on, unless somebody is in; says whether it is so.
    pub fn close_when_empty(&self) -> bool {
        let mut inside = self.inside();
        inside.leaving |= inside.guests.is_empty();
        inside.leaving
    }

    /// Nobody is served from now on, and those who are must go. One who is being told that hears it to the end.
    pub fn dismiss(&self) {
        let mut inside = self.inside();
        inside.leaving = true;
        for guest in inside.guests.values() {
            if guest.standing == Standing::Served {
                guest.line.hang_up();
            } else {
                let _ = guest.line.stream().shutdown(Shutdown::Read);
            }
        }
    }

    /// Waits until everybody has gone, but no longer than this.
    pub fn wait(&self, limit: Duration) {
        let are_in = |inside: &mut Inside| !inside.guests.is_empty();
        let waited = self
            .one_left
            .wait_timeout_while(self.inside(), limit, are_in);
        drop(waited);
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inside {
    fn is_idle(&self) -> bool {
        self.served().next().is_none()
    }

    fn served(&self) -> impl Iterator<Item = &Guest> {
        let all = self.guests.values();
        all.filter(|guest| guest.standing == Standing::Served)
    }

    fn make_way(&mut self, uid: u32) {
        let silent = self
            .guests
            .values_mut()
            .filter(|guest| guest.uid == uid && guest.standing == Standing::Silent);
        let mut silent: Vec<&mut Guest> = silent.collect();
        if silent.len() >= SILENT
            && let Some(longest) = silent.first_mut()
        {
            longest.standing = Standing::Dropped;
            longest.line.hang_up();
        }
    }
}

/// One who is in, until it is dropped.
pub(super) struct Ticket {
    guests: Arc<Guests>,
    uid: u32,
    number: u64,
}

impl Ticket {
    /// Begins to serve this one. One who wants another station gets it when nobody is served here.
    pub fn enter(&self, wants_another: bool) -> Admission {
        let mut inside = self.guests.inside();
        if inside.leaving {
            return Admission::Leaving;
        }
        if wants_another && inside.is_idle() {
            inside.leaving = true;
            return Admission::MakesRoom;
        }
        if inside.served().count() >= SESSIONS {
            return Admission::Full;
        }
        if inside
            .served()
            .filter(|guest| guest.uid == self.uid)
            .count()
            >= OF_ONE
        {
            return Admission::FullOfOne;
        }
        match inside.guests.get_mut(&self.number) {
            Some(guest) if guest.standing != Standing::Dropped => {
                guest.standing = Standing::Served;
                Admission::Served
            }
            _ => Admission::Leaving,
        }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.guests.inside().guests.remove(&self.number);
        self.guests.one_left.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixStream;

    use super::super::line::{Received, ToSession, ToStation};
    use super::*;

    fn pair() -> (Arc<Line>, Line) {
        let (one, other) = UnixStream::pair().unwrap();
        let station = Line::of_station(one, Duration::from_secs(1)).unwrap();
        (Arc::new(station), Line::of_session(other))
    }

    #[test]
    fn a_station_makes_room_only_while_it_serves_nobody() {
        let guests = Arc::new(Guests::default());
        let (line, _kept) = pair();
        let come = || guests.arrive(1, &line);
        let (first, second) = (come(), come());
        assert_eq!(first.enter(false), Admission::Served);
        assert_eq!(second.enter(true), Admission::Served);
        drop((first, second));
        let (first, second) = (come(), come());
        assert_eq!(second.enter(true), Admission::MakesRoom);
        assert_eq!(first.enter(false), Admission::Leaving);
    }

    #[test]
    fn one_who_is_being_refused_hears_it_though_the_station_leaves() {
        let guests = Arc::new(Guests::default());
        let (served, served_end) = pair();
        let (refused, refused_end) = pair();
        let first = guests.arrive(1, &served);
        let _second = guests.arrive(1, &refused);
        first.enter(false);
        refused_end
            .say(&ToStation::Input(serde_json::Value::Null))
            .unwrap();
        guests.dismiss();
        assert!(served_end.receive::<ToSession>().unwrap().is_none());
        assert!(refused.receive::<ToStation>().unwrap().is_some());
        refused.say(&ToSession::Exit { status: 5 }).unwrap();
        assert!(matches!(
            refused_end.receive().unwrap(),
            Some(Received::Message(ToSession::Exit { status: 5 }))
        ));
        assert!(refused.receive::<ToStation>().unwrap().is_none());
    }

    #[test]
    fn a_station_that_leaves_for_being_idle_serves_nobody_any_more() {
        let guests = Arc::new(Guests::default());
        let (line, _kept) = pair();
        let first = guests.arrive(1, &line);
        assert!(!guests.close_when_empty());
        assert_eq!(first.enter(false), Admission::Served);
        drop(first);
        assert!(guests.close_when_empty());
        let late = guests.arrive(1, &line);
        assert_eq!(late.enter(false), Admission::Leaving);
    }

    #[test]
    fn no_user_takes_all_the_room() {
        let guests = Arc::new(Guests::default());
        let (line, _kept) = pair();
        let come = |uid| {
            let ticket = guests.arrive(uid, &line);
            (ticket.enter(false), ticket)
        };
        let mut inside: Vec<_> = (0..OF_ONE).map(|_| come(1)).collect();
        assert_eq!(come(1).0, Admission::FullOfOne);
        inside.extend((OF_ONE..SESSIONS).map(|_| come(2)));
        assert!(
            inside
                .iter()
                .all(|(enters, _)| *enters == Admission::Served)
        );
        assert_eq!(come(3).0, Admission::Full);
        inside.pop();
        assert_eq!(come(3).0, Admission::Served);
        inside.clear();
        guests.wait(Duration::from_secs(9));
        assert_eq!(guests.count(), 0);
    }

    #[test]
    fn who_is_silent_makes_way_for_others_of_that_user() {
        let guests = Arc::new(Guests::default());
        let arrive = |uid| {
            let (line, other) = pair();
            (guests.arrive(uid, &line), other)
        };
        let other = arrive(2);
        let silent: Vec<_> = (0..SILENT).map(|_| arrive(1)).collect();
        let (late, _line) = arrive(1);
        assert_eq!(late.enter(false), Admission::Served);
        assert!(silent[0].1.is_gone());
        assert_eq!(silent[0].0.enter(false), Admission::Leaving);
        assert!(!silent[1].1.is_gone() && !other.1.is_gone());
    }
}
