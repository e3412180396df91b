SELECT max_bytes, types, district FROM api.attachment_admit(:q_district, :q_protected, :x_size)
