"""The generator: small contracts in folders of their own, every refusal with its place, the SQL lexer, and the guide's example."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import textwrap
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "api/contract"))

import generate  # noqa: E402  (the path above comes first)
import lint  # noqa: E402
import sqllex  # noqa: E402
from document import Faults  # noqa: E402

WARNINGS = "-std=gnu11 -Wall -Wextra -Wconversion -Werror -Wshadow -Wmissing-prototypes".split()

MAIN = """
openapi: 3.1.0
info: {title: t, version: '1', license: {name: ISC}}
servers: [{url: /}]
security: [{bearer: []}]
tags: [{name: things, description: 东西 / things}]
paths: {}
components:
  securitySchemes: {bearer: {type: http, scheme: bearer}}
  parameters:
    id: {name: id, in: path, required: true, schema: {type: string, format: uuid}}
    limit: {name: limit, in: query, schema: {type: integer, minimum: 1, maximum: 200, default: 50}}
    cursor: {name: cursor, in: query, schema: {type: string}}
    sensitive: {name: sensitive, in: query, schema: {type: string, enum: [include]}}
    IfMatch: {name: If-Match, in: header, required: true, schema: {type: string}}
    IdempotencyKey: {name: Idempotency-Key, in: header, schema: {type: string}}
  headers:
    ETag: {schema: {type: string}}
    Link: {schema: {type: string}}
    Location: {schema: {type: string}}
    OmittedCategories: {schema: {type: string}}
    IdempotentReplayed: {schema: {type: string}}
  responses:
    Problem: {description: 错 / problem, content: {application/problem+json: {schema: {$ref: '#/components/schemas/Problem'}}}}
  schemas:
    Role: {type: string, enum: [admin, inspector]}
    Problem: {type: object, additionalProperties: true}
"""
THINGS = """
paths:
  /v1/things:
    get:
      operationId: things_list
      summary: 列表 / List
      tags: [things]
      x-sql: things/list
      x-kind: list
      x-sensitive: true
      x-roles: any
      x-sort: [-found_at, found_at]
      parameters:
        - {name: state, in: query, schema: {type: array, maxItems: 2, items: {type: string, enum: [open, closed]}}}
        - {name: due, in: query, schema: {type: string, format: date}}
        - {name: major, in: query, schema: {type: boolean, default: false}}
      responses:
        '200':
          description: 好 / good
          content:
            application/json:
              schema:
                type: object
                required: [items, next]
                properties:
                  items: {type: array, items: {$ref: '#/components/schemas/Thing'}}
                  next: {type: [string, "null"]}
    post:
      operationId: things_create
      summary: 新建 / Create
      tags: [things]
      x-sql: things/create
      x-roles: [inspector]
      x-secret: key
      requestBody:
        required: true
        content: {application/json: {schema: {$ref: '#/components/schemas/ThingCreate'}}}
      responses:
        '201': {description: 好 / good, content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}
  /v1/things/{id}:
    parameters: [{$ref: '#/components/parameters/id'}]
    get:
      operationId: things_get
      summary: 读取 / Read
      tags: [things]
      x-sql: things/get
      x-roles: any
      x-etag: daily
      responses:
        '200': {description: 好 / good, content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}
    patch:
      operationId: things_patch
      summary: 修改 / Change
      tags: [things]
      x-sql: things/patch
      x-roles: [inspector]
      parameters: [{$ref: '#/components/parameters/IfMatch'}]
      requestBody:
        required: true
        content: {application/merge-patch+json: {schema: {$ref: '#/components/schemas/ThingCreate'}}}
      responses:
        '200': {description: 好 / good, content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}
  /v1/things/special:
    get:
      operationId: things_special
      summary: 特别 / Special
      tags: [things]
      security: []
      x-handler: special
      x-quiet: true
      responses:
        '200': {description: 好 / good}
components:
  schemas:
    Thing:
      type: object
      required: [id, name]
      properties:
        name: {type: string, title: 名称}
        id: {type: string, format: uuid, title: 编号}
        holder: {anyOf: [{$ref: '#/components/schemas/Holder'}, {type: "null"}]}
    Holder: {type: object, properties: {name: {type: string}}}
    ThingCreate:
      type: object
      additionalProperties: false
      required: [name]
      minProperties: 1
      properties:
        name: {type: string, minLength: 1, maxLength: 100}
        code: {type: [string, "null"], pattern: '^[A-Z]{2}\\.[0-9]+$', description: 编号 / code}
        colour: {type: [string, "null"], enum: [red, 'what??/', null]}
        beds: {type: integer, minimum: 0, maximum: 9999}
"""
PROBLEMS = """
problems:
  - code: not_found
    status: 404
    title: {zh: 甲, en: a}
    detail: {zh: 甲, en: a}
    meaning: {zh: 甲, en: a}
    action: {zh: 甲, en: a}
  - code: conflict
    status: 409
    title: {zh: 乙, en: b}
    detail: {zh: 乙, en: b}
    meaning: {zh: 乙, en: b}
    action: {zh: 乙, en: b}
sqlstates:
  - {sqlstate: '23', problem: conflict}
  - {sqlstate: '23505', problem: conflict}
  - {sqlstate: '23505', constraint: thing_name_key, problem: conflict, pointer: /name}
"""
SQL = {
    "auth": "SELECT $1::bytea, $2::text[];\n",
    "nobody": "SELECT 1\n",
    "export": "SELECT $1::boolean, $2::text, $3::text, $4::text AS omitted\n",
    "things/list": """\
-- a comment with :nothing
SELECT json_agg(t) AS items, null AS next_key FROM t
 WHERE district = ANY(:districts) AND major = :q_major
   AND state = ANY(:q_state) --? q_state
   AND due = :q_due::date AND :q_due IS NOT NULL --? q_due
   AND due IS NULL --? !q_due
   AND (found_at, id) > (:after_1::timestamptz, :after_2::uuid) --? after
 ORDER BY found_at DESC --? sort_-found_at
 ORDER BY found_at --? sort_found_at
 LIMIT :limit + 1;
""",
    "things/create": "SELECT * FROM api.thing_create(:body, :secret_hash)\n",
    "things/get": "SELECT 200 AS status, to_json(t) AS body FROM t WHERE id = :path_id AND owner = :me\n",
    "things/patch": "SELECT * FROM api.thing_patch(:path_id, :if_match, :body)\n",
}


def put(root, path, text):
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text, encoding="utf-8")


@pytest.fixture
def small(tmp_path):
    """A contract with one of everything."""
    put(tmp_path, "docs/openapi/openapi.yaml", MAIN)
    put(tmp_path, "docs/openapi/things.yaml", THINGS)
    put(tmp_path, "docs/openapi/problems.yaml", PROBLEMS)
    for name, text in SQL.items():
        put(tmp_path, f"db/queries/{name}.sql", text)
    return tmp_path


def faults(root):
    with pytest.raises(Faults) as caught:
        generate.build(root)
    return caught.value.lines()


def compile_and_run(root, files, main):
    """Link the tables with a C main and give what it prints."""
    for name, text in files.items():
        put(root, f"build/gen/{name}", text)
    put(root, "main.c", textwrap.dedent("""\
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include "contract/contract.h"
        #include "handlers.h"
        #include "problems.h"
        #define STAND_IN(name) void name(struct engine_call *call) { (void)call; abort(); }
        CONTRACT_HANDLERS(STAND_IN)
        """) + main)
    program = root / "program"
    subprocess.run(["gcc", *WARNINGS, f"-I{ROOT}/api", f"-I{root}/build/gen", root / "main.c", root / "build/gen/contract_tables.c", "-o", program],
                   check=True)
    return subprocess.run([program], check=True, capture_output=True, text=True, timeout=10).stdout


# ---- what is written ---------------------------------------------------------------------------

def test_tables(small):
    """The C tables say what the contract says: read back by a C program."""
    out = compile_and_run(small, generate.build(small), r"""
int
main(void)
{
	for (size_t i = 0; i < contract_nroutes; i++) {
		const struct contract_route *route = &contract_routes[i];

		printf("route %s %zu %zu %s\n", route->path, route->nsegments, route->nparams,
		    route->segments[route->nsegments - 1] == NULL ? "*" : route->segments[route->nsegments - 1]);
		for (int m = 0; m < CONTRACT_METHODS; m++) {
			const struct contract_op *op = route->ops[m];

			if (op == NULL)
				continue;
			printf("  op %s method %d back %d lane %d kind %d etag %d open %d quiet %d roles %s limit %d cursor %d if_match %d"
			    " secret %s handler %d body %s%s\n", op->id, op->method, op->route == route, op->lane, op->kind, op->etag, op->caller == CONTRACT_ANYBODY,
			    op->quiet, op->roles, op->limit, op->cursor, op->if_match, op->secret == NULL ? "-" : op->secret,
			    op->handler != NULL, op->body_type == NULL ? "-" : op->body_type, op->sensitive ? " sensitive" : "");
			for (size_t q = 0; q < op->nquery; q++)
				printf("    query %s %s\n", op->query[q].name, op->query[q].fallback == NULL ? "-" : op->query[q].fallback);
			for (size_t t = 0; t < op->nsql; t++)
				printf("    %d%d%s [%s] %d\n", op->sql[t].when, op->sql[t].index, op->sql[t].negated ? "!" : "", op->sql[t].text,
				    op->sql[t].bind < 0 ? -1 : (int)(op->binds[op->sql[t].bind].source * 10 + (unsigned)op->binds[op->sql[t].bind].index));
			for (size_t p = 0; op->item != NULL && p < op->item->nproperties; p++)
				printf("    item %s %s %zu\n", op->item->properties[p].name, op->item->properties[p].title == NULL ? "-" :
				    op->item->properties[p].title, op->item->properties[p].order);
			for (size_t p = 0; op->body != NULL && p < op->body->nproperties; p++)
				printf("    body %s%s\n", op->body->properties[p].name, op->body->properties[p].required ? " required" : "");
		}
	}
	printf("%s %d %s\n", contract_problems[PROBLEM_CONFLICT].code, contract_problems[PROBLEM_NOT_FOUND].status,
	    contract_problems[PROBLEM_NOT_FOUND].title_zh);
	for (size_t i = 0; i < contract_nsqlstates; i++)
		printf("%s %s\n", contract_sqlstates[i].sqlstate, contract_sqlstates[i].constraint == NULL ? "-" : contract_sqlstates[i].constraint);
	printf("%d %s %s", strlen(contract_openapi) == contract_openapi_length, contract_patterns[0], contract_auth_sql);
	printf("%s", contract_export_sql);
	return contract_patterns[1] != NULL;
}
""")
    assert out == """\
route /v1/things 2 0 things
  op things_list method 0 back 1 lane 0 kind 1 etag 0 open 0 quiet 0 roles {admin,inspector} limit 1 cursor 1 if_match 0 secret - handler 0 body - sensitive
    query state -
    query due -
    query major false
    00 [SELECT json_agg(t) AS items, null AS next_key FROM t
WHERE district = ANY((SELECT string_to_array(current_setting('app.districts'), ','))::text[]) AND major = ] 12
    00 [::boolean
] -1
    10 [AND state = ANY(] 10
    10 [::text[])
] -1
    11 [AND due = ] 11
    11 [::date::date AND ] 11
    11 [::date IS NOT NULL
] -1
    11! [AND due IS NULL
] -1
    20 [AND (found_at, id) > (] 40
    20 [::text::timestamptz, ] 41
    20 [::text::uuid)
] -1
    30 [ORDER BY found_at DESC
] -1
    31 [ORDER BY found_at
] -1
    00 [LIMIT ] 30
    00 [::bigint + 1
] -1
    item holder - 2
    item id 编号 1
    item name 名称 0
  op things_create method 1 back 1 lane 1 kind 0 etag 1 open 0 quiet 0 roles {inspector} limit 0 cursor 0 if_match 0 secret key handler 0 body application/json
    00 [SELECT * FROM api.thing_create(] 20
    00 [::jsonb, ] 60
    00 [::bytea)
] -1
    body beds
    body code
    body colour
    body name required
route /v1/things/special 3 0 special
  op things_special method 0 back 1 lane 0 kind 3 etag 0 open 1 quiet 1 roles {} limit 0 cursor 0 if_match 0 secret - handler 1 body -
route /v1/things/{id} 3 1 *
  op things_get method 0 back 1 lane 0 kind 0 etag 2 open 0 quiet 0 roles {admin,inspector} limit 0 cursor 0 if_match 0 secret - handler 0 body -
    00 [SELECT 200 AS status, to_json(t) AS body FROM t WHERE id = ] 0
    00 [::uuid AND owner = (SELECT current_setting('app.actor'))::uuid
] -1
  op things_patch method 3 back 1 lane 1 kind 0 etag 1 open 0 quiet 0 roles {inspector} limit 0 cursor 0 if_match 1 secret - handler 0 body application/merge-patch+json
    00 [SELECT * FROM api.thing_patch(] 0
    00 [::uuid, ] 50
    00 [::bigint, ] 20
    00 [::jsonb)
] -1
    body beds
    body code
    body colour
    body name required
conflict 404 甲
23505 thing_name_key
23505 -
23 -
1 ^[A-Z]{2}\\.[0-9]+$ SELECT $1::bytea, $2::text[]
SELECT $1::boolean, $2::text, $3::text, $4::text AS omitted
"""


def test_published_document(small):
    text = generate.build(small)["openapi.json"]
    document = json.loads(text)
    assert '"x-' not in text
    assert lint.Lint(document).run() == []
    listing = document["paths"]["/v1/things"]["get"]
    names = [p.get("name") or p["$ref"].rpartition("/")[2] for p in listing["parameters"]]
    assert names == ["state", "due", "major", "limit", "cursor", "sort", "sensitive"]
    assert listing["parameters"][-2]["schema"] == {"type": "string", "enum": ["-found_at", "found_at"], "default": "-found_at"}
    good = listing["responses"]["200"]
    assert set(good["headers"]) == {"Link", "Omitted-Categories"} and "text/csv" in good["content"]
    assert listing["responses"]["default"] == {"$ref": "#/components/responses/Problem"}
    assert "`admin`、`inspector`" in listing["description"]
    created = document["paths"]["/v1/things"]["post"]
    assert created["parameters"] == [{"$ref": "#/components/parameters/IdempotencyKey"}]
    assert set(created["responses"]["201"]["headers"]) == {"ETag", "Location", "Idempotent-Replayed"}
    special = document["paths"]["/v1/things/special"]["get"]
    assert "无需密钥" in special["description"] and "headers" not in special["responses"]["200"]


def statuses(operation):
    return [code for code in operation["responses"] if code != "default" and not code.startswith("2")]


def test_published_refusals(small):
    """Each operation names the statuses it may refuse with; each status names its codes."""
    document = json.loads(generate.build(small)["openapi.json"])
    paths, shared = document["paths"], document["components"]["responses"]
    assert statuses(paths["/v1/things"]["get"]) == ["400", "401", "403", "500", "503", "504"]
    assert statuses(paths["/v1/things"]["post"]) == ["400", "401", "403", "409", "413", "415", "422", "500", "503", "504"]
    assert statuses(paths["/v1/things/{id}"]["get"]) == ["304", "400", "401", "403", "404", "500", "503", "504"]
    assert {"404", "412", "428"} <= set(statuses(paths["/v1/things/{id}"]["patch"]))
    assert statuses(paths["/v1/things/special"]["get"]) == ["400", "500", "503"]
    assert paths["/v1/things/{id}"]["get"]["parameters"][-1]["name"] == "If-None-Match"
    assert shared["Problem409"]["description"] == "`conflict` 乙 / b"
    assert "Retry-After" in shared["Problem503"]["headers"] and "WWW-Authenticate" in shared["Problem401"]["headers"]
    for operation in (paths["/v1/things"]["get"], paths["/v1/things"]["post"]):
        assert list(operation["responses"])[-1] == "default"


def test_published_bounds(small):
    document = json.loads(generate.build(small)["openapi.json"])
    listing = document["paths"]["/v1/things"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert listing["properties"]["items"]["maxItems"] == 200
    assert document["components"]["schemas"]["ThingCreate"]["properties"]["beds"]["format"] == "int32"
    put(small, YAML, THINGS.replace("minimum: 0, maximum: 9999", "minimum: 0, maximum: 99999999999"))
    document = json.loads(generate.build(small)["openapi.json"])
    assert document["components"]["schemas"]["ThingCreate"]["properties"]["beds"]["format"] == "int64"


def test_published_examples(small):
    thing = {"id": "019a1b2c-3d4e-7f50-8a61-72839405b6c7", "name": "甲"}
    put(small, "docs/openapi/examples/things_create.json", json.dumps({"request": {"name": "甲"}, "response": thing}))
    put(small, "docs/openapi/examples/problem_409.json", json.dumps({"response": {"code": "conflict"}}))
    document = json.loads(generate.build(small)["openapi.json"])
    created = document["paths"]["/v1/things"]["post"]
    assert created["requestBody"]["content"]["application/json"]["example"] == {"name": "甲"}
    assert created["responses"]["201"]["content"]["application/json"]["example"] == thing
    assert document["components"]["responses"]["Problem409"]["content"]["application/problem+json"]["example"] == {"code": "conflict"}
    assert lint.Lint(document).run() == []
    put(small, "docs/openapi/examples/things_create.json", json.dumps({"request": {"name": ""}}))
    assert any("'' " in line for line in lint.Lint(json.loads(generate.build(small)["openapi.json"])).run())


@pytest.mark.parametrize("name, text, fault", [
    ("things_make", "{}", "no operation has this operationId"),
    ("things_get", "{", "Expecting"),
    ("things_get", "[]", "an object with `response`"),
    ("things_get", '{"request": {}}', "`request` where the operation has a body"),
    ("things_special", '{"response": {}}', "things_special answers no JSON"),
    ("problem_409", '{"answer": {}}', "an object with `response`"),
])
def test_example_refused(small, name, text, fault):
    put(small, f"docs/openapi/examples/{name}.json", text)
    lines = faults(small)
    assert any(line.startswith(f"docs/openapi/examples/{name}.json:1: ") and fault in line for line in lines), lines


def test_equal_schemas_are_written_once(small):
    text = generate.build(small)["contract_tables.c"]
    assert text.count(".max_length = 100,") + text.count(".max_length = 100}") == 1     # ThingCreate serves two operations
    assert text.count("CONTRACT_UUID}") == 1


def test_output_is_the_same_every_time(small):
    outputs = []
    for seed in ("1", "2"):
        out = small / f"out{seed}"
        subprocess.run(["/usr/bin/python3", "-B", ROOT / "api/contract/generate.py", "--root", small, out], check=True,
                       env={**os.environ, "PYTHONHASHSEED": seed})
        outputs.append({p.name: p.read_bytes() for p in out.iterdir()})
    assert outputs[0] == outputs[1]
    assert set(outputs[0]) == {"contract_tables.c", "problems.h", "handlers.h", "openapi.json"}


def test_check_writes_nothing_and_tells_by_its_exit_code(small):
    command = ["/usr/bin/python3", "-B", ROOT / "api/contract/generate.py", "--check", "--root", small]
    assert subprocess.run(command, capture_output=True, check=True).stderr == b""
    assert not (small / "build").exists()
    put(small, "db/queries/things/orphan.sql", "SELECT 1\n")
    failed = subprocess.run(command, capture_output=True, text=True)
    assert failed.returncode == 1 and failed.stderr.startswith("db/queries/things/orphan.sql:1: no operation names this file")


def test_unchanged_files_keep_their_time(small):
    command = ["/usr/bin/python3", "-B", ROOT / "api/contract/generate.py", "--root", small]
    subprocess.run(command, check=True)
    tables, header = small / "build/gen/contract_tables.c", small / "build/gen/problems.h"
    for path in (tables, header):
        os.utime(path, (1, 1))
    put(small, "db/queries/things/get.sql", SQL["things/get"] + "   AND true\n")
    subprocess.run(command, check=True)
    assert tables.stat().st_mtime > 1 and header.stat().st_mtime == 1


# ---- what is refused ---------------------------------------------------------------------------

YAML, LIST = "docs/openapi/things.yaml", "db/queries/things/list.sql"
REFUSED = [
    # (file, what stands there, what is put instead, the fault)
    (LIST, ":q_state)", ":q_stat)", f"{LIST}:4: :q_stat is not declared by things_list"),
    (LIST, "--? q_state", "--? q_stat", f"{LIST}:4: --\\? q_stat is not declared by things_list"),
    (LIST, "--? sort_found_at", "--? sort_name", f"{LIST}:9: --\\? sort_name is not declared"),
    (LIST, "   AND state = ANY(:q_state) --? q_state\n", "", f"{YAML}:5: things_list: no line of {LIST} uses :q_state"),
    (LIST, " ORDER BY found_at --? sort_found_at\n", "", f"{YAML}:12: things_list: no line of {LIST} is marked --\\? sort_found_at"),
    (LIST, "LIMIT :limit + 1", "", "pages by :after_1 but has no :limit"),
    (LIST, ":after_2::uuid", ":after_5::uuid", f"{LIST}:7: :after_5 is not declared"),
    (LIST, "json_agg(t)", "json_agg(:x_what)", f"{LIST}:2: :x_what is not declared"),
    (LIST, "json_agg(t)", "json_agg($1)", f"{LIST}:2: \\$1: name parameters"),
    (LIST, "LIMIT :limit + 1;", "LIMIT :limit + 1; SELECT 1", f"{LIST}:10: a file holds one statement"),
    (LIST, "json_agg(t)", "'json_agg(t)", f"{LIST}:[0-9]+: quote ' is not closed"),
    ("db/queries/things/get.sql", " = :path_id", " = :body", "get.sql:1: :body is not declared by things_get"),
    ("db/queries/things/get.sql", "id = :path_id AND", "", "things_get: no line of db/queries/things/get.sql uses :path_id"),
    ("db/queries/things/create.sql", ":body, ", "", "no line of db/queries/things/create.sql uses :body"),
    ("db/queries/things/create.sql", ", :secret_hash", "", "no line of db/queries/things/create.sql uses :secret_hash"),
    ("db/queries/things/patch.sql", ":if_match, ", "", "no line of db/queries/things/patch.sql uses :if_match"),
    ("db/queries/auth.sql", "$1", ":body", "auth.sql:1: takes \\$1"),
    ("db/queries/export.sql", "$1", ":me", "export.sql:1: takes \\$1"),
    (YAML, "x-etag: daily", "x-sensitive: true", "things_get: x-sensitive: for a list that is not open to all"),
    (YAML, "maxLength: 100", "maxLenght: 100", f"{YAML}:[0-9]+: maxLenght: not a keyword of type string"),
    (YAML, "minLength: 1,", "minLength: -1,", "minLength: a whole number"),
    (YAML, "{type: string, minLength: 1, maxLength: 100}", "{type: string}", "a string of a request has one of enum, format, maxLength, pattern"),
    (YAML, "maxItems: 2, ", "", "an array of a request has maxItems"),
    (YAML, ", description: 编号 / code", "", "pattern without description"),
    (YAML, "minimum: 0,", "exclusiveMinimum: 0,", "exclusiveMinimum: not a keyword of type integer"),
    (YAML, "type: integer", "type: int", "type: int: one of"),
    (YAML, "format: date}", "format: day}", "format: day: one of uuid"),
    (YAML, "'^[A-Z]{2}", "'[A-Z]{2}", "pattern: \\^anchored"),
    (YAML, "'^[A-Z]{2}", "'^\\d{2}", "pattern: \\^anchored"),
    (YAML, "'^[A-Z]{2}", "'^.{2}", "pattern: \\^anchored"),
    (YAML, "'^[A-Z]{2}", "'^[^A]{2}", "pattern: \\^anchored"),
    (YAML, "'^[A-Z]{2}", "'^[甲]{2}", "pattern: \\^anchored"),
    (YAML, "[red, 'what??/', null]", "[red]", "enum: lists null exactly when the type does"),
    (YAML, "[red, 'what??/', null]", "[red, 1, null]", "enum: strings"),
    (YAML, "      additionalProperties: false\n", "", "an object of a request says additionalProperties: false"),
    (YAML, "required: [name]\n      minProperties", "required: [nam]\n      minProperties", "required: nam is not among the properties"),
    (YAML, "x-roles: [inspector]\n      x-secret", "x-secret", f"{YAML}:[0-9]+: things_create: x-roles is missing"),
    (YAML, "x-roles: [inspector]\n      x-secret", "x-roles: [inspektor]\n      x-secret", "x-roles: inspektor: no such role"),
    (YAML, "x-handler: special", "x-roles: any\n      x-handler: special", "x-roles has no meaning beside such security"),
    (YAML, "x-secret: key", "security: [{basic: []}]\n      x-secret: key", "things_create: security: one of"),
    (YAML, "x-secret: key", "security: [{receipt: []}]\n      x-secret: key", "x-roles has no meaning beside such security"),
    (YAML, "x-roles: [inspector]\n      x-secret", "security: [{receipt: []}]\n      x-secret", "no line of db/queries/things/create.sql uses :receipt_hash"),
    (YAML, "x-secret: key", "x-admit: things/get\n      x-secret: key", "x-admit has no meaning without x-body: file or x-transform: seal"),
    (YAML, "x-secret: key", "x-refusal: special\n      x-refusal-sql: things/get\n      x-secret: key", "x-refusal-sql has no meaning without x-refusal, of an operation open to all"),
    (YAML, "name: {type: string, minLength", "name: {x-transform: seal, type: string, minLength", "things_create: x-transform: seal needs an x-admit"),
    (YAML, "name: {type: string, minLength", "name: {x-transform: salt, type: string, minLength", "x-transform: seal \\(an object or a string\\) or hash"),
    (YAML, "x-quiet: true", "x-silent: true", f"{YAML}:[0-9]+: things_special: unknown key x-silent"),
    (YAML, "title: 名称", "x-title: 名称", f"{YAML}:[0-9]+: unknown key x-title"),
    (YAML, "      summary: 特别 / Special\n", "", "things_special: summary is missing"),
    (YAML, "x-etag: daily", "x-etag: hourly", "x-etag: hourly: one of none, version, daily"),
    (YAML, "x-quiet: true", "x-quiet: often", "x-quiet: often: one of False, True"),
    (YAML, "x-quiet: true", "x-body-max: 1MiB", "things_special: x-body-max: a whole number above 0"),
    (YAML, "x-quiet: true", "x-timeout-ms: 0", "things_special: x-timeout-ms: a whole number above 0"),
    (YAML, "x-secret: ", "x-timeout-ms: 9000\n      x-secret: ", "things_create: x-timeout-ms: at most 5000 in the write lane"),
    (YAML, "x-sort: [-found_at, found_at]", "x-sort: [found_at, found_at]", "x-sort: names for a list, each once"),
    (YAML, "x-etag: daily", "x-sort: [found_at]", "things_get: x-sort: names for a list"),
    (YAML, "x-kind: list", "x-kind: table", "x-kind: table: one of object, list"),
    (YAML, "      x-handler: special\n", "", "things_special: neither x-sql nor x-handler"),
    (YAML, "x-sql: things/get", "x-sql: things/got", f"{YAML}:[0-9]+: things_get: db/queries/things/got.sql does not exist"),
    (YAML, "operationId: things_get", "operationId: things_list", "operationId things_list is taken by GET /v1/things"),
    (YAML, "operationId: things_get", "operationId: things-get", "operationId is missing, or no name"),
    (YAML, "parameters: [{$ref: '#/components/parameters/id'}]", "parameters: []", "path parameter {id} is not declared with a schema"),
    (YAML, "/v1/things/special:", "/v1/things/{other}:", "path parameter {other} is not declared"),
    (YAML, "/v1/things/special:", "/v1/things/x{id}:", "a parameter is a whole segment"),
    (YAML, "type: boolean, default: false}", "type: array, maxItems: 1, items: {type: array, items: {type: string}}}", "major: a parameter is a string"),
    (YAML, "{name: due, in: query,", "{name: due, in: cookie,", "parameter due in cookie: only path, query"),
    (YAML, "{name: due, in: query,", "{name: state, in: query,", "query parameter state: declared twice"),
    (YAML, "{name: due, in: query, schema: {type: string, format: date}}", "{name: due, in: query}", "parameter due has no schema"),
    (YAML, "{name: due, in: query, schema: {type: string, format: date}}", "{name: due, in: query, schema: {type: [string, \"null\"]}}",
     "due: a parameter is"),
    (YAML, "next: {type", "nekst: {type", "the schema of a list has items"),
    (YAML, "{description: 好 / good, content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}\n    patch", "{description: x}\n    patch",
     "things_get: the response has no application/json schema"),
    (YAML, "        '200': {description: 好 / good}\n", "        '404': {description: 好 / good}\n", "things_special: no 2xx response"),
    (YAML, "application/merge-patch+json", "application/json", "PATCH takes application/merge-patch"),
    (YAML, "'#/components/schemas/Holder'", "'#/components/schemas/Nobody'", f"{YAML}:[0-9]+: \\$ref #/components/schemas/Nobody leads nowhere"),
    (YAML, "Holder: {type: object, properties: {name: {type: string}}}",
     "Holder: {type: object, properties: {thing: {$ref: '#/components/schemas/Thing'}}}", "#/components/schemas/Thing contains itself"),
    (YAML, "{type: \"null\"}]}", "{type: string}]}", "anyOf: only"),
    (YAML, "    Holder:", "    Problem:", f"{YAML}:[0-9]+: Problem is already declared at docs/openapi/openapi.yaml"),
    (YAML, "    Holder:", "    Thing:", f"{YAML}:[0-9]+: Thing: written twice"),
    (YAML, "components:\n", "tags: []\ncomponents:\n", "tags: only paths and components are merged"),
    (YAML, "    patch:", "    trace:", "trace: not a method of the contract"),
    ("docs/openapi/problems.yaml", "action: {zh: 甲, en: a}", "action: {zh: 甲}", "problem not_found: action.en is missing"),
    ("docs/openapi/problems.yaml", "code: conflict", "code: not_found", "problem not_found: written twice"),
    ("docs/openapi/problems.yaml", "status: 409", "status: 200", "problem conflict: status is 400"),
    ("docs/openapi/problems.yaml", "{sqlstate: '23', problem: conflict}", "{sqlstate: '23', problem: strife}", "problem strife is not declared"),
    ("docs/openapi/problems.yaml", "{sqlstate: '23', problem: conflict}", "{sqlstate: '23505', problem: conflict}", "sqlstate 23505 : written twice"),
    ("docs/openapi/problems.yaml", "{sqlstate: '23', problem: conflict}", "{sqlstate: '235', problem: conflict}", "2 or 5 characters"),
]


@pytest.mark.parametrize("path, old, new, fault", REFUSED, ids=[f"{i}-{row[3][:40]}" for i, row in enumerate(REFUSED)])
def test_refused(small, path, old, new, fault):
    text = (small / path).read_text(encoding="utf-8")
    assert old in text
    put(small, path, text.replace(old, new, 1))
    lines = faults(small)
    assert any(re.search(fault, line) for line in lines), lines


def test_a_route_named_twice(small):
    put(small, "docs/openapi/again.yaml", THINGS.replace("components:", "components: {}\nunused:").partition("unused:")[0])
    assert any(re.search(r"things.yaml:\d+: /v1/things is already declared at docs/openapi/again.yaml:\d+", line) for line in faults(small))
    put(small, "docs/openapi/again.yaml", """
paths:
  /v1/things/{name}:
    get:
      operationId: things_by_name
      summary: 读取 / Read
      tags: [things]
      x-handler: special
      x-roles: any
      parameters: [{name: name, in: path, required: true, schema: {type: string, maxLength: 9}}]
      responses: {'200': {description: 好 / good}}
""")
    assert any("are one route" in line for line in faults(small))


def test_session_words_need_a_session(small):
    text = THINGS.replace("x-sql: things/get\n      x-roles: any", "x-sql: things/get\n      security: []")
    put(small, YAML, text)
    assert faults(small) == ["db/queries/things/get.sql:1: :me: things_get is open to all, there is no session"]


def test_all_faults_at_once(small):
    put(small, "db/queries/things/get.sql", "SELECT :path_id, :one\n")
    put(small, "db/queries/things/patch.sql", "SELECT :two\n")
    put(small, "db/queries/orphan.sql", "SELECT 1\n")
    assert len(faults(small)) == 3


def test_missing_files(tmp_path):
    assert faults(tmp_path) == ["docs/openapi/openapi.yaml does not exist"]


def test_broken_yaml_has_its_line(small):
    put(small, YAML, "paths:\n  /v1: [\n")
    assert any(re.match(f"{YAML}:3: ", line) for line in faults(small))


# ---- the lexer ---------------------------------------------------------------------------------

def lexed(text):
    """The placeholders found, and the SQL without them."""
    pieces = [piece for line in sqllex.trim(sqllex.lex(text, "x.sql")) for piece in line.pieces]
    return [name for _, name in pieces if name], "".join("¤" if name else text for text, name in pieces)


@pytest.mark.parametrize("text, names, kept", [
    ("SELECT a::text", [], "SELECT a::text"),
    ("SELECT :a::text", ["a"], "SELECT ¤::text"),
    ("SELECT f(x := :a, y=>:b)", ["a", "b"], "SELECT f(x := ¤, y=>¤)"),
    ("SELECT ':a'", [], "SELECT ':a'"),
    ("SELECT 'it''s :a', :b", ["b"], "SELECT 'it''s :a', ¤"),
    (r"SELECT E'\':a', :b", ["b"], r"SELECT E'\':a', ¤"),
    (r"SELECT e'\\', :b", ["b"], r"SELECT e'\\', ¤"),
    (r"SELECT '\', :b", ["b"], r"SELECT '\', ¤"),              # no escape in a standard string
    (r"SELECT name'\', :b", ["b"], r"SELECT name'\', ¤"),      # the e belongs to the word
    ('SELECT ":a" "b""c:d", :e', ["e"], 'SELECT ":a" "b""c:d", ¤'),
    ("SELECT $$ :a ' $$, :b", ["b"], "SELECT $$ :a ' $$, ¤"),
    ("SELECT $x$ :a $$ :c $x$, :b", ["b"], "SELECT $x$ :a $$ :c $x$, ¤"),
    ("SELECT a$x$b, :b", ["b"], "SELECT a$x$b, ¤"),             # part of a word, no quote
    ("SELECT 1 -- :a 'x\n, :b", ["b"], "SELECT 1\n, ¤"),
    ("SELECT 1 /* :a /* :c */ ' */, :b", ["b"], "SELECT 1 , ¤"),
    ("SELECT a[1:2], a[x: y]", [], "SELECT a[1:2], a[x: y]"),
    ("SELECT '{\"a\": 1}'::jsonb @> :b", ["b"], "SELECT '{\"a\": 1}'::jsonb @> ¤"),
    ("SELECT '--', :a -- b", ["a"], "SELECT '--', ¤"),
    ("SELECT :a-:b", ["a", "b"], "SELECT ¤-¤"),
    ("SELECT 'a\nb :c', :d", ["d"], "SELECT 'a\nb :c', ¤"),
    ("SELECT 1; -- the end\n", [], "SELECT 1"),
    ("SELECT   1,\t 2", [], "SELECT 1, 2"),
])
def test_lexer(text, names, kept):
    assert lexed(text) == (names, kept + "\n")


@pytest.mark.parametrize("text, fault", [
    ("SELECT 'a", "x.sql:1: quote ' is not closed"),
    ("SELECT 1,\n\"a", 'x.sql:2: quote " is not closed'),
    ("SELECT 1\n, $q$ a $$", "x.sql:2: $q$ is not closed"),
    ("SELECT 1 /* /* */", "x.sql:1: comment is not closed"),
    ("SELECT $1", "x.sql:1: $1: name parameters"),
    ("SELECT 1;\nSELECT 2", "x.sql:2: a file holds one statement"),
    ("SELECT 1\n\\ir _part.sql", "x.sql:2: \\ir _part.sql: an included file includes no other"),
    ("SELECT 1 \\gx", "x.sql:1: \\gx: only"),
    ("SELECT 1\n--? q_a", "x.sql:2: --? q_a: an optional line holds whole"),
    ("SELECT 'a\nb' --? q_a", "x.sql:2: --? q_a: an optional line holds whole"),
    ("SELECT 1 --? q a", "x.sql:1: --? q a: an optional line ends with"),
])
def test_lexer_refuses(text, fault):
    with pytest.raises(sqllex.SqlFault) as caught:
        sqllex.lex(text, "x.sql")
    assert str(caught.value).startswith(fault)


def test_lexer_keeps_line_numbers():
    lines = sqllex.lex("SELECT 'a\nb',\n/* c\n */ :d\n, :e --? !q_e\n", "x.sql")
    assert [(line.number, [name for _, name in line.pieces if name], line.when) for line in lines] == [
        (1, [], None), (3, ["d"], None), (5, ["e"], (True, "q_e"))]


# ---- included parts ----------------------------------------------------------------------------

PART = "db/queries/things/_filter.sql"
FILTER = """   AND state = ANY(:q_state) --? q_state
   AND due = :q_due::date AND :q_due IS NOT NULL --? q_due
   AND due IS NULL --? !q_due
"""


@pytest.fixture
def parted(small):
    """The same contract, its filters in a file of their own."""
    assert FILTER in SQL["things/list"]
    put(small, LIST, SQL["things/list"].replace(FILTER, "\\ir _filter.sql\n"))
    put(small, PART, "-- the filters\n" + FILTER)
    return small


def test_an_included_part_is_as_if_it_stood_there(small):
    whole = generate.build(small)
    put(small, LIST, SQL["things/list"].replace(FILTER, "\t\\ir _filter.sql\r\n"))
    put(small, PART, FILTER)
    assert generate.build(small) == whole


def test_a_part_may_stand_several_times(parted):
    put(parted, LIST, (parted / LIST).read_text().replace("\\ir _filter.sql\n", "\\ir _filter.sql\n\\ir _filter.sql\n"))
    assert generate.build(parted)["contract_tables.c"].count("AND due IS NULL") == 2


@pytest.mark.parametrize("path, old, new, fault", [
    (PART, "!q_due", "!q_dew", f"{PART}:4: --\\? q_dew is not declared by things_list"),
    (PART, ":q_state)", ":q_stat)", f"{PART}:2: :q_stat is not declared by things_list"),
    (PART, "-- the", "'-- the", f"{PART}:1: quote ' is not closed"),
    (PART, "-- the filters", "\\ir _other.sql", f"{PART}:1: .*an included file includes no other"),
    (PART, "!q_due\n", "!q_due\n;", f"{PART}:5: `;` in a part of a statement"),
    (PART, "-- the filters", "AND x = $1", f"{PART}:1: \\$1: name parameters"),
    (LIST, "_filter.sql", "_filters.sql", f"{LIST}:4: _filters.sql does not exist beside it"),
    (LIST, "_filter.sql", "_filters.sql", f"{PART}:1: no statement includes this part"),
    (LIST, "_filter.sql", "filter.sql", f"{LIST}:4: .*only `.ir _name.sql`"),
    (LIST, "_filter.sql", "../things/_filter.sql", f"{LIST}:4: .*only `.ir _name.sql`"),
    (LIST, "_filter.sql", "_filter.sql --? q_due", f"{LIST}:4: .*only `.ir _name.sql`"),
    (LIST, "\\ir _f", "AND \\ir _f", f"{LIST}:4: .*alone on its line"),
    (LIST, "\\ir _f", "\\i _f", f"{LIST}:4: .*only `.ir _name.sql`"),
    (LIST, "LIMIT :limit + 1;", "LIMIT :limit + 1;\n\\ir _filter.sql", f"{LIST}:9: a file holds one statement"),
])
def test_a_part_refused(parted, path, old, new, fault):
    text = (parted / path).read_text(encoding="utf-8")
    assert old in text
    put(parted, path, text.replace(old, new, 1))
    lines = faults(parted)
    assert any(re.match(fault, line) for line in lines), lines


# ---- the lint and the layers -------------------------------------------------------------------

@pytest.mark.parametrize("old, new, fault", [
    ("summary: 特别 / Special", "summary: Special", "summary: Chinese first"),
    ("tags: [things]\n      security", "security", "'tags' is a required property"),
    ("tags: [things]\n      security", "tags: [stuff]\n      security", "tag stuff is not declared"),
    ("title: 名称", "title: 名称, example: 3", "the example 3: 3 is not of type 'string'"),
    ("x-quiet: true", "callbacks: {}", "'callbacks' was unexpected"),
])
def test_lint(small, old, new, fault):
    assert old in THINGS
    put(small, YAML, THINGS.replace(old, new, 1))
    found = lint.Lint(json.loads(generate.build(small)["openapi.json"])).run()
    assert any(fault in line for line in found), found


@pytest.mark.parametrize("path, text, fault", [
    ("api/base/a.c", '#include "engine/engine.h"\n', "api/base/a.c:1: base/ may not include engine/engine.h"),
    ("api/engine/a.c", '\n#include <kore/http.h>\n', "api/engine/a.c:2: kore/http.h belongs to http, main"),
    ("api/rule/a.c", '#include "pg/pg.h"\n', "api/rule/a.c:1: rule/ may not include pg/pg.h"),
    ("api/jobs/a.c", '#include "pg/pg.h"\n', "api/jobs/a.c:1: jobs/ may not include pg/pg.h"),
    ("api/http/a.c", '#include <libpq-fe.h>\n', "libpq-fe.h belongs to jobs, media, pg"),
    ("api/http/a.c", '#include "a.h"\n', 'write the path from api/, as "http/a.h"'),
    ("api/util/a.c", "\n", "api/util/ is no layer"),
    ("api/base/a.c", "\n" * 401, "401 lines, at most 400"),
    ("api/base/a.c", "void\nf(void)\n{\n" + "\tg();\n" * 81 + "}\n", "api/base/a.c:3: a function of 81 lines"),
])
def test_layers(tmp_path, path, text, fault):
    put(tmp_path, "api/base/good.c", '#include <stdio.h>\n#include "base/good.h"\n')
    command = ["/usr/bin/python3", "-B", ROOT / "tests/layers.py", tmp_path]
    assert subprocess.run(command, capture_output=True).returncode == 0
    put(tmp_path, path, text)
    failed = subprocess.run(command, capture_output=True, text=True)
    assert failed.returncode == 1 and fault in failed.stdout


# ---- the real contract -------------------------------------------------------------------------

@pytest.fixture(scope="module")
def real():
    began = time.process_time()
    files = generate.build(ROOT)
    return files, time.process_time() - began


def test_real_contract_is_built_quickly(real):
    assert real[1] < 2.0


def test_real_document_is_valid(real):
    assert lint.Lint(json.loads(real[0]["openapi.json"])).run() == []


def test_real_patterns_compile(real, tmp_path):
    """Every pattern is POSIX: the same regcomp() as at run time."""
    out = compile_and_run(tmp_path, real[0], r"""
#include <regex.h>
int
main(void)
{
	regex_t compiled;
	int count = 0;

	for (; contract_patterns[count] != NULL; count++)
		if (regcomp(&compiled, contract_patterns[count], REG_EXTENDED | REG_NOSUB) != 0)
			printf("%s\n", contract_patterns[count]);
	printf("%s", count > 0 ? "" : "no pattern at all\n");
	return 0;
}
""")
    assert out == ""


# ---- the guide's example -----------------------------------------------------------------------

def guide_files():
    """{path: text} of the fenced blocks whose first line is a comment with a path."""
    text = (ROOT / "docs/guides/contributing.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```[a-z]+\n((?:#|--) (\S+/\S+)\n.*?)^```$", text, re.S | re.M)
    return {path: body for body, path in blocks}


def test_the_guides_endpoint_is_a_path_a_statement_and_a_test(tmp_path):
    """The example of the guide, put into a copy of the contract, becomes a route with no C written."""
    files = guide_files()
    assert sorted(path.split("/")[0] for path in files) == ["db", "docs", "tests"]
    for folder in ("docs/openapi", "db/queries"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    before = json.loads(generate.build(tmp_path)["openapi.json"])
    for path, text in files.items():
        assert not (ROOT / path).exists()
        put(tmp_path, path, text)
    built = generate.build(tmp_path)
    after = json.loads(built["openapi.json"])
    assert set(after["paths"]) - set(before["paths"]) == {"/v1/institutions/{id}/open-findings"}
    assert lint.Lint(after).run() == []
    compile(files["tests/api/test_open_findings.py"], "test_open_findings.py", "exec")
    out = compile_and_run(tmp_path, built, r"""
int
main(void)
{
	for (size_t i = 0; i < contract_nops; i++)
		if (strcmp(contract_ops[i]->id, "institutions_open_findings") == 0)
			printf("%s %s %zu %s\n", contract_ops[i]->route->path, contract_ops[i]->query[0].name, contract_ops[i]->nbinds,
			    contract_ops[i]->handler == NULL ? "no C" : "C");
	return 0;
}
""")
    assert out == "/v1/institutions/{id}/open-findings severity 2 no C\n"
    (tmp_path / "db/queries/institutions/open_findings.sql").unlink()
    assert any("open_findings.sql does not exist" in line for line in faults(tmp_path))
