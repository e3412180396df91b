-- What every branch of the list asks of a row f, and where its page begins.
AND f.inspection_id = :q_inspection_id --? q_inspection_id
AND f.campaign_id = :q_campaign_id --? q_campaign_id
AND f.category = :q_category --? q_category
AND f.severity = :q_severity --? q_severity
AND f.state = :q_state --? q_state
AND f.is_open = :q_open --? q_open
AND f.source_kind = :q_source_kind --? q_source_kind
AND f.responsible_name = :q_responsible --? q_responsible
AND f.district = :q_district --? q_district
AND f.street = :q_street AND f.district = left(:q_street, 6) --? q_street
AND f.institution_type = :q_type --? q_type
AND f.spot_check = :q_spot_check --? q_spot_check
AND f.awaited_count > 0 AND :q_evidence_awaited = 'true' --? q_evidence_awaited
AND f.supervised AND :q_supervised = 'true' --? q_supervised
AND f.due_key < :q_due_before --? q_due_before
AND f.due_key > :q_due_after AND f.due_key < 'infinity' --? q_due_after
AND (f.found_at, f.id) < ((SELECT coalesce(:after_1::timestamptz, 'infinity')), (SELECT coalesce(:after_2, 'ffffffff-ffff-ffff-ffff-ffffffffffff')::uuid)) --? sort_-found_at
AND (f.found_at, f.id) > ((SELECT coalesce(:after_1::timestamptz, '-infinity')), (SELECT coalesce(:after_2, '00000000-0000-0000-0000-000000000000')::uuid)) --? sort_found_at
AND (f.created_at, f.id) < ((SELECT coalesce(:after_1::timestamptz, 'infinity')), (SELECT coalesce(:after_2, 'ffffffff-ffff-ffff-ffff-ffffffffffff')::uuid)) --? sort_-created_at
