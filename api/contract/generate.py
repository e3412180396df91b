#!/usr/bin/python3
"""Turns the contract (docs/openapi/*.yaml, db/queries/**.sql) into the program's tables.

    generate.py [--check] [--root DIR] [OUT]

Writes contract_tables.c, problems.h, handlers.h and openapi.json to OUT (default build/gen); --check writes
nothing. Every fault found is printed as `file:line: what`; the exit code is 1 when there was one.
docs/guides/contributing.md explains the keys; contract.h the tables.
"""
import argparse
import copy
import pathlib
import sys

import bundle
import ctables
import document
from document import Fault, Faults, Node, choice
from sqllex import SqlFault, lex, plain, trim

METHODS = {"get": "GET", "post": "POST", "put": "PUT", "patch": "PATCH", "delete": "DELETE"}
CASTS = {"uuid": "::uuid", "date": "::date", "date-time": "::timestamptz"}
TYPE_CASTS = {"integer": "::bigint", "number": "::numeric", "boolean": "::boolean", "array": "::text[]"}
MACROS = {
    "me": "(SELECT current_setting('app.actor'))::uuid",
    "role": "(SELECT current_setting('app.role'))",
    "districts": "(SELECT string_to_array(current_setting('app.districts'), ','))::text[]",
    "types": "(SELECT string_to_array(current_setting('app.types'), ','))::text[]",
    "streets": "(SELECT string_to_array(current_setting('app.streets'), ','))::text[]",
    "institutions": "(SELECT string_to_array(current_setting('app.institutions'), ','))::uuid[]",
}
FIXED = {"body": ("FROM_BODY", "::jsonb"), "limit": ("FROM_LIMIT", "::bigint"), "if_match": ("FROM_IF_MATCH", "::bigint"),
         "secret_hash": ("FROM_SECRET_HASH", "::bytea"), "receipt_hash": ("FROM_RECEIPT_HASH", "::bytea"),
         "csv": ("FROM_CSV", "::boolean")}
CALLERS = {"[]": "ANYBODY", "[{'receipt': []}]": "RECEIPT_HOLDER", "[{}, {'bearer': []}]": "KEY_OR_NOBODY"}
PAGING = {"limit", "cursor", "sort"}
HEADERS = {"If-Match", "Idempotency-Key", "Tus-Resumable", "Upload-Length", "Upload-Metadata", "Upload-Offset", "Upload-Checksum",
           "Content-Digest", "Range", "If-Range"}
OP_KEYS = {"x-sql", "x-handler", "x-kind", "x-lane", "x-roles", "x-etag", "x-sort", "x-secret", "x-body-max", "x-timeout-ms",
           "x-quiet", "x-shy", "x-body", "x-admit", "x-idempotent", "x-prepare", "x-sensitive", "x-refusal", "x-refusal-sql"}
OWN = {"auth": "$1 (bytea) and $2 (text[])", "nobody": "no parameters", "export": "$1 (boolean) to $4 (text)"}
FILE_VALUES = ("x_sha256", "x_size", "x_type", "x_filename")        # what the edge knows of a file it has received
VALUE_CASTS = {"x_size": "::bigint"}
BODY_MAX, TIMEOUT_MS, SEGMENTS, AFTERS = 1 << 20, 5000, 12, 4


class Op:
    """One operation, read and checked; `tables.op()` writes it."""

    def __init__(self, doc, path, method, item, op):
        self.doc, self.path, self.method, self.node = doc, path, method, op
        self.id = op.get("operationId")
        if not isinstance(self.id, str) or not self.id.isidentifier():
            raise Fault(op.where, f"{method} {path}: operationId is missing, or no name")
        for key in op:
            if key.startswith("x-") and key not in OP_KEYS:
                raise Fault(op.at(key), f"{self.id}: unknown key {key}")
        if not op.get("summary"):
            raise Fault(op.where, f"{self.id}: summary is missing")
        self.sql_name, self.sql_key, self.handler = op.get("x-sql"), "x-sql", op.get("x-handler")
        if not self.sql_name and not self.handler:
            raise Fault(op.where, f"{self.id}: neither x-sql nor x-handler")
        self.list = choice(op, "x-kind", ("object", "list"), "object") == "list"
        if self.list and self.handler:
            raise Fault(op.at("x-handler"), f"{self.id}: a list is answered from its statement alone")
        self.kind = "HANDLER" if not self.sql_name else "LIST" if self.list else "ROW" if self.handler else "OBJECT"
        self.lane = choice(op, "x-lane", ("read", "write", "slow", "either"), "read" if method == "get" else "write")
        if self.lane == "either" and not self.list:
            raise Fault(op.at("x-lane"), f"{self.id}: x-lane: either is for lists")
        self.etag = choice(op, "x-etag", ("none", "version", "daily"), "version" if self.kind == "OBJECT" else "none")
        self.shy = choice(op, "x-shy", (False, True), False)
        self.quiet, self.secret = self.shy or choice(op, "x-quiet", (False, True), False), op.get("x-secret")
        self.body_max, self.timeout = op.get("x-body-max", BODY_MAX), op.get("x-timeout-ms", TIMEOUT_MS)
        for key in ("x-body-max", "x-timeout-ms"):
            if type(op.get(key, 1)) is not int or op.get(key, 1) < 1:
                raise Fault(op.at(key), f"{self.id}: {key}: a whole number above 0")
        if self.lane == "write" and self.timeout > TIMEOUT_MS:
            # a lane has one statement_timeout, shorter than the shortest deadline in it: a 504 of a write means that nothing was done
            raise Fault(op.at("x-timeout-ms"), f"{self.id}: x-timeout-ms: at most {TIMEOUT_MS} in the write lane")
        self.sorts = list(op.get("x-sort", []))
        if self.sorts and (not self.list or len(set(self.sorts)) != len(self.sorts)):
            raise Fault(op.at("x-sort"), f"{self.id}: x-sort: names for a list, each once")
        self.caller = CALLERS.get(str(op["security"])) if "security" in op else "KEY_HOLDER"
        if self.caller is None:
            raise Fault(op.at("security"), f"{self.id}: security: one of {', '.join(CALLERS)}")
        self.open, self.roles = self.caller == "ANYBODY", self._roles()
        self.sensitive = choice(op, "x-sensitive", (False, True), False)
        if self.sensitive and (self.open or not self.list):
            raise Fault(op.at("x-sensitive"), f"{self.id}: x-sensitive: for a list that is not open to all")
        self.prepare, self.values, self.is_admit = op.get("x-prepare"), [], False
        self.refusal, self.refused = op.get("x-refusal"), None
        self.file, self.admit = choice(op, "x-body", (None, "file"), None) == "file", None
        self.idempotent = choice(op, "x-idempotent", (True, False), True) and method == "post" and not self.open and bool(self.sql_name)
        self.sealed = self.idempotent and not self.doc.sealed_tags().isdisjoint(op.get("tags", []))
        self._params(item)
        self._body()
        if "x-admit" in op and not self.file and not self.transforms:
            raise Fault(op.at("x-admit"), f"{self.id}: x-admit has no meaning without x-body: file or x-transform: seal")
        if "x-refusal-sql" in op and not (self.refusal and self.open):
            raise Fault(op.at("x-refusal-sql"), f"{self.id}: x-refusal-sql has no meaning without x-refusal, of an operation open to all")
        self._responses()
        self.tokens, self.binds, self.included = [], [], set()

    def _roles(self):
        known, roles = self.doc.roles(), self.node.get("x-roles")
        if self.caller in ("ANYBODY", "RECEIPT_HOLDER"):
            if roles is not None:
                raise Fault(self.node.at("x-roles"), f"{self.id}: x-roles has no meaning beside such security")
            return []
        if roles is None:
            raise Fault(self.node.where, f"{self.id}: x-roles is missing (a list of roles, or any)")
        if roles == "any":
            return known
        for role in roles:
            if role not in known:
                raise Fault(self.node.at("x-roles"), f"{self.id}: x-roles: {role}: no such role in components.schemas.Role")
        return list(roles)

    def _params(self, item):
        self.query, self.path_params, self.if_match, paths = [], [], False, {}
        for raw in list(item.get("parameters", [])) + list(self.node.get("parameters", [])):
            p = self.doc.resolve(raw)
            name, kind = p.get("name"), p.get("in")
            if kind == "header" and name in HEADERS:
                self.if_match |= name == "If-Match"
                continue
            if "schema" not in p:
                raise Fault(p.where, f"{self.id}: parameter {name} has no schema")
            if kind == "path":
                paths[name] = p
            elif kind == "query" and not (self.list and name in PAGING):
                if not str(name).isidentifier() or name in [q["name"] for q in self.query]:
                    raise Fault(p.where, f"{self.id}: query parameter {name}: declared twice, or no name")
                self.query.append(p)
            elif kind != "query":
                raise Fault(p.where, f"{self.id}: parameter {name} in {kind}: only path, query, or header {', '.join(sorted(HEADERS))}")
        self.segments = []
        for segment in self.path.strip("/").split("/") if self.path != "/" else []:
            self.segments.append(None if segment.startswith("{") else segment)
            if segment.startswith("{"):
                name = segment[1:-1]
                if not segment.endswith("}") or name not in paths:
                    raise Fault(self.node.where, f"{self.id}: path parameter {segment} is not declared with a schema")
                self.path_params.append(paths.pop(name))
            elif "{" in segment:
                raise Fault(self.node.where, f"{self.id}: {segment}: a parameter is a whole segment")
        if paths:
            raise Fault(self.node.where, f"{self.id}: {', '.join(paths)}: not in the path {self.path}")
        if len(self.segments) > SEGMENTS:
            raise Fault(self.node.where, f"{self.id}: more than {SEGMENTS} segments")

    def _body(self):
        self.body, self.body_type, self.body_required, self.transforms = None, None, False, set()
        if "requestBody" not in self.node:
            if self.file:
                raise Fault(self.node.at("x-body"), f"{self.id}: x-body: file needs a requestBody")
            return
        request = self.doc.resolve(self.node["requestBody"])
        content = request.get("content", {})
        self.body_required = bool(request.get("required", False))
        if self.file:
            self._form_fields(content.get("multipart/form-data", {}).get("schema", {}))
            return
        if len(content) != 1:
            raise Fault(request.where, f"{self.id}: requestBody.content: exactly one media type")
        self.body_type, media = next(iter(content.items()))
        if "schema" not in media:
            raise Fault(media.where, f"{self.id}: requestBody has no schema")
        if self.method == "patch" and self.body_type != "application/merge-patch+json":
            raise Fault(request.where, f"{self.id}: PATCH takes application/merge-patch+json")
        self.body = media["schema"]
        self.transforms = self.doc.transforms(self.body)
        if "seal" in self.transforms and "x-admit" not in self.node:
            raise Fault(self.node.where, f"{self.id}: x-transform: seal needs an x-admit that tells the public_key")

    def _form_fields(self, schema):
        """What stands beside the file in a multipart form, and never in the address: parameters of the form only."""
        for name, child in schema.get("properties", {}).items():
            if name != "file":
                self.query.append(Node({"name": name, "schema": child, "form_only": True, "required": name in schema.get("required", [])}))

    def _responses(self):
        """The success response of an SQL operation has a JSON schema, that of a list `items` and `next`."""
        self.item = None
        responses = self.node.get("responses", {})
        good = [self.doc.resolve(responses[code]) for code in responses if str(code).startswith("2")]
        if not good:
            raise Fault(self.node.where, f"{self.id}: no 2xx response is documented")
        self.answers_json = "application/json" in good[0].get("content", {})
        if self.kind in ("HANDLER", "ROW"):
            return
        schema = good[0].get("content", {}).get("application/json", {}).get("schema")
        if schema is None:
            raise Fault(good[0].where, f"{self.id}: the response has no application/json schema")
        if self.list:
            properties = self.doc.resolve(schema).get("properties", {})
            items = self.doc.resolve(properties.get("items", {}))
            if "next" not in properties or "items" not in items:
                raise Fault(good[0].where, f"{self.id}: the schema of a list has items (an array with items) and next")
            self.item = items["items"]

    def _placeholder(self, name, where):
        """-> (source, index, cast)"""
        source, _, rest = name.partition("_")
        params = {"path": self.path_params, "q": self.query}.get(source, [])
        for i, p in enumerate(params):
            if p["name"] == rest:
                schema = self.doc.resolve(p["schema"])
                kinds = [t for t in document.types(schema) if t != "null"]
                cast = CASTS.get(schema.get("format")) or TYPE_CASTS.get(kinds[0] if kinds else "string", "::text")
                return ("FROM_PATH" if source == "path" else "FROM_QUERY"), i, cast
        if name in FIXED and {"body": self.body is not None, "limit": self.list, "csv": self.list, "if_match": self.if_match,
                              "secret_hash": bool(self.secret), "receipt_hash": self.caller == "RECEIPT_HOLDER"}[name]:
            return FIXED[name][0], 0, FIXED[name][1]
        if source == "after" and self.list and rest.isdigit() and 1 <= int(rest) <= AFTERS:
            return "FROM_AFTER", int(rest) - 1, "::text"
        if source == "x" and rest and (self.prepare or self.file and name in FILE_VALUES or self.is_admit and name == "x_size"):
            if name not in self.values:
                self.values.append(name)
            return "FROM_HANDLER", self.values.index(name), VALUE_CASTS.get(name, "::text")
        raise Fault(where, f":{name} is not declared by {self.id}")

    def _condition(self, when, where):
        """-> (when, index, negated)"""
        if when is None:
            return "ALWAYS", 0, False
        negated, name = when
        if name == "after" and self.list:
            return "IF_AFTER", 0, negated
        if name.startswith("q_"):
            for i, p in enumerate(self.query):
                if p["name"] == name[2:]:
                    return "IF_QUERY", i, negated
        if name.startswith("sort_") and name[5:] in self.sorts:
            return "IF_SORT", self.sorts.index(name[5:]), negated
        raise Fault(where, f"--? {name} is not declared by {self.id}")

    def beside(self):
        """The statements of x-admit and x-refusal-sql as operations of their own: same route, caller and values, any columns."""
        self.admit, self.refused = self._beside("admit", "x-admit"), self._beside("refused", "x-refusal-sql")
        return [one for one in (self.admit, self.refused) if one]

    def _beside(self, name, key):
        if key not in self.node:
            return None
        one = copy.copy(self)
        one.id, one.sql_name, one.sql_key, one.kind, one.lane = f"{self.id}_{name}", self.node[key], key, "ROW", "read"
        one.handler = one.secret = one.admit = one.refused = one.refusal = None
        one.idempotent = one.file = False
        one.is_admit = True
        one.tokens, one.binds = [], []
        return one

    def compile_sql(self, path, shown):
        """Fill tokens [(text, bind, when, index, negated)], binds [(source, index, name)] and the names of included files."""
        def read(name, where):
            part = path.with_name(name)
            if not part.is_file():
                raise SqlFault(f"{where}: {name} does not exist beside it")
            self.included.add(part)
            return f"{shown.rpartition('/')[0]}/{name}", part.read_text(encoding="utf-8")

        try:
            lines = trim(lex(path.read_text(encoding="utf-8"), shown, read=read))
        except SqlFault as fault:
            raise Fault(None, str(fault)) from fault
        text, current, sorts = "", None, set()
        for line in lines:
            where = line.where
            condition = self._condition(line.when, where)
            sorts |= {condition[1]} if condition[0] == "IF_SORT" else set()
            if condition != current and text:
                self.tokens.append((text, -1) + current)
                text = ""
            current = condition
            for piece, name in line.pieces:
                if name is None:
                    text += piece
                elif name in MACROS:
                    if self.open:
                        raise Fault(where, f":{name}: {self.id} is open to all, there is no session")
                    text += MACROS[name]
                else:
                    source, index, cast = self._placeholder(name, where)
                    if (source, index, name) not in self.binds:
                        self.binds.append((source, index, name))
                    self.tokens.append((text, self.binds.index((source, index, name))) + current)
                    text = cast
        self.tokens.append((text, -1) + current)
        if not self.is_admit:
            self._all_used(shown, sorts)

    def _all_used(self, shown, sorts):
        """Whatever is declared is used: by the statement, or by the one that admits a file (which is not asked itself)."""
        names = {b[2] for b in self.binds} | ({b[2] for b in self.admit.binds} if self.admit else set())
        names |= ({"q_filename"} if self.file else set()) | ({"q_lang", "q_unkept"} if self.refusal else set())     # the edge's, the page's
        wanted = [f"path_{p['name']}" for p in self.path_params] + [f"q_{p['name']}" for p in self.query]
        wanted += ["body"] * (self.body is not None) + ["if_match"] * self.if_match + ["secret_hash"] * bool(self.secret)
        wanted += ["receipt_hash"] * (self.caller == "RECEIPT_HOLDER")
        for name in wanted:
            if name not in names:
                raise Fault(self.node.where, f"{self.id}: no line of {shown} uses :{name}")
        for i, name in enumerate(self.sorts):
            if len(self.sorts) > 1 and i not in sorts:
                raise Fault(self.node.at("x-sort"), f"{self.id}: no line of {shown} is marked --? sort_{name}")
        if "after_1" in names and "limit" not in names:
            raise Fault(self.node.where, f"{self.id}: {shown} pages by :after_1 but has no :limit")

    def uses(self, source):
        return any(b[0] == source for b in self.binds)


def read_ops(doc, faults):
    ops, seen = [], {}
    for path, item in doc.paths().items():
        for method in item:
            if method not in METHODS:
                if method != "parameters":
                    faults.add(Fault(item.at(method), f"{path}: {method}: not a method of the contract"))
                continue
            with faults:
                op = Op(doc, path, method, item, item[method])
                if op.id in seen:
                    raise Fault(op.node.where, f"operationId {op.id} is taken by {seen[op.id]}")
                seen[op.id] = f"{method.upper()} {path}"
                ops.append(op)
    return ops


def bind_sql(root, ops, faults):
    """Compile the SQL of every op; returns {name: text} of the engine's own statements."""
    folder, named = root / "db/queries", set(OWN)
    for op in [one for op in ops for one in op.beside() + [op]]:
        if op.sql_name:
            named.add(op.sql_name)
            with faults:
                path = folder / f"{op.sql_name}.sql"
                if not path.is_file():
                    raise Fault(op.node.at(op.sql_key), f"{op.id}: db/queries/{op.sql_name}.sql does not exist")
                op.compile_sql(path, f"db/queries/{op.sql_name}.sql")
    included = set().union(*(op.included for op in ops))
    for path in sorted(folder.rglob("*.sql")):
        name = path.relative_to(folder).with_suffix("").as_posix()
        if path.name.startswith("_"):
            if path not in included:
                faults.add(Fault(None, f"db/queries/{name}.sql:1: no statement includes this part (\\ir {path.name})"))
        elif name not in named:
            faults.add(Fault(None, f"db/queries/{name}.sql:1: no operation names this file (x-sql: {name})"))
    own = {}
    for name, takes in OWN.items():
        with faults:
            try:
                own[name] = plain(folder / f"{name}.sql", f"db/queries/{name}.sql", takes)
            except SqlFault as fault:
                raise Fault(None, str(fault)) from fault
    return own


def build(root):
    """-> {file name: text}; raises Faults with everything that is wrong."""
    faults = Faults()
    doc = document.Document(root, faults)
    faults.stop()
    doc.check_extensions(OP_KEYS, faults)
    ops = read_ops(doc, faults)
    own = bind_sql(root, ops, faults)
    problems = doc.problems(faults)
    examples = bundle.read_examples(root, ops, faults)
    tables = ctables.Tables(doc, faults)
    published = bundle.dump(doc, ops, problems[0], examples)
    text = tables.render(ops, own, problems, published)
    faults.stop()
    return {"contract_tables.c": text, "problems.h": ctables.problems_header(problems), "handlers.h": ctables.handlers_header(ops),
            "openapi.json": published}


def main():
    here = pathlib.Path(__file__).resolve().parents[2]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--root", type=pathlib.Path, default=here)
    parser.add_argument("out", type=pathlib.Path, nargs="?")
    args = parser.parse_args()
    try:
        files = build(args.root)
    except Faults as faults:
        for line in faults.lines():
            print(line, file=sys.stderr)
        return 1
    if not args.check:
        out = args.out or args.root / "build/gen"
        out.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            path = out / name
            if not path.is_file() or path.read_text(encoding="utf-8") != text:     # unchanged: make has nothing to do
                path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
