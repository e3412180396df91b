BEGIN;
ALTER TABLE hz.rectification_order DROP COLUMN category;
COMMIT;
