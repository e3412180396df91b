"""Time limits: what is seeded, how an administrator adds an edition, and that what began keeps the edition of its day."""
import concurrent.futures
import datetime

from office import new_id

PENALTY = {"penalty_decision": (90, "calendar"), "penalty_hearing_request": (5, "working"), "penalty_hearing_notice": (7, "working"),
           "penalty_service": (7, "working"), "penalty_payment": (15, "calendar")}


def limits(client, **filters):
    return list(client.pages("/v1/time-limits", filters, limit=5))


def test_the_seed_says_what_was_read(office):
    seeded = {limit["code"]: limit for limit in limits(office.staff) if limit["created_by"] is None}
    assert {"reinspection", "immediate_correction", "general_rectification", "major_rectification", "extension", "major_escalation",
            "permit_notice", "referral_reply", *PENALTY} <= set(seeded)
    for code, (amount, kind) in PENALTY.items():
        one = seeded[code]
        assert (one["amount"], one["day_kind"], one["resource"], one["legal_basis_read"]) == (amount, kind, "penalty_case", True)
        assert "行政处罚法" in one["legal_basis"] and one["effective_from"] == "2021-07-15"
    assert (seeded["extension"]["amount"], seeded["extension"]["times"], seeded["extension"]["legal_basis"]) == (30, 2, None)
    assert (seeded["reinspection"]["region"], seeded["reinspection"]["amount"], seeded["reinspection"]["legal_basis_read"]) == ("50", 10, False)
    assert seeded["reinspection"]["starts_with"] == "reinspection-requests" and seeded["immediate_correction"]["amount"] == 0
    for one in seeded.values():
        assert not one["legal_basis_read"] or one["legal_basis"], "nothing was read where nothing is cited"


def test_filters(office):
    assert {one["code"] for one in limits(office.inspector, resource="penalty_case")} >= set(PENALTY)
    assert [one["region"] for one in limits(office.inspector, code="reinspection", region="500103")] == ["50"]
    assert limits(office.inspector, code="reinspection", region="110101") == []
    assert limits(office.inspector, code="penalty_payment", on="2021-07-14") == []
    assert len(limits(office.inspector, code="penalty_payment", on="2021-07-15")) == 1
    office.inspector.get("/v1/time-limits", {"on": "heute"}).problem("invalid_query", 400)


def test_an_edition_by_its_address(office):
    one = limits(office.inspector, code="penalty_payment")[0]
    answer = office.street.get(f"/v1/time-limits/{one['id']}")
    assert answer.ok(200) == one
    assert office.street.get(f"/v1/time-limits/{one['id']}", headers={"If-None-Match": answer.etag}).status == 304
    office.street.get(f"/v1/time-limits/{new_id()}").problem("not_found", 404)


def edition(office, **fields):
    return {"code": "general_rectification", "region": office.district, "amount": 5, "day_kind": "working", "effective_from": "2026-03-02",
            **fields}


def order(office, at, clock):
    clock.set(at)
    one = office.new_finding()
    return one["id"], office.inspector.post(f"/v1/findings/{one['id']}/orders", {}).ok(201)


def test_what_began_keeps_the_edition_of_its_day(new_office, clock, db):
    office = new_office()
    first, told = order(office, "2026-03-02T09:00:00+08:00", clock)
    assert (told["deadline"], told["days"], told["day_kind"], told["time_limit"]) == ("2026-03-17", 15, "calendar", "general_rectification")
    answer = office.admin.post("/v1/time-limits", edition(office, legal_basis="本区规定（2026）第三条", note="试行"))
    made = answer.ok(201)
    assert (made["edition"], made["title"], made["severity"], made["resource"]) == ("1", "一般隐患的整改期限", "general", "rectification_order")
    assert (made["effective_from"], made["effective_to"], made["created_by"], made["legal_basis_read"]) == ("2026-03-02", None, office.admin.actor, False)
    assert answer.headers["Location"] == f"/v1/time-limits/{made['id']}" and office.home["id"]
    second, told = order(office, "2026-03-02T10:00:00+08:00", clock)
    assert (told["deadline"], told["days"], told["day_kind"]) == ("2026-03-09", 5, "working")
    step = office.inspector.get("/v1/deadlines", {"institution_id": office.home["id"]}).ok()["items"][0]["explanation"][1]
    assert step == {"step": "limit", "date": None, "basis": "本区规定（2026）第三条（条文未核对）",
                    "text": "通知未写期限，适用一般隐患的整改期限（时限 general_rectification，第 1 版）"}

    later = office.admin.post("/v1/time-limits", edition(office, amount=3, effective_from="2026-03-10", title="新的期限")).ok(201)
    assert later["edition"] == "2" and later["title"] == "新的期限" and later["legal_basis"] is None
    assert office.admin.get(f"/v1/time-limits/{made['id']}").ok()["effective_to"] == "2026-03-09"
    assert [one["edition"] for one in limits(office.admin, code="general_rectification", region=office.district, on="2026-03-09")
            if one["region"]] == ["1"]
    third, told = order(office, "2026-03-10T10:00:00+08:00", clock)
    assert told["deadline"] == "2026-03-13"
    office.inspector.post(f"/v1/findings/{second}/reinspections", {"result": "failed", "order": {}}).ok(201)
    orders = office.inspector.get(f"/v1/findings/{second}/orders").ok()["items"]
    assert [(one["deadline"], one["days"]) for one in orders] == [("2026-03-09", 5), ("2026-03-13", 3)], "the second round by the second edition"
    assert office.inspector.get(f"/v1/findings/{first}/orders").ok()["items"][0]["deadline"] == "2026-03-17"

    events = db.execute("SELECT what, resource_id::text, actor_id::text, payload -> 'changed' ->> 'amount', payload -> 'changed' -> 'effective_to' "
                        "FROM hz.event WHERE resource = 'time_limit' AND district = %s ORDER BY id", (office.district,)).fetchall()
    assert events == [("created", made["id"], office.admin.actor, "5", None),
                      ("changed", made["id"], office.admin.actor, None, [None, "2026-03-09"]),
                      ("created", later["id"], office.admin.actor, "3", None)]


def test_no_two_editions_hold_on_one_day(new_office, clock):
    office = new_office()
    clock.set("2026-03-02T09:00:00+08:00")
    office.admin.post("/v1/time-limits", edition(office, effective_from="2026-04-01")).ok(201)
    for day in ("2026-03-02", "2026-04-01"):
        answer = office.admin.post("/v1/time-limits", edition(office, effective_from=day))
        answer.problem("rule_violated", 422)
        assert answer.faults() == {"/effective_from": "rule_violated"}
    assert order(office, "2026-03-31T09:00:00+08:00", clock)[1]["days"] == 15, "it does not hold yet"
    assert order(office, "2026-04-01T00:00:00+08:00", clock)[1]["days"] == 5


def test_two_administrators_at_once(new_office, clock, api):
    office = new_office()
    clock.set("2026-03-02T09:00:00+08:00")
    clients = [api("admin", office.district, name=f"管理员{n}") for n in range(4)]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda client: client.post("/v1/time-limits", edition(office)), clients))
    assert sorted(answer.status for answer in answers) == [201, 422, 422, 422]


def test_only_for_ones_own_district(office, api, clock):
    clock.set("2026-03-02T09:00:00+08:00")
    office.admin.post("/v1/time-limits", edition(office, region="500108")).problem("out_of_scope", 403)
    office.section_chief.post("/v1/time-limits", edition(office)).problem("forbidden", 403)
    city = api("admin", [office.district, "500108"], name="市级管理员")
    assert city.post("/v1/time-limits", edition(office, region="500108", effective_from="2031-01-01")).ok(201)["region"] == "500108"


def test_a_lost_answer_is_repeated_once(new_office, clock):
    office = new_office()
    clock.set("2026-03-02T09:00:00+08:00")
    first = office.admin.post("/v1/time-limits", edition(office), idempotency_key="edition-1").ok(201)
    again = office.admin.post("/v1/time-limits", edition(office), idempotency_key="edition-1")
    assert again.ok(201) == first and again.headers["Idempotent-Replayed"] == "true"


def test_the_feed_tells_of_it(new_office, clock):
    office = new_office()
    clock.set("2026-03-02T09:00:00+08:00")
    made = office.admin.post("/v1/time-limits", edition(office)).ok(201)
    deadline = datetime.datetime.now() + datetime.timedelta(seconds=15)
    while datetime.datetime.now() < deadline:
        items = office.auditor.get("/v1/events", {"resource": "time_limit"}).ok()["items"]
        if items:
            break
    assert [item["resource_id"] for item in items] == [made["id"]] and items[0]["district"] == office.district
