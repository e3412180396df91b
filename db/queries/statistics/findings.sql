-- One pass over the findings in scope, in a branch by district or by institution as in findings/list; the sum comes with the groups, and
-- before them on the first page. Members of a closed list stand in their own order, other groups by their key.
WITH shown AS (
	SELECT
	       \ir _columns.sql
	  FROM unnest(:districts) s (district) JOIN hz.finding f ON f.district = s.district
	 WHERE cardinality(:institutions) = 0 AND :q_institution_id IS NULL
	   \ir _filter.sql
	UNION ALL
	SELECT
	       \ir _columns.sql
	  FROM unnest(CASE WHEN :q_institution_id IS NULL THEN :institutions ELSE ARRAY[:q_institution_id] END) s (institution_id)
	  JOIN hz.finding f ON f.institution_id = s.institution_id
	 WHERE true
	   \ir _filter.sql
), counted AS (
	SELECT f.key, grouping(f.key) = 1 AS sum, ROW(
		count(*), count(*) FILTER (WHERE f.is_open), count(*) FILTER (WHERE f.state = 'closed'), count(*) FILTER (WHERE f.state = 'dismissed'),
		count(*) FILTER (WHERE f.state = 'merged'), count(*) FILTER (WHERE f.state = 'voided'), count(*) FILTER (WHERE f.state = 'terminated'),
		count(*) FILTER (WHERE f.state = 'transferred'), count(*) FILTER (WHERE f.is_open AND f.due_on < t.today),
		count(*) FILTER (WHERE f.severity = 'major'), count(*) FILTER (WHERE f.self_found), count(*) FILTER (WHERE f.source_kind = 'inspection'),
		count(*) FILTER (WHERE f.closed_by = 'self-acceptances'), count(*) FILTER (WHERE f.closed_by = 'corrections'),
		count(*) FILTER (WHERE f.state = 'closed' AND f.due_on IS NOT NULL),
		count(*) FILTER (WHERE f.state = 'closed' AND (f.closed_at AT TIME ZONE 'Asia/Shanghai')::date <= f.due_on),
		sum(f.reinspected), sum(f.reinspection_failed),
		percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM f.closed_at - f.found_at)::float8 / 86400) FILTER (WHERE f.state = 'closed')
		)::api.finding_counts AS counts
	  FROM shown f CROSS JOIN (SELECT api.today() AS today OFFSET 0) t
	 GROUP BY GROUPING SETS ((f.key), ())
), groups AS (
	SELECT coalesce(m.key, c.key) AS key, coalesce(m.place, c.key) AS place, m.name, c.counts
	  FROM (SELECT * FROM counted WHERE NOT sum AND key IS NOT NULL) c
	  FULL JOIN api.statistics_members(:q_group_by) m ON m.key = c.key
	 WHERE c.key IS NOT NULL OR m.shown	-- and neither scope nor filter leaves it out
	   AND (:q_group_by <> 'type' OR cardinality(:types) = 0 OR m.key = ANY (:types))
	   AND (:q_group_by <> 'type' OR m.key = :q_type) --? q_type
	   AND (:q_group_by <> 'category' OR m.key = :q_category) --? q_category
	   AND (:q_group_by <> 'severity' OR m.key = :q_severity) --? q_severity
	   AND (:q_group_by <> 'source' OR m.key = :q_source_kind) --? q_source_kind
	UNION ALL
	SELECT NULL, '', '合计', counts FROM counted WHERE sum
), page AS (
	SELECT g.*, row_number() OVER (ORDER BY g.place, g.key) AS n
	  FROM groups g
	 WHERE true
	   AND (g.place, g.key) > (:after_1, :after_2) --? after
	 ORDER BY n
	 LIMIT :limit + 1)
SELECT json_agg(api.statistics_json(:q_group_by, p.key, coalesce(p.name, i.name, r.name, p.key), p.counts, o.omitted) ORDER BY p.n) FILTER (WHERE p.n <= :limit) AS items,
       CASE WHEN count(*) > :limit THEN json_agg(json_build_array(p.place, coalesce(p.key, ''))) FILTER (WHERE p.n = :limit) -> 0 END AS next_key
  FROM page p
  LEFT JOIN hz.institution i ON :q_group_by = 'institution' AND i.id::text = p.key
  LEFT JOIN hz.region r ON :q_group_by IN ('district', 'street') AND r.code = p.key
 CROSS JOIN LATERAL (SELECT ARRAY(SELECT c.code FROM hz.category c
	WHERE NOT api.category_shown(c.code) AND (:q_group_by <> 'category' OR p.key IS NULL OR c.code = p.key)
	  AND c.code = :q_category --? q_category
	ORDER BY c.position) AS omitted) o
