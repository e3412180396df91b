WITH page AS (
	SELECT p, r, row_number() OVER (ORDER BY p.recorded_at, p.id) AS n
	  FROM hz.referral r JOIN hz.referral_reply p ON p.referral_id = r.id
	 WHERE r.id = :path_rid AND r.finding_id = :path_id
	   AND (p.recorded_at, p.id) > (:after_1::timestamptz, :after_2::uuid) --? after
	 ORDER BY p.recorded_at, p.id
	 LIMIT :limit + 1)
SELECT CASE WHEN EXISTS (SELECT FROM hz.referral WHERE id = :path_rid AND finding_id = :path_id)
       THEN coalesce(json_agg(api.referral_reply_json(p.p, p.r) ORDER BY p.n) FILTER (WHERE p.n <= :limit), '[]')
       ELSE api.refuse('HZ404', '{"code": "not_found"}')::json END AS items,
       CASE WHEN count(*) > :limit THEN json_agg(json_build_array((p.p).recorded_at, (p.p).id)) FILTER (WHERE p.n = :limit) -> 0 END AS next_key
  FROM page p
