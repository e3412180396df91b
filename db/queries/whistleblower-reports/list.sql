-- In branches, as findings/list: along the time of receipt; and along the running clocks, when only what is overdue is asked for. Reading is
-- logged: api.audit_page() gives the page back.
WITH found AS (
SELECT b.* FROM unnest(:districts) AS s (district) CROSS JOIN LATERAL (
        SELECT r
          FROM api.report_shown r
         WHERE r.district = s.district
           AND NOT EXISTS (SELECT FROM hz.report_clock c WHERE c.report_id = r.id AND c.ended_on IS NULL --? q_overdue
                AND c.due_on < api.report_clock_day(c.kind, r.paused_at, (SELECT api.today()))) --? q_overdue
           \ir _filter.sql
       ) b
 WHERE NOT :q_overdue --? q_overdue
 UNION ALL
SELECT b.* FROM unnest(:districts) AS s (district) CROSS JOIN LATERAL (
        SELECT r
          FROM api.report_shown r
         WHERE r.district = s.district
           AND r.id = ANY (ARRAY(SELECT c.report_id FROM hz.report_clock c
                WHERE c.district = s.district AND c.ended_on IS NULL AND c.due_on < (SELECT api.today())))
           AND EXISTS (SELECT FROM hz.report_clock c WHERE c.report_id = r.id AND c.ended_on IS NULL
                AND c.due_on < api.report_clock_day(c.kind, r.paused_at, (SELECT api.today())))
           \ir _filter.sql
       ) b
 WHERE coalesce(:q_overdue, false)
), page AS (
SELECT b.r, row_number() OVER (ORDER BY (b.r).received_at DESC, (b.r).id DESC) AS n
  FROM found b
 ORDER BY n
 LIMIT :limit + 1
)
SELECT api.audit_page(json_agg(api.report_json(p.r, t.today) ORDER BY p.n) FILTER (WHERE p.n <= :limit), 'reports_listed', :csv) AS items,
       CASE WHEN count(*) > :limit THEN json_agg(json_build_array((p.r).received_at, (p.r).id)) FILTER (WHERE p.n = :limit) -> 0 END AS next_key
  FROM page p CROSS JOIN (SELECT api.today() AS today OFFSET 0) t
