"""What breaks a client and what does not: the real document, changed in one place at a time."""
import copy
import json
import subprocess
import sys

import pytest

from harness.server import ROOT

sys.path.insert(0, str(ROOT / "api/contract"))
import breaking  # noqa: E402  (the path above comes first)

DOCUMENT = json.loads((ROOT / "build/gen/openapi.json").read_text(encoding="utf-8"))


def changed(change):
    new = copy.deepcopy(DOCUMENT)
    change(new["paths"], new["components"]["schemas"])
    return breaking.Comparison(DOCUMENT, new).run()


def parameter(paths, name):
    return next(p for p in paths["/v1/findings"]["get"]["parameters"] if p.get("name") == name)


BREAKS = {
    "GET /v1/me: is gone": lambda p, s: p.pop("/v1/me"),
    "PATCH /v1/findings/{id}: is gone": lambda p, s: p["/v1/findings/{id}"].pop("patch"),
    "GET /v1/findings: the query parameter overdue is gone": lambda p, s: parameter(p, "overdue").update(name="late"),
    "GET /v1/findings: the query parameter open is required now": lambda p, s: parameter(p, "open").update(required=True),
    "GET /v1/findings ?responsible: maxLength was 60, is 20": lambda p, s: parameter(p, "responsible")["schema"].update(maxLength=20),
    "GET /v1/findings ?category: takes no more fire": lambda p, s: s["Category"]["enum"].remove("fire"),
    "GET /v1/findings ?sort: takes no more found_at": lambda p, s: parameter(p, "sort")["schema"]["enum"].remove("found_at"),
    "POST /v1/findings: application/json is gone": lambda p, s: p["/v1/findings"]["post"]["requestBody"].update(content={}),
    "POST /v1/findings: takes no body any more": lambda p, s: p["/v1/findings"]["post"].pop("requestBody"),
    "POST /v1/findings/{id}/confirmations: a body is required now":
        lambda p, s: p["/v1/findings/{id}/confirmations"]["post"]["requestBody"].update(required=True),
    "POST /v1/findings: the answer 201 is gone": lambda p, s: p["/v1/findings"]["post"]["responses"].pop("201"),
    "POST /v1/findings 201: the header Location is gone": lambda p, s: p["/v1/findings"]["post"]["responses"]["201"]["headers"].pop("Location"),
    "GET /v1/findings 200: text/csv is gone": lambda p, s: p["/v1/findings"]["get"]["responses"]["200"]["content"].pop("text/csv"),
    "POST /v1/findings/found_at: is gone": lambda p, s: s["FindingCreate"]["properties"].pop("found_at"),
    "POST /v1/findings/key_place: is required now": lambda p, s: s["FindingCreate"]["required"].append("key_place"),
    "POST /v1/findings/description: minLength was 1, is 9": lambda p, s: s["FindingCreate"]["properties"]["description"].update(minLength=9),
    "POST /v1/institutions/beds: type no longer null": lambda p, s: s["InstitutionCreate"]["properties"]["beds"].update(type="integer"),
    "GET /v1/findings/{id} 200/state: is gone": lambda p, s: s["Finding"]["properties"].pop("state"),
    "GET /v1/findings/{id} 200/state: may be missing now": lambda p, s: s["Finding"]["required"].remove("state"),
    "GET /v1/findings/{id} 200/round: type may now be null": lambda p, s: s["Finding"]["properties"]["round"].update(type=["integer", "null"]),
    "GET /v1/findings/{id} 200/found_at: format was date-time, is date":
        lambda p, s: s["Finding"]["properties"]["found_at"].update(format="date"),
    "GET /v1/findings 200/items/*/state: is gone": lambda p, s: s["FindingItem"]["properties"].pop("state"),
    "GET /v1/categories: needs a key now": lambda p, s: p["/v1/categories"]["get"].pop("security"),
}


@pytest.mark.parametrize("line", BREAKS)
def test_a_break_is_told(line):
    assert line in changed(BREAKS[line])


GOOD = {
    "a path": lambda p, s: p.update({"/v1/new": copy.deepcopy(p["/v1/me"])}),
    "a parameter": lambda p, s: p["/v1/me"]["get"].setdefault("parameters", []).append({"name": "a", "in": "query", "schema": {"type": "string"}}),
    "a member asked": lambda p, s: s["FindingCreate"]["properties"].update(colour={"type": "string", "maxLength": 9}),
    "a member answered": lambda p, s: s["Finding"]["properties"].update(colour={"type": "string"}),
    "a value": lambda p, s: s["Category"]["enum"].append("traffic"),
    "a wider bound": lambda p, s: s["FindingCreate"]["properties"]["description"].update(maxLength=99999),
    "no longer required": lambda p, s: s["FindingCreate"]["required"].remove("description"),
    "always there now": lambda p, s: s["Problem"]["required"].append("trace_id"),
    "null taken": lambda p, s: s["FindingCreate"]["properties"]["description"].update(type=["string", "null"]),
    "never null now": lambda p, s: s["Finding"]["properties"]["location"].update(type="string"),
    "words": lambda p, s: p["/v1/me"]["get"].update(summary="别的 / other"),
}


@pytest.mark.parametrize("what", GOOD)
def test_what_breaks_nobody(what):
    assert changed(GOOD[what]) == []


def test_files_and_exit_code(tmp_path):
    new = copy.deepcopy(DOCUMENT)
    new["paths"].pop("/v1/me")
    (tmp_path / "old.json").write_text(json.dumps(DOCUMENT), encoding="utf-8")
    (tmp_path / "new.json").write_text(json.dumps(new), encoding="utf-8")
    command = ["/usr/bin/python3", "-B", ROOT / "api/contract/breaking.py", tmp_path / "old.json"]
    assert subprocess.run([*command, tmp_path / "old.json"], capture_output=True).returncode == 0
    broken = subprocess.run([*command, tmp_path / "new.json"], capture_output=True, text=True)
    assert broken.returncode == 1 and broken.stdout == "GET /v1/me: is gone\n"


def in_git():
    return subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True).returncode == 0


@pytest.mark.skipif(not in_git(), reason="no git history here")
def test_a_release_is_built_by_its_own_generator():
    assert "/v1/findings" in breaking.released("HEAD")["paths"]


def test_nothing_is_broken_since_the_last_tag():
    done = subprocess.run(["/usr/bin/python3", "-B", ROOT / "api/contract/breaking.py"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
