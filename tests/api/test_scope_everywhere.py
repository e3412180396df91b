"""Scope by district, type, street and institution on every operation of the contract, as generated from it: nothing of what lies
outside is read in any form, found by any filter, or reached by any command. What test_scope.py says of some, this says of all."""
import collections
import re

import pytest

from harness.paper import document
from office import ago, new_id
from test_evidence import photo, upload
from test_matrix import send, state_of_all

CSV = {"Accept": "text/csv"}
BOUND = ("institutions", "inspections", "findings", "rectification-orders", "attachments")     # what belongs to a place, and is known by an id


class Place:
    """An institution with one of everything; what is written on it carries its mark."""
    numbers = iter(range(1, 99))

    def __init__(self, office, **fields):
        self.office, self.mark = office, f"标{next(self.numbers)}记"
        words = {"name": f"{self.mark}养老院", "address": f"{self.mark}路", "principal_name": self.mark}
        self.home = office.new_institution(**words, **fields)
        self.district, self.street, self.type = self.home["district"], self.home["street"], self.home["type"]
        visit = office.new_inspection("recorded", "supervision", self.home, task_source=self.mark)
        office.new_inspection("planned", institution=self.home, task_source=self.mark, planned_on="2020-01-01")
        self.photo = upload(office.inspector, photo(), f"{self.mark}.png").ok(201)["id"]
        body = office.finding_body(self.home, description=self.mark, attachments=[{"id": self.photo, "role": "before"}], inspection_id=visit["id"])
        finding = office.inspector.post("/v1/findings", body).ok(201)
        office.inspector.post("/v1/findings", office.finding_body(self.home, description=self.mark)).ok(201)
        path = f"/v1/findings/{finding['id']}"
        order = office.inspector.post(f"{path}/orders", {"requirement": self.mark, "days": 1, "responsible_name": self.mark, "note": self.mark}).ok(201)
        keeper = office.keeper(self.home)
        keeper.post(f"{path}/progress-reports", {"note": self.mark}).ok(201)
        keeper.post(f"{path}/reinspection-requests", {"note": self.mark}).ok(201)
        office.inspector.post("/v1/rectification-orders", {"institution_id": self.home["id"], "note": self.mark, "items": [
            {"finding_id": office.inspector.post("/v1/findings", office.finding_body(self.home, description=self.mark)).ok(201)["id"], "days": 3}]}).ok(201)
        self.things = {"institutions": self.home["id"], "inspections": visit["id"], "findings": finding["id"], "rectification-orders": order["order_id"],
                       "attachments": self.photo}

    def told_in(self, text):
        """What of this place a text tells of, or None."""
        return next((word for word in (self.mark, self.home["code"], *filter(None, self.things.values())) if word in text), None)

    def thing(self, contract, op):
        """The id of this place's thing of the resource an operation is about; looked up in its list where this file does not know it."""
        resource = op.path.split("/")[2]
        if resource not in self.things and f"/v1/{resource}" in {o.path for o in contract.operations if o.method == "GET"}:
            found = self.office.section_chief.get(f"/v1/{resource}", {"limit": 200})
            items = found.data["items"] if found.status == 200 else []
            self.things[resource] = next((i["id"] for i in items if i.get("institution_id") == self.home["id"]), None)
        return self.things.get(resource)

    def path(self, contract, op):
        """The operation's path for this place; None when it is not about anything of a place."""
        thing = self.home["code"] if "{code}" in op.path else self.thing(contract, op)
        return re.sub(r"{\w+}", lambda _: new_id(), re.sub(r"{(id|code)}", thing, op.path, count=1)) if thing else None


Caller = collections.namedtuple("Caller", "name role client inside")


class World:
    """Two bureaus: four places in the first (two streets, two types), one in the second; and callers of every role with every kind of scope."""

    def __init__(self, office, other, api):
        self.office, self.other = office, other
        self.places = [Place(office, street=office.streets[s], type=t) for s in (0, 1) for t in ("elderly_care", "funeral")]
        self.places.append(Place(other, street=other.streets[0], type="elderly_care"))
        one, two = self.places[1], self.places[2]
        both = [office.district, other.district]
        self.kinds = {"type": dict(type="funeral"), "types": dict(type=["funeral", "relief"]), "street": dict(street=office.streets[1]),
                      "street and type": dict(street=office.streets[0], type="funeral"), "institution": dict(institution=one.home["id"]),
                      "institutions": dict(institution=[one.home["id"], two.home["id"]]), "two districts, a type": dict(district=both, type="funeral"),
                      "two districts, streets": dict(district=both, street=[office.streets[0], other.streets[0]]), "the other district": dict(district=other.district)}
        self.api = api

    def callers(self, role):
        for name, scope in self.kinds.items():
            if role in ("institution", "staff") and "institution" not in scope or role == "street" and "street" not in scope:
                continue        # there are no such keys
            scope = {"district": self.office.district, **scope}
            client = self.api(role, scope["district"], **{k: v for k, v in scope.items() if k != "district"}, name=f"{role} {name}")
            yield Caller(name, role, client, [p for p in self.places if self.within(p, scope)])

    @staticmethod
    def within(place, scope):
        listed = lambda v: [v] if isinstance(v, str) else v    # noqa: E731
        return all(value in listed(scope.get(name, value)) for name, value in (
            ("district", place.district), ("street", place.street), ("type", place.type), ("institution", place.home["id"])))

    def outside(self, caller):
        return [place for place in self.places if place not in caller.inside]


@pytest.fixture(scope="module")
def world(office, new_office, api):
    return World(office, new_office(), api)


def reads(contract):
    return [op for op in contract.operations if op.method == "GET" and not op.open]


def params_of(contract, op):
    return {p["name"]: p for p in map(contract.resolve, op.parameters) if p["in"] == "query"}


def required(contract, op):
    names = params_of(contract, op)
    return {**{name: str(p["example"]) for name, p in names.items() if p.get("required")}, **({"group_by": "institution"} if "group_by" in names else {})}


def nothing_of(places, answer, caller):
    for place in places:
        found = place.told_in(answer.body.decode("utf-8", "replace"))
        assert found is None, f"{caller.role} of {caller.name} reads {found}: {answer}"


def test_every_list_in_every_form(world, contract):
    """Nothing from outside in JSON or CSV; and each list has something to tell of to somebody, so that silence means something."""
    told = set()
    lists = [op for op in reads(contract) if op.x.get("x-kind") == "list" and "{" not in op.path]
    for op in lists:
        for role in contract.roles_of(op):
            for caller in world.callers(role):
                for page in ({"limit": 200}, {}):
                    if page and "limit" not in params_of(contract, op):
                        continue
                    answer = caller.client.get(op.path, {**required(contract, op), **page}, headers={} if page else CSV)
                    assert answer.status == 200, answer
                    nothing_of(world.outside(caller), answer, caller)
                    if any(place.told_in(answer.text) for place in caller.inside):
                        told.add((op.id, bool(page)))
    wanted = ("institutions_list", "inspections_list", "findings_list", "rectification_orders_list", "deadlines_list", "me_tasks", "events_list", "statistics_findings")
    assert told >= {(name, form) for name in wanted for form in (False, True)}


def test_every_thing_from_outside_is_not_there(world, contract):
    """404 on every read under it, and on its CSV; what is inside can be read by some."""
    tried, seen = collections.Counter(), set()
    for op in reads(contract):
        if "{" not in op.path:
            continue
        for role in contract.roles_of(op):
            for caller in world.callers(role):
                for place in world.outside(caller):
                    if path := place.path(contract, op):
                        caller.client.get(path, required(contract, op)).problem("not_found", 404)
                        if op.x.get("x-kind") == "list":
                            caller.client.get(path, required(contract, op), headers=CSV).problem("not_found", 404)
                        tried[op.id] += 1
                for place in caller.inside[:1]:
                    if path := place.path(contract, op):
                        answer = document(caller.client, path, "*/*") if path.endswith("/document") else \
                            caller.client.get(path, required(contract, op), headers={"Accept": "*/*"})
                        assert answer.status in (200, 404) or answer.status == 403 and role != "leader", answer
                        nothing_of(world.outside(caller), answer, caller)
                        seen |= {op.id} if answer.status == 200 else set()
    assert set(tried) >= {op.id for op in reads(contract) if "{" in op.path and op.path.split("/")[2] in BOUND and op.path.count("{") == 1}
    assert seen >= {op_id for op_id in tried if contract.by_id[op_id].path.count("{") == 1 and contract.by_id[op_id].path.split("/")[2] in BOUND} - {"inspections_package"}


def test_filters_find_nothing_outside(world, contract):
    """A street, type, district, institution or visit that is not the caller's: an empty list, no error and no leak."""
    tried = 0
    for op in reads(contract):
        if op.x.get("x-kind") != "list" or "{" in op.path:
            continue
        names = params_of(contract, op)
        for role in contract.roles_of(op):
            for caller in world.callers(role):
                for place in world.outside(caller):
                    values = {"street": place.street, "type": place.type, "district": place.district, "institution_id": place.home["id"],
                              "inspection_id": place.things["inspections"]}
                    for name in set(values) & set(names):
                        answer = caller.client.get(op.path, {**required(contract, op), name: values[name]})
                        assert answer.status == 200, answer
                        nothing_of(world.outside(caller), answer, caller)
                        if not any(shares(p, place, name) for p in caller.inside) and op.id not in ("org_units_list", "checklists_list", "audit_log_list"):
                            assert not any(item.get("total", 1) for item in answer.data["items"]), f"{caller} {answer}"
                        tried += 1
    assert tried > 1000


def shares(inside, outside, name):
    """Whether this filter, made for a place outside, also names one inside."""
    return {"street": inside.street == outside.street, "type": inside.type == outside.type, "district": inside.district == outside.district}.get(name, False)


def test_no_command_reaches_outside(world, contract):
    """404 for whoever passes the door of the route, and nothing has changed after all of them."""
    before = [state_of_all(world.office.db, office.district) for office in (world.office, world.other)]
    tried = collections.Counter()
    for op in contract.operations:
        if op.method == "GET" or op.open or "{" not in op.path:
            continue
        for role in contract.roles_of(op):
            for caller in world.callers(role):
                for place in world.outside(caller)[:2]:
                    if path := place.path(contract, op):
                        send(caller.client, contract, op, path).problem("not_found", 404)
                        tried[op.id] += 1
    assert set(tried) >= {op.id for op in contract.operations if op.method != "GET" and "{" in op.path and op.path.split("/")[2] in BOUND and not op.open}
    assert before == [state_of_all(world.office.db, office.district) for office in (world.office, world.other)]


def test_no_body_names_what_is_outside(world, contract):
    """Records cannot be made for, of or with things outside: they are unknown, and nothing is half-written."""
    for role in ("inspector", "section_chief"):
        for caller in world.callers(role):
            inside, outside = caller.inside[0], next(p for p in world.outside(caller))
            mine, theirs = inside.things, outside.things
            before = [state_of_all(world.office.db, office.district) for office in (world.office, world.other)]
            words = {"category": "fire", "severity": "general", "description": "x"}
            two = [{"actor_id": world.office.inspector.actor}, {"actor_id": caller.client.actor}]
            for path, body, pointer in (
                    ("/v1/findings", {"institution_id": theirs["institutions"], **words}, "/institution_id"),
                    ("/v1/findings", {"institution_id": mine["institutions"], "inspection_id": theirs["inspections"], **words}, "/inspection_id"),
                    ("/v1/findings", {"institution_id": mine["institutions"], "recurs_of": theirs["findings"], **words}, "/recurs_of"),
                    ("/v1/findings", {"institution_id": mine["institutions"], "attachments": [{"id": theirs["attachments"], "role": "before"}], **words}, "/attachments/0/id"),
                    ("/v1/inspections", {"institution_id": theirs["institutions"], "kind": "routine", "inspectors": two}, "/institution_id"),
                    ("/v1/rectification-orders", {"institution_id": theirs["institutions"], "items": [{"finding_id": theirs["findings"], "days": 1}]}, "/institution_id"),
                    ("/v1/rectification-orders", {"institution_id": mine["institutions"], "items": [{"finding_id": theirs["findings"], "days": 1}]}, "/items/0/finding_id"),
                    ("/v1/inspection-bundles", {"inspection_id": theirs["inspections"], "start": {"id": new_id(), "occurred_at": ago(hours=1)}}, None),
                    ("/v1/inspection-bundles", {"inspection": {"id": new_id(), "institution_id": theirs["institutions"], "kind": "routine", "inspectors": two, "occurred_at": ago(hours=2)},
                                                "start": {"id": new_id(), "occurred_at": ago(hours=1)}}, None)):
                answer = caller.client.post(path, body)
                assert answer.status in (404, 422), f"{role} of {caller.name}: {answer}"
                if pointer and answer.status == 422:
                    assert answer.faults()[pointer] == "unknown_reference", f"{caller.name}: {answer}"
            if role == "section_chief":
                answer = caller.client.post(f"/v1/findings/{mine['findings']}/merges", {"into": theirs["findings"], "note": "同一问题"})
                assert answer.problem("rule_violated", 422) and answer.faults()["/into"] == "unknown_reference", answer
            assert before == [state_of_all(world.office.db, office.district) for office in (world.office, world.other)], caller.name


def test_institutions_are_not_made_or_moved_outside(world):
    office, other = world.office, world.other
    for caller in world.callers("section_chief"):
        inside = caller.inside[0]
        for outside in world.outside(caller):
            body = office.institution_body(district=outside.district, street=outside.street, type=outside.type)
            caller.client.post("/v1/institutions", body).problem("out_of_scope", 403)
        move = {"type": {"type": "child_welfare"}, "types": {"type": "elderly_care"}, "street": {"street": office.streets[0]}, "street and type": {"street": office.streets[1]}}
        if caller.name in move:
            caller.client.patch(f"/v1/institutions/{inside.home['id']}", move[caller.name]).problem("out_of_scope", 403)
    assert other.section_chief.get(f"/v1/institutions/{world.places[-1].home['id']}").ok()["version"] == 1


def test_me_says_the_scope_of_each_key(world, contract):
    for role in contract.roles:
        for caller in world.callers(role):
            me = caller.client.get("/v1/me").ok()
            scope = {"district": world.office.district, **world.kinds[caller.name]}
            for name, member in (("district", "districts"), ("type", "types"), ("street", "streets"), ("institution", "institutions")):
                wanted = scope.get(name, [])
                assert sorted(me[member]) == sorted([wanted] if isinstance(wanted, str) else wanted), (caller.name, me)


def test_narrow_administrators_keep_narrow_keys(world, api):
    """Keys that reach further than the administrator are neither seen nor taken away, nor made."""
    office = world.office
    for caller in world.callers("admin"):
        wide = office.admin.post("/v1/api-keys", {"name": "检查员", "role": "inspector", "districts": [office.district], "actor": {"name": "某检查员", "kind": "person"}}).ok(201)
        listed = list(caller.client.pages("/v1/api-keys"))
        scope = {"district": office.district, **world.kinds[caller.name]}
        for key in listed:
            for name, member in (("district", "districts"), ("type", "types"), ("street", "streets"), ("institution", "institutions")):
                if name in scope:
                    limit = [scope[name]] if isinstance(scope[name], str) else scope[name]
                    assert key[member] and set(key[member]) <= set(limit), f"admin of {caller.name} sees {key}"
        caller.client.get(f"/v1/api-keys/{wide['id']}").problem("not_found", 404)
        caller.client.post(f"/v1/api-keys/{wide['id']}/revocations", {"note": "x"}).problem("not_found", 404)
        assert office.admin.get(f"/v1/api-keys/{wide['id']}").ok()["state"] == "active"
        assert caller.client.actor in {key["actor_id"] for key in listed}      # the own key, always
