-- Helpers of the load, gone with the session. Everything demo is placed in time relative to the day of loading.

CREATE FUNCTION pg_temp.id(kind text, n integer) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
	SELECT ('0190d000-0000-7000-8' || lpad(CASE kind
		WHEN 'unit' THEN '1' WHEN 'actor' THEN '2' WHEN 'institution' THEN '3'
		WHEN 'inspection' THEN '4' WHEN 'finding' THEN '5' WHEN 'order' THEN '6'
		WHEN 'campaign' THEN '7' WHEN 'extension' THEN '8' WHEN 'measure' THEN '9' END, 3, '0')
		|| '-' || lpad(n::text, 12, '0'))::uuid
$$;

CREATE FUNCTION pg_temp.day(days integer) RETURNS date LANGUAGE sql STABLE AS $$
	SELECT (now() AT TIME ZONE 'Asia/Shanghai')::date + days
$$;

CREATE FUNCTION pg_temp.at(days integer, hour time) RETURNS timestamptz LANGUAGE sql STABLE AS $$
	SELECT (pg_temp.day(days) + hour) AT TIME ZONE 'Asia/Shanghai'
$$;

-- Check characters of GB 11714 (organisation code inside) and GB 32100 (the whole).
CREATE FUNCTION pg_temp.uscc(department text, district text, n integer) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
	org CONSTANT text := '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';
	alphabet CONSTANT text := '0123456789ABCDEFGHJKLMNPQRTUWXY';
	weight CONSTANT integer[] := ARRAY[3, 7, 9, 10, 5, 8, 4, 2];
	code text := 'DEMA' || lpad(n::text, 4, '0');   -- DEMA: no registry gave these out
	sum integer := 0;
	factor integer := 1;
	i integer;
BEGIN
	FOR i IN 1..8 LOOP
		sum := sum + weight[i] * (strpos(org, substr(code, i, 1)) - 1);
	END LOOP;
	code := department || district || code || substr('0123456789X', (11 - sum % 11) % 11 + 1, 1);
	sum := 0;
	FOR i IN 1..17 LOOP
		sum := sum + factor * (strpos(alphabet, substr(code, i, 1)) - 1);
		factor := factor * 3 % 31;
	END LOOP;
	RETURN code || substr(alphabet, (31 - sum % 31) % 31 + 1, 1);
END
$$;

-- Invented people: a family name and a given name picked by number.
CREATE FUNCTION pg_temp.person(n integer) RETURNS text LANGUAGE sql IMMUTABLE AS $$
	SELECT (ARRAY['周','吴','郑','冯','陈','褚','卫','蒋','沈','韩','杨','朱','秦','尤','许','何','吕','施','张','孔','曹','严','华'])[n % 23 + 1]
	    || (ARRAY['立秋','望舒','怀瑾','清和','知远','若水','向晚','思齐','景行','采薇','云舟','南星','听雨','守拙','明夷','初晴','山青'])[n * 7 % 17 + 1]
$$;
