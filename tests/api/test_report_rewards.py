"""Rewards: calculated by a rule, granted by the leader, told to the reporter, collected against the receipt and paid against a code; by somebody who learns nothing else."""
import decimal
import re

import pytest

from harness.reporter import Reporter
from office import day
from reporting import REPORTS, work

CODE = re.compile(r"([0-9A-HJKMNP-TV-Z]{4}-){4}[0-9A-HJKMNP-TV-Z]{4}")
PAYMENTS = "/v1/reward-payments"


@pytest.fixture
def concluded(office, base_url):
    """concluded() → (Reporter, path of the report for staff, concluded as substantiated)."""
    def make(result="substantiated", **fields):
        before = {row[0] for row in office.db.execute("SELECT id FROM hz.report")}
        reporter = Reporter(base_url).file("消防水池没有水", institution_id=office.home["id"], **fields)
        (one,) = {row[0] for row in office.db.execute("SELECT id FROM hz.report")} - before
        work(office, {"id": one}, "acceptances", "verifications")
        office.handler.post(f"{REPORTS}/{one}/conclusions", {"result": result, "note": "查明"}).ok(201)
        return reporter, f"{REPORTS}/{one}"
    return make


def steps(reward):
    return [(one["step"], one["amount"]) for one in reward["explanation"]]


# -- how much ---------------------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("fine, employee, amount, names", [
    (None, False, "3000.00", ["fine", "minimum"]), (None, True, "3600.00", ["fine", "minimum", "employee"]),
    ("0", False, "3000.00", ["fine", "minimum"]), ("19999.99", False, "3000.00", ["fine"]), ("20000", False, "3000.00", ["fine"]), ("20000.10", False, "3000.02", ["fine"]),
    ("60000", False, "9000.00", ["fine"]), ("60000", True, "10800.00", ["fine", "employee"]), ("2000000", False, "300000.00", ["fine"]),
    ("1800000", True, "300000.00", ["fine", "employee", "maximum"]), ("2000000.01", False, "300000.00", ["fine"]), ("9999999999.99", True, "300000.00", ["fine", "employee", "maximum"])])
def test_the_rule(db, fine, employee, amount, names):
    got, told = db.execute("SELECT c.amount, c.steps FROM hz.reward_rule r, api.reward_calculate(r, %s, %s) c WHERE r.edition = '2020'", (fine and decimal.Decimal(fine), employee)).fetchone()
    assert f"{got:.2f}" == amount and [one["step"] for one in told] == names and told[-1]["amount"] == amount
    assert all("未核对" in one["basis"] for one in told)          # nobody has read the texts yet


def test_before_the_rule_of_employees(db):
    assert db.execute("SELECT c.amount FROM hz.reward_rule r, api.reward_calculate(r, 60000, true) c WHERE r.edition = '2018'").fetchone()[0] == 9000
    assert db.execute("SELECT count(*) FROM hz.reward_rule a JOIN hz.reward_rule b ON a.edition < b.edition AND daterange(a.effective_from, a.effective_to, '[]') && "
                      "daterange(b.effective_from, b.effective_to, '[]')").fetchone() == (0,)


# -- all the way ------------------------------------------------------------------------------------------------------------------------

@pytest.mark.provokes("reward_paid")
def test_from_the_grant_to_the_money(office, concluded):
    reporter, path = concluded()
    assert reporter.status()["reward"] is None
    reporter.request("POST", "/reward-collections").problem("invalid_state", 409)
    granted = office.leader.post(f"{path}/rewards", {"fine": "60000", "employee": True}).ok(201)
    assert (granted["amount"], granted["calculated"], granted["fine"], granted["rule_edition"], granted["collect_by"]) == ("10800.00", "10800.00", "60000.00", "2020", day(60))
    assert steps(granted) == [("fine", "9000.00"), ("employee", "10800.00")] and granted["state"] == "concluded"
    told = reporter.status()
    assert told["reward"]["amount"] == "10800.00" and told["reward"]["collected"] is False and "10800.00" in told["reward"]["text"]["zh"]
    assert told["allowed"] == ["attachments", "messages", "reward-collections", "withdrawals"]
    # a code, and another when it is lost
    first, second = (reporter.request("POST", "/reward-collections").ok(201) for _ in range(2))
    assert CODE.fullmatch(first["code"]) and first["code"] not in (second["code"], reporter.receipt) and "不用出示证件" in first["text"]["zh"]
    assert office.office.post(PAYMENTS, {"code": first["code"]}).faults() == {"/code": "unknown_reference"}
    # in whatever way it is typed
    typed = second["code"].lower().replace("-", " ")
    answer = office.office.post(PAYMENTS, {"code": typed})
    paid = answer.ok(201)
    assert paid == {"reward_id": granted["id"], "amount": "10800.00", "state": "paid", "paid_by": office.office.actor, "paid_at": paid["paid_at"]}
    assert path.rpartition("/")[2] not in answer.text and office.home["id"] not in answer.text
    # once
    assert office.office.post(PAYMENTS, {"code": typed}).problem("invalid_state", 409)["state"] == "paid"
    reporter.request("POST", "/reward-collections").problem("invalid_state", 409)
    assert reporter.status()["reward"]["collected"] is True and "reward-collections" not in reporter.status()["allowed"]
    office.leader.post(f"{path}/rewards", {"employee": False}).problem("reward_paid", 409)
    one, = office.handler.get(f"{path}/rewards").ok()["items"]
    assert one["reward_state"] == "paid" and one["paid_at"] == paid["paid_at"]


def test_codes_are_kept_as_hashes_and_the_payer_sees_no_report(office, concluded):
    reporter, path = concluded()
    office.leader.post(f"{path}/rewards", {"employee": False}).ok(201)
    code = reporter.request("POST", "/reward-collections").ok(201)["code"]
    for text in (code, code.replace("-", "")):
        found, = office.db.execute("SELECT count(*) FROM hz.report_reward w WHERE w::text ILIKE %s", (f"%{text}%",)).fetchone()
        assert found == 0
    office.office.get(path, check=False).problem("forbidden", 403)
    office.office.get(f"{path}/rewards", check=False).problem("forbidden", 403)
    # a code is no receipt, and a receipt no code
    reporter.receipt, receipt = code, reporter.receipt
    reporter.get("").problem("receipt_unknown", 401)
    assert office.office.post(PAYMENTS, {"code": receipt}).faults() == {"/code": "unknown_reference"}


def test_a_lost_answer_gives_the_same_code_again(office, concluded):
    reporter, path = concluded()
    office.leader.post(f"{path}/rewards", {"employee": False}).ok(201)
    codes = {reporter.request("POST", "/reward-collections", idempotency_key="lost-on-the-way").ok(201)["code"] for _ in range(3)}
    assert len(codes) == 1
    office.office.post(PAYMENTS, {"code": codes.pop()}).ok(201)


def test_a_reward_granted_anew_replaces_the_one_before(office, concluded):
    reporter, path = concluded()
    office.leader.post(f"{path}/rewards", {"fine": "60000", "employee": False}).ok(201)
    code = reporter.request("POST", "/reward-collections").ok(201)["code"]
    again = office.leader.post(f"{path}/rewards", {"fine": "80000", "employee": False, "amount": "20000", "reason": "避免了重大事故"}).ok(201)
    assert (again["n"], again["amount"], again["calculated"]) == (2, "20000.00", "12000.00") and steps(again)[-1] == ("decided", "20000.00")
    assert office.office.post(PAYMENTS, {"code": code}).problem("invalid_state", 409)["state"] == "replaced"
    assert [(one["n"], one["reward_state"]) for one in office.leader.get(f"{path}/rewards").ok()["items"]] == [(1, "replaced"), (2, "granted")]
    assert reporter.status()["reward"]["amount"] == "20000.00"
    office.office.post(PAYMENTS, {"code": reporter.request("POST", "/reward-collections").ok(201)["code"]}).ok(201)


def test_faults(office, concluded, new_office):
    _, path = concluded()
    reward = lambda **body: office.leader.post(f"{path}/rewards", {"employee": False, **body})
    assert reward(amount="5000").faults() == {"/reason": "required"}
    assert reward(amount="300000.01", reason="x").faults() == {"/amount": "out_of_range"}
    for wrong in ("-1", "1e5", "1.234", "", 60000):
        assert set(reward(fine=wrong).faults()) == {"/fine"}
    assert office.leader.post(f"{path}/rewards", {}).faults() == {"/employee": "required"}
    _, other = concluded("unsubstantiated")
    assert office.leader.post(f"{other}/rewards", {"employee": False}).faults() == {"": "not_substantiated"}
    assert office.handler.post(f"{path}/rewards", {"employee": False}).problem("forbidden", 403)
    for role in ("leader", "handler", "custodian", "auditor", "admin"):
        office.client(role).post(PAYMENTS, {"code": "0000-0000-0000-0000-0000"}).problem("forbidden", 403)
    for slip in ("0000-0000-0000-0000-0001", "0000", "UUUU-0000-0000-0000-0000"):
        assert set(office.office.post(PAYMENTS, {"code": slip}).faults()) == {"/code"}
    reward().ok(201)
    assert reward().ok(201)["n"] == 2


def test_another_district_does_not_pay(office, new_office, concluded):
    reporter, path = concluded()
    office.leader.post(f"{path}/rewards", {"employee": False}).ok(201)
    code = reporter.request("POST", "/reward-collections").ok(201)["code"]
    assert new_office().office.post(PAYMENTS, {"code": code}).faults() == {"/code": "unknown_reference"}
    office.office.post(PAYMENTS, {"code": code}).ok(201)


def test_what_is_logged_of_it(office, concluded):
    reporter, path = concluded()
    office.leader.post(f"{path}/rewards", {"employee": False}).ok(201)
    office.leader.get(f"{path}/rewards").ok()
    office.office.post(PAYMENTS, {"code": reporter.request("POST", "/reward-collections").ok(201)["code"]}).ok(201)
    pseudonym, = office.db.execute("SELECT pseudonym FROM hz.report WHERE id = %s", (path.rpartition("/")[2],)).fetchone()
    lines = office.auditor.get("/v1/audit-log", {"subject": str(pseudonym)}).ok()["items"]
    assert [(line["what"], line["role"]) for line in lines][:3] == [("reward_paid", "office"), ("rewards_read", "leader"), ("report_step", "leader")]
