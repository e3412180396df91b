BEGIN;
SELECT id, district, institution_id, institution_type, street, inspection_id, category, severity, source_kind, self_found, description,
       location, key_place, suggestion, recurs_of, found_at, state, is_open, round, due_on, responsible_name, order_item_id, merged_into,
       last_act_at, closed_at, version, created_at, created_by, updated_at FROM hz.finding WHERE false;
SELECT id, finding_id, district, institution_id, command, outcome, round, from_state, to_state, actor_id, role, occurred_at, recorded_at,
       note, detail FROM hz.finding_act WHERE false;
SELECT 1 / (relrowsecurity)::int FROM pg_class WHERE oid IN ('hz.finding'::regclass, 'hz.finding_act'::regclass);
ROLLBACK;
