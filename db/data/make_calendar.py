#!/usr/bin/python3
"""Writes 60_calendar.sql from the npm package chinese-days (MIT), whose data follow the State Council's yearly notices.

    npm pack chinese-days@1.5.7 && tar xzf chinese-days-1.5.7.tgz
    db/data/make_calendar.py package > db/data/60_calendar.sql
"""
import json
import pathlib
import sys


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


def main():
    package = pathlib.Path(sys.argv[1])
    version = json.loads((package / "package.json").read_text(encoding="utf-8"))["version"]
    notices, days = [], []
    for file in sorted((package / "dist/years").glob("[0-9]" * 4 + ".json")):
        year, data = int(file.stem), json.loads(file.read_text(encoding="utf-8"))
        notices.append(f"\t('{year}', {year}, '国务院办公厅关于{year}年部分节假日安排的通知', 'npm chinese-days {version}')")
        for working, named in ((False, data["holidays"]), (True, data["workdays"])):
            for day, names in named.items():
                english, chinese, _ = names.split(",")
                days.append((day, f"\t('{day}', '{year}', {str(working).lower()}, {quoted(chinese)}, {quoted(english)})"))
    print(f"""-- Holidays and make-up days of mainland China. Source: npm chinese-days {version} (MIT), whose data follow the yearly notices of the
-- General Office of the State Council; the notices themselves were not read (basis_read = false). Written by make_calendar.py.
INSERT INTO hz.calendar_notice AS n (id, year, title, source) VALUES
{",".join(chr(10) + n for n in notices).lstrip()}
ON CONFLICT (id) DO UPDATE SET title = EXCLUDED.title, source = EXCLUDED.source
 WHERE NOT n.basis_read AND (n.title, n.source) IS DISTINCT FROM (EXCLUDED.title, EXCLUDED.source);

INSERT INTO hz.calendar_day AS d (day, notice_id, working, name_zh, name_en) VALUES
{",".join(chr(10) + d for _, d in sorted(days)).lstrip()}
ON CONFLICT (day) DO UPDATE
   SET notice_id = EXCLUDED.notice_id, working = EXCLUDED.working, name_zh = EXCLUDED.name_zh, name_en = EXCLUDED.name_en
 WHERE (d.notice_id, d.working, d.name_zh, d.name_en) IS DISTINCT FROM (EXCLUDED.notice_id, EXCLUDED.working, EXCLUDED.name_zh, EXCLUDED.name_en);

SELECT api.calendar_fill() \\g /dev/null""")


if __name__ == "__main__":
    main()
