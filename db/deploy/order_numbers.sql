BEGIN;
-- The running number of orders, 责改〔year〕第 n 号: one row a district and year, locked while an order is written, so that
-- numbers have no holes.
CREATE TABLE hz.order_number (
	district	text NOT NULL,
	year		int NOT NULL,
	last		int NOT NULL CHECK (last > 0),
	PRIMARY KEY (district, year)
);
ALTER TABLE hz.order_number ENABLE ROW LEVEL SECURITY;

-- A rule says either how days are counted, or that the order's own date holds.
ALTER TABLE hz.deadline_rule ADD COLUMN applies_to text NOT NULL CHECK (applies_to IN ('days', 'date'));
COMMIT;
