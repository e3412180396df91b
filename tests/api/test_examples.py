"""The examples of the document are answers the server gives today: every one recorded anew and compared."""
import json

import jsonschema
import pytest

from contract import examples
from harness.contract import FORMATS

FILES = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(examples.FOLDER.glob("*.json"))}
AGAIN = "tests/contract/examples.py records them again"


def merged(one, other):
    """One shape that has what both have; null stands for anything not seen."""
    if one is None or other is None:
        return other if one is None else one
    if isinstance(one, dict) and isinstance(other, dict):
        return {key: merged(one.get(key), other.get(key)) for key in one.keys() | other.keys()}
    return one


def shape(value):
    """The members of a value and the types of what is in them; a list as one element that stands for all."""
    if isinstance(value, dict):
        return {key: shape(member) for key, member in value.items()}
    if isinstance(value, list):
        found = None
        for member in value:
            found = merged(found, shape(member))
        return [found]
    return None if value is None else "number" if type(value) in (int, float) else type(value).__name__


def differences(kept, today, at=""):
    """What two shapes disagree on; null agrees with all."""
    if kept is None or today is None:
        return []
    if isinstance(kept, dict) and isinstance(today, dict):
        found = [f"{at}/{key}: only in the file" for key in kept.keys() - today.keys()]
        found += [f"{at}/{key}: not in the file" for key in today.keys() - kept.keys()]
        return found + [line for key in kept.keys() & today.keys() for line in differences(kept[key], today[key], f"{at}/{key}")]
    if isinstance(kept, list) and isinstance(today, list):
        return differences(kept[0], today[0], f"{at}/*")
    return [] if kept == today else [f"{at}: {kept} in the file, {today} today"]


def test_a_difference_is_seen():
    kept = shape({"a": 1, "b": [{"c": "x"}, {"c": None}], "d": None})
    assert differences(kept, shape({"a": 2.5, "b": [{"c": "y"}], "d": "z"})) == []
    assert sorted(differences(kept, shape({"a": "1", "b": [{"e": 1}]}))) == [
        "/a: number in the file, str today", "/b/*/c: only in the file", "/b/*/e: not in the file", "/d: only in the file"]


def json_of(contract, node):
    return contract.resolve(node).get("content", {}).get("application/json")


def test_operations_have_their_examples(contract):
    """In the published document, not only in a folder: JSON answers, bodies, refusals. A few new ones may still be without."""
    missing = []
    for op in contract.operations:
        code = min(code for code in op.node["responses"] if code.startswith("2"))
        media = json_of(contract, op.node["responses"][code])
        if op.id != "openapi" and media is not None and "example" not in media:
            missing.append(f"{op.id}: response")
        body = op.node.get("requestBody")
        media = next(iter(contract.resolve(body)["content"].values())) if body else None
        if media and "example" not in media and media["schema"].get("format") != "binary":
            missing.append(f"{op.id}: request")
    for name, response in contract.document["components"]["responses"].items():
        if name[7:].startswith("4") and "example" not in response["content"]["application/problem+json"]:
            missing.append(name)
    assert len(missing) <= len(contract.operations) // 20, f"{missing}: {AGAIN}"


@pytest.mark.parametrize("name", [name for name in FILES if not name.startswith("problem_")])
def test_example_is_as_documented(contract, name):
    """Response: no member that the schema does not name. Request: as the validator takes it."""
    op = contract.by_id[name]
    code = min(code for code in op.node["responses"] if code.startswith("2"))
    strict = contract.strict["paths"][op.path][op.method.lower()]["responses"][code]
    schemas = {"response": strict["content"]["application/json"]["schema"]}
    if "request" in FILES[name]:
        schemas["request"] = next(iter(contract.resolve(op.node["requestBody"])["content"].values()))["schema"]
    for part, schema in schemas.items():
        validator = jsonschema.Draft202012Validator(schema, resolver=contract.resolver, format_checker=FORMATS)
        assert [f"{part}{fault.json_path}: {fault.message}" for fault in validator.iter_errors(FILES[name][part])] == []


def test_examples_hold_no_key():
    for name, example in FILES.items():
        text = json.dumps(example, ensure_ascii=False).replace(examples.KEY, "")
        assert not examples.re.search(r"hzk?_[0-9A-Za-z]{8}", text), name


def test_examples_are_what_the_server_answers(another_server):
    today = examples.record(another_server(demo=True))
    assert set(today) == set(FILES), AGAIN
    found = [f"{name}: {part}{line}" for name in sorted(today) for part in ("request", "response")
             for line in differences(shape(FILES[name].get(part)), shape(today[name].get(part)))]
    assert found == [], AGAIN
