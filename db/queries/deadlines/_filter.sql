-- What every branch of the worklist asks of a finding f.
AND f.is_open AND f.due_on IS NOT NULL
AND (f.due_on, f.id) > ((SELECT :after_1::date), (SELECT :after_2::uuid)) --? after
AND f.due_on >= (SELECT CASE WHEN :q_state IN ('due_today', 'due_soon') THEN api.today() ELSE '-infinity' END) --? q_state
AND f.due_on <= (SELECT CASE :q_state WHEN 'overdue' THEN api.today() - 1 WHEN 'due_today' THEN api.today() ELSE 'infinity' END) --? q_state
AND f.due_on <= (SELECT CASE :q_state WHEN 'due_soon' THEN api.today() + 7 ELSE 'infinity' END) --? !q_within_days
AND f.due_on <= (SELECT api.today() + :q_within_days::int) --? q_within_days
AND f.responsible_name = :q_responsible --? q_responsible
AND f.category = :q_category --? q_category
AND f.severity = :q_severity --? q_severity
AND f.district = :q_district --? q_district
AND f.street = :q_street AND f.district = left(:q_street, 6) --? q_street
AND f.institution_type = :q_type --? q_type
