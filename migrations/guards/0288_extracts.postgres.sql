-- Guards of 0287 on PostgreSQL: the same rules.

create or replace trigger paper_families_append_only before update or delete on paper_families
    for each row execute function letopis_append_only();

create or replace trigger paper_families_no_truncate before truncate on paper_families
    for each statement execute function letopis_append_only();

create or replace trigger paper_extracts_append_only before update or delete on paper_extracts
    for each row execute function letopis_append_only();

create or replace trigger paper_extracts_no_truncate before truncate on paper_extracts
    for each statement execute function letopis_append_only();

create or replace trigger paper_extract_handings_append_only before update or delete on paper_extract_handings
    for each row execute function letopis_append_only();

create or replace trigger paper_extract_handings_no_truncate before truncate on paper_extract_handings
    for each statement execute function letopis_append_only();
