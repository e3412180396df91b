-- What a street office was asked about a report, and has not answered.
SELECT l.*
  FROM unnest(:districts) d
 CROSS JOIN LATERAL (
	SELECT 'to_reply' AS task, 'report_assignment' AS resource, a.id AS resource_id, '/v1/whistleblower-report-assignments?open=true' AS href, a.id,
	       w.at, a.due_on, a.assigned_at AS since, left(a.task, 80) AS title, NULL::uuid AS institution_id, a.district, a.street, 'open' AS state
	  FROM hz.report_assignment a
	 CROSS JOIN LATERAL (SELECT coalesce((a.due_on + 1)::timestamp AT TIME ZONE 'Asia/Shanghai', a.assigned_at) AS at) w
	 WHERE a.district = d AND a.street = ANY (:streets) AND a.replied_at IS NULL
	   AND :role = 'street'
	   AND 'to_reply' = :q_task --? q_task
	   AND a.district = :q_district --? q_district
	   AND (w.at, a.id) > ((SELECT :after_1::timestamptz), (SELECT :after_2::uuid)) --? after
	 ORDER BY w.at, a.id
	 LIMIT :limit + 1) l
