"""The legal calendar: as it is read, as notices are loaded into it, and how running deadlines follow it by command."""
import datetime
import os
import subprocess

import psycopg
import pytest

from harness.client import Client
from harness.clock import Clock
from harness.server import ROOT, Server
from office import Office
from reporting import REPORTS, new_report

NOTICES = sorted((ROOT / "tests/cases/notices").glob("*.csv"))
# An invented arrangement of 2027, in the form that operators write.
INVENTED = """年份,2027
标题,国务院办公厅关于2027年部分节假日安排的通知（试验用，虚构）
来源,测试
日期,至,安排,名称,英文名称
2027-01-01,2027-01-03,放假,元旦
2026-12-27,,上班,元旦
2027-02-05,2027-02-12,放假,春节
2027-01-31,,上班,春节
2027-02-13,,上班,春节
"""


# ---- reading ----------------------------------------------------------------------------------------------------------------

def test_every_day_says_what_it_is(api):
    told = api(None).get("/v1/calendar", {"from": "2026-09-19", "to": "2026-10-10"}).ok(200)
    days = {day["date"]: day for day in told["days"]}
    assert len(days) == 22 and (told["from"], told["to"]) == ("2026-09-19", "2026-10-10")
    assert days["2026-09-19"] == {"date": "2026-09-19", "weekday": 6, "working": False, "kind": "weekend", "name": None, "name_en": None,
                                  "notice": None}
    assert days["2026-09-20"] == {"date": "2026-09-20", "weekday": 7, "working": True, "kind": "make_up_workday", "name": "国庆节",
                                  "name_en": "National Day", "notice": "2026"}
    assert (days["2026-10-01"]["kind"], days["2026-10-04"]["kind"], days["2026-10-08"]["kind"]) == ("holiday", "holiday", "workday")
    (year,) = told["years"]
    assert (year["year"], year["provisional"], year["warning"]) == (2026, False, None)
    assert year["notices"] == [{"id": "2026", "title": "国务院办公厅关于2026年部分节假日安排的通知", "number": "国办发明电〔2025〕7号",
                                "issued_on": "2025-11-04", "source": "npm chinese-days 1.5.7", "basis_read": True}]


def test_a_year_without_a_notice_says_so(api):
    told = api(None).get("/v1/calendar", {"from": "2026-12-31", "to": "2027-01-03"}).ok(200)
    assert [(year["year"], year["provisional"], len(year["notices"])) for year in told["years"]] == [(2026, False, 1), (2027, True, 0)]
    assert "尚未公布" in told["years"][1]["warning"] and "no notice for 2027" in told["years"][1]["warning"]
    assert [day["kind"] for day in told["days"]] == ["workday", "workday", "weekend", "weekend"]
    assert [len(year["notices"]) for year in api(None).get("/v1/calendar", {"from": "2020-06-01", "to": "2020-06-01"}).ok()["years"]] == [2]


def test_this_year_is_told_without_being_asked(api, clock):
    clock.set("2024-05-05T09:00:00+08:00")
    told = api(None).get("/v1/calendar").ok(200)
    assert (told["from"], told["to"], len(told["days"])) == ("2024-01-01", "2024-12-31", 366)
    assert api(None).get("/v1/calendar", {"from": "2025-11-01"}).ok()["to"] == "2025-12-31"
    assert api(None).get("/v1/calendar", {"to": "2025-11-01"}).ok()["from"] == "2025-01-01"


@pytest.mark.parametrize("asked, pointer, code", [
    ({"from": "2026-01-01", "to": "2027-02-05"}, "?to", "out_of_range"),
    ({"from": "2026-01-02", "to": "2026-01-01"}, "?to", "out_of_range"),
    ({"from": "2003-12-31", "to": "2004-01-01"}, "?from", "out_of_range"),
    ({"from": "2060-12-31", "to": "2061-01-01"}, "?to", "out_of_range"),
    ({"from": "2026-02-30"}, "?from", "bad_format"),
    ({"year": "2026"}, "?year", "unknown_parameter"),
])
def test_bounds(api, asked, pointer, code):
    answer = api(None).get("/v1/calendar", asked)
    answer.problem("invalid_query", 400)
    assert answer.faults() == {pointer: code}


def test_400_days_are_told_at_once(api):
    assert len(api(None).get("/v1/calendar", {"from": "2026-01-01", "to": "2027-02-04"}).ok()["days"]) == 400


def test_what_has_not_changed_is_not_sent_again(api, clock):
    first = api(None).get("/v1/calendar", {"from": "2026-01-01", "to": "2026-01-31"})
    clock.set("2029-01-01T00:00:00+08:00")
    assert api(None).get("/v1/calendar", {"from": "2026-01-01", "to": "2026-01-31"}, headers={"If-None-Match": first.etag}).status == 304
    assert api(None).get("/v1/calendar", {"from": "2026-02-01", "to": "2026-02-28"}, headers={"If-None-Match": first.etag}).status == 200


# ---- loading ----------------------------------------------------------------------------------------------------------------

@pytest.fixture
def load(server):
    """load(text) -> (notice, days, changed), in a transaction that is undone after the test."""
    connection = psycopg.connect(server.settings["HZ_OWNER"])
    yield lambda text: connection.execute("SELECT notice, days, changed FROM api.calendar_load(%s)", (text,)).fetchone()
    connection.rollback()
    connection.close()


@pytest.mark.parametrize("notice", NOTICES, ids=lambda path: path.stem)
def test_the_notices_themselves_say_what_the_calendar_says(load, notice):
    """Copied from the text of the notice, day by day: nothing of the calendar changes when it is loaded."""
    year, days, changed = load(notice.read_text(encoding="utf-8"))
    assert (year, changed) == (notice.stem, 0) and days > 20


def refused(load, text):
    with pytest.raises(psycopg.errors.InvalidParameterValue) as error:
        load(text)
    return error.value.diag.message_primary.splitlines()[1:]


def test_every_fault_with_its_line(load):
    assert refused(load, """年份,2027
标题,某通知
来源,测试
作者,某人
印发日期,十一月
日期,至,安排,名称
2027-01-01,2027-01-03,放假,元旦
2027-01-02,,放假,元旦
2027-02-30,,放假,春节
2027-02-05,2027-02-04,放假,春节
2027-02-05,2027-02-25,放假,春节
2028-02-05,,放假,春节
2026-11-30,,放假,元旦
2027-02-06,,放假,
2027-02-08,,上班,春节
2027-02-07,,加班,春节
""") == [
        "第 4 行：不认识“作者”",
        "“印发日期”不是日期",
        "第 8 行：2027-01-02 在第 7 行已经写过",
        "第 9 行：“2027-02-30”不是日期",
        "第 10 行：止日 2027-02-04 早于起日 2027-02-05",
        "第 11 行：一行最多 15 天",
        "第 12 行：2028-02-05 不是 2027 年的日子（只可写到上一年 12 月）",
        "第 13 行：2026-11-30 不是 2027 年的日子（只可写到上一年 12 月）",
        "第 14 行：放假的日子须写节日名称",
        "第 15 行：2027-02-08 有周一至周五的日子：只有周六、周日才调休上班",
        "第 16 行：安排写“放假”或“上班”"]


@pytest.mark.parametrize("text, fault", [
    ("年份,2027\n标题,某\n来源,某\n日期,至,安排,名称\n", "没有写任何日子"),
    ("标题,某\n来源,某\n日期,至,安排,名称\n2027-01-01,,放假,元旦\n", "须有“年份”一行，写四位年份（2004 至 2060）"),
    ("年份,2027\n来源,某\n日期,至,安排,名称\n2027-01-01,,放假,元旦\n", "须有“标题”一行"),
    ("年份,2027\n标题,某\n日期,至,安排,名称\n2027-01-01,,放假,元旦\n", "须有“来源”一行：网址或文件"),
    ("年份,2027\n编号,2028\n标题,某\n来源,某\n日期,至,安排,名称\n2027-01-01,,放假,元旦\n", "“编号”为年份，同年的补充通知为年份加 -2、-3 …"),
    # 2018-12-29 and the days after it are of the notice of 2019
    ("年份,2018\n标题,某\n来源,某\n日期,至,安排,名称\n2018-12-30,,放假,元旦\n", "第 5 行：2018-12-30 已由后来的通知 2019 安排"),
])
def test_notices_that_are_refused(load, text, fault):
    assert refused(load, text) == [fault]


def test_without_headings_it_is_no_notice(load):
    with pytest.raises(psycopg.errors.InvalidParameterValue, match="没有“日期,至,安排,名称,英文名称”这一行"):
        load("年份,2027\n")


def test_as_spreadsheets_save_it(load):
    """With a mark at the beginning, carriage returns, empty cells at the end, dates with slashes, English keys."""
    text = "\ufeffyear,2027,,\r\ntitle,\"Some notice\",,\r\nsource,test,,\r\nread,no,,\r\ndate,to,kind,name\r\n2027/1/1,2027/1/3,holiday,元旦\r\n,,,\r\n2026年12月27日,,workday,\r\n"
    assert load(text) == ("2027", 4, 2)


def test_a_second_notice_changes_days_of_the_first_and_the_first_is_loaded_again(load):
    first = "年份,2027\n标题,某\n来源,某\n日期,至,安排,名称\n2027-05-01,2027-05-05,放假,劳动节\n2027-05-08,,上班,劳动节\n"
    assert load(first)[1:] == (6, 4)      # 3 4 5 off, 8 works
    assert load("年份,2027\n编号,2027-2\n标题,另\n来源,某\n日期,至,安排,名称\n2027-05-06,,放假,劳动节\n2027-05-08,,放假,劳动节\n") == ("2027-2", 2, 2)
    assert refused(load, first) == ["第 6 行：2027-05-08 已由后来的通知 2027-2 安排"]


# ---- counting again ---------------------------------------------------------------------------------------------------------

class Bureau:
    """A server of its own, with an office, a clock and the commands of its operator."""

    def __init__(self, server, folder):
        self.server, self.folder = server, folder
        self.db = server.connect()
        self.superuser = server.connect("postgres")
        self.clock = Clock(server, self.superuser)
        self.office = Office(self.api, self.db, "500103")

    def api(self, role, district=None, institution=None, street=None, name=None):
        if role is None:
            return Client(self.server.base_url)
        many = lambda value: [] if value is None else [value] if isinstance(value, str) else list(value)
        key, actor = self.db.execute("SELECT key, actor_id FROM api.issue_key(%s, %s, %s::uuid[], '{}', %s, %s)",
                                     (role, [district], many(institution), many(street), name or role)).fetchone()
        return Client(self.server.base_url, key, str(actor))

    def make(self, script, **env):
        """The lines one of the commands prints; its error text when it fails."""
        done = subprocess.run([f"conf/dev/{script}.sh"], cwd=ROOT, env={**self.server.env, **env}, text=True, capture_output=True,
                              timeout=60)
        return done.stdout.splitlines() if done.returncode == 0 else done.stderr

    def load(self, text, encoding="utf-8"):
        file = self.folder / "notice.csv"
        file.write_text(text, encoding=encoding)
        return self.make("calendar", FILE=str(file))

    def deadline(self, finding):
        lines = self.office.inspector.get("/v1/deadlines", {"institution_id": self.office.home["id"]}).ok()["items"]
        return next(line for line in lines if line["finding_id"] == finding["id"])

    def ordered(self, at, **period):
        self.clock.set(at)
        one = self.office.new_finding()
        self.office.inspector.post(f"/v1/findings/{one['id']}/orders", period).ok(201)
        return one


@pytest.fixture(scope="module")
def bureau(tmp_path_factory):
    """One for the tests below, in their order: what one has loaded, the next finds."""
    server = Server().start()
    try:
        yield Bureau(server, tmp_path_factory.mktemp("notices"))
    finally:
        server.close()


def test_a_file_with_faults_loads_nothing(bureau):
    error = bureau.load(INVENTED + "2027-02-13,,放假,春节\n")
    assert "第 10 行：2027-02-13 在第 9 行已经写过" in error
    assert bureau.db.execute("SELECT count(*) FROM hz.calendar_notice WHERE year = 2027").fetchone() == (0,)
    assert "usage: make calendar" in bureau.make("calendar", FILE="/nowhere.csv")
    assert "usage: make recompute" in bureau.make("recompute", APPLY="yes")


def test_a_notice_comes_and_what_it_moves_is_moved_by_command(bureau):
    moved = bureau.ordered("2027-02-01T10:00:00+08:00", days=5, day_kind="working")          # 02 to 05, 08; then 02 to 04, 13, 15
    back = bureau.ordered("2026-12-25T10:00:00+08:00", days=2, day_kind="working")           # 28, 29; a make-up day of the notice is in it
    same = bureau.ordered("2027-03-01T10:00:00+08:00", days=2, day_kind="working")           # nothing but the warning changes
    calendar = bureau.ordered("2027-02-01T10:00:00+08:00", days=5)
    closed = bureau.ordered("2027-02-01T10:00:00+08:00", days=3, day_kind="working")
    bureau.clock.set("2027-02-04T10:00:00+08:00")
    bureau.office.inspector.post(f"/v1/findings/{closed['id']}/reinspections", {"result": "passed", "note": "已整改"}).ok(201)
    before = {name: bureau.deadline(one) for name, one in (("moved", moved), ("back", back), ("same", same), ("calendar", calendar))}
    assert {name: (line["deadline"], line["provisional"]) for name, line in before.items()} == {
        "moved": ("2027-02-08", True), "back": ("2026-12-29", False), "same": ("2027-03-03", True), "calendar": ("2027-02-06", False)}
    assert bureau.make("recompute")[0].endswith("0, dates that move: 0")

    told = bureau.load(INVENTED, "gb18030")
    assert told[0].startswith("已装载通知 2027：14 天")
    assert told[1].endswith("3, dates that move: 2")
    listed = {line.split("\t")[3]: line.split("\t") for line in told[2:]}
    assert set(listed) == {moved["id"], back["id"], same["id"]}
    assert listed[moved["id"]][0] == "500103" and listed[moved["id"]][1] == bureau.office.home["name"]
    assert listed[moved["id"]][5] == "2027-02-08 → 2027-02-15" and "2027-02-05 至 2027-02-12 春节" in listed[moved["id"]][6]
    assert listed[back["id"]][5] == "2026-12-29 → 2026-12-28" and "计入调休上班日 2026-12-27" in listed[back["id"]][6]
    assert listed[same["id"]][5] == "2027-03-03 → 2027-03-03"
    # the days still left are counted along the new calendar at once; the deadline waits for the command
    assert bureau.deadline(moved) | {"working_days_left": None} == before["moved"] | {"working_days_left": None}, "the list changes nothing"
    etag = bureau.office.inspector.get(f"/v1/findings/{moved['id']}").etag

    assert bureau.make("recompute")[1:] == told[2:]
    assert bureau.make("recompute", APPLY="1")[0].startswith("已重新计算")
    after = bureau.deadline(moved)
    assert (after["deadline"], after["provisional"], after["days"], after["day_kind"], after["order_id"]) == (
        "2027-02-15", False, 5, "working", before["moved"]["order_id"])
    assert after["reason"] == "按节假日安排重新计算：2027-02-08 改为 2027-02-15"
    assert [step["step"] for step in after["explanation"]] == ["event", "rule", "counting", "skipped", "result"]
    assert after["explanation"][:3] == before["moved"]["explanation"][:3] and "试验用" in after["explanation"][3]["basis"]
    assert [change["deadline"] for change in after["changes"]] == ["2027-02-08", "2027-02-15"]
    assert bureau.deadline(back)["deadline"] == "2026-12-28"
    assert (bureau.deadline(same)["deadline"], bureau.deadline(same)["provisional"]) == ("2027-03-03", False)
    assert bureau.deadline(calendar) | {"working_days_left": None} == before["calendar"] | {"working_days_left": None}
    assert bureau.office.inspector.get(f"/v1/findings/{moved['id']}").etag != etag
    history = bureau.office.inspector.get(f"/v1/findings/{moved['id']}/history").ok()["items"]
    assert (history[-1]["what"], history[-1]["reason"], history[-1]["actor_name"]) == ("deadline", after["reason"], "期限重新计算（系统）")
    assert bureau.make("recompute", APPLY="1")[0].endswith("0, dates that move: 0"), "once is enough"


def test_clocks_go_on_with_another_date(bureau):
    """A limit of the district's own in working days; its clock is counted again, and the one before is kept."""
    bureau.clock.set("2028-04-20T10:00:00+08:00")
    bureau.office.admin.post("/v1/time-limits", {"code": "reinspection", "region": "500103", "amount": 10, "day_kind": "working",
                                                 "effective_from": "2028-04-20"}).ok(201)
    bureau.clock.set("2028-04-24T10:00:00+08:00")
    one = bureau.office.new_finding("reinspection_requested")
    rows = "SELECT due_on::text, ended_by, provisional, replaces IS NULL FROM hz.clock WHERE finding_id = %s ORDER BY created_at, id"
    assert bureau.db.execute(rows, (one["id"],)).fetchall() == [("2028-05-08", None, True, True)]
    bureau.clock.advance(hours=1)
    told = bureau.load("年份,2028\n标题,某通知（虚构）\n来源,测试\n日期,至,安排,名称\n2028-05-01,2028-05-05,放假,劳动节\n2028-04-30,,上班,劳动节\n"
                       "2028-05-06,,上班,劳动节\n")
    # 25 to 28, 30 (Sunday), then 6 (Saturday), 8 to 11
    assert [line.split("\t")[2:6:3] for line in told[2:]] == [["clock", "2028-05-08 → 2028-05-11"]]
    bureau.make("recompute", APPLY="1")
    assert bureau.db.execute(rows, (one["id"],)).fetchall() == [("2028-05-08", "recomputed", True, True), ("2028-05-11", None, False, False)]
    event = bureau.db.execute("SELECT what, reason, district, payload -> 'changed' ->> 'due_on' FROM hz.event WHERE resource = 'clock'").fetchall()
    assert event == [("recomputed", "按节假日安排重新计算：2028-05-08 改为 2028-05-11", "500103", "2028-05-11")]
    bureau.office.inspector.post(f"/v1/findings/{one['id']}/reinspections", {"result": "passed", "note": "已整改"}).ok(201)
    assert bureau.db.execute(rows, (one["id"],)).fetchall()[1][1] == "reinspections", "and ends as the first would have"


def test_clocks_of_reports_are_counted_again(bureau):
    """With the days of their pauses; the list for the operator names no institution, and nothing of it becomes an event."""
    bureau.clock.set("2029-04-20T10:00:00+08:00")
    handler = bureau.office.handler
    paused, plain = (new_report(bureau.office) for _ in range(2))
    for one in (paused, plain):
        handler.post(f"{REPORTS}/{one['id']}/acceptances").ok(201)                 # verification to begin within 10 working days: 05-04
    handler.post(f"{REPORTS}/{paused['id']}/pauses", {"reason_code": "expertise"}).ok(201)
    bureau.clock.set("2029-04-30T10:00:00+08:00")
    handler.post(f"{REPORTS}/{paused['id']}/resumptions").ok(201)                  # 6 working days later: 05-14

    def lines():
        return {line["resource_id"]: line for line in handler.pages("/v1/deadlines", {"kind": "report_verification"})}
    assert {one: (line["deadline"], line["provisional"]) for one, line in lines().items()} == {
        paused["id"]: ("2029-05-14", True), plain["id"]: ("2029-05-04", True)}
    told = bureau.load("年份,2029\n标题,某通知（虚构）\n来源,测试\n日期,至,安排,名称\n2029-05-01,2029-05-05,放假,劳动节\n2029-04-28,,上班,劳动节\n")
    listed = [line.split("\t") for line in told[2:]]
    # plain: 23 to 28, 30, then 7 to 9. Paused: seven of its days did not count by now, the 28th too: 10, 11, 14 to 18
    assert sorted(line[:5] for line in listed if line[3] == "开始核查时限") == [
        ["500103", "report_clock", "-", "开始核查时限", "2029-05-04 → 2029-05-09"], ["500103", "report_clock", "-", "开始核查时限", "2029-05-14 → 2029-05-18"]]
    events = bureau.db.execute("SELECT count(*) FROM hz.event").fetchone()
    bureau.make("recompute", APPLY="1")
    assert bureau.db.execute("SELECT count(*) FROM hz.event").fetchone() == events
    after = lines()
    assert [after[one["id"]]["provisional"] for one in (paused, plain)] == [False, False]
    assert "改为" in after[plain["id"]]["explanation"][-1]["text"]
    assert [step["text"] for step in after[paused["id"]]["explanation"] if step["step"] == "paused"] == ["计时中止 2029-04-20 至 2029-04-30，其间不计"]
    assert bureau.make("recompute")[0].endswith("0, dates that move: 0")


def test_what_was_loaded_stays_at_the_next_deployment(bureau):
    """A correction of the program's own year: the data of the program do not undo it."""
    text = (ROOT / "tests/cases/notices/2026.csv").read_text(encoding="utf-8") + "2026-12-25,,放假,某日\n"
    assert "1 天" in bureau.load(text)[0].split("日历变动")[1]
    deployed = subprocess.run(["db/deploy.sh"], cwd=ROOT, env={**os.environ, "HZ_OWNER": bureau.server.settings["HZ_OWNER"], "FORCE": "1"},
                              text=True, capture_output=True, timeout=120)
    assert deployed.returncode == 0, deployed.stderr
    assert bureau.db.execute("SELECT working FROM hz.calendar_date WHERE day = '2026-12-25'").fetchone() == (False,)
