//! The one place that reads the clock. Floor 3: everywhere else time comes in as a value.

use chrono::{DateTime, FixedOffset};

use crate::flow::Act;

/// This moment in a zone, whole seconds.
pub fn now(zone: FixedOffset) -> DateTime<FixedOffset> {
    use chrono::Timelike as _;
    #[allow(clippy::disallowed_methods)] // the place the lint points to
    let moment = DateTime::<chrono::Utc>::from(std::time::SystemTime::now()).with_timezone(&zone);
    moment.with_nanosecond(0).unwrap_or(moment)
}

/// An act of this moment.
pub fn act(by: &str, zone: FixedOffset) -> Act {
    Act { by: by.to_owned(), at: now(zone) }
}
