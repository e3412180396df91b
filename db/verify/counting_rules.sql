BEGIN;
SELECT roll FROM hz.deadline_rule WHERE false;
SELECT limit_code, limit_region, limit_edition FROM hz.rectification_order_item WHERE false;
SELECT counted_from, provisional FROM hz.deadline WHERE false;
SELECT counted_from, provisional, replaces FROM hz.clock WHERE false;
ROLLBACK;
