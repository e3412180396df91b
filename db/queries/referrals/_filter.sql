-- What every branch of the list asks of a referral r, and where its page begins. Overdue is what waits although its clock has run out.
AND (r.sent_at, r.id) < ((SELECT coalesce(:after_1::timestamptz, 'infinity')), (SELECT coalesce(:after_2::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))) --? sort_-sent_at
AND (r.sent_at, r.id) > ((SELECT coalesce(:after_1::timestamptz, '-infinity')), (SELECT coalesce(:after_2::uuid, '00000000-0000-0000-0000-000000000000'))) --? sort_sent_at
AND r.state = :q_state --? q_state
AND (r.state = 'waiting' AND EXISTS (SELECT FROM hz.clock c WHERE c.resource_id = r.id AND c.kind = 'referral_reply' AND c.ended_at IS NULL AND c.due_on < (SELECT api.today()))) = :q_overdue --? q_overdue
AND r.receiving_body = :q_receiving_body --? q_receiving_body
AND r.handover = :q_handover --? q_handover
AND r.finding_id = :q_finding_id --? q_finding_id
AND r.district = :q_district --? q_district
AND r.street = :q_street AND r.district = left(:q_street, 6) --? q_street
AND r.institution_type = :q_type --? q_type
