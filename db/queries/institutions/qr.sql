SELECT i.code, i.name FROM hz.institution i WHERE i.id = :path_id
