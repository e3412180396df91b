BEGIN;
SELECT category FROM hz.rectification_order WHERE false;
ROLLBACK;
