//! Instants in REST bodies (`protocol/rest.md` §1.5).

use chrono::{DateTime, NaiveDate, NaiveDateTime, SecondsFormat, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::lenient::number;

/// An instant, in milliseconds since 1970 UTC. Written as ISO 8601 with `Z`;
/// read from that, from unix seconds, and from unix milliseconds, which some
/// SDK sends (`protocol/xmpp.md` §5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Date(pub i64);

/// No instant in seconds is as large as this; one in milliseconds is.
const MILLIS_FROM: i64 = 100_000_000_000;

impl Date {
    /// From unix seconds.
    #[must_use]
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1000))
    }

    /// From unix seconds or, if it is too large for that, milliseconds. What is
    /// too large for both becomes the last instant that has seconds: nonsense
    /// must not read back as something else.
    #[must_use]
    pub const fn from_number(number: i64) -> Self {
        if number > MILLIS_FROM * 1000 {
            Self(MILLIS_FROM * 1000)
        } else if number > MILLIS_FROM {
            Self(number)
        } else {
            Self::from_seconds(number)
        }
    }

    /// Whole unix seconds, rounded down.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// Reads ISO 8601, with or without a zone, or a number.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Ok(date) = DateTime::parse_from_rfc3339(text) {
            return Some(Self(date.timestamp_millis()));
        }
        // As in the header `CB-Token-ExpirationDate` (`protocol/rest.md` §1.2).
        let plain = text.trim_end_matches("UTC").trim_end();
        for format in ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f"] {
            if let Ok(date) = NaiveDateTime::parse_from_str(plain, format) {
                return Some(Self(date.and_utc().timestamp_millis()));
            }
        }
        if let Ok(day) = NaiveDate::parse_from_str(plain, "%Y-%m-%d") {
            return Some(Self(
                day.and_time(chrono::NaiveTime::MIN)
                    .and_utc()
                    .timestamp_millis(),
            ));
        }
        number(&Value::String(text.to_owned())).map(Self::from_number)
    }

    /// ISO 8601 in UTC, to the second.
    #[must_use]
    pub fn to_iso(self) -> String {
        DateTime::<Utc>::from_timestamp_millis(self.0)
            .unwrap_or_default()
            .to_rfc3339_opts(SecondsFormat::Secs, true)
    }

    /// ISO 8601 in UTC, to the millisecond, as in `<delay/>`.
    #[must_use]
    pub fn to_iso_millis(self) -> String {
        DateTime::<Utc>::from_timestamp_millis(self.0)
            .unwrap_or_default()
            .to_rfc3339_opts(SecondsFormat::Millis, true)
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&self.to_iso())
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        read(&Value::deserialize(d)?).ok_or_else(|| serde::de::Error::custom("not a date"))
    }
}

fn read(value: &Value) -> Option<Date> {
    match value {
        Value::String(text) => Date::parse(text),
        other => number(other).map(Date::from_number),
    }
}

/// An instant or nothing, and nothing for what is no instant.
pub(super) fn opt_date<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Date>, D::Error> {
    Ok(read(&Value::deserialize(d)?))
}

/// Unix seconds out of a number (milliseconds are divided) or an ISO text.
pub(super) fn opt_seconds<'de, D: Deserializer<'de>>(d: D) -> Result<Option<i64>, D::Error> {
    Ok(opt_date(d)?.map(Date::seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_come_in_many_clothes() {
        for text in [
            "2026-01-02T03:04:05Z",
            "2026-01-02T04:04:05+01:00",
            "2026-01-02T03:04:05",
            "2026-01-02 03:04:05 UTC",
            "1767323045",
            "1767323045000",
        ] {
            assert_eq!(
                Date::parse(text),
                Some(Date::from_seconds(1_767_323_045)),
                "{text}"
            );
        }
        assert_eq!(Date::parse("soon"), None);
        assert_eq!(
            Date::from_seconds(1_767_323_045).to_iso(),
            "2026-01-02T03:04:05Z"
        );
        assert_eq!(
            Date(1_767_323_045_006).to_iso_millis(),
            "2026-01-02T03:04:05.006Z"
        );
        assert_eq!(
            Date::parse("2026-01-02T03:04:05.250Z").map(Date::seconds),
            Some(1_767_323_045)
        );
    }
}
