SELECT max_bytes, types FROM api.reporter_file_admit(:receipt_hash, :x_size)
