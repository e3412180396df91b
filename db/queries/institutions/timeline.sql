-- One file on one institution: its visits, findings, the acts on them, the orders and the steps of penalty cases, newest first. A measure is
-- called by its kind, a referral by what it is. Each source is walked by its
-- own index and gives at most a page.
SELECT CASE WHEN NOT EXISTS (SELECT FROM hz.institution WHERE id = :path_id) THEN api.refuse('HZ404', '{"code": "not_found"}')::json
       ELSE json_agg(json_build_object('at', api.ts(p.at), 'kind', p.kind, 'id', p.id, 'what', p.what, 'state', p.state,
            'title', p.title, 'finding_id', p.finding_id, 'url', p.url) ORDER BY p.n) FILTER (WHERE p.n <= :limit) END AS items,
       CASE WHEN count(*) > :limit THEN json_agg(json_build_array(p.at, p.id)) FILTER (WHERE p.n = :limit) -> 0 END AS next_key
  FROM (SELECT t.*, row_number() OVER (ORDER BY t.at DESC, t.id DESC) AS n
          FROM ((SELECT v.created_at AS at, v.id, 'inspection' AS kind, v.kind AS what, v.state, v.conclusion AS title,
                        NULL::uuid AS finding_id, '/v1/inspections/' || v.id AS url
                   FROM hz.inspection v
                  WHERE v.institution_id = :path_id
                    AND (v.created_at, v.id) < (:after_1::timestamptz, :after_2::uuid) --? after
                  ORDER BY v.created_at DESC, v.id DESC LIMIT :limit + 1)
                UNION ALL
                (SELECT f.found_at, f.id, 'finding', f.category, f.state, f.description, f.id, '/v1/findings/' || f.id
                   FROM hz.finding f
                  WHERE f.institution_id = :path_id
                    AND (f.found_at, f.id) < (:after_1::timestamptz, :after_2::uuid) --? after
                  ORDER BY f.found_at DESC, f.id DESC LIMIT :limit + 1)
                UNION ALL
                (SELECT a.occurred_at, a.id, 'act', CASE WHEN a.command IN ('enforcement-measures', 'referrals') THEN a.outcome ELSE a.command END,
                        a.to_state, coalesce(a.note, a.detail ->> 'matter'), a.finding_id, '/v1/findings/' || a.finding_id || '/history'
                   FROM hz.finding_act a
                  WHERE a.institution_id = :path_id AND a.command <> 'create'
                    AND (a.occurred_at, a.id) < (:after_1::timestamptz, :after_2::uuid) --? after
                  ORDER BY a.occurred_at DESC, a.id DESC LIMIT :limit + 1)
                UNION ALL
                (SELECT s.occurred_at, s.id, 'penalty_step', s.step, s.to_state, coalesce(s.note, s.document_number), m.finding_id,
                        '/v1/findings/' || m.finding_id || '/enforcement-measures/' || m.id || '/steps'
                   FROM hz.penalty_step s JOIN hz.enforcement_measure m ON m.id = s.measure_id
                  WHERE s.institution_id = :path_id AND s.step <> 'filed'
                    AND (s.occurred_at, s.id) < (:after_1::timestamptz, :after_2::uuid) --? after
                  ORDER BY s.occurred_at DESC, s.id DESC LIMIT :limit + 1)
                UNION ALL
                (SELECT o.issued_at, o.id, 'order', o.number, CASE WHEN o.served_at IS NULL THEN 'issued' ELSE 'served' END, o.note,
                        NULL, '/v1/rectification-orders/' || o.id
                   FROM hz.rectification_order o
                  WHERE o.institution_id = :path_id
                    AND (o.issued_at, o.id) < (:after_1::timestamptz, :after_2::uuid) --? after
                  ORDER BY o.issued_at DESC, o.id DESC LIMIT :limit + 1)) t
         ORDER BY n
         LIMIT :limit + 1) p
