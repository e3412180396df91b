-- A clock c whose step is the caller's, once it is near; those of re-inspections and extensions stand with their own tasks.
AND c.ended_at IS NULL AND :role = ANY (c.responsible) AND c.kind NOT IN ('reinspection', 'extension_decision')
AND (c.shown_from IS NULL OR c.shown_from <= (SELECT api.today()))
AND 'to_follow_up' = :q_task --? q_task
AND c.district = :q_district --? q_district
AND c.due_on >= (SELECT (:after_1::timestamptz AT TIME ZONE 'Asia/Shanghai' - interval '1 day')::date) --? after
AND ((c.due_on + 1)::timestamp AT TIME ZONE 'Asia/Shanghai', c.id) > ((SELECT :after_1::timestamptz), (SELECT :after_2::uuid)) --? after
