//! The school's calendar: study days, days off, holidays, the week of a class, counting of days. Floor 0.
