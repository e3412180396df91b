BEGIN;
-- A rule may carry the last day of a period over to the next working day (Civil Code, article 203).
ALTER TABLE hz.deadline_rule ADD COLUMN roll text NOT NULL DEFAULT 'none' CHECK (roll IN ('none', 'next_working_day'));

-- An order that gives no period takes the time limit of its day; 0 days: at once.
ALTER TABLE hz.rectification_order_item
	DROP CONSTRAINT rectification_order_item_days_check,
	ADD CONSTRAINT rectification_order_item_days_check CHECK (days >= 0),
	ADD COLUMN limit_code text, ADD COLUMN limit_region text, ADD COLUMN limit_edition text,
	ADD CONSTRAINT rectification_order_item_limit_fkey FOREIGN KEY (limit_code, limit_region, limit_edition)
		REFERENCES hz.time_limit (code, region, edition);

-- What was counted can be counted again, when a notice changes which days work: from the day after counted_from. What was counted is
-- provisional as long as its explanation warns of a year without a notice; a date given (counted_from is NULL) never is.
ALTER TABLE hz.deadline
	ADD COLUMN counted_from date,
	ADD COLUMN provisional boolean NOT NULL GENERATED ALWAYS AS (counted_from IS NOT NULL AND explanation @> '[{"step": "warning"}]') STORED;
UPDATE hz.deadline d SET counted_from = (s.served_at AT TIME ZONE 'Asia/Shanghai')::date
  FROM hz.order_service s WHERE s.order_id = d.order_id AND d.days IS NOT NULL;
ALTER TABLE hz.clock
	ADD COLUMN counted_from date,
	ADD COLUMN provisional boolean NOT NULL GENERATED ALWAYS AS (counted_from IS NOT NULL AND explanation @> '[{"step": "warning"}]') STORED,
	ADD COLUMN replaces uuid CONSTRAINT clock_replaces_fkey REFERENCES hz.clock;	-- the one whose date was counted again
UPDATE hz.clock SET counted_from = (started_at AT TIME ZONE 'Asia/Shanghai')::date WHERE limit_region IS NOT NULL;
COMMIT;
