"""Someone else's program: types and client made from the document, compiled strictly, and the main job done with them."""
import os
import shutil
import subprocess

import pytest

from harness.server import ROOT

SOURCE, TOOLS = ROOT / "tests/contract", ROOT / "tests/contract/node_modules"
DISTRICT = "500103"


def run(folder, *command, **env):
    done = subprocess.run(command, cwd=folder, env={**os.environ, **env}, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
    return done.stdout


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    """The folder of the compiled program."""
    if not shutil.which("node"):
        pytest.skip("node is not installed: conf/dev/deps.sh test installs it")
    assert TOOLS.is_dir(), "conf/dev/deps.sh test fetches the tools"
    folder = tmp_path_factory.mktemp("typescript")
    for name in ("package.json", "tsconfig.json", "main_job.ts"):
        shutil.copy2(SOURCE / name, folder)
    (folder / "node_modules").symlink_to(TOOLS)
    run(folder, "node_modules/.bin/openapi-typescript", ROOT / "build/gen/openapi.json", "-o", "schema.ts")
    return folder


def test_a_strict_client_does_the_main_job(program, server, issue_key, db):
    run(program, "node_modules/.bin/tsc", "-p", ".")
    street = db.execute("SELECT min(code) FROM hz.region WHERE parent = %s", (DISTRICT,)).fetchone()[0]
    key, _ = issue_key("admin", DISTRICT, name="类型化客户端")
    told = run(program, "node", "main_job.js", BASE=server.base_url, KEY=key, DISTRICT=DISTRICT, STREET=street)
    assert told.splitlines()[-2:] == ["finding: closed", "last event: closed"]
    assert "round: 2" in told and "too early: invalid_state" in told


def test_the_document_is_held_against_the_program(program):
    """A member the document does not have is refused by the compiler, so the types are not `any`."""
    text = (program / "main_job.ts").read_text(encoding="utf-8")
    assert "served.state" in text
    (program / "main_job.ts").write_text(text.replace("served.state", "served.stade"), encoding="utf-8")
    done = subprocess.run(["node_modules/.bin/tsc", "-p", ".", "--noEmit"], cwd=program, capture_output=True, text=True, timeout=240)
    (program / "main_job.ts").write_text(text, encoding="utf-8")
    assert done.returncode != 0 and "stade" in done.stdout
