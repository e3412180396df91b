BEGIN;
SELECT id, district, institution_id, institution_type, street, inspection_id, number, issued_at, actor_id, served_at, note, version,
       created_at, created_by, updated_at FROM hz.rectification_order WHERE false;
SELECT id, edition, title, day_kind, legal_basis, basis_read, effective_from, effective_to FROM hz.deadline_rule WHERE false;
SELECT id, order_id, district, institution_id, n, finding_id, round, requirement, responsible_name, given_deadline, days, day_kind,
       legal_basis, rule_id FROM hz.rectification_order_item WHERE false;
SELECT id, order_id, district, method, served_at, receiver, actor_id, recorded_at, note FROM hz.order_service WHERE false;
SELECT id, finding_id, district, round, due_on, day_kind, days, rule_id, order_id, reason, explanation, set_by, set_at, current FROM hz.deadline WHERE false;
SELECT 1 / (relrowsecurity)::int FROM pg_class WHERE oid IN ('hz.rectification_order'::regclass, 'hz.rectification_order_item'::regclass,
	'hz.order_service'::regclass, 'hz.deadline'::regclass);
ROLLBACK;
