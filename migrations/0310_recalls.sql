-- Recalls of signed copies for correction (DOC-11): made, or taken back by a further line. It only grows (guards/0311).

create table recalls (
    school text not null, no bigint not null,
    withdraws bigint not null,     -- number of the recall that this line takes back; 0 for a recall
    copy text not null, version bigint not null,
    sheets text not null,          -- identifiers, parted by a space
    ground text not null,
    recalled_at text not null,     -- RFC 3339
    recalled_by text not null,
    primary key (school, no)
);
