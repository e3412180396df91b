-- What every branch of the list asks of an order o, and where its page begins.
AND (o.issued_at, o.id) < ((SELECT coalesce(:after_1::timestamptz, 'infinity')), (SELECT coalesce(:after_2::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))) --? sort_-issued_at
AND (o.issued_at, o.id) > ((SELECT coalesce(:after_1::timestamptz, '-infinity')), (SELECT coalesce(:after_2::uuid, '00000000-0000-0000-0000-000000000000'))) --? sort_issued_at
AND o.district = :q_district --? q_district
AND o.inspection_id = :q_inspection_id --? q_inspection_id
AND (o.served_at IS NOT NULL) = :q_served --? q_served
AND o.issued_at >= (SELECT :q_from::timestamp AT TIME ZONE 'Asia/Shanghai') --? q_from
AND o.issued_at < (SELECT (:q_to + 1)::timestamp AT TIME ZONE 'Asia/Shanghai') --? q_to
AND o.street = :q_street AND o.district = left(:q_street, 6) --? q_street
AND o.institution_type = :q_type --? q_type
