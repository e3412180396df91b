-- What is asked of a finding f, beside where it lies.
AND (cardinality(:types) = 0 OR f.institution_type = ANY (:types))
AND (cardinality(:streets) = 0 OR f.street = ANY (:streets))
AND f.district = :q_district --? q_district
AND f.street = :q_street AND f.district = left(:q_street, 6) --? q_street
AND f.institution_type = :q_type --? q_type
AND f.category = :q_category --? q_category
AND f.severity = :q_severity --? q_severity
AND f.source_kind = :q_source_kind --? q_source_kind
AND f.found_at >= (SELECT :q_from::timestamp AT TIME ZONE 'Asia/Shanghai') --? q_from
AND f.found_at < (SELECT (:q_to + 1)::timestamp AT TIME ZONE 'Asia/Shanghai') --? q_to
