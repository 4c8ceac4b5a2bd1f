-- Who brings a carrier back when the one who took it has left the school: the director's order names the person, and the ground.

create table custody_orders (
    school text not null, trip bigint not null,
    no bigint not null,              -- from 1; the last one of a trip is in force
    person text not null,            -- who brings the carrier back; empty when it never left the safe
    from_whom text not null,         -- out of whose hands: the leaver, the family, a desk that was opened
    ground text not null,            -- «приказ от 10.11.2025 № 41-к»
    at text not null, by_person text not null,
    primary key (school, trip, no)
);
