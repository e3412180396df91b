-- Clocks of reports whose step is the caller's: a handler's, of those given to nobody else; an institution's, that was told first.
SELECT l.*
  FROM unnest(:districts) d
 CROSS JOIN LATERAL (
	SELECT 'to_follow_up' AS task, 'whistleblower_report' AS resource, r.id AS resource_id, '/v1/whistleblower-reports/' || r.id AS href, k.id,
	       w.at, k.due_on, k.started_on::timestamp AT TIME ZONE 'Asia/Shanghai' AS since, k.title, r.institution_id, r.district, r.street,
	       'running' AS state
	  FROM hz.report_clock k JOIN api.report_shown r ON r.id = k.report_id
	  LEFT JOIN hz.time_limit t ON (t.code, t.region, t.edition) = (k.kind, k.limit_region, k.limit_edition)
	 CROSS JOIN LATERAL (SELECT (k.due_on + 1)::timestamp AT TIME ZONE 'Asia/Shanghai' AS at) w
	 WHERE k.district = d AND k.ended_on IS NULL
	   AND :role IN ('handler', 'institution') AND :role = ANY (coalesce(t.responsible, '{handler}'))
	   AND r.paused_at IS NULL AND (:role = 'institution' OR r.handler_id IS NULL OR r.handler_id = :me)
	   AND 'to_follow_up' = :q_task --? q_task
	   AND k.district = :q_district --? q_district
	   AND (w.at, k.id) > ((SELECT :after_1::timestamptz), (SELECT :after_2::uuid)) --? after
	 ORDER BY k.due_on, k.id
	 LIMIT :limit + 1) l
