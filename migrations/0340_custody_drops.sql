-- Requests of the custody log whose carrier never left the safe: taken back by who asked, or declined by the director or the secretary. The
-- request itself stays in custody_trips; this only grows (guards/0341).

create table custody_drops (
    school text not null, trip bigint not null,
    reason text not null,          -- why; may be empty for a request that was taken back
    office text not null,          -- office of who declined it; empty for a request that was taken back
    at text not null, by_person text not null,
    primary key (school, trip)
);
