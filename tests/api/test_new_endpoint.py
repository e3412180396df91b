"""A new endpoint costs one contract path, one SQL file and one test: the guide's example, in a copy of the whole tree, with a server of its own."""
import os
import re
import shutil
import subprocess

import pytest

from harness.server import ROOT

COPIED = ("Makefile", "api", "conf", "db", "tests", "build", "docs/openapi", "docs/guides")


def run(folder, *command):
    environment = {key: value for key, value in os.environ.items() if key not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "B")}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
    return done.stdout


@pytest.fixture
def copy(tmp_path):
    """The tree with what is built already, so that only the new tables are compiled."""
    skipped = {"build": shutil.ignore_patterns("test", "tests", "fuzz", "contract", "__pycache__"),
               "tests": shutil.ignore_patterns("node_modules")}
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, tmp_path / name, ignore=skipped.get(name))
        else:
            shutil.copy2(source, tmp_path / name)
    (tmp_path / "docs/ui").symlink_to(ROOT / "docs/ui")
    return tmp_path


@pytest.mark.skipif(bool(os.environ.get("HZ_SANITIZE")), reason="builds a tree of its own, without sanitizers")
def test_the_guides_endpoint_answers(copy):
    guide = (copy / "docs/guides/contributing.md").read_text(encoding="utf-8")
    files = {path: text for text, path in re.findall(r"^```[a-z]+\n((?:#|--) (\S+/\S+)\n.*?)^```$", guide, re.S | re.M)}
    assert sorted(path.split("/")[0] for path in files) == ["db", "docs", "tests"]
    for path, text in files.items():
        (copy / path).write_text(text, encoding="utf-8")
    run(copy, "make", "-s", "-j2", "all")
    test, = (path for path in files if path.startswith("tests/"))
    assert "1 passed" in run(copy, "/usr/bin/python3", "-B", "-m", "pytest", "-q", test)
