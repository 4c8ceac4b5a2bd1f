//! Timeliness of a journal under its policy: entry times that are known are judged, the rest is said to be unknown. Floor 2.
