#!/usr/bin/python3
"""Writes 60_calendar.sql from the npm package chinese-days (MIT), whose data follow the State Council's yearly notices.

    npm pack chinese-days@1.5.7 && tar xzf chinese-days-1.5.7.tgz
    db/data/make_calendar.py package > db/data/60_calendar.sql
"""
import json
import pathlib
import sys

# Numbers of the notices where they are known for certain; with a date of issue, the text itself was read and its days compared
# (tests/sql/calendar.sql): 2010 and 2016 on gov.cn's pages, the others as Xinhua, People's Daily and beijing.gov.cn printed them.
NUMBERS = {
    2009: ("国办发明电〔2008〕42号", None), 2010: ("国办发明电〔2009〕27号", "2009-12-07"), 2011: ("国办发明电〔2010〕40号", None),
    2012: ("国办发明电〔2011〕45号", None), 2013: ("国办发明电〔2012〕33号", None), 2014: ("国办发明电〔2013〕28号", None),
    2015: ("国办发明电〔2014〕28号", None), 2016: ("国办发明电〔2015〕18号", "2015-12-10"), 2017: ("国办发明电〔2016〕17号", None),
    2018: ("国办发明电〔2017〕12号", None), 2019: ("国办发明电〔2018〕15号", None), 2020: ("国办发明电〔2019〕16号", None),
    2021: ("国办发明电〔2020〕27号", "2020-11-25"), 2022: ("国办发明电〔2021〕11号", "2021-10-25"), 2023: ("国办发明电〔2022〕16号", "2022-12-08"),
    2024: ("国办发明电〔2023〕7号", "2023-10-25"), 2025: ("国办发明电〔2024〕12号", "2024-11-12"), 2026: ("国办发明电〔2025〕7号", "2025-11-04"),
}
# Second notices of a year, and the days that are theirs.
SECOND = {
    "2015-2": ("国务院关于中国人民抗日战争暨世界反法西斯战争胜利70周年纪念日调休放假的通知", "国发明电〔2015〕1号", ("2015-09-03", "2015-09-06")),
    "2019-2": ("国务院办公厅关于调整2019年劳动节假期安排的通知", "国办发明电〔2019〕3号", ("2019-04-28", "2019-05-05")),
    "2020-2": ("国务院办公厅关于延长2020年春节假期的通知", "国办发明电〔2020〕1号", ("2020-01-31", "2020-02-02")),
}


def quoted(text):
    return "NULL" if text is None else "'" + text.replace("'", "''") + "'"


def notice_of(day, name):
    """The notice that arranges a day: New Year's days of December stand in that of the year to come."""
    for id_, (_, _, (first, last)) in SECOND.items():
        if first <= day <= last:
            return id_
    return str(int(day[:4]) + (name == "元旦" and day[5:7] == "12"))


def main():
    package = pathlib.Path(sys.argv[1])
    version = json.loads((package / "package.json").read_text(encoding="utf-8"))["version"]
    notices, days = {}, {}
    for file in sorted((package / "dist/years").glob("[0-9]" * 4 + ".json")):
        year, data = int(file.stem), json.loads(file.read_text(encoding="utf-8"))
        number, issued = NUMBERS.get(year, (None, None))
        notices[str(year)] = (year, f"国务院办公厅关于{year}年部分节假日安排的通知", number, issued)
        for working, named in ((False, data["holidays"]), (True, data["workdays"])):
            for day, names in named.items():
                english, chinese, _ = names.split(",")
                days[day] = f"\t('{day}', '{notice_of(day, chinese)}', {str(working).lower()}, {quoted(chinese)}, {quoted(english)})"
    notices |= {id_: (int(id_[:4]), title, number, None) for id_, (title, number, _) in SECOND.items()}
    lines = [f"\t('{id_}', {year}, {quoted(title)}, {quoted(number)}, {quoted(issued)}, 'npm chinese-days {version}', {str(issued is not None).lower()})"
             for id_, (year, title, number, issued) in sorted(notices.items())]
    print(f"""-- Holidays and make-up days of mainland China. Source: npm chinese-days {version} (MIT), whose data follow the yearly notices of the
-- General Office of the State Council; basis_read: the notice itself was read beside it. Written by make_calendar.py.
-- What an operator has loaded (make calendar) stays as it was loaded.
INSERT INTO hz.calendar_notice AS n (id, year, title, number, issued_on, source, basis_read) VALUES
{(","+chr(10)).join(lines)}
ON CONFLICT (id) DO UPDATE
   SET title = EXCLUDED.title, number = EXCLUDED.number, issued_on = EXCLUDED.issued_on, source = EXCLUDED.source, basis_read = EXCLUDED.basis_read
 WHERE n.loaded_at IS NULL AND (n.title, n.number, n.issued_on, n.source, n.basis_read)
       IS DISTINCT FROM (EXCLUDED.title, EXCLUDED.number, EXCLUDED.issued_on, EXCLUDED.source, EXCLUDED.basis_read);

INSERT INTO hz.calendar_day AS d (day, notice_id, working, name_zh, name_en)
SELECT v.day::date, v.notice_id, v.working, v.name_zh, v.name_en
  FROM (VALUES
{(","+chr(10)).join(days[day] for day in sorted(days))}
	) v (day, notice_id, working, name_zh, name_en)
 WHERE (SELECT n.loaded_at FROM hz.calendar_notice n WHERE n.id = v.notice_id) IS NULL
ON CONFLICT (day) DO UPDATE
   SET notice_id = EXCLUDED.notice_id, working = EXCLUDED.working, name_zh = EXCLUDED.name_zh, name_en = EXCLUDED.name_en
 WHERE (SELECT n.loaded_at FROM hz.calendar_notice n WHERE n.id = d.notice_id) IS NULL
   AND (d.notice_id, d.working, d.name_zh, d.name_en) IS DISTINCT FROM (EXCLUDED.notice_id, EXCLUDED.working, EXCLUDED.name_zh, EXCLUDED.name_en);

SELECT api.calendar_fill() \\g /dev/null""")


if __name__ == "__main__":
    main()
