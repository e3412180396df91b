"""Who sees what: by district, type, street and institution, for every list, every single thing and every command."""
import pytest

from office import new_id, row_counts

LISTS = {"institutions": "/v1/institutions", "inspections": "/v1/inspections", "findings": "/v1/findings", "orders": "/v1/rectification-orders",
         "deadlines": "/v1/deadlines"}


def institution_of(kind, item):
    return item["id"] if kind == "institutions" else item["institution_id"]


def seen(client):
    """For each list, the institutions whose things the caller sees."""
    found = {}
    for kind, path in LISTS.items():
        answer = client.get(path, {"limit": 1})
        if answer.status == 403:
            continue
        found[kind] = {institution_of(kind, item) for item in client.pages(path)}
    return found


class Place:
    """An institution with one of everything."""

    def __init__(self, office, **fields):
        self.home = office.new_institution(**fields)
        self.id = self.home["id"]
        self.visit = office.new_inspection("in_progress", institution=self.home)
        self.finding = office.new_finding("ordered", self.home)
        self.order = office.inspector.get(f"/v1/findings/{self.finding['id']}/orders").ok()["items"][0]["order_id"]

    def paths(self):
        return [f"/v1/institutions/{self.id}", f"/v1/institutions/by-code/{self.home['code']}", f"/v1/institutions/{self.id}/timeline",
                f"/v1/inspections/{self.visit['id']}", f"/v1/inspections/{self.visit['id']}/answers", f"/v1/inspections/{self.visit['id']}/starts",
                f"/v1/findings/{self.finding['id']}", f"/v1/findings/{self.finding['id']}/history", f"/v1/findings/{self.finding['id']}/orders",
                f"/v1/rectification-orders/{self.order}", f"/v1/rectification-orders/{self.order}/services"]

    def commands(self):
        return [(f"/v1/findings/{self.finding['id']}/progress-reports", {"note": "清理中"}), (f"/v1/findings/{self.finding['id']}/reinspections", {"result": "passed"}),
                (f"/v1/findings/{self.finding['id']}/terminations", {"note": "已关停"}), (f"/v1/inspections/{self.visit['id']}/submissions", {"conclusion": "完毕"}),
                (f"/v1/rectification-orders/{self.order}/services", {})]


@pytest.fixture(scope="module")
def places(office):
    """Four institutions: two streets, two types."""
    assert len(office.streets) > 1
    return {(street, kind): Place(office, street=office.streets[street], type=kind) for street in (0, 1) for kind in ("elderly_care", "funeral")}


def callers(office, places):
    """(name, client, the places it may see)."""
    api, district = office.api, office.district
    everything = set(places)
    yield "chief of all", office.section_chief, everything
    yield "chief of funeral", api("section_chief", district, type="funeral"), {p for p in places if p[1] == "funeral"}
    yield "inspector of one street", api("inspector", district, street=office.streets[1]), {p for p in places if p[0] == 1}
    yield "inspector of street and type", api("inspector", district, street=office.streets[1], type="funeral"), {(1, "funeral")}
    yield "street", api("street", district, street=office.streets[0], name="街道甲"), {p for p in places if p[0] == 0}
    yield "two streets", api("street", district, street=office.streets[:2], name="街道甲乙"), everything
    yield "institution", api("institution", district, institution=places[0, "funeral"].id), {(0, "funeral")}
    yield "account of two", api("institution", district, institution=[places[0, "funeral"].id, places[1, "elderly_care"].id]), {(0, "funeral"), (1, "elderly_care")}
    yield "office of one institution", api("auditor", district, institution=places[1, "funeral"].id), {(1, "funeral")}
    yield "nowhere", api("inspector", "500101", name="别区检查员"), set()
    yield "two districts", api("leader", [district, "500101"], name="市局领导"), everything


def test_lists_show_ones_own_and_nothing_else(office, places):
    ours = {place.id: where for where, place in places.items()}
    for name, client, may in callers(office, places):
        for kind, ids in seen(client).items():
            assert {ours[i] for i in ids if i in ours} == may, f"{name}: {kind}"
            if name not in ("chief of all", "two districts", "two streets", "street", "inspector of one street"):
                assert {i for i in ids if i not in ours} == set(), f"{name}: {kind} of others"


def test_single_things_are_there_or_not(office, places):
    for name, client, may in callers(office, places):
        for where, place in places.items():
            for path in place.paths():
                answer = client.get(path)
                if answer.status == 403:        # the role has no such route at all
                    answer.problem("forbidden")
                    continue
                assert answer.status == (200 if where in may else 404), f"{name}: {answer}"


def test_commands_reach_no_further(office, places):
    before = row_counts(office.db)
    tried = 0
    for name, client, may in callers(office, places):
        for where, place in places.items():
            if where not in may:
                for path, body in place.commands():
                    answer = client.post(path, body)
                    assert answer.status in (403, 404) and answer.data["code"] in ("forbidden", "not_found"), f"{name}: {answer}"
                    tried += answer.status == 404
    assert tried > 20
    assert row_counts(office.db) == before


def test_filters_do_not_widen_the_scope(office, places):
    keeper = office.api("institution", office.district, institution=places[0, "funeral"].id)
    for query in ({"district": office.district}, {"institution_id": places[1, "funeral"].id}, {"street": office.streets[1]}, {"type": "elderly_care"}):
        for kind, path in LISTS.items():
            if kind == "institutions":
                query = {k: v for k, v in query.items() if k != "institution_id"} or {"street": office.streets[1]}
            for item in keeper.pages(path, query):
                assert institution_of(kind, item) == places[0, "funeral"].id


def test_institution_is_told_only_of_itself_in_the_feed(office, places):
    keeper = office.api("integration", office.district, institution=places[0, "funeral"].id, name="机构系统")
    ids = {e["institution_id"] for e in keeper.pages("/v1/events")}
    assert ids <= {places[0, "funeral"].id}


def test_staff_see_what_they_reported(office, places):
    home = places[0, "elderly_care"].home
    one, two = (office.api("staff", office.district, institution=home["id"], name=name) for name in ("护工甲", "护工乙"))
    mine = one.post("/v1/findings", office.finding_body(home)).ok(201)
    assert [f["id"] for f in one.pages("/v1/findings")] == [mine["id"]]
    assert list(two.pages("/v1/findings")) == []
    two.get(f"/v1/findings/{mine['id']}").problem("not_found", 404)
    one.get(f"/v1/findings/{places[0, 'elderly_care'].finding['id']}").problem("not_found", 404)
    one.post("/v1/findings", office.finding_body(places[1, "funeral"].home)).problem("unknown_reference", 422)


@pytest.mark.parametrize("category", ["political", "public_opinion", "psychological"])
def test_sensitive_categories_are_narrower(office, category):
    home = office.new_institution()
    one = office.inspector.post("/v1/findings", office.finding_body(home, category=category, description="涉及特殊人员")).ok(201)
    plain = office.inspector.post("/v1/findings", office.finding_body(home)).ok(201)
    integration = office.integration
    for client in (office.street, integration):
        ids = {f["id"] for f in client.pages("/v1/findings", {"institution_id": home["id"]})}
        assert plain["id"] in ids and one["id"] not in ids
        client.get(f"/v1/findings/{one['id']}").problem("not_found", 404)
        client.get(f"/v1/findings/{one['id']}/history").problem("not_found", 404)
        assert "涉及特殊人员" not in client.get("/v1/findings", {"institution_id": home["id"]}, headers={"Accept": "text/csv"}).text
        answer = client.get("/v1/events")
        if answer.status == 200:
            assert one["id"] not in {e["resource_id"] for e in client.pages("/v1/events")}
        answer = client.get(f"/v1/institutions/{home['id']}/timeline")
        if answer.status == 200:
            assert "涉及特殊人员" not in answer.text and one["id"] not in answer.text
    for client in (office.section_chief, office.leader, office.keeper(home), office.auditor):
        assert client.get(f"/v1/findings/{one['id']}").status == 200
    # what a street has reported itself it may read again
    own = office.street.post("/v1/findings", office.finding_body(home, category=category)).ok(201)
    assert office.street.get(f"/v1/findings/{own['id']}").status == 200


def test_who_followed_a_lead_is_shown_to_handlers_alone(office):
    """A finding that came from elsewhere names its creator to nobody but those who handle reports."""
    one = office.section_chief.post("/v1/findings", office.finding_body(description="群众反映通道堵塞")).ok(201)
    assert one["source_kind"] == "other"
    path = f"/v1/findings/{one['id']}"
    creator = office.section_chief.actor
    assert office.handler.get(path).ok()["created_by"] == creator
    for client in (office.inspector, office.institution, office.auditor, office.leader):
        for answer in (client.get(path), client.get(f"{path}/history"), client.get("/v1/findings", {"institution_id": office.home["id"], "limit": 200}),
                       client.get("/v1/events", {"limit": 200}), client.get(f"/v1/institutions/{office.home['id']}/timeline", {"limit": 200})):
            for item in ([answer.data] if "items" not in (answer.data or {}) else answer.data["items"]):
                if one["id"] in (item.get("id"), item.get("resource_id")) and item.get("what", "created") == "created":
                    assert creator not in str(item), f"{answer.response.url}: {item}"


def test_keys_reach_no_further_than_their_maker(office, base_url, db):
    body = {"name": "检查员", "role": "inspector", "districts": [office.district], "actor": {"name": "新检查员", "kind": "person"}}
    made = office.admin.post("/v1/api-keys", body).ok(201)
    other = office.admin.post("/v1/api-keys", {**body, "districts": [office.district, "500101"]})
    other.problem("out_of_scope", 403)
    small = office.api("admin", office.district, type="funeral", name="殡葬管理员")
    assert small.post("/v1/api-keys", body).status in (403, 422)
    assert made["id"] in {k["id"] for k in office.admin.pages("/v1/api-keys")}
    assert made["id"] not in {k["id"] for k in office.api("admin", "500101").pages("/v1/api-keys")}
    revoked = office.admin.post(f"/v1/api-keys/{made['id']}/revocations", {"note": "离职"})
    assert revoked.status == 201, revoked
    assert office.admin.get(f"/v1/api-keys/{made['id']}").ok()["state"] == "revoked"
    from harness.client import Client
    Client(base_url, made["key"]).get("/v1/me").problem("unauthorized", 401)




def test_me_tells_who_i_am(office):
    me = office.institution.get("/v1/me").ok()
    assert me["role"] == "institution" and me["districts"] == [office.district]
    assert str(office.home["id"]) in str(me["institutions"])


def test_scope_follows_an_institution_that_moves(office):
    home = office.new_institution(street=office.streets[0])
    one = office.new_finding("ordered", home)
    here, there = (office.api("street", office.district, street=office.streets[n], name=f"街道{n}") for n in (0, 1))
    assert here.get(f"/v1/findings/{one['id']}").status == 200
    there.get(f"/v1/findings/{one['id']}").problem("not_found", 404)
    office.section_chief.patch(f"/v1/institutions/{home['id']}", {"street": office.streets[1]}).ok(200)
    here.get(f"/v1/findings/{one['id']}").problem("not_found", 404)
    assert there.get(f"/v1/findings/{one['id']}").ok()["street"] == office.streets[1]
    assert there.get(f"/v1/institutions/{home['id']}").status == 200


def test_unknown_and_foreign_look_alike(office, new_office):
    other = new_office()
    finding = other.new_finding()
    here = office.inspector.get(f"/v1/findings/{finding['id']}")
    nowhere = office.inspector.get(f"/v1/findings/{new_id()}")
    strip = lambda a: {k: v for k, v in a.data.items() if k not in ("trace_id", "instance")}    # noqa: E731
    assert strip(here) == strip(nowhere)
