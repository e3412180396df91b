BEGIN;
SELECT code, position, name_zh, name_en, with_amount, to_be_paid, legal_basis, basis_read FROM hz.penalty_kind WHERE false;
SELECT id, district, finding_id, institution_id, institution_type, street, kind, state, occurred_at, document_number, matter, legal_basis, persons, place,
       record, scope, scope_text, lifted_at, suspension_id, reinspection_id, step_at, result, penalties, to_pay, actor_id, note, version, created_at,
       updated_at FROM hz.enforcement_measure WHERE false;
SELECT id, measure_id, district, institution_id, step, outcome, from_state, to_state, actor_id, role, occurred_at, recorded_at, document_number, note, detail
  FROM hz.penalty_step WHERE false;
SELECT suspensions FROM hz.institution WHERE false;
SELECT 1 / count(*) FROM pg_constraint WHERE conname = 'institution_suspended_by_measure';
ROLLBACK;
