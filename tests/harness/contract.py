"""The contract as the tests see it: the published document, the x- keys beside it, and the check of one answer."""
import datetime
import functools
import json
import pathlib
import re
import sys
import uuid

import jsonschema

ROOT = pathlib.Path(__file__).resolve().parents[2]
METHODS = ("get", "post", "put", "patch", "delete")
FORMATS = jsonschema.FormatChecker(formats=())


@FORMATS.checks("uuid", raises=ValueError)
def _uuid(value):
    return not isinstance(value, str) or str(uuid.UUID(value)) == value


@FORMATS.checks("date", raises=ValueError)
def _date(value):
    return not isinstance(value, str) or datetime.date.fromisoformat(value).isoformat() == value


@FORMATS.checks("date-time", raises=ValueError)
def _date_time(value):
    return not isinstance(value, str) or (
        "T" in value and datetime.datetime.fromisoformat(value.replace("Z", "+00:00")).tzinfo is not None)


def closed(node):
    """A copy in which an object that lists its members has no others, so that an undocumented member is a fault."""
    if isinstance(node, list):
        return [closed(one) for one in node]
    if not isinstance(node, dict):
        return node
    copy = {key: closed(value) for key, value in node.items()}
    if isinstance(copy.get("properties"), dict) and "type" in copy:
        copy.setdefault("additionalProperties", False)
    return copy


class Operation:
    """One operation of the published document; `x` holds its x- keys."""

    def __init__(self, path, method, node, x, shared):
        self.path, self.method, self.node, self.x = path, method.upper(), node, x
        self.id = node["operationId"]
        self.security = node.get("security", [{"bearer": []}])
        self.open = self.security == []             # to anybody
        self.keyed = self.security == [{"bearer": []}]      # with a key only; others: with one or without, or by receipt
        self.parameters = [*shared, *node.get("parameters", [])]

    def __repr__(self):
        return f"{self.method} {self.path}"


class Contract:
    """build/gen/openapi.json with the sources' x- keys."""

    def __init__(self, document=None):
        document = document or json.loads((ROOT / "build/gen/openapi.json").read_text())
        self.document = document
        self.strict = closed(document)
        self.resolver = jsonschema.RefResolver("", self.strict)
        self.validators = {}
        sources = self._sources()
        self.roles = list(document["components"]["schemas"]["Role"]["enum"])
        self.operations = [
            Operation(path, method, item[method],
                      {k: v for k, v in sources[path][method].items() if k.startswith("x-")}, item.get("parameters", []))
            for path, item in document["paths"].items() for method in METHODS if method in item]
        self.by_id = {op.id: op for op in self.operations}
        self.templates = sorted(
            ((re.compile("^" + re.sub(r"\\{[^}]*\\}", "[^/]+", re.escape(path)) + "$"), path) for path in document["paths"]),
            key=lambda pair: pair[1].count("{"))

    @staticmethod
    def _sources():
        sys.path.insert(0, str(ROOT / "api/contract"))
        try:
            import document
        finally:
            sys.path.pop(0)
        return document.Document(ROOT, document.Faults()).paths()

    def resolve(self, node):
        """Follow a local $ref."""
        while "$ref" in node:
            target = self.document
            for step in node["$ref"][2:].split("/"):
                target = target[step]
            node = target
        return node

    def roles_of(self, op):
        """Roles that may call it; every role for `any`."""
        roles = op.x.get("x-roles", [])
        return self.roles if roles == "any" else list(roles)

    def match(self, method, path):
        """The operation a request reaches, or None."""
        for pattern, template in self.templates:
            if pattern.match(path):
                node = self.document["paths"][template].get("get" if method == "HEAD" else method.lower())
                return self.by_id[node["operationId"]] if node else None
        return None

    def is_page(self, path):
        """Is everything here answered by a page, refusals too?"""
        return any("x-refusal" in op.x for op in self.operations if "{" not in op.path and op.path == path)

    def _validator(self, op, status, media):
        key = (op.id, status, media)
        if key not in self.validators:
            responses = op.node["responses"]
            response = responses.get(str(status)) or (responses.get("default") if status >= 400 else None)
            assert response, f"{op}: status {status} is not documented"
            content = self.resolve(response).get("content", {})
            assert media in content, f"{op}: {status} as {media!r} is not documented, {list(content)} are"
            at = ["paths", op.path, op.method.lower(), "responses", str(status) if str(status) in responses else "default"]
            self.validators[key] = self._schema_at(at, media)
        return self.validators[key]

    def _schema_at(self, steps, media):
        node = functools.reduce(lambda found, step: found[step], steps, self.strict)
        while "$ref" in node:
            node = functools.reduce(lambda found, step: found[step], node["$ref"][2:].split("/"), self.strict)
        schema = node["content"][media].get("schema", {})
        return jsonschema.Draft202012Validator(schema, resolver=self.resolver, format_checker=FORMATS)

    def check(self, method, path, status, headers, body, data):
        """Assert that an answer is as documented. `data` is the parsed body of a JSON answer."""
        where = f"{method} {path} → {status}"
        assert headers.get("X-Content-Type-Options") == "nosniff", f"{where}: no nosniff"
        assert "Date" in headers, f"{where}: no Date"
        media = headers.get("Content-Type", "").partition(";")[0].strip()
        if status in (204, 304) or method in ("HEAD", "OPTIONS"):
            assert not body, f"{where}: has a body"
            return
        op = self.match(method, path)
        if self.is_page(path):
            assert media == "text/html", f"{where}: {media!r} is no page"
        elif op is None or status >= 400:
            assert status >= 400, f"{where}: no such route is documented"
            assert media == "application/problem+json", f"{where}: {media!r} is no problem: {body[:200]!r}"
            assert data["status"] == status, f"{where}: says status {data['status']}"
            assert data["type"].endswith(f"/problems/{data['code']}"), f"{where}: type {data['type']}"
        validator = self._validator(op or next(one for one in self.operations if ("x-refusal" in one.x) == self.is_page(path)), status, media)
        if data is not None:
            faults = [f"{fault.json_path}: {fault.message}" for fault in validator.iter_errors(data)]
            assert not faults, f"{where}: not as documented:\n  " + "\n  ".join(faults[:10])
        if op is not None and status < 300:
            for name in self.resolve(op.node["responses"][str(status)]).get("headers", {}):
                needed = name in ("ETag", "Location")
                assert not needed or name in headers, f"{where}: no {name}"


@functools.lru_cache(maxsize=None)
def contract():
    """The contract of this build, read once."""
    return Contract()
