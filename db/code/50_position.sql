-- GCJ-02, the shifted coordinates of Chinese maps, to WGS-84. The shift is a published closed formula; its inverse is found by
-- taking the shift away at ever better guesses. Outside the box of mainland China nothing is shifted.

-- The shift at a WGS-84 position: degrees of longitude and latitude to add.
CREATE FUNCTION api.gcj02_shift(lon double precision, lat double precision, OUT dlon double precision, OUT dlat double precision)
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
	c_axis CONSTANT double precision := 6378245.0;			-- of the Krasovsky ellipsoid, metres
	c_ee CONSTANT double precision := 0.00669342162296594323;	-- its eccentricity, squared
	x double precision := lon - 105.0;
	y double precision := lat - 35.0;
	v_waves double precision := (20.0 * sin(6.0 * x * pi()) + 20.0 * sin(2.0 * x * pi())) * 2.0 / 3.0;
	v_m double precision := 1 - c_ee * sin(radians(lat)) ^ 2;
BEGIN
	IF lon NOT BETWEEN 72.004 AND 137.8347 OR lat NOT BETWEEN 0.8293 AND 55.8271 THEN
		dlon := 0;
		dlat := 0;
		RETURN;
	END IF;
	dlat := -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + v_waves
		+ (20.0 * sin(y * pi()) + 40.0 * sin(y / 3.0 * pi())) * 2.0 / 3.0
		+ (160.0 * sin(y / 12.0 * pi()) + 320.0 * sin(y * pi() / 30.0)) * 2.0 / 3.0;
	dlon := 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + v_waves
		+ (20.0 * sin(x * pi()) + 40.0 * sin(x / 3.0 * pi())) * 2.0 / 3.0
		+ (150.0 * sin(x / 12.0 * pi()) + 300.0 * sin(x / 30.0 * pi())) * 2.0 / 3.0;
	dlat := dlat * 180.0 / (c_axis * (1 - c_ee) / (v_m * sqrt(v_m)) * pi());
	dlon := dlon * 180.0 / (c_axis / sqrt(v_m) * cos(radians(lat)) * pi());
END $$;

-- Degrees in, degrees out, rounded to 7 decimals (about a centimetre).
CREATE FUNCTION api.gcj02_to_wgs84(p_lon double precision, p_lat double precision, OUT lon numeric, OUT lat numeric)
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
	v_lon double precision := p_lon;
	v_lat double precision := p_lat;
	s record;
BEGIN
	-- the shift changes by less than a thousandth of the error at each turn; five are more than enough
	FOR i IN 1 .. 5 LOOP
		s := api.gcj02_shift(v_lon, v_lat);
		v_lon := p_lon - s.dlon;
		v_lat := p_lat - s.dlat;
	END LOOP;
	lon := round(v_lon::numeric, 7);
	lat := round(v_lat::numeric, 7);
END $$;
