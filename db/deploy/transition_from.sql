BEGIN;
-- What may be done from a state is asked with every finding that is read.
CREATE INDEX transition_from ON hz.transition (resource, from_state);
COMMIT;
