SELECT json_agg(json_build_object('code', code, 'position', position, 'name', name_zh, 'name_en', name_en, 'with_amount', with_amount,
		'legal_basis', legal_basis, 'legal_basis_read', basis_read) ORDER BY position) AS items,
       NULL::json AS next_key
  FROM hz.penalty_kind
