-- What every branch of the list asks of a request e, and where its page begins.
AND (e.asked_at, e.id) < ((SELECT coalesce(:after_1::timestamptz, 'infinity')), (SELECT coalesce(:after_2::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))) --? sort_-asked_at
AND (e.asked_at, e.id) > ((SELECT coalesce(:after_1::timestamptz, '-infinity')), (SELECT coalesce(:after_2::uuid, '00000000-0000-0000-0000-000000000000'))) --? sort_asked_at
AND e.state = :q_state --? q_state
AND e.finding_id = :q_finding_id --? q_finding_id
AND e.district = :q_district --? q_district
AND e.street = :q_street AND e.district = left(:q_street, 6) --? q_street
AND e.institution_type = :q_type --? q_type
