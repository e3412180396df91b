"""The integrators' guide is run as printed: every bash block, in order, in one shell."""
import json
import os
import re
import shutil
import subprocess

import pytest

from harness.server import ROOT


def blocks(name):
    return re.findall(r"^```bash\n(.*?)^```$", (ROOT / "docs/guides" / name).read_text(), re.S | re.M)


@pytest.fixture(scope="module")
def output(server):
    assert shutil.which("jq"), "the guide needs jq"
    done = subprocess.run(
        ["bash", "-c", "".join(blocks("integration.md"))], cwd=ROOT, capture_output=True, text=True, timeout=120,
        env={**os.environ, "BASE": server.base_url, "RUN_DIR": str(server.folder), "MAKEFLAGS": ""})
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def objects(output):
    """What the guide prints as JSON on a line of its own."""
    return [json.loads(line) for line in output.splitlines() if line.startswith("{") and line.endswith("}")]


def test_every_state_on_the_way_is_as_the_guide_says(output):
    states = [o["state"] for o in objects(output) if "state" in o and "status" not in o]
    assert states == [
        "in_progress", "closed",                                     # the visit begins; one mended on the spot
        "awaiting_signature", "awaiting_signature", "recorded",      # submitted, signed by one side, by both
        "served", "granted",                                         # with a later day for one of the two
        "rectifying", "reinspection_requested", "rectifying", "reinspection_requested",
        "closed", "ordered", "ordered",                              # one passed, one failed: ordered again
        "rectifying", "reinspection_requested", "closed",            # the second round
        "rectifying", "closed", "dismissed",                         # found and mended by the institution; a lead that was none
        "ordered", "ordered", "ordered", "ordered", "ordered",       # a major one: ordered, and beside the state; its plan
        "rectifying", "reinspection_requested", "awaiting_closure", "closed",
        "ordered", "ordered", "ordered",                             # handed over and back; a talk, a suspension
        "rectifying", "reinspection_requested", "closed", "closed",  # resumed after it has passed
        "investigated", "notified", "decided", "served", "paid", "closed",
        "closed"]                                                    # a self-correction looked at


def test_refusals_are_those_the_guide_announces(output):
    refusals = [(o["status"], o["code"]) for o in objects(output) if "status" in o]
    assert refusals == [(412, "precondition_failed"), (409, "invalid_state"), (422, "plan_required"),
                        (409, "suspended_by_measure"), (422, "reinspection_needed")]
    assert '"code": "not_in_enum"' in output and '"code": "required"' in output


def test_the_listing_is_lifted_with_the_closing(output):
    assert re.search(r"  list  老人每天在内活动\n.*  lift  隐患已了结，随之解除挂牌\n", output)


def test_the_repeated_post_made_one_institution(output):
    answers = output[:output.index('"longitude"')].lower()
    locations = re.findall(r"location: (\S+)", answers)
    assert len(locations) == 2 and len(set(locations)) == 1
    assert answers.count("idempotent-replayed: true") == 1


def test_the_failed_round_stands_in_the_history(output):
    assert re.search(r"reinspections  reinspection_requested → ordered\n(?s:.*)reinspections  reinspection_requested → closed", output)
