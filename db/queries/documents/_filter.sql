-- What every branch of the list asks of a document d, and where its page begins.
AND (d.issued_at, d.id) < ((SELECT coalesce(:after_1::timestamptz, 'infinity')), (SELECT coalesce(:after_2::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))) --? sort_-issued_at
AND (d.issued_at, d.id) > ((SELECT coalesce(:after_1::timestamptz, '-infinity')), (SELECT coalesce(:after_2::uuid, '00000000-0000-0000-0000-000000000000'))) --? sort_issued_at
AND d.kind = :q_kind --? q_kind
AND d.state = :q_state --? q_state
AND d.order_id = :q_order_id --? q_order_id
AND d.inspection_id = :q_inspection_id --? q_inspection_id
AND d.district = :q_district --? q_district
AND d.issued_at >= (SELECT :q_from::timestamp AT TIME ZONE 'Asia/Shanghai') --? q_from
AND d.issued_at < (SELECT (:q_to + 1)::timestamp AT TIME ZONE 'Asia/Shanghai') --? q_to
AND d.street = :q_street AND d.district = left(:q_street, 6) --? q_street
AND d.institution_type = :q_type --? q_type
