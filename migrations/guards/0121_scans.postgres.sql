-- Guards of 0120: scans and what was decided about them only grow.
create or replace trigger scan_files_append_only before update or delete on scan_files
    for each row execute function letopis_append_only();
create or replace trigger scan_pages_append_only before update or delete on scan_pages
    for each row execute function letopis_append_only();
create or replace trigger scan_decisions_append_only before update or delete on scan_decisions
    for each row execute function letopis_append_only();
create or replace trigger sheet_receipts_append_only before update or delete on sheet_receipts
    for each row execute function letopis_append_only();
create or replace trigger paper_stages_append_only before update or delete on paper_stages
    for each row execute function letopis_append_only();
