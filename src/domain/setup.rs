//! The school's year beside the journal: calendar and events, rooms, timetable, curriculum, plans, movement. Floor 0.
