-- Guards of truncation on PostgreSQL: TRUNCATE asks no trigger of a row, so each table that has a guard of its rows has one of the whole
-- table too. SQLite has no such statement, and its guards meet a `delete` without `where` row by row.

create or replace trigger absences_no_truncate before truncate on absences
    for each statement execute function letopis_append_only();

create or replace trigger access_notes_no_truncate before truncate on access_notes
    for each statement execute function letopis_append_only();

create or replace trigger accounts_no_truncate before truncate on accounts
    for each statement execute function letopis_append_only();

create or replace trigger appointment_readings_no_truncate before truncate on appointment_readings
    for each statement execute function letopis_append_only();

create or replace trigger backup_carriers_no_truncate before truncate on backup_carriers
    for each statement execute function letopis_append_only();

create or replace trigger backup_checks_no_truncate before truncate on backup_checks
    for each statement execute function letopis_append_only();

create or replace trigger backup_prunings_no_truncate before truncate on backup_prunings
    for each statement execute function letopis_append_only();

create or replace trigger backups_no_truncate before truncate on backups
    for each statement execute function letopis_append_only();

create or replace trigger bells_no_truncate before truncate on bells
    for each statement execute function letopis_append_only();

create or replace trigger calendar_days_no_truncate before truncate on calendar_days
    for each statement execute function letopis_append_only();

create or replace trigger carrier_codes_no_truncate before truncate on carrier_codes
    for each statement execute function letopis_append_only();

create or replace trigger carrier_lines_no_truncate before truncate on carrier_lines
    for each statement execute function letopis_append_only();

create or replace trigger carrier_places_no_truncate before truncate on carrier_places
    for each statement execute function letopis_append_only();

create or replace trigger carrier_undertakings_no_truncate before truncate on carrier_undertakings
    for each statement execute function letopis_append_only();

create or replace trigger carriers_no_truncate before truncate on carriers
    for each statement execute function letopis_append_only();

create or replace trigger classes_no_truncate before truncate on classes
    for each statement execute function letopis_append_only();

create or replace trigger closed_years_no_truncate before truncate on closed_years
    for each statement execute function letopis_append_only();

create or replace trigger control_works_no_truncate before truncate on control_works
    for each statement execute function letopis_append_only();

create or replace trigger course_details_no_truncate before truncate on course_details
    for each statement execute function letopis_append_only();

create or replace trigger courses_no_truncate before truncate on courses
    for each statement execute function letopis_append_only();

create or replace trigger curriculum_no_truncate before truncate on curriculum
    for each statement execute function letopis_append_only();

create or replace trigger custody_steps_no_truncate before truncate on custody_steps
    for each statement execute function letopis_append_only();

create or replace trigger custody_trips_no_truncate before truncate on custody_trips
    for each statement execute function letopis_append_only();

create or replace trigger decisions_no_truncate before truncate on decisions
    for each statement execute function letopis_append_only();

create or replace trigger earlier_teachers_no_truncate before truncate on earlier_teachers
    for each statement execute function letopis_append_only();

create or replace trigger events_no_truncate before truncate on events
    for each statement execute function letopis_append_only();

create or replace trigger file_plan_no_truncate before truncate on file_plan
    for each statement execute function letopis_append_only();

create or replace trigger file_plan_closings_no_truncate before truncate on file_plan_closings
    for each statement execute function letopis_append_only();

create or replace trigger final_marks_no_truncate before truncate on final_marks
    for each statement execute function letopis_append_only();

create or replace trigger foreign_marks_no_truncate before truncate on foreign_marks
    for each statement execute function letopis_append_only();

create or replace trigger foreign_signatures_no_truncate before truncate on foreign_signatures
    for each statement execute function letopis_append_only();

create or replace trigger group_members_no_truncate before truncate on group_members
    for each statement execute function letopis_append_only();

create or replace trigger handover_signatures_no_truncate before truncate on handover_signatures
    for each statement execute function letopis_append_only();

create or replace trigger handovers_no_truncate before truncate on handovers
    for each statement execute function letopis_append_only();

create or replace trigger imports_no_truncate before truncate on imports
    for each statement execute function letopis_append_only();

create or replace trigger individual_plans_no_truncate before truncate on individual_plans
    for each statement execute function letopis_append_only();

create or replace trigger kept_statements_no_truncate before truncate on kept_statements
    for each statement execute function letopis_append_only();

create or replace trigger learners_no_truncate before truncate on learners
    for each statement execute function letopis_append_only();

create or replace trigger lessons_no_truncate before truncate on lessons
    for each statement execute function letopis_append_only();

create or replace trigger marks_no_truncate before truncate on marks
    for each statement execute function letopis_append_only();

create or replace trigger paper_closings_no_truncate before truncate on paper_closings
    for each statement execute function letopis_append_only();

create or replace trigger paper_copies_no_truncate before truncate on paper_copies
    for each statement execute function letopis_append_only();

create or replace trigger paper_facts_no_truncate before truncate on paper_facts
    for each statement execute function letopis_append_only();

create or replace trigger paper_register_no_truncate before truncate on paper_register
    for each statement execute function letopis_append_only();

create or replace trigger paper_stages_no_truncate before truncate on paper_stages
    for each statement execute function letopis_append_only();

create or replace trigger periods_no_truncate before truncate on periods
    for each statement execute function letopis_append_only();

create or replace trigger plan_topics_no_truncate before truncate on plan_topics
    for each statement execute function letopis_append_only();

create or replace trigger policies_no_truncate before truncate on policies
    for each statement execute function letopis_append_only();

create or replace trigger refusals_no_truncate before truncate on refusals
    for each statement execute function letopis_append_only();

create or replace trigger regimes_no_truncate before truncate on regimes
    for each statement execute function letopis_append_only();

create or replace trigger remarks_no_truncate before truncate on remarks
    for each statement execute function letopis_append_only();

create or replace trigger revocations_no_truncate before truncate on revocations
    for each statement execute function letopis_append_only();

create or replace trigger rooms_no_truncate before truncate on rooms
    for each statement execute function letopis_append_only();

create or replace trigger scan_decisions_no_truncate before truncate on scan_decisions
    for each statement execute function letopis_append_only();

create or replace trigger scan_files_no_truncate before truncate on scan_files
    for each statement execute function letopis_append_only();

create or replace trigger scan_pages_no_truncate before truncate on scan_pages
    for each statement execute function letopis_append_only();

create or replace trigger sessions_no_truncate before truncate on sessions
    for each statement execute function letopis_append_only();

create or replace trigger sheet_receipts_no_truncate before truncate on sheet_receipts
    for each statement execute function letopis_append_only();

create or replace trigger staff_no_truncate before truncate on staff
    for each statement execute function letopis_append_only();

create or replace trigger stays_no_truncate before truncate on stays
    for each statement execute function letopis_append_only();

create or replace trigger teaching_load_no_truncate before truncate on teaching_load
    for each statement execute function letopis_append_only();

create or replace trigger timetable_no_truncate before truncate on timetable
    for each statement execute function letopis_append_only();

create or replace trigger tokens_no_truncate before truncate on tokens
    for each statement execute function letopis_append_only();

create or replace trigger volume_numberings_no_truncate before truncate on volume_numberings
    for each statement execute function letopis_append_only();
