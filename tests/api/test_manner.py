"""How the interface behaves whatever it is asked about: lists, versions, patches, retries, CORS, tables, documents, the log."""
import concurrent.futures
import csv
import datetime
import io
import json
import pathlib
import re
import threading
import time
import urllib.parse

import pytest
import requests

from harness.client import Client
from office import CHINA, EVIDENCE, ago, day, new_id, row_counts
from reporting import REPORTS, new_report

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def many(office):
    """25 findings of one institution of its own, oldest first by found_at."""
    home = office.new_institution()
    return home, [office.inspector.post("/v1/findings", office.finding_body(home, found_at=ago(hours=30 - n // 2))).ok(201) for n in range(25)]


# -- lists --------------------------------------------------------------------------------------------------------------------

def next_link(answer):
    found = re.fullmatch(r'<([^>]+)>; rel="next"', answer.headers.get("Link", ""))
    return found and found.group(1)


@pytest.mark.parametrize("sort", [None, "found_at", "-found_at"])
def test_pages_cover_a_list_once(office, many, sort):
    home, findings = many
    query = {"institution_id": home["id"], "limit": 7, **({"sort": sort} if sort else {})}
    answer = office.inspector.get("/v1/findings", query)
    seen, sizes = [], []
    while True:
        page = answer.ok(200)
        seen += page["items"]
        sizes.append(len(page["items"]))
        link = next_link(answer)
        assert bool(link) == (page["next"] is not None)
        if not link:
            break
        assert urllib.parse.quote(page["next"], safe="") in link or page["next"] in link
        answer = office.inspector.get(link)
    assert sizes == [7, 7, 7, 4]
    assert {f["id"] for f in seen} == {f["id"] for f in findings} and len(seen) == 25
    if sort:
        times = [f["found_at"] for f in seen]
        assert times == sorted(times, reverse=sort.startswith("-"))


def test_pages_stay_put_while_things_are_added(office):
    home = office.new_institution()
    old = [office.inspector.post("/v1/findings", office.finding_body(home)).ok(201)["id"] for _ in range(6)]
    page = office.inspector.get("/v1/findings", {"institution_id": home["id"], "limit": 2, "sort": "-found_at"}).ok()
    seen = [f["id"] for f in page["items"]]
    while page["next"]:
        office.inspector.post("/v1/findings", office.finding_body(home)).ok(201)
        page = office.inspector.get("/v1/findings", {"institution_id": home["id"], "limit": 2, "sort": "-found_at", "cursor": page["next"]}).ok()
        seen += [f["id"] for f in page["items"]]
    assert sorted(seen) == sorted(old)


def test_cursor_belongs_to_its_filters(office, many):
    home, _ = many
    cursor = office.inspector.get("/v1/findings", {"institution_id": home["id"], "limit": 3}).ok()["next"]
    for query in ({}, {"institution_id": office.home["id"]}, {"institution_id": home["id"], "state": "closed"},
                  {"institution_id": home["id"], "sort": "found_at"}):
        office.inspector.get("/v1/findings", {**query, "cursor": cursor}).problem("invalid_cursor", 400)
    office.inspector.get("/v1/institutions", {"cursor": cursor}).problem("invalid_cursor", 400)
    assert office.inspector.get("/v1/findings", {"institution_id": home["id"], "limit": 5, "cursor": cursor}).status == 200


def test_empty_list(office):
    answer = office.inspector.get("/v1/findings", {"institution_id": new_id()})
    assert answer.data == {"items": [], "next": None}
    assert "Link" not in answer.headers


def test_limit_bounds(office, many):
    home, _ = many
    assert len(office.inspector.get("/v1/findings", {"institution_id": home["id"], "limit": 1}).ok()["items"]) == 1
    assert len(office.inspector.get("/v1/findings", {"institution_id": home["id"], "limit": 200}).ok()["items"]) == 25


def test_every_list_has_the_manner(office, contract):
    """Unknown filter, bad limit, made-up cursor: refused by every list by name."""
    lists = [op for op in contract.operations if op.x.get("x-kind") == "list" and "{" not in op.path]
    assert len(lists) >= 9
    for op in lists:
        client = office.client(contract.roles_of(op)[0]) if not op.open else office.inspector
        assert client.get(op.path + "?" + required_query(contract, op)).status == 200, op
        paged = any(contract.resolve(p)["name"] == "cursor" for p in op.parameters)
        assert paged or op.open, f"{op} has no pages"       # only the small code tables have none
        for query, code in (("nope=1", "invalid_query"), ("limit=0", "invalid_query"), ("cursor=AAAA", "invalid_cursor" if paged else "invalid_query")):
            answer = client.get(op.path + "?" + "&".join(filter(None, [required_query(contract, op), query])))
            answer.problem(code, 400)
            assert code == "invalid_cursor" or list(answer.faults()) == ["?" + query.split("=")[0]], op


def required_query(contract, op):
    known = {"parent": "500103"}
    return "&".join(f"{p['name']}={known[p['name']]}" for p in map(contract.resolve, op.parameters) if p["in"] == "query" and p.get("required"))


def test_every_list_pages_in_every_order(office, contract):
    """One by one they are the same things in the same order as all at once."""
    one, visit = office.new_finding("rectifying"), office.new_inspection("awaiting_signature")
    for _ in range(2):
        office.institution.post(f"/v1/findings/{one['id']}/progress-reports", {"note": "清理中"}).ok(201)
        office.inspector.post(f"/v1/inspections/{visit['id']}/signatures", {"party": "witness", "name": "某人"}).ok(201)
    office.admin.post("/v1/org-units", {"district": office.district, "kind": "section", "name": "翻页科"}).ok(201)
    order = office.inspector.get(f"/v1/findings/{one['id']}/orders").ok()["items"][0]["order_id"]
    report, _ = new_report(office), new_report(office)
    for text in ("一", "二", "三"):
        office.handler.post(f"{REPORTS}/{report['id']}/messages", {"text": text}).ok(201)
    measures = f"/v1/findings/{one['id']}/enforcement-measures"
    for _ in range(2):
        referral = office.section_chief.post(f"/v1/findings/{one['id']}/referrals", {"receiving_body": "health", "matter": "请协助"}).ok(201)["id"]
        case = office.leader.post(measures, {"kind": "penalty_case", "matter": "拒不整改"}).ok(201)["id"]
    office.section_chief.post(f"/v1/findings/{one['id']}/referrals/{referral}/replies", {"result": "已派员查看"}).ok(201)
    people = [{"name": name, "certificate_no": "1"} for name in ("甲", "乙")]
    office.inspector.post(f"{measures}/{case}/steps", {"step": "investigated", "facts": "属实", "investigators": people}).ok(201)
    things = {"findings": one["id"], "inspections": visit["id"], "institutions": office.home["id"], "rectification-orders": order,
              "whistleblower-reports": report["id"]}
    ends = time.monotonic() + 60        # documents are made in the background, each with an event
    while office.inspector.get("/v1/documents", {"state": "waiting", "limit": 1}).ok()["items"]:
        assert time.monotonic() < ends, "documents are not made"
        time.sleep(0.2)
    time.sleep(0.5)         # the feed follows a moment later
    longest = {}
    for op in contract.operations:
        if op.x.get("x-kind") != "list" or not any(contract.resolve(p)["name"] == "cursor" for p in op.parameters):
            continue
        client = office.client("section_chief" if "section_chief" in contract.roles_of(op) else contract.roles_of(op)[0]) if not op.open else office.inspector
        path = op.path.replace("{id}", things.get(op.path.split("/")[2], "")).replace("{mid}", case).replace("{rid}", referral)
        query = dict(urllib.parse.parse_qsl(required_query(contract, op)))
        for sort in op.x.get("x-sort", [None]):
            query |= {"sort": sort} if sort else {}
            whole = client.get(path, {**query, "limit": 25}).ok()["items"]
            single, cursor = [], {}
            while len(single) < len(whole):
                page = client.get(path, {**query, "limit": 1, **cursor}).ok()
                assert len(page["items"]) == 1, f"{op} {sort}: ends after {len(single)} of {len(whole)}"
                single += page["items"]
                cursor = {"cursor": page["next"]}
                assert page["next"] or len(single) == len(whole)
            assert single == whole, f"{op} {sort}"
            longest[op.id] = len(whole)
    assert sum(n > 1 for n in longest.values()) >= 10, longest


FILTERS = {"state": "confirmed", "category": "fire", "severity": "general", "overdue": "false", "type": "elderly_care", "due_after": "2020-01-01"}


def test_filters_of_findings_mean_what_they_say(office):
    home = office.new_institution(street=office.streets[-1])
    chosen = {state: office.new_finding(state, home) for state in ("confirmed", "ordered", "closed")}
    food = office.inspector.post("/v1/findings", office.finding_body(home, category="food_drug")).ok(201)
    major = office.inspector.post("/v1/findings", office.finding_body(home, severity="major")).ok(201)
    everything = {f["id"] for f in chosen.values()} | {food["id"], major["id"]}

    def ids(**query):
        return {f["id"] for f in office.inspector.pages("/v1/findings", {"institution_id": home["id"], **query})}
    assert ids() == everything
    assert ids(state="closed") == {chosen["closed"]["id"]}
    assert ids(category="food_drug") == {food["id"]}
    assert ids(severity="major") == {major["id"]}
    assert ids(due_before=day(30)) == {chosen["ordered"]["id"]} | ({chosen["closed"]["id"]} & ids(due_before=day(30)))
    assert ids(due_before=day(-1)) == set()
    assert ids(overdue="true") == set()
    assert ids(street=office.streets[-1]) == everything
    assert ids(street=office.streets[0]) == (everything if len(office.streets) == 1 else set())
    assert ids(district=office.district) == everything and ids(type="funeral") == set()
    for name, value in FILTERS.items():
        for other, value2 in FILTERS.items():
            both = ids(**{name: value, other: value2})
            assert both <= ids(**{name: value}) & ids(**{other: value2}), (name, other)


# -- versions ------------------------------------------------------------------------------------------------------------------

def test_etag_and_not_modified(office):
    path = f"/v1/institutions/{office.new_institution()['id']}"
    first = office.inspector.get(path)
    assert re.fullmatch(r'"[^"]+"', first.etag)
    for sent in (first.etag, f'"nope", {first.etag}', "W/" + first.etag, "*"):
        answer = office.inspector.get(path, headers={"If-None-Match": sent})
        assert answer.status == 304 and not answer.body and answer.headers["ETag"] == first.etag, sent
    assert office.inspector.get(path, headers={"If-None-Match": '"other"'}).status == 200
    changed = office.section_chief.patch(path, {"beds": 12}, if_match=first.etag)
    assert changed.status == 200 and changed.etag != first.etag
    assert office.inspector.get(path, headers={"If-None-Match": first.etag}).etag == changed.etag
    created = office.section_chief.post("/v1/institutions", office.institution_body())
    assert created.headers["Location"] == f"/v1/institutions/{created.data['id']}"
    assert office.inspector.get(created.headers["Location"]).etag == created.etag


def test_etag_of_days_left_changes_with_the_day(office, clock):
    clock.set(datetime.datetime.now(CHINA).replace(hour=23, minute=59, second=0, microsecond=0))
    path = f"/v1/findings/{office.new_finding('ordered', days=5)['id']}"
    today = office.inspector.get(path)
    assert office.inspector.get(path, headers={"If-None-Match": today.etag}).status == 304
    clock.advance(minutes=1)
    tomorrow = office.inspector.get(path, headers={"If-None-Match": today.etag})
    assert tomorrow.status == 200 and tomorrow.data["days_left"] == today.data["days_left"] - 1 and tomorrow.etag != today.etag
    # If-Match is about the version: yesterday's tag is still good to change by
    assert office.inspector.patch(path, {"location": "二楼"}, if_match=today.etag).status == 200


def test_merge_patch_tells_null_from_absent(office):
    path = f"/v1/institutions/{office.new_institution(beds=10, residents=5, principal_name='李某')['id']}"
    changed = office.section_chief.patch(path, {"beds": None}).ok(200)
    assert changed["beds"] is None and changed["residents"] == 5 and changed["principal_name"] == "李某"
    office.section_chief.patch(path, {"name": None}).problem("validation_failed", 400)
    office.section_chief.patch(path, {}).problem("validation_failed", 400)
    office.section_chief.patch(path, {"id": new_id()}).problem("validation_failed", 400)
    assert office.section_chief.get(path).ok()["version"] == changed["version"]


def test_method_override(office):
    path = f"/v1/institutions/{office.new_institution()['id']}"
    etag = office.section_chief.get(path).etag
    answer = office.section_chief.request("POST", path, data=b'{"beds": 3}', if_match=etag,
                                          headers={"X-HTTP-Method-Override": "PATCH", "Content-Type": "application/merge-patch+json"})
    assert answer.status == 200 and answer.data["beds"] == 3
    for other in ("GET", "DELETE", "TRACE", "patch me"):
        answer = office.section_chief.request("POST", path, data=b"{}", headers={"X-HTTP-Method-Override": other, "Content-Type": "application/json"}, check=False)
        assert answer.status in (400, 405, 501), other
    assert office.section_chief.request("GET", path, headers={"X-HTTP-Method-Override": "PATCH"}).status == 200


def test_head_is_get_without_body(office, many):
    for path in ("/v1/findings?limit=2&institution_id=" + many[0]["id"], f"/v1/findings/{many[1][0]['id']}", "/livez", "/openapi.json"):
        head, get = office.inspector.head(path), office.inspector.get(path)
        assert head.status == 200 and not head.body
        for name in ("Content-Type", "ETag", "Link", "Content-Length"):
            assert head.headers.get(name) == get.headers.get(name), (path, name)
    assert office.inspector.head(f"/v1/findings/{new_id()}").status == 404


def test_options_tells_what_there_is(office):
    answer = requests.options(office.inspector.base_url + "/v1/findings", timeout=10)
    assert answer.status_code == 204 and not answer.content
    assert {m.strip() for m in answer.headers["Allow"].split(",")} == {"GET", "HEAD", "POST", "OPTIONS"}


# -- CORS ----------------------------------------------------------------------------------------------------------------------

def test_preflight_of_an_allowed_origin(base_url):
    answer = requests.options(base_url + "/v1/findings", timeout=10, headers={
        "Origin": "https://app.example.org", "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization, content-type, idempotency-key"})
    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Origin"] == "https://app.example.org"
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]
    allowed = answer.headers["Access-Control-Allow-Headers"].lower()
    for name in ("authorization", "content-type", "idempotency-key", "if-match", "if-none-match", "x-http-method-override", "traceparent"):
        assert name in allowed
    assert "origin" in answer.headers["Vary"].lower()
    assert answer.headers.get("Access-Control-Allow-Credentials") is None


def test_origins_that_are_not_on_the_list(base_url, office):
    for origin in ("https://evil.example.org", "https://app.example.org.evil.net", "null", "http://app.example.org", "https://app.example.org:444"):
        answer = requests.options(base_url + "/v1/findings", timeout=10, headers={"Origin": origin, "Access-Control-Request-Method": "GET"})
        assert "Access-Control-Allow-Origin" not in answer.headers, origin
        assert "Access-Control-Allow-Origin" not in office.inspector.get("/v1/me", headers={"Origin": origin}).headers


def test_what_a_page_may_read(office):
    for answer in (office.inspector.get("/v1/me", headers={"Origin": "https://other.example.org"}),
                   office.inspector.get(f"/v1/findings/{new_id()}", headers={"Origin": "https://other.example.org"})):
        assert answer.headers["Access-Control-Allow-Origin"] == "https://other.example.org"
        exposed = answer.headers["Access-Control-Expose-Headers"].lower()
        for name in ("etag", "link", "location", "retry-after"):
            assert name in exposed


# -- retries -------------------------------------------------------------------------------------------------------------------

def test_same_key_same_answer_no_second_effect(office):
    key, body = new_id(), office.finding_body()
    first = office.inspector.post("/v1/findings", body, idempotency_key=key)
    assert first.status == 201 and "Idempotent-Replayed" not in first.headers
    before = row_counts(office.db)
    again = office.inspector.post("/v1/findings", body, idempotency_key=key)
    assert again.status == 201 and again.data == first.data and again.headers["Idempotent-Replayed"] == "true"
    for name in ("ETag", "Location"):
        assert again.headers[name] == first.headers[name]
    # the same JSON in other words is the same request, or another: never a second effect
    office.inspector.post("/v1/findings", data=json.dumps(body, indent=1).encode(), headers={"Content-Type": "application/json"}, idempotency_key=key)
    assert row_counts(office.db) == before


def test_key_of_another_caller_is_another_key(office):
    key, body = new_id(), office.finding_body()
    one = office.inspector.post("/v1/findings", body, idempotency_key=key).ok(201)
    two = office.inspector2.post("/v1/findings", body, idempotency_key=key)
    assert two.status == 201 and two.data["id"] != one["id"] and "Idempotent-Replayed" not in two.headers


def test_key_stands_for_one_path(office):
    key = new_id()
    one, two = office.new_finding(), office.new_finding()
    office.inspector.post(f"/v1/findings/{one['id']}/corrections", {"note": "当场改正", "attachments": EVIDENCE}, idempotency_key=key).ok(201)
    office.inspector.post(f"/v1/findings/{two['id']}/corrections", {"note": "当场改正", "attachments": EVIDENCE}, idempotency_key=key).problem("idempotency_key_reused", 422)
    assert office.state(two) == "confirmed"


def test_refusals_are_not_kept(office):
    key = new_id()
    one = office.new_finding()
    path = f"/v1/findings/{one['id']}/orders"
    office.inspector.post(path, {"requirement": "清理", "deadline": day(-3)}, idempotency_key=key).problem("rule_violated", 422)
    assert office.inspector.post(path, {"requirement": "清理", "deadline": day(3)}, idempotency_key=key).status == 201
    other = new_id()
    office.auditor.post(path, {"requirement": "清理", "days": 1}, idempotency_key=other).problem("forbidden", 403)
    office.inspector.post(path, {"requirement": "清理", "days": 1}, idempotency_key=other).problem("invalid_state", 409)


@pytest.mark.parametrize("route", ["create", "command"])
def test_duplicates_at_once_have_one_effect(office, base_url, route):
    key = new_id()
    if route == "create":
        path, body = "/v1/findings", office.finding_body()
    else:
        path, body = f"/v1/findings/{office.new_finding()['id']}/corrections", {"note": "当场改正", "attachments": EVIDENCE}
    before = row_counts(office.db)
    barrier = threading.Barrier(12)

    def send(_):
        client = Client(base_url, office.inspector.key)
        barrier.wait()
        return client.post(path, body, idempotency_key=key)
    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(send, range(12)))
    assert {a.status for a in answers} == {201}, [a.status for a in answers]
    assert len({a.text for a in answers}) == 1
    assert sum("Idempotent-Replayed" not in a.headers for a in answers) == 1
    after = row_counts(office.db)
    assert after["event"] == before["event"] + 1 and after["idempotency"] == before["idempotency"] + 1
    assert after["finding_act"] == before["finding_act"] + 1


def test_many_at_once_on_one_thing(office, base_url):
    """Without a key: one wins, the others are told the state."""
    one = office.new_finding()

    def send(_):
        return Client(base_url, office.inspector.key).post(f"/v1/findings/{one['id']}/corrections", {"note": "当场改正", "attachments": EVIDENCE})
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(8)))
    assert sorted(a.status for a in answers) == [201] + [409] * 7
    assert all(a.data["state"] == "closed" and a.data["allowed"] == [] for a in answers if a.status == 409)


def test_patches_at_once_lose_nothing(office, base_url):
    path = f"/v1/institutions/{office.new_institution()['id']}"
    etag = office.section_chief.get(path).etag

    def send(beds):
        return Client(base_url, office.section_chief.key).patch(path, {"beds": beds}, if_match=etag).status
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(send, range(8))) == [200] + [412] * 7


def test_secret_is_the_same_in_a_replay(office, base_url, db):
    key = new_id()
    body = {"name": "对接系统", "role": "integration", "districts": [office.district], "actor": {"name": "对接系统", "kind": "system"}}
    first = office.admin.post("/v1/api-keys", body, idempotency_key=key)
    secret = first.ok(201)["key"]
    assert re.fullmatch(r"hzk_[0-9a-z]{32}", secret)
    again = office.admin.post("/v1/api-keys", body, idempotency_key=key)
    assert again.ok(201) == first.data and again.headers["Idempotent-Replayed"] == "true"
    assert Client(base_url, secret).get("/v1/me").ok()["actor_id" if "actor_id" in Client(base_url, secret).get("/v1/me").ok() else "id"]
    # shown once: never again, and nowhere in the database
    assert secret not in office.admin.get(first.headers["Location"]).text
    assert secret not in "".join(office.admin.get("/v1/api-keys").text)
    for table in ("api_key", "idempotency", "event", "actor"):
        assert db.execute(f"SELECT count(*) FROM hz.{table} t WHERE strpos(t::text, %s) > 0 OR strpos(t::text, encode(convert_to(%s, 'UTF8'), 'hex')) > 0",
                          (secret, secret)).fetchone()[0] == 0, table


def test_idempotency_key_must_be_a_word(office):
    before = row_counts(office.db)
    for key in ("x" * 256, "a b\tc", "\x80"):
        answer = office.inspector.post("/v1/findings", office.finding_body(), headers={"Idempotency-Key": key.encode("latin-1")})
        assert answer.status == 400, (key, answer)
    assert row_counts(office.db) == before
    assert office.inspector.post("/v1/findings", office.finding_body(), idempotency_key="x" * 255).status == 201


# -- what goes in comes out ------------------------------------------------------------------------------------------------------

def test_ids_of_clients_are_taken(office):
    mine = new_id()
    assert office.inspector.post("/v1/findings", office.finding_body(id=mine)).ok(201)["id"] == mine
    upper = new_id().upper()
    answer = office.inspector.post("/v1/findings", office.finding_body(id=upper))
    assert answer.status == 400 or answer.data["id"] == upper.lower()
    made = office.inspector.post("/v1/findings", office.finding_body()).ok(201)["id"]
    assert made[14] == "7", "our own are of version 7"


@pytest.mark.parametrize("text", ["2026-11-23T09:00:00", "2026-11-23 09:00:00+08:00", "2026-11-23", "2026-02-30T09:00:00+08:00", "2026-11-23T25:00:00+08:00", "20261123T090000+0800",
                                  "2026-11-23T09:00+08:00", "2026-11-23T09:00:00+8", "now", ""])
def test_times_without_offset_or_sense_are_refused(office, text):
    answer = office.inspector.post("/v1/findings", office.finding_body(found_at=text))
    answer.problem("validation_failed", 400)
    assert answer.faults() == {"/found_at": "bad_format"}


@pytest.mark.parametrize("text", ["2026-11-20T01:00:00Z", "2026-11-20T09:00:00+08:00", "2026-11-20T09:00:00.000+08:00", "2026-11-19T20:00:00-05:00", "2026-11-20T01:00:00.000000+00:00"])
def test_times_come_back_in_our_offset(office, text):
    one = office.inspector.post("/v1/findings", office.finding_body(found_at=text)).ok(201)
    assert one["found_at"] == "2026-11-20T09:00:00.000+08:00"


@pytest.mark.parametrize("text", ["一" * 200, "𠮷野家与😀", "\u202eabc", "'; DROP TABLE hz.finding; --", "<script>alert(1)</script>", "a\\b\"c/d\te\nf\r\n", "é e\u0301", " 前后有空格 ", "%s %n $1 :me"])
def test_text_is_kept_as_it_is(office, text):
    one = office.inspector.post("/v1/findings", office.finding_body(description=text)).ok(201)
    assert one["description"] == text
    assert office.inspector.get(f"/v1/findings/{one['id']}").ok()["description"] == text


def test_position_is_converted_never_guessed(office):
    body = {"longitude": 106.5630, "latitude": 29.5529}
    answer = office.section_chief.post("/v1/institutions", office.institution_body(**body))
    assert answer.status in (400, 422) and "/coordinate_system" in answer.faults()
    for system, shift in (("wgs84", 0), ("gcj02", 0.003)):
        one = office.section_chief.post("/v1/institutions", office.institution_body(coordinate_system=system, **body)).ok(201)
        assert abs(abs(one["longitude"] - body["longitude"]) - shift) < 0.0015, one
        assert abs(abs(one["latitude"] - body["latitude"]) - shift) < 0.0015, one
    half = office.section_chief.post("/v1/institutions", office.institution_body(longitude=106.5, coordinate_system="wgs84"))
    assert half.status in (400, 422)


# -- tables of lists ---------------------------------------------------------------------------------------------------------------

def table(answer):
    assert answer.status == 200, answer
    assert answer.headers["Content-Type"].replace(" ", "").lower().startswith("text/csv;charset=utf-8")
    assert answer.body.startswith(b"\xef\xbb\xbf")
    text = answer.body[3:].decode()
    assert text.endswith("\r\n") and "\n" not in re.sub(r'"[^"]*"', "", text).replace("\r\n", "")
    return list(csv.reader(io.StringIO(text, newline="")))


def as_cell(value):
    if value is None:
        return {""}
    if isinstance(value, bool):
        return {"是" if value else "否", "true" if value else "false"}
    if isinstance(value, (list, dict)):
        return None
    return {str(value)}


def test_csv_is_the_same_list(office, many, contract):
    home, _ = many
    answer = office.inspector.get("/v1/findings", {"institution_id": home["id"], "limit": 200}, headers={"Accept": "text/csv"})
    head, *rows = table(answer)
    disposition = answer.headers["Content-Disposition"]
    assert disposition.startswith("attachment") and "filename*=UTF-8''" in disposition
    schema = contract.resolve(contract.resolve(contract.by_id["findings_list"].node["responses"]["200"]["content"]["application/json"]["schema"])["properties"]["items"]["items"])
    titles = {p.get("title", name): name for name, p in ((n, contract.resolve(p) | p) for n, p in schema["properties"].items())}
    assert [h for h in head if h not in titles] == [] and re.search("[一-鿿]", "".join(head))
    items = list(office.inspector.pages("/v1/findings", {"institution_id": home["id"]}))
    assert len(rows) == len(items) == 25
    for item, row in zip(items, rows):
        for title, cell in zip(head, row):
            wanted = as_cell(item[titles[title]])
            assert wanted is None or cell.lstrip("'") in wanted or cell in wanted, (title, cell, wanted)


def test_csv_goes_past_one_page(office, many):
    home, _ = many
    rows = table(office.inspector.get("/v1/findings", {"institution_id": home["id"]}, headers={"Accept": "text/csv"}))
    assert len(rows) == 26


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "＋1", "－1", "＠x"])
def test_csv_defuses_formulas(office, text):
    home = office.new_institution()
    office.inspector.post("/v1/findings", office.finding_body(home, description=text + ',"quoted"\r\nline')).ok(201)
    head, row = table(office.inspector.get("/v1/findings", {"institution_id": home["id"]}, headers={"Accept": "text/csv"}))
    cell = next(c for c in row if "quoted" in c)
    assert cell[0] == "'" and cell[1:] == text + ',"quoted"\r\nline'


def test_every_list_comes_as_csv(office, contract):
    time.sleep(0.6)         # the feed has followed by then
    for op in contract.operations:
        if op.x.get("x-kind") == "list" and "{" not in op.path:
            client = office.client(contract.roles_of(op)[0]) if not op.open else office.inspector
            path = op.path + "?" + required_query(contract, op)
            head, *rows = table(client.get(path, headers={"Accept": "text/csv"}))
            assert {len(row) for row in rows} <= {len(head)}, op
            paged = any(contract.resolve(p)["name"] == "cursor" for p in op.parameters)
            items = list(client.pages(path)) if paged else client.get(path).ok()["items"]
            if op.id == "events_list":      # a document made meanwhile is news; one that tells of sensitive answers goes into no file
                shown = {row[0] for row in rows}
                items = [item for item in items if str(item["position"]) in shown]
            assert len(rows) == len(items), op
            for item, row in zip(items, rows):
                for name in ("id", "code", "position", "finding_id", "resource_id"):
                    assert name not in item or str(item[name]) in row, (op, name)


# -- open pages and documents -----------------------------------------------------------------------------------------------------

def test_published_document_is_the_build(base_url):
    answer = requests.get(base_url + "/openapi.json", timeout=10)
    assert answer.headers["Content-Type"].startswith("application/json")
    assert answer.json() == json.loads((ROOT / "build/gen/openapi.json").read_text())
    assert '"x-' not in answer.text.replace('"X-', "")
    assert answer.json()["openapi"].startswith("3.1")


def test_every_documented_route_answers(office, contract):
    """No route of the document is a dead end: none gives 404 for the path, 405 or 501."""
    for op in contract.operations:
        if op.method == "GET" and op.security != [{"receipt": []}]:      # those by receipt: test_reporter
            path = op.path.replace("{id}", new_id()).replace("{n}", "1").replace("{code}", "conflict").replace("{file}", "swagger-ui.css")
            client = office.client(contract.roles_of(op)[0]) if not op.open else office.inspector
            query = required_query(contract, op)
            fields = {p["name"]: p["example"] for p in map(contract.resolve, op.parameters) if p["in"] == "header" and p.get("required")}
            answer = client.get(path + ("?" + query if query else ""), headers=fields)
            assert answer.status in (200, 404), op
            assert answer.status == 200 or "{id}" in op.path or "by-code" in op.path, op


def test_interactive_document_needs_nothing_from_outside(base_url):
    page = requests.get(base_url + "/docs", timeout=10)
    assert page.status_code == 200 and page.headers["Content-Type"].startswith("text/html")
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy or "default-src 'self'" in policy
    assert "unsafe-eval" not in policy and "http:" not in policy and "https:" not in policy
    assert "script-src 'self'" in policy
    assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>\s*\S", page.text), "inline script"
    links = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert links
    for link in links:
        assert not re.match(r"(?i)[a-z]+:|//", link), f"{link} leads outside"
        url = urllib.parse.urljoin(page.url, link)
        asset = requests.get(url, timeout=10)
        assert asset.status_code == 200 and len(asset.content) > 100, url
        assert asset.headers["X-Content-Type-Options"] == "nosniff"
        if asset.headers["Content-Type"].startswith("text/css"):
            assert not re.search(r"url\(['\"]?(?:https?:)?//", asset.text), link
    assert any(link.endswith(".js") for link in links) and any(link.endswith(".css") for link in links)


def test_whom_to_tell(base_url):
    answer = requests.get(base_url + "/.well-known/security.txt", timeout=10)
    assert answer.headers["Content-Type"].startswith("text/plain")
    fields = dict(line.split(": ", 1) for line in answer.text.splitlines() if ": " in line and not line.startswith("#"))
    assert fields["Contact"]
    expires = datetime.datetime.fromisoformat(fields["Expires"].replace("Z", "+00:00"))
    assert datetime.timedelta(0) < expires - datetime.datetime.now(datetime.timezone.utc) < datetime.timedelta(days=366)


def test_health(base_url):
    assert requests.get(base_url + "/livez", timeout=10).json() == {"status": "alive"}
    assert requests.get(base_url + "/readyz", timeout=10).json() == {"status": "ready"}


def test_code_tables_need_no_key(api):
    nobody = api(None)
    codes = [c["code"] for c in nobody.get("/v1/categories").ok()["items"]]
    assert codes == ["fire", "food_drug", "disaster", "epidemic", "political", "public_opinion", "personal", "psychological", "service", "responsibility"]
    assert {t["code"] for t in nobody.get("/v1/institution-types").ok()["items"]} == {
        "elderly_care", "funeral", "marriage_registration", "child_welfare", "relief", "mental_health", "other"}
    streets = list(nobody.pages("/v1/regions", {"parent": "500103"}))
    assert len(streets) == 11 and streets[0]["code"] == "500103001" and streets[0]["name"] == "七星岗街道"
    assert len(list(nobody.pages("/v1/regions"))) == 31 or any(r["code"] == "500000" for r in nobody.pages("/v1/regions"))


# -- watching ----------------------------------------------------------------------------------------------------------------------

def test_metrics_count(office, base_url):
    def read():
        text = requests.get(base_url + "/metrics", timeout=10)
        assert text.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        return text.text
    before = read()
    for name in ("hz_connections", "hz_http_requests_total", "hz_http_request_duration_seconds_bucket", "hz_worker_starts_total", "process_start_time_seconds"):
        assert re.search(rf"^{name}[ {{]", before, re.M), name
    assert office.district not in before and office.inspector.actor not in before

    def count(text):
        return sum(int(n) for n in re.findall(r'^hz_http_requests_total\{route="/v1/me",method="GET",status="2xx"\} (\d+)$', text, re.M))
    for _ in range(5):
        office.inspector.get("/v1/me")
    assert count(read()) == count(before) + 5
    for line in before.splitlines():
        assert re.fullmatch(r'(# (HELP|TYPE) \S+ .+|[a-z_]+(\{([a-z_]+="[^"]*",?)+\})? [0-9.eE+-]+)', line), line


def test_request_log_has_what_it_should_and_nothing_else(office, server):
    trace = "11112222333344445555666677778888"
    secret_text = "绝密描述文字"
    offset = len(server.log)
    office.inspector.post("/v1/findings", office.finding_body(description=secret_text), idempotency_key="幂等".encode().hex(),
                          headers={"traceparent": f"00-{trace}-00f067aa0ba902b7-01", "User-Agent": "curious/9.9"}).ok(201)
    office.inspector.get("/v1/findings", {"responsible": "某人姓名"})
    for _ in range(50):
        new = server.log[offset:]
        if trace in new and new.count('"route":"/v1/findings"') >= 2:
            break
        time.sleep(0.05)
    line = json.loads(next(one for one in new.splitlines() if trace in one))
    assert line["method"] == "POST" and line["route"] == "/v1/findings" and line["status"] == 201
    assert line["trace_id"] == trace and line["actor"] == office.inspector.actor
    assert set(line) == {"ts", "method", "route", "status", "duration_ms", "trace_id", "actor"}
    assert 0 <= line["duration_ms"] < 10_000 and line["ts"].endswith("Z")
    for private in (office.inspector.key, secret_text, "127.0.0.1", "curious", urllib.parse.quote("某人姓名"), "某人姓名", "Bearer", "幂等".encode().hex()):
        assert private not in new, private
    for text in new.splitlines():
        json.loads(text)


def test_trace_is_made_when_none_or_a_bad_one_is_given(office):
    seen = set()
    for header in (None, "nonsense", "00-" + "0" * 32 + "-00f067aa0ba902b7-01", "00-XYZ-00f067aa0ba902b7-01", "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"):
        problem = office.inspector.get(f"/v1/findings/{new_id()}", headers={"traceparent": header} if header else {}).problem("not_found")
        assert re.fullmatch("[0-9a-f]{32}", problem["trace_id"]) and problem["trace_id"] != "0" * 32
        seen.add(problem["trace_id"])
    assert len(seen) == 5


def test_answers_are_not_kept_by_caches(office):
    for answer in (office.inspector.get("/v1/me"), office.inspector.get(f"/v1/findings/{new_id()}")):
        assert answer.headers["Cache-Control"] == "no-store"
