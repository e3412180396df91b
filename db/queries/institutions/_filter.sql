-- What both branches of the list ask of an institution i, and where its page begins.
AND i.type = :q_type --? q_type
AND i.district = :q_district --? q_district
AND i.street = :q_street --? q_street
AND i.status = :q_status --? q_status
AND i.risk_grade = :q_risk_grade --? q_risk_grade
AND i.org_unit_id = :q_org_unit_id --? q_org_unit_id
AND (i.name, i.id) > ((SELECT coalesce(:after_1, '')), (SELECT coalesce(:after_2, '00000000-0000-0000-0000-000000000000')::uuid)) --? sort_name
AND (i.created_at, i.id) > ((SELECT coalesce(:after_1::timestamptz, '-infinity')), (SELECT coalesce(:after_2, '00000000-0000-0000-0000-000000000000')::uuid)) --? sort_created_at
AND (i.created_at, i.id) < ((SELECT coalesce(:after_1::timestamptz, 'infinity')), (SELECT coalesce(:after_2, 'ffffffff-ffff-ffff-ffff-ffffffffffff')::uuid)) --? sort_-created_at
