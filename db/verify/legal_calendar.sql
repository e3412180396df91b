BEGIN;
SELECT id, year, title, number, issued_on, source, basis_read FROM hz.calendar_notice WHERE false;
SELECT day, notice_id, working, name_zh, name_en FROM hz.calendar_day WHERE false;
SELECT day, working, ordinal FROM hz.calendar_date WHERE false;
ROLLBACK;
