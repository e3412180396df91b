"""The published document: one file, x- keys stripped, what every operation of a kind shares written out."""
import json

SHARED = {"limit": "#/components/parameters/limit", "cursor": "#/components/parameters/cursor",
          "key": "#/components/parameters/IdempotencyKey"}
HEADERS = {"ETag": "#/components/headers/ETag", "Link": "#/components/headers/Link", "Location": "#/components/headers/Location",
           "Idempotent-Replayed": "#/components/headers/IdempotentReplayed"}
PROBLEM = "#/components/responses/Problem"


def ref(target):
    return {"$ref": target}


def _strip(node, names=False):
    """Drop x- keys (but property names that look so)."""
    if isinstance(node, list):
        return [_strip(one) for one in node]
    if not isinstance(node, dict):
        return node
    return {k: _strip(v, k in ("properties", "schemas")) for k, v in node.items() if names or not k.startswith("x-")}


def _callers(op):
    if op.open:
        return "**谁可调用 / Who may call**：所有人，无需密钥 / everybody, no key needed"
    roles = "、".join(f"`{role}`" for role in op.roles)
    return f"**谁可调用 / Who may call**：{roles}"


def _operation(doc, op, out):
    out["description"] = (out.get("description", "").rstrip() + "\n\n" + _callers(op)).lstrip()
    params = list(out.get("parameters", []))
    names = {doc.resolve(p)["name"] for p in op.node.get("parameters", [])}
    added = [("limit", ref(SHARED["limit"]))] if op.uses("FROM_LIMIT") else []
    added += [("cursor", ref(SHARED["cursor"]))] if op.uses("FROM_AFTER") else []
    if op.sorts:
        added.append(("sort", {"name": "sort", "in": "query", "description": "排序，`-` 为倒序 / order, `-` descending",
                               "schema": {"type": "string", "enum": op.sorts, "default": op.sorts[0]}}))
    if op.method == "post":
        added.append(("Idempotency-Key", ref(SHARED["key"])))
    params += [p for name, p in added if name not in names]
    if params:
        out["parameters"] = params
    for code, response in out["responses"].items():
        if str(code).startswith("2") and "$ref" not in response:
            _success(op, str(code), response)
    out["responses"].setdefault("default", ref(PROBLEM))


def _success(op, code, response):
    headers = []
    headers += ["ETag"] if op.etag != "none" else []
    headers += ["Location"] if code == "201" else []
    headers += ["Link"] if op.uses("FROM_AFTER") else []
    headers += ["Idempotent-Replayed"] if op.method == "post" else []
    for name in headers:
        response.setdefault("headers", {}).setdefault(name, ref(HEADERS[name]))
    if op.list and op.sql_name:
        response["content"].setdefault("text/csv", {"schema": {"type": "string"}})


def dump(doc, ops):
    """-> the JSON text"""
    out = _strip(doc.root)
    for op in ops:
        _operation(doc, op, out["paths"][op.path][op.method])
    out["paths"] = dict(sorted(out["paths"].items()))
    for group in out["components"].values():
        for name in sorted(group):
            group[name] = group.pop(name)
    return json.dumps(out, ensure_ascii=False, separators=(",", ":"))
