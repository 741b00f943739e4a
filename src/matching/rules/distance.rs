//! The rule `distance` of SPEC §3.

use crate::both;
use crate::domain::Said;
use crate::matching::ask::Ask;

pub(super) fn refuses(a: &Ask<'_>, s: u32) -> bool {
    a.too_far(s)
}

pub(super) fn say(a: &Ask<'_>, s: u32) -> Said {
    let (distance, radius) = (a.distance(s), a.supplier(s).radius());
    let Some(d) = distance else {
        return if refuses(a, s) {
            both!(zh: "没有位置，无法判断距离", en: "there is no place from which to tell the distance")
        } else {
            both!(zh: "距离符合要求", en: "the distance is no hindrance")
        };
    };
    match radius.filter(|_| refuses(a, s)) {
        Some(r) => {
            let d = beyond(d, r);
            both!(zh: "相距 {d} 公里，服务半径 {r} 公里", en: "is {d} km away, goes {r} km")
        }
        None => both!(zh: "距离符合要求（{d:.1} 公里）", en: "the distance is no hindrance ({d:.1} km)"),
    }
}

/// A distance that is more than a radius, with as many digits as it takes to see that.
fn beyond(distance: f64, radius: f64) -> String {
    let told = |digits: usize| format!("{distance:.digits$}");
    let seen = (1..3).map(told).find(|d| d.parse().is_ok_and(|d: f64| d > radius));
    seen.unwrap_or_else(|| told(3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_distance_just_beyond_the_radius_is_told_with_more_digits() {
        let told = [(2.9, 1.0), (0.53, 0.5), (1.004, 1.0)].map(|(d, r)| beyond(d, r));
        assert_eq!(told, ["2.9", "0.53", "1.004"]);
    }
}
