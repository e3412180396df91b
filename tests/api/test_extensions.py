"""Extensions: asked for by the institution, decided by another, told by the deadline ever after."""
import concurrent.futures
import datetime

import pytest

from office import CHINA, EVIDENCE, ago, day, new_id


def ask(office, finding, days=10, who=None, **fields):
    """A request for an extension to `days` from today."""
    return (who or office.institution).post(f"/v1/findings/{finding['id']}/extensions", {"new_deadline": day(days), "reason": "材料未到", **fields})


def decide(office, extension, result="granted", who=None, **fields):
    return (who or office.section_chief).post(f"/v1/extensions/{extension['id']}/decisions", {"result": result, "reason": "情况属实", **fields})


def line_of(client, finding):
    return next(one for one in client.pages("/v1/deadlines", {"kind": "rectification"}) if one["finding_id"] == finding["id"])


def test_granted_to_an_earlier_day(office):
    finding = office.new_finding("ordered")
    before = line_of(office.inspector, finding)
    answer = ask(office, finding, 20, attachments=EVIDENCE)
    one = answer.ok(201)
    assert answer.headers["Location"] == f"/v1/extensions/{one['id']}"
    assert (one["state"], one["extension_state"], one["late"], one["old_deadline"]) == ("ordered", "pending", False, before["deadline"])
    assert [e["role"] for e in one["attachments"]] == ["after"]
    assert line_of(office.inspector, finding)["deadline"] == before["deadline"], "the old one holds until the decision"

    done = decide(office, one, new_deadline=day(15)).ok(201)
    assert (done["state"], done["new_deadline"], done["granted_deadline"]) == ("granted", day(20), day(15))
    assert done == office.auditor.get(f"/v1/extensions/{one['id']}").ok()
    after = line_of(office.inspector, finding)
    assert (after["deadline"], after["days_left"], after["reason"]) == (day(15), 15, "准予延期")
    assert [c["deadline"] for c in after["changes"]] == [before["deadline"], day(15)]
    assert after["explanation"][:4] == before["explanation"]
    assert [(s["step"], s["date"]) for s in after["explanation"][4:]] == [("extension", day(15)), ("result", day(15))]
    assert office.inspector.get(f"/v1/findings/{finding['id']}").ok()["deadline"] == day(15)
    assert office.inspector.get(f"/v1/rectification-orders/{after['order_id']}").ok()["items"][0]["deadline"] == day(15)
    assert [e["what"] for e in office.inspector.pages(f"/v1/findings/{finding['id']}/history")][-3:] == ["extensions", "extension_granted", "deadline"]
    assert [e["extension_state"] for e in office.institution.pages(f"/v1/findings/{finding['id']}/extensions")] == ["granted"]


@pytest.mark.provokes("extension_pending")
def test_refused_and_asked_again(office):
    finding = office.new_finding("rectifying")
    one = ask(office, finding).ok(201)
    ask(office, finding).problem("extension_pending", 409)
    assert decide(office, one, "refused").ok(201)["granted_deadline"] is None
    assert line_of(office.inspector, finding)["deadline"] == one["old_deadline"]
    decide(office, one).problem("invalid_state", 409)
    ask(office, finding, 12).ok(201)
    states = [e["extension_state"] for e in office.institution.pages(f"/v1/findings/{finding['id']}/extensions", limit=1)]
    assert states == ["refused", "pending"], "oldest first"


def test_whoever_asked_does_not_decide(office):
    """Two keys of one person are one person."""
    one = ask(office, office.new_finding("ordered")).ok(201)
    self_same = office.api("section_chief", office.district, name="一人两钥", actor=office.institution.actor)
    decide(office, one, who=self_same).problem("segregation_of_duties", 422)
    decide(office, one).ok(201)


def test_nothing_is_decided_after_the_end(office):
    finding = office.new_finding("ordered")
    one = ask(office, finding).ok(201)
    office.section_chief.post(f"/v1/findings/{finding['id']}/voidings", {"note": "认定有误"}).ok(201)
    gone = office.institution.get(f"/v1/extensions/{one['id']}").ok()
    assert (gone["state"], gone["lapsed_by"], gone["finding_state"]) == ("lapsed", "voidings", "voided")
    problem = decide(office, one).problem("invalid_state", 409)
    assert (problem["state"], problem["allowed"]) == ("lapsed", [])
    ask(office, finding).problem("invalid_state", 409)


def test_late_request_says_so(office, clock):
    """The last millisecond of the due day is in time; midnight in Shanghai is late."""
    finding, other = office.new_finding("ordered", days=1), office.new_finding("ordered", days=1)
    midnight = datetime.datetime.combine(datetime.date.fromisoformat(day(2)), datetime.time(), CHINA)
    clock.set(midnight - datetime.timedelta(milliseconds=1))
    assert ask(office, other, 9).ok(201)["late"] is False
    clock.set(midnight)
    one = ask(office, finding, 9).ok(201)
    assert (one["late"], one["late_days"]) == (True, 1)
    decide(office, one).ok(201)
    told = line_of(office.inspector, finding)
    assert told["reason"] == "准予延期（期限届满 1 日后申请）" and "届满 1 日后才提出" in told["explanation"][4]["text"]
    event = [e for e in office.inspector.pages(f"/v1/findings/{finding['id']}/history") if e["what"] == "extension_granted"][0]
    assert event["detail"]["late_days"] == 1


@pytest.mark.parametrize("days, more, code, faults", [
    (7, {}, "rule_violated", {"/new_deadline": "not_later"}),
    (38, {}, "rule_violated", {"/new_deadline": "extended_too_far"}),
    (5, {"attachments": [{"id": new_id(), "role": "document"}]}, "rule_violated", {"/new_deadline": "not_later", "/attachments/0/id": "unknown_reference"}),
    (9, {"occurred_at": ago(days=3)}, "occurred_at_out_of_order", {"/occurred_at": "occurred_at_out_of_order"}),
    (9, {"occurred_at": ago(hours=-12)}, "occurred_at_in_future", {"/occurred_at": "occurred_at_in_future"}),
])
def test_what_cannot_be_asked_for(office, days, more, code, faults):
    finding = office.new_finding("ordered")
    before = office.rows()
    answer = ask(office, finding, days, **more)
    answer.problem(code, 422)
    assert answer.faults() == faults and office.rows() == before


def test_limits_name_their_basis(office):
    finding = office.new_finding("ordered")
    for days in (9, 11):
        decide(office, ask(office, finding, days).ok(201)).ok(201)
    fault, = ask(office, finding, 13).problem("rule_violated", 422)["errors"]
    assert fault["code"] == "extended_too_often" and "最多 2 次（整改期限的延长，第 1 版；依据：本局规则）" in fault["detail"]


def test_own_corrections_are_not_extended(office):
    """An institution that corrects what it found itself sets its own day."""
    ask(office, office.new_finding("rectifying", self_found=True)).problem("invalid_state", 409)


def test_at_once(office):
    """Eight requests at once are one; eight decisions, half of them no, are one."""
    finding = office.new_finding("ordered")
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda n: ask(office, finding, 10 + n), range(8)))
        assert sorted(a.status for a in answers) == [201] + [409] * 7
        one = next(a for a in answers if a.status == 201).data
        answers = list(pool.map(lambda n: decide(office, one, "granted" if n % 2 else "refused"), range(8)))
    assert sorted(a.status for a in answers) == [201] + [409] * 7
    final = office.auditor.get(f"/v1/extensions/{one['id']}").ok()
    assert line_of(office.inspector, finding)["deadline"] == (final["granted_deadline"] or final["old_deadline"])


def test_repeated_by_its_key_and_by_its_id(office):
    finding, key, one = office.new_finding("ordered"), new_id(), new_id()
    body = {"id": one, "new_deadline": day(9), "reason": "材料未到"}
    first, again = (office.institution.post(f"/v1/findings/{finding['id']}/extensions", body, idempotency_key=key) for _ in range(2))
    assert first.ok(201) == again.ok(201) and again.headers["Idempotent-Replayed"] == "true"
    office.institution.post(f"/v1/findings/{finding['id']}/extensions", body).problem("id_exists", 409)


# -- the list -------------------------------------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def asked(new_office):
    """An office with requests by name, oldest first."""
    office = new_office()
    home = office.new_institution(street=office.streets[1], type="funeral")
    office.other = home
    made = {"granted": ask(office, office.new_finding("ordered")).ok(201), "refused": ask(office, office.new_finding("ordered")).ok(201),
            "other": ask(office, office.new_finding("ordered", institution=home), who=office.keeper(home)).ok(201),
            "psychological": ask(office, office.new_finding("ordered", category="psychological")).ok(201)}
    for result in ("granted", "refused"):
        decide(office, made[result], result).ok(201)
    office.names = {one["id"]: name for name, one in made.items()}
    office.finding_of = {name: one["finding_id"] for name, one in made.items()}
    return office


@pytest.mark.parametrize("query, wanted", [
    ({}, "psychological other refused granted"),
    ({"sort": "asked_at"}, "granted refused other psychological"),
    ({"state": "pending"}, "psychological other"),
    ({"state": "pending", "sort": "asked_at"}, "other psychological"),
    ({"state": "granted"}, "granted"),
    ({"state": "lapsed"}, ""),
    ({"institution_id": "other"}, "other"),
    ({"finding_id": "refused"}, "refused"),
    ({"street": 1}, "other"),
    ({"type": "funeral"}, "other"),
    ({"type": "elderly_care", "state": "pending"}, "psychological"),
    ({"district": "500103"}, ""),
])
def test_extensions_by(asked, query, wanted):
    real = {"institution_id": lambda v: asked.other["id"], "street": lambda v: asked.streets[v], "finding_id": lambda v: asked.finding_of[v]}
    query = {name: real.get(name, str)(value) for name, value in query.items()}
    for limit in (200, 1):
        assert [asked.names[one["id"]] for one in asked.section_chief.pages("/v1/extensions", query, limit=limit)] == wanted.split()


@pytest.mark.parametrize("role, wanted", [
    ("institution", "psychological refused granted"), ("street", "refused granted"), ("integration", "other refused granted"),
    ("inspector", "psychological other refused granted"), ("auditor", "psychological other refused granted")])
def test_extensions_seen_by(asked, role, wanted):
    client = asked.client(role)
    assert [asked.names[one["id"]] for one in client.pages("/v1/extensions")] == wanted.split()
    for one, name in asked.names.items():
        assert client.get(f"/v1/extensions/{one}").status == (200 if name in wanted.split() else 404)


def test_extensions_as_a_table(asked):
    answer = asked.section_chief.get("/v1/extensions", {"state": "granted"}, headers={"Accept": "text/csv"})
    lines = answer.text.lstrip("\ufeff").split("\r\n")
    assert lines[0].startswith("编号,隐患,区县") and "准予延至" in lines[0] and len(lines) == 3
