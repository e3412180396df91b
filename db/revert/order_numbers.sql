BEGIN;
ALTER TABLE hz.deadline_rule DROP COLUMN applies_to;
DROP TABLE hz.order_number;
COMMIT;
