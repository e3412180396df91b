BEGIN;
DROP TABLE hz.event_head, hz.event;
COMMIT;
