SELECT * FROM api.report_step(:path_id, 'verifications', :body, '', jsonb_build_object('method', :body ->> 'method'))
