-- What every branch of the list asks of a measure m, and where its page begins.
AND (m.occurred_at, m.id) < ((SELECT coalesce(:after_1::timestamptz, 'infinity')), (SELECT coalesce(:after_2::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))) --? sort_-occurred_at
AND (m.occurred_at, m.id) > ((SELECT coalesce(:after_1::timestamptz, '-infinity')), (SELECT coalesce(:after_2::uuid, '00000000-0000-0000-0000-000000000000'))) --? sort_occurred_at
AND m.kind = :q_kind --? q_kind
AND m.state = :q_state --? q_state
AND (m.state NOT IN ('done', 'lifted', 'closed')) = :q_open --? q_open
AND m.finding_id = :q_finding_id --? q_finding_id
AND m.district = :q_district --? q_district
AND m.street = :q_street AND m.district = left(:q_street, 6) --? q_street
AND m.institution_type = :q_type --? q_type
