BEGIN;
-- The State Council's notices of holidays and make-up days (调休), and the days they name. A year may have more than one notice.
CREATE TABLE hz.calendar_notice (
	id		text PRIMARY KEY,
	year		int NOT NULL,
	title		text NOT NULL,
	number		text,			-- of the document; NULL where it is not known
	issued_on	date,
	source		text NOT NULL,		-- where its days were taken from
	basis_read	boolean NOT NULL DEFAULT false	-- the notice itself was read, not data made of it
);
CREATE INDEX calendar_notice_year ON hz.calendar_notice (year);

-- Days that are not what their weekday says: a day off on a weekday or, working, a day to make up for it; holidays on weekends too.
CREATE TABLE hz.calendar_day (
	day		date PRIMARY KEY,
	notice_id	text NOT NULL CONSTRAINT calendar_day_notice_id_fkey REFERENCES hz.calendar_notice,
	working		boolean NOT NULL,
	name_zh		text NOT NULL,
	name_en		text NOT NULL
);
CREATE INDEX calendar_day_notice ON hz.calendar_day (notice_id);

-- Every day with the number of working days up to it, it included: made of the two above (api.calendar_fill), so that
-- counting is a look-up. In years without a notice weekdays work, which is not final.
CREATE TABLE hz.calendar_date (
	day		date PRIMARY KEY,
	working		boolean NOT NULL,
	ordinal		int NOT NULL
);
CREATE INDEX calendar_date_ordinal ON hz.calendar_date (ordinal) WHERE working;
COMMIT;
