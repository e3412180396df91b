"""The guide for integrators is run as it is printed: every bash block, in order, against a server with the demo district."""
import os
import pathlib
import re
import shutil
import subprocess


from harness.client import Client

ROOT = pathlib.Path(__file__).resolve().parents[2]
GUIDE = ROOT / "docs/guides/integration.md"


def blocks():
    """The bash blocks of the guide; one whose fence says `no-run` is only shown."""
    return re.findall(r"^```bash\n(.*?)^```", GUIDE.read_text(), re.M | re.S)


def test_guide_is_there():
    assert len(blocks()) >= 5
    assert "curl" in "".join(blocks())


def test_guide_runs_as_printed(another_server, tmp_path):
    assert shutil.which("curl")
    server = another_server(demo=True)
    script = "set -eu -o pipefail\n" + "\n".join(f"echo '--- block {n}'\n{block}" for n, block in enumerate(blocks(), 1))
    env = {**os.environ, "BASE": server.base_url, "PORT": str(server.port), "RUN_DIR": str(server.folder)}
    done = subprocess.run(["bash", "-c", script], cwd=ROOT, env=env, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    with server.connect() as db:
        # the job of the guide: a failed round, a second one, closed
        rows = db.execute("SELECT f.id, f.state, f.round, count(a.*) FROM hz.finding f JOIN hz.finding_act a ON a.finding_id = f.id "
                          "WHERE f.created_at > now() - interval '10 minutes' AND f.round = 2 GROUP BY f.id").fetchall()
        key = db.execute("SELECT key FROM api.issue_key('auditor', '{500103}')").fetchone()[0]
    closed = [row for row in rows if row[1] == "closed" and row[2] == 2]
    assert closed, rows
    told = [e["to_state"] for e in Client(server.base_url, key).pages(f"/v1/findings/{closed[0][0]}/history") if e["from_state"] != e["to_state"]]
    assert told == ["confirmed", "ordered", "rectifying", "reinspection_requested", "ordered", "rectifying", "reinspection_requested", "closed"]
    assert not re.search(r"HTTP/1.1 5\d\d", done.stdout)
