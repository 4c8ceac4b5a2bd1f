//! Pages of the school's year: readiness, calendar, timetable, plans, movement, closing the year. Floor 3.
