-- Guards of 0287: who was given what stays.

create trigger if not exists paper_families_no_update before update on paper_families
begin
    select raise(abort, 'append-only: paper_families');
end;

create trigger if not exists paper_families_no_delete before delete on paper_families
begin
    select raise(abort, 'append-only: paper_families');
end;

create trigger if not exists paper_extracts_no_update before update on paper_extracts
begin
    select raise(abort, 'append-only: paper_extracts');
end;

create trigger if not exists paper_extracts_no_delete before delete on paper_extracts
begin
    select raise(abort, 'append-only: paper_extracts');
end;

create trigger if not exists paper_extract_handings_no_update before update on paper_extract_handings
begin
    select raise(abort, 'append-only: paper_extract_handings');
end;

create trigger if not exists paper_extract_handings_no_delete before delete on paper_extract_handings
begin
    select raise(abort, 'append-only: paper_extract_handings');
end;
