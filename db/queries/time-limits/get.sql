SELECT a.* FROM hz.time_limit l CROSS JOIN LATERAL api.time_limit_answer(l, 200) a WHERE l.id = :path_id
