//! Setting up the school's year: calendar, events, rooms, timetable, curriculum, plans, and the readiness checklist. Floor 2.
