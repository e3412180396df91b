SELECT * FROM api.attachment_record(:x_sha256, :x_size, :x_type, :x_filename, :q_district, :q_protected)
