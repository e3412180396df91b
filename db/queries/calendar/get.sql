SELECT * FROM api.calendar(:q_from, :q_to)
