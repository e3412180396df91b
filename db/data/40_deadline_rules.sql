-- How deadlines are found, by edition; an order keeps the rule of its day.
--   basis_read = true: the articles were read; those of civil periods and of penalties are followed by analogy
--   legal_basis null: office default
--   roll: 'next_working_day' carries a last day that is off over to the next working day (Civil Code, article 203, paragraph 1). None
--   of these does: a hazard does not wait for the end of a holiday. An office that decides otherwise adds an edition.
INSERT INTO hz.deadline_rule AS r (id, edition, title, applies_to, day_kind, roll, legal_basis, basis_read, effective_from, effective_to) VALUES
	('calendar_days_0', '0', '送达当日不计，自次日起按自然日连续计算，至末日 24 时止', 'days', 'calendar', 'none',
	 NULL, false, '1949-10-01', '2020-12-31'),
	('calendar_days_1', '1', '送达当日不计，自次日起按自然日连续计算，至末日 24 时止，不因休息日顺延', 'days', 'calendar', 'none',
	 '参照《民法典》第二百零一条第一款、第二百零三条第二款', true, '2021-01-01', NULL),
	('working_days_0', '0', '送达当日不计，自次日起只计工作日，至最后一个工作日 24 时止', 'days', 'working', 'none',
	 NULL, false, '1949-10-01', '2021-07-14'),
	('working_days_1', '1', '送达当日不计，自次日起只计工作日（不含法定节假日和周末，含调休上班日），至最后一个工作日 24 时止', 'days', 'working', 'none',
	 '参照《民法典》第二百零一条第一款、第二百零三条第二款，《行政处罚法》（2021 年修订）第八十五条', true, '2021-07-15', NULL),
	('given_date_1', '1', '以责令改正通知写明的日期为准，至当日 24 时止', 'date', 'calendar', 'none', NULL, false, '1949-10-01', NULL)
ON CONFLICT (id) DO UPDATE
   SET edition = EXCLUDED.edition, title = EXCLUDED.title, roll = EXCLUDED.roll, legal_basis = EXCLUDED.legal_basis,
       basis_read = EXCLUDED.basis_read, effective_from = EXCLUDED.effective_from, effective_to = EXCLUDED.effective_to
 WHERE (r.edition, r.title, r.roll, r.legal_basis, r.basis_read, r.effective_from, r.effective_to)
       IS DISTINCT FROM (EXCLUDED.edition, EXCLUDED.title, EXCLUDED.roll, EXCLUDED.legal_basis, EXCLUDED.basis_read,
                         EXCLUDED.effective_from, EXCLUDED.effective_to);
