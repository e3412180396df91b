"""The generator's keys of files: bodies that go to the store, what admits them, and answers that C makes from a row."""
import json

import pytest

from test_generator import MAIN, PROBLEMS, compile_and_run, faults, generate, put, statuses

FILES = """
paths:
  /v1/files:
    post:
      operationId: files_create
      summary: 上传 / Upload
      tags: [things]
      x-roles: [inspector]
      x-body: file
      x-admit: files/admit
      x-sql: files/create
      x-prepare: files
      parameters:
        - {name: filename, in: query, schema: {type: string, maxLength: 200}}
        - {name: kind, in: query, schema: {type: string, enum: [a, b]}}
      requestBody:
        required: true
        content:
          application/octet-stream: {schema: {type: string, format: binary}}
          image/jpeg: {schema: {type: string, format: binary}}
      responses:
        '201': {description: 好 / good, content: {application/json: {schema: {$ref: '#/components/schemas/File'}}}}
  /v1/files/{id}:
    parameters: [{$ref: '#/components/parameters/id'}]
    get:
      operationId: files_get
      summary: 下载 / Download
      tags: [things]
      x-roles: any
      x-sql: files/get
      x-handler: file
      responses:
        '200': {description: 好 / good, content: {image/jpeg: {schema: {type: string, format: binary}}}}
    post:
      operationId: files_again
      summary: 再做 / Again
      tags: [things]
      x-roles: any
      x-sql: files/again
      x-idempotent: false
      responses:
        '200': {description: 好 / good, content: {application/json: {schema: {$ref: '#/components/schemas/File'}}}}
components:
  schemas:
    File: {type: object, properties: {id: {type: string, format: uuid}}}
"""
SQL = {"auth": "SELECT $1::bytea, $2::text[]\n", "nobody": "SELECT 1\n", "export": "SELECT $1::boolean, $2::text, $3::text, $4::text\n",
       "files/admit": "SELECT 5 AS max_bytes WHERE :q_kind = 'a' AND :x_length = '1' AND owner = :me\n",
       "files/create": "SELECT * FROM api.file(:x_sha256, :x_size, :x_length)\n",
       "files/get": "SELECT sha256 FROM f WHERE id = :path_id\n", "files/again": "SELECT 200 AS status WHERE :path_id IS NULL\n"}
YAML = "docs/openapi/files.yaml"


@pytest.fixture
def small(tmp_path):
    put(tmp_path, "docs/openapi/openapi.yaml", MAIN)
    put(tmp_path, YAML, FILES)
    put(tmp_path, "docs/openapi/problems.yaml", PROBLEMS)
    for name, text in SQL.items():
        put(tmp_path, f"db/queries/{name}.sql", text)
    return tmp_path


def test_tables(small):
    out = compile_and_run(small, generate.build(small), r"""
int
main(void)
{
	for (size_t i = 0; i < contract_nops; i++) {
		const struct contract_op *op = contract_ops[i];

		printf("%s kind %d lane %d file %d key %d admit %s prepare %d handler %d:", op->id, op->kind, op->lane, op->file_body,
		    op->idempotent, op->admit == NULL ? "-" : op->admit->id, op->prepare != NULL, op->handler != NULL);
		for (size_t t = 0; t < op->nsql; t++) {
			const struct contract_bind *b = op->sql[t].bind < 0 ? NULL : &op->binds[op->sql[t].bind];

			printf(" %s", b == NULL ? "." : b->source == CONTRACT_FROM_HANDLER ? op->values[b->index] : "?");
			if (b != NULL)
				printf("%.*s", (int)strcspn(op->sql[t + 1].text, ",)\n "), op->sql[t + 1].text);
		}
		printf("\n");
	}
	return 0;
}
""")
    assert out.splitlines() == [
        "files_create kind 0 lane 1 file 1 key 1 admit files_create_admit prepare 1 handler 0: x_sha256::text x_size::bigint x_length::text .",
        "files_create_admit kind 2 lane 0 file 0 key 0 admit - prepare 0 handler 0: ?::text x_length::text .",
        "files_get kind 2 lane 0 file 0 key 0 admit - prepare 0 handler 1: ?::uuid .",
        "files_again kind 0 lane 1 file 0 key 0 admit - prepare 0 handler 0: ?::uuid ."]


def test_published(small):
    paths = json.loads(generate.build(small)["openapi.json"])["paths"]
    create, again = paths["/v1/files"]["post"], paths["/v1/files/{id}"]["post"]
    assert {"413", "415", "422"} <= set(statuses(create))
    assert list(create["requestBody"]["content"]) == ["application/octet-stream", "image/jpeg"]
    assert {"$ref": "#/components/parameters/IdempotencyKey"} in create["parameters"]
    assert "parameters" not in again and "Idempotent-Replayed" not in again["responses"]["200"]["headers"]
    assert "ETag" not in paths["/v1/files/{id}"]["get"]["responses"]["200"].get("headers", {})


PAGE = """
paths:
  /page:
    post:
      operationId: page_send
      summary: 提交 / Send
      tags: [things]
      security: []
      x-body: file
      x-admit: page/admit
      x-sql: page/send
      x-handler: page
      x-refusal: page
      x-refusal-sql: page/again
      x-shy: true
      parameters:
        - {name: lang, in: query, schema: {type: string, enum: [zh, en]}}
      requestBody:
        required: true
        content:
          multipart/form-data:
            schema:
              type: object
              required: [receipt, file]
              properties:
                receipt: {type: string, format: receipt, x-transform: hash}
                file: {type: string, format: binary}
      responses:
        '201': {description: 好 / good, content: {text/html: {schema: {type: string}}}}
        default: {description: 网页 / a page, content: {text/html: {schema: {type: string}}}}
"""


def test_a_page(small):
    """Fields of a form are parameters of their own kind; refusals are pages with a statement of their own; nobody is told where."""
    put(small, "docs/openapi/page.yaml", PAGE)
    put(small, "db/queries/page/admit.sql", "SELECT 5 AS max_bytes WHERE :q_receipt IS NULL\n")
    put(small, "db/queries/page/send.sql", "SELECT :q_receipt AS page, :x_sha256\n")
    put(small, "db/queries/page/again.sql", "SELECT 1 AS page\n")
    files = generate.build(small)
    assert "contract_handler refuse_page;" in files["handlers.h"]
    out = compile_and_run(small, files, r"""
int
main(void)
{
	for (size_t i = 0; i < contract_nops; i++) {
		const struct contract_op *op = contract_ops[i];

		if (op->shy)
			printf("%s refusal %d refused %s\n", op->id, op->refusal != NULL, op->refused == NULL ? "-" : op->refused->id);
		for (size_t q = 0; op->shy && op->refusal != NULL && q < op->nquery; q++)
			printf("%s %d %d %d\n", op->query[q].name, op->query[q].form_only, op->query[q].required,
			    op->query[q].schema->transform == CONTRACT_HASH);
	}
	return 0;
}
""")
    assert out.splitlines() == ["page_send refusal 1 refused page_send_refused", "lang 0 0 0", "receipt 1 1 1", "page_send_admit refusal 0 refused -",
                                "page_send_refused refusal 0 refused -"]
    send = json.loads(files["openapi.json"])["paths"]["/page"]["post"]
    assert [p["name"] for p in send["parameters"]] == ["lang"] and "headers" not in send["responses"]["201"]
    assert all(list(response["content"]) == ["text/html"] for response in send["responses"].values())


@pytest.mark.parametrize("path, old, new, fault", [
    (YAML, "      x-body: file\n", "", "requestBody.content: exactly one media type"),
    (YAML, "x-body: file", "x-body: memory", "x-body: memory: one of"),
    (YAML, "x-admit: files/admit", "x-admit: files/none", "db/queries/files/none.sql does not exist"),
    (YAML, "      x-prepare: files\n", "", ":x_length is not declared by files_create"),
    (YAML, "x-idempotent: false", "x-idempotent: sometimes", "x-idempotent: sometimes: one of"),
    (YAML, "x-handler: file", "x-handler: file\n      x-kind: list", "a list is answered from its statement alone"),
    ("db/queries/files/admit.sql", ":q_kind", "'a'", "no line of db/queries/files/create.sql uses :q_kind"),
    ("db/queries/files/get.sql", ":path_id", ":x_size", ":x_size is not declared by files_get"),
])
def test_refused(small, path, old, new, fault):
    text = (small / path).read_text()
    assert old in text
    put(small, path, text.replace(old, new, 1))
    assert any(fault in line for line in faults(small))
