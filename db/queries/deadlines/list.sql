-- In branches, each along one index: of a district, or of institutions (the one asked for, or the caller's). The bounds are
-- subselects so that, behind the row policies, they still limit the index.
WITH due AS (
	SELECT l.* FROM unnest(:districts) s (district) CROSS JOIN LATERAL (
		SELECT d.due_on, d.id, d.institution_id, d AS f
		  FROM hz.finding d
		 WHERE d.district = s.district
		   \ir _finding.sql
		   \ir _filter.sql
		 ORDER BY d.due_on, d.id
		 LIMIT :limit + 1) l
	 WHERE cardinality(:institutions) = 0 AND :q_institution_id IS NULL
	UNION ALL
	SELECT l.* FROM unnest(CASE WHEN :q_institution_id IS NULL THEN :institutions ELSE ARRAY[:q_institution_id] END) s (institution_id) CROSS JOIN LATERAL (
		SELECT d.due_on, d.id, d.institution_id, d AS f
		  FROM hz.finding d
		 WHERE d.institution_id = s.institution_id
		   \ir _finding.sql
		   \ir _filter.sql
		 ORDER BY d.due_on, d.id
		 LIMIT :limit + 1) l
), running AS (
	SELECT l.* FROM unnest(:districts) s (district) CROSS JOIN LATERAL (
		SELECT d.due_on, d.id, d.institution_id, d AS c
		  FROM hz.clock d
		 WHERE d.district = s.district
		   \ir _clock.sql
		   \ir _filter.sql
		 ORDER BY d.due_on, d.id
		 LIMIT :limit + 1) l
	 WHERE cardinality(:institutions) = 0 AND :q_institution_id IS NULL
	UNION ALL
	SELECT l.* FROM unnest(CASE WHEN :q_institution_id IS NULL THEN :institutions ELSE ARRAY[:q_institution_id] END) s (institution_id) CROSS JOIN LATERAL (
		SELECT d.due_on, d.id, d.institution_id, d AS c
		  FROM hz.clock d
		 WHERE d.institution_id = s.institution_id
		   \ir _clock.sql
		   \ir _filter.sql
		 ORDER BY d.due_on, d.id
		 LIMIT :limit + 1) l
), reported AS (	-- the row policy knows whose reports the caller handles
	SELECT l.* FROM unnest(:districts) s (district) CROSS JOIN LATERAL (
		SELECT d.due_on, d.id, d.institution_id, d.k
		  FROM (SELECT k.due_on, k.id, k.district, k.kind, r.paused_at, r.institution_id, r.institution_type, r.street, r.category,
			       NULL::text AS severity, NULL::text AS responsible_name, k
			  FROM hz.report_clock k JOIN api.report_shown r ON r.id = k.report_id
			 WHERE k.ended_on IS NULL
			UNION ALL
			SELECT a.due_on, a.id, a.district, 'report_assignment', NULL, r.institution_id, r.institution_type, r.street, r.category, NULL, NULL,
			       api.assignment_clock(a)
			  FROM hz.report_assignment a JOIN api.report_shown r ON r.id = a.report_id
			 WHERE a.street IS NOT NULL AND a.replied_at IS NULL) d
		 WHERE d.district = s.district
		   \ir _report.sql
		   \ir _filter.sql
		 ORDER BY d.due_on, d.id
		 LIMIT :limit + 1) l
	 WHERE :role = 'handler'
), page AS (
	SELECT b.*, row_number() OVER (ORDER BY b.due_on, b.id) AS n
	  FROM (SELECT due_on, id, institution_id, f, NULL::hz.clock AS c, NULL::hz.report_clock AS k FROM due
		UNION ALL
		SELECT due_on, id, institution_id, NULL, c, NULL FROM running
		UNION ALL
		SELECT due_on, id, institution_id, NULL, NULL, k FROM reported) b
	 ORDER BY n
	 LIMIT :limit + 1)
SELECT api.audit_worklist(coalesce(json_agg(CASE WHEN (p.k).id IS NOT NULL THEN api.report_deadline_json(p.k, t.today)
		WHEN (p.c).id IS NULL THEN api.deadline_json(p.f, h.current, (SELECT name FROM hz.institution WHERE id = p.institution_id), t.today,
			(SELECT ordinal FROM hz.calendar_date WHERE day = p.due_on) - t.ordinal, h.changes)
		ELSE api.clock_json(p.c, g, (SELECT name FROM hz.institution WHERE id = p.institution_id), t.today,
			(SELECT ordinal FROM hz.calendar_date WHERE day = p.due_on) - t.ordinal) END ORDER BY p.n) FILTER (WHERE p.n <= :limit), '[]'), 'report_deadlines_listed', :role, :csv) AS items,
       CASE WHEN count(*) > :limit THEN json_agg(json_build_array(p.due_on, p.id)) FILTER (WHERE p.n = :limit) -> 0 END AS next_key
  FROM page p
 CROSS JOIN (SELECT d.today, (SELECT ordinal FROM hz.calendar_date WHERE day = d.today) AS ordinal
	       FROM (SELECT api.today() AS today OFFSET 0) d OFFSET 0) t
 CROSS JOIN LATERAL api.deadlines_of((p.f).id) h
  LEFT JOIN hz.finding g ON g.id = (p.c).finding_id
