SELECT api.audit_page(json_agg(api.report_assignment_json(p.a, t.today) ORDER BY p.n) FILTER (WHERE p.n <= :limit), 'assignments_listed', :csv) AS items,
       CASE WHEN count(*) > :limit THEN json_agg(json_build_array((p.a).assigned_at, (p.a).id)) FILTER (WHERE p.n = :limit) -> 0 END AS next_key
  FROM (SELECT b.a, row_number() OVER (ORDER BY (b.a).assigned_at DESC, (b.a).id DESC) AS n
          FROM unnest(:districts) AS s (district) CROSS JOIN LATERAL (
               SELECT a
                 FROM hz.report_assignment a
                WHERE a.district = s.district AND a.street IS NOT NULL
                  AND a.district = :q_district --? q_district
                  AND a.street = :q_street --? q_street
                  AND (a.replied_at IS NULL) = :q_open --? q_open
                  AND (a.replied_at IS NULL AND a.due_on < (SELECT api.today())) = :q_overdue --? q_overdue
                  AND (a.assigned_at, a.id) < (:after_1::timestamptz, :after_2::uuid) --? after
                ORDER BY a.assigned_at DESC, a.id DESC
                LIMIT :limit + 1) b
         ORDER BY n
         LIMIT :limit + 1) p
 CROSS JOIN (SELECT api.today() AS today OFFSET 0) t
