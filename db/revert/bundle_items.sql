BEGIN;
DROP TABLE hz.bundle_item;
COMMIT;
