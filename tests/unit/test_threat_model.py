"""What the papers about the protection of reporters claim is shown by tests that exist."""
import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
NAMED = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")


@pytest.mark.parametrize("paper, least", [("docs/threat-model.md", 45), ("docs/guides/report-statistics.md", 5)])
def test_every_test_that_is_named_exists(paper, least):
    named = NAMED.findall((ROOT / paper).read_text(encoding="utf-8"))
    assert len(named) >= least
    missing = [f"{path}::{name}" for path, name in named
               if not (ROOT / path).is_file() or name and not re.search(rf"^def {name}\(", (ROOT / path).read_text(encoding="utf-8"), re.M)]
    assert missing == []


def test_each_attacker_has_tests_and_what_is_not_protected():
    text = (ROOT / "docs/threat-model.md").read_text(encoding="utf-8")
    chapters = re.split(r"^## ", text, flags=re.M)
    attackers = [one for one in chapters if re.match("[一二三四五六]、", one)]
    assert len(attackers) == 6
    for one in attackers:
        assert NAMED.search(one) and "**保护不了：**" in one and "*Not protected: " in one, one[:40]


def test_links_lead_somewhere():
    for paper in ("docs/threat-model.md", "docs/guides/report-statistics.md", "docs/guides/custodian.md", "docs/guides/reports.md"):
        for link in re.findall(r"\]\(([^)#:]+)\)", (ROOT / paper).read_text(encoding="utf-8")):
            assert (ROOT / paper).parent.joinpath(link).exists(), (paper, link)
