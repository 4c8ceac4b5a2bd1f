-- Guards of 0120: scans and what was decided about them only grow.

create trigger if not exists scan_files_no_update before update on scan_files
begin
    select raise(abort, 'append-only: scan_files');
end;

create trigger if not exists scan_files_no_delete before delete on scan_files
begin
    select raise(abort, 'append-only: scan_files');
end;

create trigger if not exists scan_pages_no_update before update on scan_pages
begin
    select raise(abort, 'append-only: scan_pages');
end;

create trigger if not exists scan_pages_no_delete before delete on scan_pages
begin
    select raise(abort, 'append-only: scan_pages');
end;

create trigger if not exists scan_decisions_no_update before update on scan_decisions
begin
    select raise(abort, 'append-only: scan_decisions');
end;

create trigger if not exists scan_decisions_no_delete before delete on scan_decisions
begin
    select raise(abort, 'append-only: scan_decisions');
end;

create trigger if not exists sheet_receipts_no_update before update on sheet_receipts
begin
    select raise(abort, 'append-only: sheet_receipts');
end;

create trigger if not exists sheet_receipts_no_delete before delete on sheet_receipts
begin
    select raise(abort, 'append-only: sheet_receipts');
end;

create trigger if not exists paper_stages_no_update before update on paper_stages
begin
    select raise(abort, 'append-only: paper_stages');
end;

create trigger if not exists paper_stages_no_delete before delete on paper_stages
begin
    select raise(abort, 'append-only: paper_stages');
end;
