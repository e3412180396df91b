"""The published document by the rules of redocly and spectral; and that these rules find what they are for."""
import json
import shutil
import subprocess

import pytest

from harness.server import ROOT

TOOLS = ROOT / "tests/contract"


def drop(node, *path):
    for step in path[:-1]:
        node = node[step]
    del node[path[-1]]


needs_node = pytest.mark.skipif(not shutil.which("node"), reason="node is not installed: conf/dev/deps.sh test installs it")


@needs_node
def test_the_document_is_clean():
    done = subprocess.run([TOOLS / "lint.sh"], capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]


FAULTS = {
    "operation-operationId": lambda d: drop(d, "paths", "/v1/me", "get", "operationId"),
    "no-unused-components": lambda d: d["components"]["schemas"].update(Nobody={"type": "string"}),
    "operation-4xx-response": lambda d: d["paths"]["/v1/me"]["get"].update(responses={"200": {"description": "a"}}),
    "owasp:api2:2023-read-restricted": lambda d: d["paths"]["/v1/me"]["get"].update(security=[]),
    "owasp:api8:2023-define-error-responses-401": lambda d: drop(d, "paths", "/v1/findings", "get", "responses", "401"),
    "owasp:api4:2023-integer-format": lambda d: drop(d, "components", "schemas", "Finding", "properties", "version", "format"),
}


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """What both say of a document with all the faults at once."""
    document = json.loads((ROOT / "build/gen/openapi.json").read_text(encoding="utf-8"))
    for fault in FAULTS.values():
        fault(document)
    path = tmp_path_factory.mktemp("document") / "openapi.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    said = ""
    for command in (["redocly", "lint", path, "--config", "redocly.yaml", "--max-problems=1000"], ["spectral", "lint", path, "--ruleset", "spectral.yaml"]):
        done = subprocess.run([TOOLS / "node_modules/.bin" / command[0], *command[1:]], cwd=TOOLS, capture_output=True, text=True, timeout=120)
        assert done.returncode != 0
        said += done.stdout + done.stderr
    return said


@needs_node
@pytest.mark.parametrize("rule", FAULTS)
def test_rule_finds(found, rule):
    assert rule in found
