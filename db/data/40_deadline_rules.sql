-- How deadlines are found, by edition; an order keeps the rule of its day.
--   basis_read = true: the articles were read; they are those of civil periods, followed by analogy
--   legal_basis null: office default
-- The next working day after a holiday (Civil Code, article 203, paragraph 1) needs the calendar of working days and is a
-- later edition.
INSERT INTO hz.deadline_rule AS r (id, edition, title, applies_to, day_kind, legal_basis, basis_read, effective_from, effective_to) VALUES
	('calendar_days_0', '0', '送达当日不计，自次日起按自然日连续计算，至末日 24 时止', 'days', 'calendar',
	 NULL, false, '1949-10-01', '2020-12-31'),
	('calendar_days_1', '1', '送达当日不计，自次日起按自然日连续计算，至末日 24 时止，不因休息日顺延', 'days', 'calendar',
	 '参照《民法典》第二百零一条第一款、第二百零三条第二款', true, '2021-01-01', NULL),
	('given_date_1', '1', '以责令改正通知写明的日期为准，至当日 24 时止', 'date', 'calendar', NULL, false, '1949-10-01', NULL)
ON CONFLICT (id) DO UPDATE
   SET edition = EXCLUDED.edition, title = EXCLUDED.title, legal_basis = EXCLUDED.legal_basis, basis_read = EXCLUDED.basis_read,
       effective_from = EXCLUDED.effective_from, effective_to = EXCLUDED.effective_to
 WHERE (r.edition, r.title, r.legal_basis, r.basis_read, r.effective_from, r.effective_to)
       IS DISTINCT FROM (EXCLUDED.edition, EXCLUDED.title, EXCLUDED.legal_basis, EXCLUDED.basis_read, EXCLUDED.effective_from,
                         EXCLUDED.effective_to);
