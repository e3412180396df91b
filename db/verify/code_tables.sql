BEGIN;
SELECT code, position, name_zh, name_en, sensitive FROM hz.category WHERE false;
SELECT code, position, name_zh, name_en FROM hz.institution_type WHERE false;
SELECT code, type, position, name_zh, name_en FROM hz.institution_subtype WHERE false;
SELECT code, position, name_zh, name_en FROM hz.ownership WHERE false;
SELECT code, parent, level, name FROM hz.region WHERE false;
SELECT resource, command, outcome, from_state, to_state, roles, severity, self_found, when_due, kinds FROM hz.transition WHERE false;
ROLLBACK;
