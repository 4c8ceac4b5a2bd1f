//! For those who run the house: health, readiness, metrics. Floor 3.
