"""Every problem code is provoked by a test, has its page, speaks both languages, and leaves nothing half-written."""
import ast
import contextlib
import pathlib
import time

import pytest
import requests
import yaml

from harness.client import Client
from office import EVIDENCE, ago, day, new_id, row_counts

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROBLEMS = {p["code"]: p for p in yaml.safe_load((ROOT / "docs/openapi/problems.yaml").read_text())["problems"]}
provokes = pytest.mark.provokes


@pytest.fixture
def unwritten(db):
    """Nothing at all is written during the test, after .begin()."""
    class Watch:
        before = None

        def begin(self):
            self.before = row_counts(db)
    watch = Watch()
    watch.begin()
    yield watch
    assert row_counts(db) == watch.before


# -- form -------------------------------------------------------------------------------------------------------------------

JSON = {"Content-Type": "application/json"}


@provokes("invalid_json")
@pytest.mark.parametrize("text", [
    b"{", b"", b"nonsense", b'{"a": 1,}', b'{"a": 1} x', b'{"name": "a", "name": "b"}', b'{"a": {"b": 1, "b": 2}}', b"[" * 600 + b"]" * 600,
    b'{"name": "\xff\xfe"}', b'{"name": "\xed\xa0\x80"}', b'{"name": "a\\u0000b"}', b'{"name": "\x00"}', b'{"name": "\\ud800"}',
    b'{"beds": NaN}', b"{'name': 1}", b'{"a": 1e999}', b"\xef\xbb\xbf{}"],
    ids=["open", "empty", "word", "comma", "tail", "twice", "twice-deep", "depth", "utf8", "surrogate-bytes", "nul", "nul-byte", "surrogate",
         "nan", "quotes", "huge", "bom"])
def test_json_that_is_none(office, unwritten, text):
    problem = office.section_chief.post("/v1/institutions", data=text, headers=JSON)
    assert problem.status == 400
    assert problem.data["code"] == "invalid_json"


@provokes("validation_failed")
def test_all_faults_of_form_at_once(office, unwritten):
    body = {"name": "", "type": "castle", "district": "50", "beds": -1, "uscc": "911", "longitude": 500, "permits": [{"kind": 1}, 5], "extra": True}
    answer = office.section_chief.post("/v1/institutions", body)
    answer.problem("validation_failed", 400)
    faults = answer.faults()
    for pointer in ("/name", "/type", "/district", "/beds", "/uscc", "/longitude", "/permits/0/kind", "/permits/1", "/extra"):
        assert pointer in faults, f"{pointer} is missing in {faults}"
    assert faults["/extra"] == "unknown_member"
    assert faults["/type"] == "not_in_enum"


def test_body_of_the_wrong_kind(office, unwritten):
    for body in ([], "x", 5, True):
        answer = office.section_chief.post("/v1/institutions", body)
        answer.problem("validation_failed", 400)
        assert answer.faults() == {"": "wrong_type"}


@provokes("invalid_query")
@pytest.mark.parametrize("query,name", [
    ("nope=1", "nope"), ("limit=0", "limit"), ("limit=201", "limit"), ("limit=ten", "limit"), ("limit=", "limit"), ("state=broken", "state"),
    ("sort=colour", "sort"), ("overdue=maybe", "overdue"), ("due_before=2026-02-30", "due_before"), ("institution_id=7", "institution_id"),
    ("q=%E7%81%AB", "q"), ("campaign=" + new_id(), "campaign"), ("state=open&state=open", "state")])
def test_query_parameter_that_is_none(office, query, name):
    answer = office.inspector.get("/v1/findings?" + query)
    answer.problem("invalid_query", 400)
    assert list(answer.faults()) == ["?" + name], answer
    assert name in answer.text


def test_all_faults_of_a_query_at_once(office):
    answer = office.inspector.get("/v1/findings?limit=0&nope=1&state=broken")
    answer.problem("invalid_query", 400)
    assert set(answer.faults()) == {"?limit", "?nope", "?state"}


@provokes("invalid_cursor")
@pytest.mark.parametrize("cursor", ["x", "AAAA", "e30", "W10", "'" * 40, "A" * 1500])
def test_cursor_made_up(office, cursor):
    office.inspector.get("/v1/findings?cursor=" + cursor).problem("invalid_cursor", 400)


def test_answer_in_the_language_asked_for(office):
    for wanted, got in [(None, "zh-CN"), ("en", "en"), ("en-GB;q=0.9, zh;q=0.1", "en"), ("zh-CN,zh;q=0.9,en;q=0.8", "zh-CN"), ("fr", "zh-CN"), ("*", "zh-CN"),
                        ("en;q=0", "zh-CN")]:
        answer = office.inspector.get(f"/v1/findings/{new_id()}", headers={"Accept-Language": wanted} if wanted else {})
        problem = answer.problem("not_found", 404)
        assert answer.headers["Content-Language"] == got, wanted
        assert "accept-language" in answer.headers["Vary"].lower()
        spoken = PROBLEMS["not_found"]
        assert problem["title"] == spoken["title"]["zh" if got == "zh-CN" else "en"]


def test_problem_has_its_shape(office):
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    path = f"/v1/findings/{new_id()}"
    problem = office.inspector.get(path, headers={"traceparent": f"00-{trace}-00f067aa0ba902b7-01"}).problem("not_found", 404)
    assert problem["trace_id"] == trace
    assert problem["instance"] == path
    assert problem["type"].endswith("/problems/not_found")
    assert problem["status"] == 404
    assert problem["title"] and problem["detail"]


@pytest.mark.parametrize("code", sorted(PROBLEMS))
def test_each_code_has_its_page(api, code):
    page = api(None).get(f"/problems/{code}", headers={"Accept": "text/html"})
    assert page.status == 200
    assert page.headers["Content-Type"].lower().startswith("text/html")
    spoken = PROBLEMS[code]
    for part in (spoken["title"], spoken["meaning"], spoken["action"]):
        for text in part.values():
            assert text.replace("&", "&amp;").split("<")[0][:40].split("'")[0].split('"')[0] in page.text
    assert code in page.text


def test_no_page_for_a_code_that_is_none(api):
    api(None).get("/problems/nothing_of_the_kind").problem("not_found", 404)


# -- who and what -----------------------------------------------------------------------------------------------------------

@provokes("unauthorized")
@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Bearer x", "Basic dXNlcjpwYXNz", "Bearer hzk_" + "0" * 32, "bearer\thzk_x", "hzk_" + "0" * 32,
                                    "Bearer hzk_" + "z" * 4000, "Bearer hzk_x y"])
def test_no_key_or_a_wrong_one(api, header, unwritten):
    answer = api(None).get("/v1/me", headers={"Authorization": header} if header is not None else {})
    answer.problem("unauthorized", 401)
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_scheme_is_case_insensitive(office):
    answer = Client(office.inspector.base_url).get("/v1/me", headers={"Authorization": "bearer " + office.inspector.key})
    assert answer.status == 200


def test_key_that_ended(office, issue_key, db, base_url):
    for change in ("UPDATE hz.api_key SET revoked_at = now() WHERE actor_id = %s", "UPDATE hz.api_key SET expires_at = now() WHERE actor_id = %s",
                   "UPDATE hz.actor SET disabled_at = now() WHERE id = %s"):
        key, actor = issue_key("inspector", office.district)
        client = Client(base_url, key)
        assert client.get("/v1/me").status == 200
        db.execute(change, (actor,))
        client.get("/v1/me").problem("unauthorized", 401)


@provokes("forbidden")
def test_role_that_may_not(office, unwritten):
    office.auditor.post("/v1/findings", office.finding_body()).problem("forbidden", 403)


def test_key_comes_before_form(api, office, unwritten):
    """Nobody learns schemas or existence without a key, nor with a role that may not."""
    api(None).post("/v1/findings", {"nonsense": 1}).problem("unauthorized", 401)
    office.auditor.post("/v1/findings", {"nonsense": 1}).problem("forbidden", 403)
    api(None).get("/v1/findings?nope=1").problem("unauthorized", 401)
    api(None).get(f"/v1/findings/{new_id()}").problem("unauthorized", 401)
    api(None).post("/v1/findings", data=b"x", headers={"Content-Type": "text/plain"}).problem("unauthorized", 401)
    api(None).get("/v1/findings/not-an-id").problem("unauthorized", 401)
    api(None).get("/v1/nothing").problem("not_found", 404)


@provokes("out_of_scope")
def test_making_a_thing_outside_ones_scope(office, api, unwritten):
    chief = api("section_chief", office.district, type="funeral", name="殡葬科长")
    unwritten.begin()
    chief.post("/v1/institutions", office.institution_body(type="elderly_care")).problem("out_of_scope", 403)


@provokes("not_found")
@pytest.mark.parametrize("path", ["/v1/nothing", "/", "/v1", "/v1/", "/v1/findings/", "/V1/findings", "/v1/findings/x", "/v1//findings", "/v1/findings/%2e%2e/institutions",
                                  "/v1/findings/" + "0" * 36, "/v1/findings/00000000-0000-0000-0000-000000000000", "/docs/../livez", "/docs/%2e%2e/%2e%2e/LICENSE"])
def test_nothing_there(office, path):
    client = office.inspector
    request = requests.Request("GET", client.base_url, headers={"Authorization": "Bearer " + client.key}).prepare()
    request.url = client.base_url + path        # as it stands, dots and all
    answer = client.session.send(request, timeout=10, allow_redirects=False)
    assert answer.status_code == 404, answer.text
    assert answer.json()["code"] == "not_found"


@provokes("method_not_allowed")
def test_method_that_the_path_has_not(office, unwritten):
    for method, path, allowed in [("DELETE", "/v1/findings", {"GET", "HEAD", "POST", "OPTIONS"}), ("POST", "/livez", {"GET", "HEAD", "OPTIONS"}),
                                  ("PUT", f"/v1/findings/{new_id()}", {"GET", "HEAD", "PATCH", "OPTIONS"})]:
        answer = office.admin.request(method, path, check=False)
        answer.problem("method_not_allowed", 405)
        assert {name.strip() for name in answer.headers["Allow"].split(",")} == allowed


@provokes("not_acceptable")
def test_a_form_we_do_not_speak(office):
    office.inspector.get("/v1/findings", headers={"Accept": "image/png"}).problem("not_acceptable", 406)
    office.inspector.get("/v1/me", headers={"Accept": "text/csv"}).problem("not_acceptable", 406)
    office.inspector.get("/v1/findings", headers={"Accept": "application/json;q=0"}).problem("not_acceptable", 406)
    for accept in ("*/*", "application/*", "text/html, application/json;q=0.5", "application/json; charset=utf-8"):
        assert office.inspector.get("/v1/findings", headers={"Accept": accept}).status == 200, accept


@provokes("payload_too_large")
def test_body_beyond_the_cap(office, unwritten):
    body = office.finding_body(description="大" * 600_000)
    office.inspector.post("/v1/findings", body).problem("payload_too_large", 413)


@provokes("unsupported_media_type")
def test_body_of_another_type(office, unwritten):
    for kind in ("text/plain", "application/x-www-form-urlencoded", "application/json; charset=gbk", "application/merge-patch+json", "json"):
        office.inspector.post("/v1/findings", data=b"{}", headers={"Content-Type": kind}).problem("unsupported_media_type", 415)
    office.inspector.post("/v1/findings", data=b"{}", headers={"Content-Type": "application/json", "Content-Encoding": "gzip"}).problem("unsupported_media_type", 415)
    one = office.home
    answer = office.section_chief.request("PATCH", f"/v1/institutions/{one['id']}", data=b"{}", headers={"Content-Type": "application/json", "If-Match": "*"})
    answer.problem("unsupported_media_type", 415)
    for kind in ("application/json; charset=utf-8", "Application/JSON;charset=UTF-8"):
        office.inspector.post("/v1/findings", data=b"{}", headers={"Content-Type": kind}).problem("validation_failed", 400)


# -- conflicts --------------------------------------------------------------------------------------------------------------

@provokes("conflict")
def test_name_that_is_taken(office, unwritten):
    body = {"district": office.district, "kind": "section", "name": "养老科"}
    office.admin.post("/v1/org-units", body).ok(201)
    unwritten.begin()
    answer = office.admin.post("/v1/org-units", body)
    answer.problem("conflict", 409)
    assert list(answer.faults()) == ["/name"]


@provokes("id_exists")
def test_id_that_is_taken(office, unwritten):
    one = office.new_finding()
    inspection = office.new_inspection()
    unwritten.begin()
    office.inspector.post("/v1/findings", office.finding_body(id=one["id"])).problem("id_exists", 409)
    office.inspector.post("/v1/inspections", office.inspection_body(id=inspection["id"])).problem("id_exists", 409)
    office.section_chief.post("/v1/institutions", office.institution_body(id=office.home["id"])).problem("id_exists", 409)


@provokes("uscc_taken")
def test_credit_code_that_is_taken(office, unwritten):
    code = "91350100M000100Y43"
    office.new_institution(uscc=code)
    unwritten.begin()
    answer = office.section_chief.post("/v1/institutions", office.institution_body(uscc=code))
    answer.problem("uscc_taken", 409)
    assert list(answer.faults()) == ["/uscc"]


@provokes("invalid_state")
def test_step_in_the_wrong_state(office, unwritten):
    one = office.new_finding("confirmed")
    unwritten.begin()
    problem = office.inspector.post(f"/v1/findings/{one['id']}/reinspections", {"result": "passed"}).problem("invalid_state", 409)
    assert problem["state"] == "confirmed"
    assert problem["allowed"] == ["corrections", "orders"]


@provokes("precondition_required")
def test_change_without_a_version(office, unwritten):
    office.section_chief.patch(f"/v1/institutions/{office.home['id']}", {"beds": 5}, if_match=False).problem("precondition_required", 428)


@provokes("precondition_failed")
def test_change_of_an_old_version(office, unwritten):
    one = office.new_institution()
    path = f"/v1/institutions/{one['id']}"
    old = office.section_chief.get(path).etag
    office.section_chief.patch(path, {"beds": 5}).ok(200)
    unwritten.begin()
    office.section_chief.patch(path, {"beds": 6}, if_match=old).problem("precondition_failed", 412)
    for wrong in ('"0"', '"99"', 'W/"1"', '"abc"'):
        office.section_chief.patch(path, {"beds": 6}, if_match=wrong).problem("precondition_failed", 412)
    assert office.section_chief.get(path).ok()["beds"] == 5


# -- rules ------------------------------------------------------------------------------------------------------------------

@provokes("rule_violated")
def test_all_faults_of_rules_at_once(office, unwritten):
    first, second = office.new_finding(), office.new_finding()
    unwritten.begin()
    answer = office.inspector.post("/v1/rectification-orders", {"institution_id": office.home["id"], "items": [
        {"finding_id": first["id"], "requirement": "清理", "day_kind": "working"}, {"finding_id": second["id"], "requirement": "清理", "days": 3, "deadline": day(3)},
        {"finding_id": first["id"], "requirement": "清理", "days": 3, "day_kind": "working"}]})
    answer.problem("rule_violated", 422)
    named = {pointer.split("/")[2] for pointer in answer.faults()}
    assert named == {"0", "1", "2"}, answer


@provokes("occurred_at_in_future")
def test_ahead_of_the_server(office, unwritten):
    one = office.new_finding()
    unwritten.begin()
    answer = office.inspector.post(f"/v1/findings/{one['id']}/orders", {"requirement": "清理", "days": 3, "occurred_at": ago(minutes=-6)})
    answer.problem("occurred_at_in_future", 422)
    assert list(answer.faults()) == ["/occurred_at"]


@provokes("occurred_at_out_of_order")
def test_before_the_step_it_follows(office, unwritten):
    one = office.new_finding("ordered")
    unwritten.begin()
    answer = office.institution.post(f"/v1/findings/{one['id']}/progress-reports", {"note": "已清理", "occurred_at": ago(days=1)})
    answer.problem("occurred_at_out_of_order", 422)
    assert list(answer.faults()) == ["/occurred_at"]


@provokes("unknown_reference")
def test_reference_to_nothing(office, new_office, unwritten):
    foreign = new_office().home
    unwritten.begin()
    for institution_id in (new_id(), foreign["id"]):        # not there, not ours: the same answer
        answer = office.inspector.post("/v1/findings", office.finding_body({"id": institution_id}))
        answer.problem("unknown_reference", 422)
        assert list(answer.faults()) == ["/institution_id"]
    # beside other faults of rules it is one of them
    answer = office.inspector.post("/v1/findings", office.finding_body(inspection_id=new_id(), recurs_of=new_id()))
    answer.problem("rule_violated", 422)
    assert answer.faults() == {"/inspection_id": "unknown_reference", "/recurs_of": "unknown_reference"}


@provokes("plan_required")
def test_major_finding_without_its_five_settled_things(office, unwritten):
    one = office.new_finding("ordered", severity="major")
    unwritten.begin()
    office.institution.post(f"/v1/findings/{one['id']}/progress-reports", {"note": "清理中"}).problem("plan_required", 422)


@provokes("supervision_conflict")
def test_lifted_without_having_been_listed(office, unwritten):
    one = office.new_finding("ordered", severity="major")
    unwritten.begin()
    problem = office.leader.post(f"/v1/findings/{one['id']}/supervisions", {"action": "lift", "reason": "已整改"}).problem("supervision_conflict", 409)
    assert problem["supervised"] is False and problem["state"] == "ordered" and "supervisions" in problem["allowed"]


@provokes("idempotency_key_reused")
def test_one_key_for_two_requests(office, unwritten):
    key = new_id()
    office.inspector.post("/v1/findings", office.finding_body(), idempotency_key=key).ok(201)
    unwritten.begin()
    office.inspector.post("/v1/findings", office.finding_body(), idempotency_key=key).problem("idempotency_key_reused", 422)
    office.inspector.post("/v1/inspections", office.inspection_body(), idempotency_key=key).problem("idempotency_key_reused", 422)


# -- faults of the surroundings ---------------------------------------------------------------------------------------------

@contextlib.contextmanager
def locked(server, statement, *values):
    """Somebody else holds what the statement locks."""
    with server.connect() as connection:
        connection.autocommit = False
        connection.execute(statement, values)
        yield
        connection.rollback()


@provokes("timeout")
def test_waiting_too_long_for_the_database(office, server, unwritten):
    one = office.new_finding()
    unwritten.begin()
    with locked(server, "SELECT FROM hz.finding WHERE id = %s FOR UPDATE", one["id"]):
        began = time.monotonic()
        office.inspector.post(f"/v1/findings/{one['id']}/corrections", {"note": "当场改正", "attachments": EVIDENCE}).problem("timeout", 504)
        assert time.monotonic() - began < 10
    assert office.state(one) == "confirmed"


@provokes("internal")
def test_fault_of_our_own_says_nothing_of_it(office, server, unwritten):
    body = office.finding_body()
    with server.connect("postgres") as superuser:
        superuser.execute("CREATE FUNCTION api.broken() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM 1 / 0; RETURN NEW; END $$;"
                          "CREATE TRIGGER broken AFTER INSERT ON hz.finding FOR EACH ROW EXECUTE FUNCTION api.broken()")
        try:
            answer = office.inspector.post("/v1/findings", body)
        finally:
            superuser.execute("DROP TRIGGER broken ON hz.finding; DROP FUNCTION api.broken()")
    answer.problem("internal", 500)
    assert "zero" not in answer.text and "plpgsql" not in answer.text and body["description"] not in answer.text


# -- the registry -----------------------------------------------------------------------------------------------------------

def provoked():
    """The codes named by `provokes` marks anywhere under tests/api."""
    found = set()
    for path in pathlib.Path(__file__).parent.glob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                for mark in node.decorator_list:
                    if isinstance(mark, ast.Call) and ast.unparse(mark.func).split(".")[-1] == "provokes":
                        found |= {arg.value for arg in mark.args}
    return found


def test_every_code_is_provoked():
    assert set(PROBLEMS) - provoked() == set(), "no test provokes these codes"
    assert provoked() - set(PROBLEMS) == set(), "marks name codes that are none"
