//! What is put is found again.

use super::*;

fn offer(n: u32) -> Offer {
    let some = |n: u32| n.is_multiple_of(3);
    Offer {
        active: n.is_multiple_of(2),
        sex: [None, Some(Sex::Male), Some(Sex::Female), Some(Sex::Any)][n as usize % 4],
        capacity: u16::try_from(n).unwrap(),
        week: n + 5,
        radius: some(n).then_some(1.2),
        max_hours: some(n + 1).then_some(3.7),
        home: Home {
            own: some(n + 2).then_some(NOWHERE),
            community: n,
            street: n + 1,
        },
        skills: (0..n % 5)
            .map(|k| (k * 7, 1 + u8::try_from(k % 3).unwrap()))
            .collect(),
        held: (0..n % 4)
            .map(|k| (k, some(k).then_some(Day(-3))))
            .collect(),
        away: (0..n % 3)
            .map(|k| Away {
                from: Day(i32::try_from(k).unwrap()),
                to: Day(5),
            })
            .collect(),
    }
}

fn assert_kept(cards: &Cards, s: u32, offer: &Offer) {
    let card = cards.card(s);
    assert!(card.known());
    assert_eq!(card.active(), offer.active);
    assert_eq!(card.sex(), offer.sex);
    assert_eq!(card.capacity, offer.capacity);
    assert_eq!(card.week, offer.week);
    assert_eq!(card.radius(), offer.radius);
    assert_eq!(cards.max_hours(s), offer.max_hours);
    assert!(cards.skills(s).eq(offer.skills.iter().copied()));
    let held = offer
        .held
        .iter()
        .map(|(c, until)| (*c, until.unwrap_or(Day(FOREVER))));
    assert!(cards.held(s).eq(held));
    assert_eq!(cards.is_away(s, Day(4)), !offer.away.is_empty());
    assert!(!cards.is_away(s, Day(6)));
    assert_eq!(cards.home(s).is_some(), offer.home.own.is_none());
    assert_eq!(
        cards.home(s).unwrap_or(offer.home).street,
        offer.home.street
    );
}

#[test]
fn what_is_put_is_found_however_often_it_is_put() {
    let mut cards = Cards::default();
    cards.grow(1_000);
    let mut kept: Vec<u32> = (0..1_000).collect();
    for round in 0..20 {
        for s in (0..1_000).step_by(1 + round) {
            let n = (s + u32::try_from(round).unwrap() * 17) % 997;
            cards.put(s, &offer(n));
            kept[s as usize] = n;
        }
    }
    for (s, n) in (0..).zip(&kept) {
        assert_kept(&cards, s, &offer(*n));
    }
    cards.pack();
    for (s, n) in (0..).zip(&kept) {
        assert_kept(&cards, s, &offer(*n));
    }
    assert!(!cards.card(1_000).known());
    assert_eq!(cards.skills(1_000).count(), 0);
}
