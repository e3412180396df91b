SELECT json_agg(json_build_object('command', r.command, 'code', r.code, 'title', r.title_zh, 'title_en', r.title_en, 'legal_basis', r.legal_basis,
                'basis_read', r.basis_read) ORDER BY r.command, r.code = 'other', r.code) AS items,
       NULL::json AS next_key
  FROM hz.report_reason r
 WHERE r.effective_from <= api.today() AND coalesce(r.effective_to, 'infinity') >= api.today()
