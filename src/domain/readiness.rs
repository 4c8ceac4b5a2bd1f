//! Readiness for the year: what must stand by 1 and 5 September, what is missing, who owes it. Floor 0.
