-- GCJ-02 to WGS-84 at points whose pairs are published with the open implementations of the formula.
BEGIN;
SELECT no_plan();

CREATE TEMPORARY TABLE point (name text, lon float8, lat float8, gcj_lon float8, gcj_lat float8);
INSERT INTO point VALUES
	('Shanghai', 121.5272106, 31.1774276, 121.531541859215, 31.17530398364597),
	('Shenzhen', 113.912316, 22.543847, 113.9171764808363, 22.540796131694766),
	('Beijing', 116.377817, 39.911954, 116.38404722455657, 39.91334545536069);
SELECT cmp_ok(greatest(abs(w.lon - p.lon), abs(w.lat - p.lat)), '<', 0.000001::float8, p.name || ': back within 0.1 m')
  FROM point p, api.gcj02_to_wgs84(p.gcj_lon, p.gcj_lat) w;

-- There and back over the whole country.
SELECT cmp_ok(max(greatest(abs(w.lon - x), abs(w.lat - y)))::float8, '<=', 0.0000002::float8, 'there and back on a grid')
  FROM generate_series(74, 134, 4) x, generate_series(18, 53, 5) y, api.gcj02_shift(x, y) s, api.gcj02_to_wgs84(x + s.dlon, y + s.dlat) w;
SELECT cmp_ok(min(abs(s.dlon)) + min(abs(s.dlat)), '>', 0.0001::float8, 'and it does move')
  FROM generate_series(100, 120, 4) x, generate_series(25, 40, 5) y, api.gcj02_shift(x, y) s;
SELECT is(ARRAY[w.lon, w.lat], ARRAY[-122.4194000, 37.7749000]::numeric[], 'San Francisco stays where it is') FROM api.gcj02_to_wgs84(-122.4194, 37.7749) w;

SELECT finish();
ROLLBACK;
