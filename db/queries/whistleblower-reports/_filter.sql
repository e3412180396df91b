           AND r.institution_id = :q_institution_id --? q_institution_id
           AND r.state = :q_state --? q_state
           AND r.result = :q_result --? q_result
           AND r.channel = :q_channel --? q_channel
           AND r.audience = :q_audience --? q_audience
           AND r.subject_kind = :q_subject_kind --? q_subject_kind
           AND r.category = :q_category --? q_category
           AND r.external_number = :q_external_number --? q_external_number
           AND r.district = :q_district --? q_district
           AND r.received_at >= (:q_from::timestamp AT TIME ZONE 'Asia/Shanghai') --? q_from
           AND r.received_at < ((:q_to + 1)::timestamp AT TIME ZONE 'Asia/Shanghai') --? q_to
           AND CASE :q_assigned WHEN 'me' THEN r.handler_id = :me ELSE r.handler_id IS NULL END --? q_assigned
           AND (r.received_at, r.id) < (:after_1::timestamptz, :after_2::uuid) --? after
         ORDER BY r.received_at DESC, r.id DESC
         LIMIT :limit + 1
