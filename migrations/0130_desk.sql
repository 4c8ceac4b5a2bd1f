-- The signing desk, second part. Who taught a course before its present teacher: one row for each change in the year. The lessons up to `until`
-- are the earlier teacher's, who signs their sheet (domain 3.6); `signer` signs for a teacher who cannot, under the order of `ground`.
create table earlier_teachers (
    school text not null, year text not null,
    course text not null, until text not null, teacher text not null, ground text not null, signer text not null,
    primary key (school, year, course, until)
);
