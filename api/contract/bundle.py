"""The published document: one file, x- keys stripped, what every operation of a kind shares written out, recorded examples put in."""
import json

from document import Fault

SHARED = {"limit": "#/components/parameters/limit", "cursor": "#/components/parameters/cursor",
          "key": "#/components/parameters/IdempotencyKey", "sensitive": "#/components/parameters/sensitive"}
HEADERS = {"ETag": "#/components/headers/ETag", "Link": "#/components/headers/Link", "Location": "#/components/headers/Location",
           "Idempotent-Replayed": "#/components/headers/IdempotentReplayed", "Omitted-Categories": "#/components/headers/OmittedCategories"}
PROBLEM = "#/components/responses/Problem"
REFUSAL_HEADERS = {401: ("WWW-Authenticate", "`Bearer`"), 503: ("Retry-After", "多少秒后再试 / seconds to wait before another try"),
                   429: ("Retry-After", "多少秒后再试 / seconds to wait before another try")}
INT32_MAX = 2**31 - 1


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
    if op.caller == "RECEIPT_HOLDER":
        return "**谁可调用 / Who may call**：持回执的举报人 / the reporter, by the receipt"
    roles = "、".join(f"`{role}`" for role in op.roles)
    nobody = "所有人，无需密钥；持密钥的须为 / everybody, no key needed; with a key: " if op.caller == "KEY_OR_NOBODY" else ""
    return f"**谁可调用 / Who may call**：{nobody}{roles}"


def _integers(node):
    """Say how wide each integer is: 32 bits where the bounds allow it, else 64."""
    for one in node if isinstance(node, list) else node.values() if isinstance(node, dict) else []:
        _integers(one)
    if isinstance(node, dict) and "integer" in (node.get("type") if isinstance(node.get("type"), list) else [node.get("type")]):
        small = node.get("maximum", INT32_MAX + 1) <= INT32_MAX and node.get("minimum", -INT32_MAX - 2) >= -INT32_MAX - 1
        node.setdefault("format", "int32" if small else "int64")


def _refusals(op):
    """The statuses an operation itself may refuse with; what belongs to HTTP (405, 406, 413 …) is under `default`."""
    sql, changes = op.kind != "HANDLER", op.method != "get"
    return [status for status, may in (
        (400, True), (401, not op.open), (403, not op.open), (404, op.path_params), (409, sql and changes), (412, op.if_match),
        (413, op.body or op.file), (415, op.body or op.file), (422, sql and changes), (428, op.if_match), (429, op.shy), (500, True), (503, True), (504, sql)) if may]


def _refusal(status, problems, example):
    """The shared response of one status: which codes it may carry."""
    codes = "；".join(f"`{p['code']}` {p['title']['zh']} / {p['title']['en']}" for p in problems)
    media = {"schema": ref("#/components/schemas/Problem")}
    if example is not None:
        media["example"] = example
    response = {"description": codes, "content": {"application/problem+json": media}}
    if status in REFUSAL_HEADERS:
        name, text = REFUSAL_HEADERS[status]
        response["headers"] = {name: {"description": text, "schema": {"type": "string"}}}
    return response


def _operation(doc, op, out):
    out["description"] = (out.get("description", "").rstrip() + "\n\n" + _callers(op)).lstrip()
    params = list(out.get("parameters", []))
    names = {doc.resolve(p)["name"] for p in op.node.get("parameters", [])}
    added = [("limit", ref(SHARED["limit"]))] if op.uses("FROM_LIMIT") else []
    added += [("cursor", ref(SHARED["cursor"]))] if op.uses("FROM_AFTER") else []
    if op.sorts:
        added.append(("sort", {"name": "sort", "in": "query", "description": "排序，`-` 为倒序 / order, `-` descending",
                               "schema": {"type": "string", "enum": op.sorts, "default": op.sorts[0]}}))
    if op.sensitive:
        added.append(("sensitive", ref(SHARED["sensitive"])))
    if _keyed(op):
        added.append(("Idempotency-Key", ref(SHARED["key"])))
    if _conditional(op):
        added.append(("If-None-Match", {"name": "If-None-Match", "in": "header", "description": "手里这份的 `ETag`；没有变就回 304 / the `ETag` "
                                        "of the copy you have; 304 when it is still good", "schema": {"type": "string"}}))
    params += [p for name, p in added if name not in names]
    if params:
        out["parameters"] = params
    for code, response in out["responses"].items():
        if str(code).startswith("2") and "$ref" not in response:
            _success(doc, op, str(code), response)
    if _conditional(op):
        out["responses"]["304"] = {"description": "没有变，不传正文 / not changed, no body", "headers": {"ETag": ref(HEADERS["ETag"])}}
    default = out["responses"].pop("default", ref(PROBLEM))
    for status in _refusals(op):        # an operation that answers refusals itself says how in its default
        out["responses"].setdefault(str(status), default if op.refusal else ref(f"#/components/responses/Problem{status}"))
    out["responses"]["default"] = default


def _keyed(op):
    """Takes an Idempotency-Key. (An open POST is told that it may send one, too: it is of no effect.)"""
    return op.method == "post" and op.node.get("x-idempotent", True) and not op.refusal


def _conditional(op):
    return op.method == "get" and op.etag != "none"


def _success(doc, op, code, response):
    headers = []
    headers += ["ETag"] if op.etag != "none" else []
    headers += ["Location"] if code == "201" and op.caller != "KEY_OR_NOBODY" and not op.refusal else []     # nobody is told where
    headers += ["Link"] if op.uses("FROM_AFTER") else []
    headers += ["Idempotent-Replayed"] if _keyed(op) else []
    headers += ["Omitted-Categories"] if op.sensitive else []
    for name in headers:
        response.setdefault("headers", {}).setdefault(name, ref(HEADERS[name]))
    if op.list and op.sql_name:
        response["content"].setdefault("text/csv", {"schema": {"type": "string"}})
    if op.uses("FROM_LIMIT"):
        items = response["content"]["application/json"]["schema"].get("properties", {}).get("items", {})
        items.setdefault("maxItems", doc.root["components"]["parameters"]["limit"]["schema"]["maximum"])


def _examples(example, out):
    """Put a recorded request and response into one operation."""
    if "request" in example:
        next(iter(out["requestBody"]["content"].values())).setdefault("example", example["request"])
    if "response" in example:
        good = next(response for code, response in out["responses"].items() if code.startswith("2"))
        good["content"]["application/json"].setdefault("example", example["response"])


def read_examples(root, ops, faults):
    """docs/openapi/examples/*.json -> {operationId or problem_<status>: {request, response}}"""
    examples, known = {}, {op.id: op for op in ops}
    for path in sorted((root / "docs/openapi/examples").glob("*.json")):
        shown = f"{path.relative_to(root).as_posix()}:1"
        with faults:
            try:
                example = json.loads(path.read_text(encoding="utf-8"))
            except ValueError as error:
                raise Fault(shown, str(error)) from error
            op = known.get(path.stem)
            if op is None and not path.stem.startswith("problem_"):
                raise Fault(shown, "no operation has this operationId")
            if not isinstance(example, dict) or set(example) - {"request", "response"} or "request" in example and (op is None or op.body is None):
                raise Fault(shown, "an object with `response`, and `request` where the operation has a body")
            if op and "response" in example and not op.answers_json:
                raise Fault(shown, f"{op.id} answers no JSON")
            examples[path.stem] = example
    return examples


def dump(doc, ops, problems, examples):
    """-> the JSON text. problems: as Document.problems() gives them; examples: {operationId or problem_<status>: {request, response}}"""
    out = _strip(doc.root)
    used = set()
    for op in ops:
        node = out["paths"][op.path][op.method]
        _operation(doc, op, node)
        used |= set(_refusals(op))
        _examples(examples.get(op.id, {}), node)
    for status in used:
        known = [p for p in problems if p["status"] == status]
        out["components"]["responses"][f"Problem{status}"] = _refusal(status, known, examples.get(f"problem_{status}", {}).get("response"))
    for part in (out["paths"], out["components"]):
        _integers(part)
    out["paths"] = dict(sorted(out["paths"].items()))
    for group in out["components"].values():
        for name in sorted(group):
            group[name] = group.pop(name)
    return json.dumps(out, ensure_ascii=False, separators=(",", ":"))
