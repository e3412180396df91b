-- A custodian's are those sealed to the own district's key, a handler's those of the reports seen: the policy knows.
SELECT api.audit_page(json_agg(api.identity_request_json(p.q) ORDER BY p.n) FILTER (WHERE p.n <= :limit), 'identity_requests_listed', :csv) AS items,
       CASE WHEN count(*) > :limit THEN json_agg(json_build_array((p.q).requested_at, (p.q).id)) FILTER (WHERE p.n = :limit) -> 0 END AS next_key
  FROM (SELECT q, row_number() OVER (ORDER BY q.requested_at DESC, q.id DESC) AS n
          FROM hz.identity_request q
         WHERE true
           AND q.state = :q_state --? q_state
           AND q.report_id = :q_report_id --? q_report_id
           AND (q.requested_at, q.id) < (:after_1::timestamptz, :after_2::uuid) --? after
         ORDER BY n
         LIMIT :limit + 1) p
