-- What every branch of the worklist asks of a finding or clock d, and where its page begins.
AND (d.due_on, d.id) > ((SELECT :after_1::date), (SELECT :after_2::uuid)) --? after
AND d.due_on >= (SELECT CASE WHEN :q_state IN ('due_today', 'due_soon') THEN api.today() ELSE '-infinity' END) --? q_state
AND d.due_on <= (SELECT CASE :q_state WHEN 'overdue' THEN api.today() - 1 WHEN 'due_today' THEN api.today() ELSE 'infinity' END) --? q_state
AND d.due_on <= (SELECT CASE :q_state WHEN 'due_soon' THEN api.today() + 7 ELSE 'infinity' END) --? !q_within_days
AND d.due_on <= (SELECT api.today() + :q_within_days::int) --? q_within_days
AND d.responsible_name = :q_responsible --? q_responsible
AND d.category = :q_category --? q_category
AND d.severity = :q_severity --? q_severity
AND d.district = :q_district --? q_district
AND d.street = :q_street AND d.district = left(:q_street, 6) --? q_street
AND d.institution_type = :q_type --? q_type
