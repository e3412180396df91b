BEGIN;
SELECT district, year, last FROM hz.order_number WHERE false;
SELECT applies_to FROM hz.deadline_rule WHERE false;
ROLLBACK;
