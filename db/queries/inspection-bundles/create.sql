SELECT * FROM api.bundle_import(:body)
