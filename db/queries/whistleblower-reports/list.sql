-- Reading is logged: api.audit_page() gives the page back. Branches as in findings/list.
WITH found AS (
SELECT b.* FROM unnest(:districts) AS s (district) CROSS JOIN LATERAL (
        SELECT r
          FROM api.report_shown r
         WHERE r.district = s.district
           AND r.institution_id = :q_institution_id --? q_institution_id
           AND r.state = :q_state --? q_state
           AND r.result = :q_result --? q_result
           AND r.channel = :q_channel --? q_channel
           AND r.audience = :q_audience --? q_audience
           AND r.subject_kind = :q_subject_kind --? q_subject_kind
           AND r.category = :q_category --? q_category
           AND r.external_number = :q_external_number --? q_external_number
           AND r.district = :q_district --? q_district
           AND r.received_at >= (:q_from::timestamp AT TIME ZONE 'Asia/Shanghai') --? q_from
           AND r.received_at < ((:q_to + 1)::timestamp AT TIME ZONE 'Asia/Shanghai') --? q_to
           AND CASE :q_assigned WHEN 'me' THEN r.handler_id = :me ELSE r.handler_id IS NULL END --? q_assigned
           AND EXISTS (SELECT FROM hz.report_clock c WHERE c.report_id = r.id AND c.ended_on IS NULL --? q_overdue
                AND c.due_on < api.report_clock_day(c.kind, r.paused_at, (SELECT api.today()))) = :q_overdue --? q_overdue
           AND (r.received_at, r.id) < (:after_1::timestamptz, :after_2::uuid) --? after
         ORDER BY r.received_at DESC, r.id DESC
         LIMIT :limit + 1
       ) b
), page AS (
SELECT b.r, row_number() OVER (ORDER BY (b.r).received_at DESC, (b.r).id DESC) AS n
  FROM found b
 ORDER BY n
 LIMIT :limit + 1
)
SELECT api.audit_page(json_agg(api.report_json(p.r, t.today) ORDER BY p.n) FILTER (WHERE p.n <= :limit), 'reports_listed', :csv) AS items,
       CASE WHEN count(*) > :limit THEN json_agg(json_build_array((p.r).received_at, (p.r).id)) FILTER (WHERE p.n = :limit) -> 0 END AS next_key
  FROM page p CROSS JOIN (SELECT api.today() AS today OFFSET 0) t
