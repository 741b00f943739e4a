//! Points on the earth and the distance between them.

use minicbor::{Decode, Encode};

/// Mean radius of the earth in km (IUGG), as SPEC §3 fixes it.
pub const EARTH_RADIUS_KM: f64 = 6371.0088;

/// A WGS 84 point in degrees.
#[derive(Clone, Copy, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Point {
    /// East of Greenwich.
    #[n(0)]
    pub lon: f64,
    /// North of the equator.
    #[n(1)]
    pub lat: f64,
}

impl Point {
    /// The point of two optional coordinates; none unless both are there.
    #[must_use]
    pub fn of(lon: Option<f64>, lat: Option<f64>) -> Option<Self> {
        Some(Self {
            lon: lon?,
            lat: lat?,
        })
    }

    /// Great-circle distance in km by the haversine formula on a sphere of [`EARTH_RADIUS_KM`].
    #[must_use]
    pub fn distance_km(self, other: Self) -> f64 {
        Target::of(other).distance_km(self)
    }
}

/// A point to which many distances are measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Target {
    lon: f64,
    lat_radians: f64,
    cos: f64,
}

impl Target {
    /// The target at a point.
    #[must_use]
    pub fn of(point: Point) -> Self {
        let lat_radians = point.lat.to_radians();
        Self {
            lon: point.lon,
            lat_radians,
            cos: lat_radians.cos(),
        }
    }

    /// The distance from a point in km, as [`Point::distance_km`] gives it.
    #[must_use]
    pub fn distance_km(&self, from: Point) -> f64 {
        let lat = from.lat.to_radians();
        let half_lat = ((self.lat_radians - lat) / 2.0).sin();
        let half_lon = ((self.lon - from.lon).to_radians() / 2.0).sin();
        let h = half_lat * half_lat + lat.cos() * self.cos * half_lon * half_lon;
        2.0 * EARTH_RADIUS_KM * h.sqrt().min(1.0).asin()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_degree_of_latitude_is_about_111_km() {
        let here = Point {
            lon: 116.4,
            lat: 39.9,
        };
        assert!((here.distance_km(Point { lat: 40.9, ..here }) - 111.195).abs() < 0.001);
        assert!(here.distance_km(here).abs() < f64::EPSILON);
    }
}
