BEGIN;
ALTER TABLE hz.clock DROP COLUMN replaces, DROP COLUMN provisional, DROP COLUMN counted_from;
ALTER TABLE hz.deadline DROP COLUMN provisional, DROP COLUMN counted_from;
ALTER TABLE hz.rectification_order_item DROP COLUMN limit_edition, DROP COLUMN limit_region, DROP COLUMN limit_code,
	DROP CONSTRAINT rectification_order_item_days_check,
	ADD CONSTRAINT rectification_order_item_days_check CHECK (days > 0);
ALTER TABLE hz.deadline_rule DROP COLUMN roll;
COMMIT;
