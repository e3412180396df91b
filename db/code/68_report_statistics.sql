/* Statistics of reports in which no small number can be worked out. docs/guides/report-statistics.md has the rules and why they hold.
 *
 * A table is of one district and one period that is over; periods neither overlap nor nest, so no two tables can be subtracted. Every dimension has one
 * grouping, the same in every table: a group is a value with k reports or more, and all others together are the pool. Within a table of two dimensions,
 * whose sums are all published, small cells are hidden each with three others at the corners of a rectangle.  */

/* Which values go into the pool: the small ones, when there is one but 0; and when these are fewer than two, fewer than k reports, or k - 1 each, others with them,
 * until two reports could stand with one or the other. They are taken in the order of the list, which no number has a part in: were it the smallest that
 * is taken, that another one was not would tell how many there are. */
CREATE FUNCTION api.report_statistics_pool(n bigint[], k int) RETURNS boolean[]
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
	p boolean[] := ARRAY(SELECT c < k FROM unnest(n) WITH ORDINALITY u (c, i) ORDER BY i);
	v_small CONSTANT int := (SELECT count(*) FROM unnest(n) c WHERE c < k);
	v_sum bigint := (SELECT coalesce(sum(c), 0) FROM unnest(n) c WHERE c < k);
	v_added int := 0;
BEGIN
	IF v_sum = 0 THEN
		RETURN array_fill(false, ARRAY[cardinality(n)]);
	ELSIF v_small >= 2 AND v_sum >= k AND v_sum < v_small * (k - 1) THEN
		RETURN p;
	END IF;
	FOR i IN 1..cardinality(n) LOOP
		CONTINUE WHEN p[i];
		p[i] := true;
		v_added := v_added + 1;
		v_sum := v_sum + n[i];
		EXIT WHEN v_sum >= v_added * k + 2;
	END LOOP;
	RETURN p;
END $$;

-- Which cells of a table with published sums are hidden: each small one, and with it the other corners of a rectangle within which something can be moved and
-- all sums stay: that in which most can (up to k), and of those the one that hides least. t: rows of columns.
CREATE FUNCTION api.report_statistics_hide(t int[], k int) RETURNS boolean[]
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
	h boolean[] := ARRAY(SELECT ARRAY(SELECT t[i][j] BETWEEN 1 AND k - 1 FROM generate_series(1, array_length(t, 2)) j) FROM generate_series(1, array_length(t, 1)) i);
	v record;
	r record;
BEGIN
	FOR v IN SELECT i, j FROM generate_series(1, array_length(t, 1)) i, generate_series(1, array_length(t, 2)) j WHERE t[i][j] BETWEEN 1 AND k - 1 ORDER BY t[i][j], i, j LOOP
		SELECT a, b INTO STRICT r
		  FROM generate_series(1, array_length(t, 1)) a, generate_series(1, array_length(t, 2)) b
		 WHERE a <> v.i AND b <> v.j AND least(t[v.i][b], t[a][v.j]) > 0
		 ORDER BY least(t[v.i][b], t[a][v.j], k) DESC, CASE WHEN h[v.i][b] THEN 0 ELSE 1 + t[v.i][b] END + CASE WHEN h[a][v.j] THEN 0 ELSE 1 + t[a][v.j] END
			+ CASE WHEN h[a][b] THEN 0 ELSE 1 + t[a][b] END, a, b LIMIT 1;
		h[v.i][r.b] := true;
		h[r.a][v.j] := true;
		h[r.a][r.b] := true;
	END LOOP;
	RETURN h;
END $$;

-- How a report stood when the last period ended, so that a table changes when a period turns and not from day to day. What is erased counts as it ended.
CREATE FUNCTION api.report_statistics_outcome(r hz.report, p_until timestamptz) RETURNS text
LANGUAGE sql STABLE AS $$
	SELECT CASE WHEN r.ended_at IS NULL OR r.ended_at >= p_until THEN 'open'
		WHEN CASE r.state WHEN 'erased' THEN r.state_before ELSE r.state END = 'fed_back' THEN coalesce(r.result, 'answered')
		ELSE CASE r.state WHEN 'erased' THEN r.state_before ELSE r.state END END
$$;

-- All values a dimension may have, reports or none, those first that are pooled first.
CREATE FUNCTION api.report_statistics_values(p_by text, p_from date, p_to date) RETURNS text[]
LANGUAGE sql STABLE AS $$
	SELECT CASE p_by
		WHEN 'category' THEN '{none}' || ARRAY(SELECT code FROM hz.category ORDER BY position)
		WHEN 'subject_kind' THEN '{other,retaliation,violation,major_hazard}'
		WHEN 'channel' THEN '{other_system,letter,visit,12345,12350,web}'
		WHEN 'month' THEN ARRAY(SELECT to_char(m, 'YYYY-MM') FROM generate_series(p_from, p_to, interval '1 month') m)
		ELSE '{withdrawn,merged,returned,transferred,rejected,answered,open,partly_substantiated,unsubstantiated,substantiated}' END::text[]
$$;

CREATE FUNCTION api.report_statistics_value(r hz.report, p_by text, p_until timestamptz) RETURNS text
LANGUAGE sql STABLE AS $$
	SELECT CASE p_by WHEN 'category' THEN coalesce(r.category, 'none') WHEN 'subject_kind' THEN r.subject_kind WHEN 'channel' THEN r.channel
		WHEN 'month' THEN to_char(api.day(r.received_at), 'YYYY-MM') ELSE api.report_statistics_outcome(r, p_until) END
$$;

-- state and result are the same outcomes, told apart more or less finely: neither table says more than the outcomes' own grouping does.
CREATE FUNCTION api.report_statistics_coarse(p_by text, p_value text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE WHEN p_value = 'pool' THEN p_value
		WHEN p_by = 'state' AND p_value IN ('substantiated', 'partly_substantiated', 'unsubstantiated', 'answered') THEN 'fed_back'
		WHEN p_by = 'result' AND p_value NOT IN ('substantiated', 'partly_substantiated', 'unsubstantiated') THEN 'none'
		ELSE p_value END
$$;

-- The period that begins with month p_from (YYYY-MM), or NULL for the last that is over. 400 when it is none, or not over.
CREATE FUNCTION api.report_statistics_period(p_from text, OUT first date, OUT last date, OUT until timestamptz)
LANGUAGE plpgsql STABLE AS $$
DECLARE
	v_months CONSTANT int := api.report_rule('statistics_months');
	v_now CONSTANT int := (date_part('month', api.today())::int - 1) / v_months * v_months;
	v_this CONSTANT date := make_date(date_part('year', api.today())::int, v_now + 1, 1);
BEGIN
	first := coalesce((p_from || '-01')::date, (v_this - make_interval(months => v_months))::date);
	last := (first + make_interval(months => v_months))::date - 1;
	until := v_this::timestamp AT TIME ZONE 'Asia/Shanghai';
	IF (date_part('month', first)::int - 1) % v_months <> 0 OR last >= v_this THEN
		PERFORM api.refuse('HZ400', jsonb_build_object('code', 'invalid_query', 'errors', jsonb_build_array(api.fault('?from', 'not_a_period',
			format('统计期为 %s 个月，须从统计期的第一个月起，且已经结束；最近一期从 %s 起', v_months, to_char(v_this - make_interval(months => v_months), 'YYYY-MM'))))));
	END IF;
END $$;

-- The values of a dimension, in order, with how many reports of a district and period each has, and whether it is in the pool.
CREATE FUNCTION api.report_statistics_groups(p_district text, p_by text, p_first date, p_last date, p_until timestamptz, k int)
RETURNS TABLE (value text, n bigint, pooled boolean)
LANGUAGE sql STABLE AS $$
	WITH c AS (
		SELECT api.report_statistics_value(r, p_by, p_until) AS value, count(*) AS n FROM hz.report r
		 WHERE r.district = p_district AND api.day(r.received_at) BETWEEN p_first AND p_last GROUP BY 1
	), v AS (
		SELECT u.value, u.i, coalesce(c.n, 0) AS n
		  FROM unnest(api.report_statistics_values(p_by, p_first, p_last)) WITH ORDINALITY u (value, i) LEFT JOIN c USING (value)
	), p AS (SELECT api.report_statistics_pool(array_agg(n ORDER BY i), k) AS p FROM v)
	SELECT v.value, v.n, p.p[v.i] FROM v, p ORDER BY v.i
$$;

-- {value: its group} of a dimension: itself, or the coarser one it is told in, or the pool.
CREATE FUNCTION api.report_statistics_map(p_district text, p_by text, p_first date, p_last date, p_until timestamptz, k int) RETURNS jsonb
LANGUAGE sql STABLE AS $$
	SELECT jsonb_object_agg(value, CASE WHEN pooled THEN 'pool' ELSE api.report_statistics_coarse(p_by, value) END)
	  FROM api.report_statistics_groups(p_district, p_by, p_first, p_last, p_until, k)
$$;

-- One dimension: groups in the order of their values, and the pool.
CREATE FUNCTION api.report_statistics_one(p_district text, p_by text, p_first date, p_last date, p_until timestamptz, k int, OUT groups json, OUT pool json)
LANGUAGE plpgsql STABLE AS $$
BEGIN
	SELECT coalesce(json_agg(json_build_object('value', x.value, 'count', x.n) ORDER BY x.i) FILTER (WHERE NOT x.pooled), '[]'),
	       json_agg(json_build_object('values', x.members, 'count', x.n)) FILTER (WHERE x.pooled) -> 0
	  INTO groups, pool
	  FROM (SELECT g.pooled, CASE WHEN g.pooled THEN 'pool' ELSE api.report_statistics_coarse(p_by, g.value) END AS value, sum(g.n) AS n, min(g.i) AS i,
			json_agg(g.value ORDER BY g.i) AS members
		  FROM api.report_statistics_groups(p_district, p_by, p_first, p_last, p_until, k) WITH ORDINALITY g (value, n, pooled, i) GROUP BY 1, 2) x;
END $$;

-- All pairs of the groups of p_rows and of the results; the count is NULL where it is hidden.
CREATE FUNCTION api.report_statistics_two(p_district text, p_rows text, p_first date, p_last date, p_until timestamptz, k int) RETURNS json
LANGUAGE plpgsql STABLE AS $$
DECLARE
	v_rows CONSTANT jsonb := api.report_statistics_map(p_district, p_rows, p_first, p_last, p_until, k);
	v_columns CONSTANT jsonb := api.report_statistics_map(p_district, 'result', p_first, p_last, p_until, k);
	a CONSTANT text[] := ARRAY(SELECT DISTINCT value FROM jsonb_each_text(v_rows) ORDER BY 1);
	b CONSTANT text[] := ARRAY(SELECT DISTINCT value FROM jsonb_each_text(v_columns) ORDER BY 1);
	t int[];
	h boolean[];
BEGIN
	WITH c AS (
		SELECT v_rows ->> api.report_statistics_value(r, p_rows, p_until) AS a, v_columns ->> api.report_statistics_value(r, 'result', p_until) AS b, count(*)::int AS n
		  FROM hz.report r WHERE r.district = p_district AND api.day(r.received_at) BETWEEN p_first AND p_last GROUP BY 1, 2)
	SELECT ARRAY(SELECT ARRAY(SELECT coalesce((SELECT c.n FROM c WHERE c.a = x AND c.b = y), 0) FROM unnest(b) WITH ORDINALITY u (y, j) ORDER BY j)
		FROM unnest(a) WITH ORDINALITY u (x, i) ORDER BY i) INTO t;
	h := api.report_statistics_hide(t, k);
	RETURN (SELECT json_agg(json_build_object('group', a[i], 'column', b[j], 'count', CASE WHEN NOT h[i][j] THEN t[i][j] END) ORDER BY i, j)
		  FROM generate_subscripts(a, 1) i, generate_subscripts(b, 1) j);
END $$;

-- Districts beside each other: no sum of several is told anywhere, so a small one is hidden by itself.
CREATE FUNCTION api.report_statistics_districts(p_first date, p_last date, k int) RETURNS json
LANGUAGE sql STABLE AS $$
	SELECT json_agg(json_build_object('value', d.district, 'count', CASE WHEN d.n = 0 OR d.n >= k THEN d.n END) ORDER BY d.district)
	  FROM (SELECT s.district, count(r.id) AS n FROM unnest(api.districts()) s (district)
		  LEFT JOIN hz.report r ON r.district = s.district AND api.day(r.received_at) BETWEEN p_first AND p_last GROUP BY 1) d
$$;

CREATE FUNCTION api.report_statistics_faults(p_group_by text, p_by text, p_district text) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
	v_faults jsonb := '[]';
BEGIN
	IF p_group_by = 'district' AND p_district IS NOT NULL THEN
		v_faults := v_faults || api.fault('?district', 'not_expected', '按区县统计时列出您管辖的全部区县');
	ELSIF p_group_by IS DISTINCT FROM 'district' AND p_district IS NULL AND cardinality(api.districts()) <> 1 THEN
		v_faults := v_faults || api.fault('?district', 'required', '您管辖多个区县，请写明哪一个；各区县的数不相加');
	END IF;
	IF p_by IS NOT NULL AND coalesce(p_group_by, 'result') IN ('district', 'state', 'result') THEN
		v_faults := v_faults || api.fault('?by', 'not_expected', '只有按类别、事项、渠道、月份统计时才再分列');
	END IF;
	RETURN v_faults;
END $$;

-- As the owner, because most who read it see no report; what they may is asked here.
CREATE FUNCTION api.report_statistics(p_group_by text, p_by text, p_from text, p_district text) RETURNS api.answer
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	k CONSTANT int := greatest(api.report_rule('statistics_k'), 3);
	p CONSTANT record := api.report_statistics_period(p_from);
	v_faults CONSTANT jsonb := api.report_statistics_faults(p_group_by, p_by, p_district);
	v_district text;
	v_total bigint;
	g record;
BEGIN
	IF current_setting('app.wide', true) IS DISTINCT FROM 'yes' OR p_district <> ALL (api.districts()) THEN
		PERFORM api.refuse('HZ403', '{"code": "out_of_scope"}');
	ELSIF v_faults <> '[]' THEN
		PERFORM api.refuse('HZ400', jsonb_build_object('code', 'invalid_query', 'errors', v_faults));
	END IF;
	IF p_group_by IS DISTINCT FROM 'district' THEN
		v_district := coalesce(p_district, (api.districts())[1]);
		v_total := (SELECT sum(n) FROM api.report_statistics_groups(v_district, 'month', p.first, p.last, p.until, k));
	END IF;
	SELECT * INTO g FROM api.report_statistics_one(v_district, p_group_by, p.first, p.last, p.until, k) WHERE p_group_by <> 'district';
	RETURN ROW(200, json_build_object('district', v_district, 'from', p.first, 'to', p.last, 'as_of', api.day(p.until) - 1, 'threshold', k,
		'group_by', p_group_by, 'by', p_by, 'total', CASE WHEN v_total = 0 OR v_total >= k THEN v_total END,
		'groups', CASE WHEN p_group_by = 'district' THEN api.report_statistics_districts(p.first, p.last, k) ELSE coalesce(g.groups, '[]') END,
		'pool', CASE WHEN v_total < k AND g.pool IS NOT NULL
			THEN json_build_object('values', g.pool -> 'values', 'count', NULL) ELSE g.pool END,
		'cells', CASE WHEN p_by IS NOT NULL AND v_total >= k THEN api.report_statistics_two(v_district, p_group_by, p.first, p.last, p.until, k) END),
		NULL, NULL)::api.answer;
END $$;
