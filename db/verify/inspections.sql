BEGIN;
SELECT id, district, institution_id, institution_type, street, kind, method, task_source, planned_on, checklist_id, state, place,
       credentials_shown, accompanying, noticed_at, started_at, ended_at, conclusion, recorded_at, cancel_reason, note, last_act_at, version,
       created_at, created_by, updated_at FROM hz.inspection WHERE false;
SELECT inspection_id, district, n, actor_id, name, certificate_no FROM hz.inspection_inspector WHERE false;
SELECT id, inspection_id, district, command, from_state, to_state, actor_id, occurred_at, recorded_at, note, detail FROM hz.inspection_act WHERE false;
SELECT inspection_id, item_id, district, answer, note, finding_id FROM hz.inspection_answer WHERE false;
SELECT 1 / (count(*) = 4)::int FROM pg_class WHERE relnamespace = 'hz'::regnamespace AND relname LIKE 'inspection%' AND relkind = 'r' AND relrowsecurity;
ROLLBACK;
