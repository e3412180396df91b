BEGIN;
SELECT inspection_id, kind, id, district, digest, actor_id, created_at FROM hz.bundle_item WHERE false;
ROLLBACK;
