SELECT * FROM api.report_statistics(:q_group_by, :q_by, :q_from, :q_district)
