BEGIN;
SELECT id, finding_id, district, institution_id, institution_type, street, category, round, state, old_deadline, new_deadline, granted_deadline, reason,
       late_days, asked_by, asked_at, decided_by, decision_reason, closed_at, lapsed_by, created_at, updated_at FROM hz.extension WHERE false;
SELECT 1 / (relrowsecurity)::int FROM pg_class WHERE oid = 'hz.extension'::regclass;
ROLLBACK;
