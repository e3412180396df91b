SELECT * FROM api.upload_create(:x_length::bigint, :x_filename, :x_filetype, :x_district, :x_protected::boolean)
