BEGIN;
DROP TABLE hz.calendar_date, hz.calendar_day, hz.calendar_notice;
COMMIT;
