BEGIN;
ALTER TABLE hz.actor DROP CONSTRAINT actor_org_unit_id_fkey;
DROP TABLE hz.org_unit;
COMMIT;
