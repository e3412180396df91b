BEGIN;
SELECT id, kind, district, institution_id, institution_type, street, finding_id, category, severity, resource, resource_id, title, responsible,
       responsible_name, limit_region, limit_edition, started_at, due_on, shown_from, explanation, ended_at, ended_by, created_at FROM hz.clock WHERE false;
ROLLBACK;
