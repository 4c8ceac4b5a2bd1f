-- Technical breaks (SEC-08): announced, or taken back by a further line. It only grows (guards/0301).

create table breaks (
    school text not null, no bigint not null,
    withdraws bigint not null,     -- number of the break that this line takes back; 0 for an announcement
    starts text not null,          -- RFC 3339; of a line that takes back: of the break taken back
    ends text not null,
    reason text not null,
    announced_at text not null, announced_by text not null,
    primary key (school, no)
);
