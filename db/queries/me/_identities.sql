-- Requests for sealed identities, for the custodian to decide.
SELECT l.*
  FROM (SELECT 'to_decide' AS task, 'identity_request' AS resource, q.id AS resource_id, '/v1/identity-requests?state=pending' AS href, q.id,
	       q.requested_at AS at, NULL::date AS due_on, q.requested_at AS since, left('申请查看密封的身份：' || q.reason, 80) AS title,
	       NULL::uuid AS institution_id, q.custodian_district AS district, NULL::text AS street, q.state
	  FROM hz.identity_request q
	 WHERE q.state = 'pending' AND q.requested_by <> :me
	   AND :role = 'custodian'
	   AND 'to_decide' = :q_task --? q_task
	   AND q.custodian_district = :q_district --? q_district
	   AND (q.requested_at, q.id) > ((SELECT :after_1::timestamptz), (SELECT :after_2::uuid)) --? after
	 ORDER BY q.requested_at, q.id
	 LIMIT :limit + 1) l
