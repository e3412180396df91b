-- Only for who has a part in the visit. The version is of what the package says, not of when it was made.
SELECT 200 AS status, ('{"generated_at" : ' || to_json(api.ts(api.now())) || ', ' || substr(p.body::text, 2))::json AS body,
       api.content_version(p.body) AS version, NULL AS location
  FROM (SELECT CASE WHEN api.inspection_mine(i) THEN api.package_json(i, api.today())
               ELSE api.refuse('HZ403', '{"code": "forbidden"}')::json END AS body
          FROM hz.inspection i WHERE i.id = :path_id OFFSET 0) p
