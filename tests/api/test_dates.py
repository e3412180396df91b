"""The dated cases of tests/cases/deadlines.tsv: through the API with the clock set, through SQL, and against npm chinese-days."""
import csv
import datetime
import itertools
import shutil
import subprocess

import pytest

from harness.server import ROOT
from office import Office

CHINA = datetime.timezone(datetime.timedelta(hours=8))


def cases():
    with open(ROOT / "tests/cases/deadlines.tsv", encoding="utf-8") as file:
        rows = [line for line in file if not line.startswith("#")]
    return list(csv.DictReader(rows, delimiter="\t"))


CASES = cases()
ORDERS = [case for case in CASES if case["limit"] in ("", "general_rectification", "major_rectification", "immediate_correction")]
CHAINS = [list(rounds) for _, rounds in itertools.groupby(ORDERS, key=lambda case: case["chain"] or case["id"])]


def day_of(at):
    return datetime.datetime.fromisoformat(at.replace("Z", "+00:00")).astimezone(CHINA).date().isoformat()


def provisional(case):
    """2026 is the last year with a notice."""
    return case["kind"] == "working" and case["due"] >= "2027"


def period(case):
    """What an order says of the case's period."""
    return {} if case["days"] == "" else {"days": int(case["days"]), "day_kind": case["kind"]}


def test_there_are_enough():
    assert len(CASES) >= 60 and len({case["id"] for case in CASES}) == len(CASES)
    assert len([rounds for rounds in CHAINS if len(rounds) > 2]) >= 4, "chains of orders"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_by_sql(case, db):
    amount, kind = case["days"], case["kind"]
    if amount == "":
        amount, kind = db.execute("SELECT (l).amount, (l).day_kind FROM api.time_limit(%s, '500103', %s) l",
                                  (case["limit"], day_of(case["at"]))).fetchone()
    due, steps = db.execute("SELECT api.period_end(d, %s, %s)::text, api.period_steps(d, %s, %s, '某条') FROM api.day(%s) d",
                            (amount, kind, amount, kind, case["at"])).fetchone()
    assert due == case["due"], case["remark"]
    assert ("warning" in [step["step"] for step in steps]) == provisional({**case, "kind": kind})


@pytest.fixture(scope="module")
def explained(office):
    """explained(finding id) -> its line of the worklist."""
    def line(finding):
        lines = office.inspector.pages("/v1/deadlines", {"institution_id": office.home["id"]})
        return next(one for one in lines if one["finding_id"] == finding)
    return line


@pytest.mark.parametrize("rounds", CHAINS, ids=lambda rounds: rounds[0]["id"])
def test_by_the_api(rounds, office, clock, explained):
    finding = None
    for number, case in enumerate(rounds, 1):
        clock.set((case["recorded"] or case["at"]).replace("Z", "+00:00"))
        at = {"occurred_at": case["at"]} if case["recorded"] else {}
        if number == 1:
            finding = office.new_finding(severity="major" if case["limit"] == "major_rectification" else "general")["id"]
            order = office.inspector.post(f"/v1/findings/{finding}/orders", {**period(case), **at}).ok(201)
            assert order["time_limit"] == (case["limit"] or None)
        else:
            act = office.inspector2.post(f"/v1/findings/{finding}/reinspections",
                                         {"result": "failed", "order": period(case), **at}).ok(201)
            order = office.inspector.get(f"/v1/findings/{finding}/orders").ok()["items"][-1]
            assert act["deadline"] == case["due"] and order["round"] == number
        line = explained(finding)
        for told in (order, line):
            assert told["deadline"] == case["due"], case["remark"]
            assert told["provisional"] == provisional(case)
            assert told["day_kind"] == (case["kind"] or "calendar") and (case["days"] == "" or told["days"] == int(case["days"]))
        steps = line["explanation"]
        assert steps[-1]["step"] == "result" and steps[-1]["date"] == case["due"]
        assert ("warning" in [step["step"] for step in steps]) == provisional(case)
        assert ("limit" in [step["step"] for step in steps]) == bool(case["limit"])
        assert steps[0]["date"] == day_of(case["at"])
        assert len(line["changes"]) == number, "the dates before are kept"


@pytest.mark.parametrize("case", [case for case in CASES if case["limit"] == "reinspection"], ids=lambda case: case["id"])
def test_by_a_clock(case, clock, db, api):
    """A re-inspection asked for starts its clock by itself, in the province whose rule it is."""
    office = Office(api, db, "500243")
    clock.set(case["at"])
    finding = office.new_finding("reinspection_requested")["id"]
    assert db.execute("SELECT due_on::text FROM hz.clock WHERE finding_id = %s AND kind = %s AND ended_at IS NULL",
                      (finding, case["limit"])).fetchall() == [(case["due"],)]


def chinese_days(questions):
    if not shutil.which("node"):
        pytest.skip("node is not installed: conf/dev/deps.sh test installs it")
    done = subprocess.run(["node", "working_days.js"], cwd=ROOT / "tests/contract", input="\n".join(questions), text=True,
                          capture_output=True, timeout=60)
    assert done.returncode == 0, f"conf/dev/deps.sh test fetches the tools\n{done.stderr}"
    return done.stdout.split()


def test_chinese_days_says_the_same():
    counted = [case for case in CASES if case["kind"] == "working"]
    answers = chinese_days([f"{day_of(case['at'])} {case['days']}" for case in counted])
    assert {case["id"]: case["due"] for case in counted} == {case["id"]: answer for case, answer in zip(counted, answers)}


def test_chinese_days_knows_the_same_working_days(db):
    rows = db.execute("SELECT day::text, working FROM hz.calendar_date WHERE day <= '2026-12-31' ORDER BY day").fetchall()
    answers = chinese_days([f"{day} 0" for day, _ in rows])
    assert len(rows) == 8401 and [day for (day, working), answer in zip(rows, answers) if str(working).lower() != answer] == []
