-- The body tells the findings' states and deadlines too, so their versions are part of its version.
SELECT 200 AS status, api.order_json(o) AS body,
       o.version + (SELECT coalesce(sum(f.version), 0)::bigint FROM hz.rectification_order_item t JOIN hz.finding f ON f.id = t.finding_id
		     WHERE t.order_id = o.id) AS version,
       NULL AS location
  FROM hz.rectification_order o WHERE o.id = :path_id
