"""The law of checklists and measures: a clause marked as read stands in the table of db/data/README.md, which says in which edition it was read."""
import re

from harness.server import ROOT

DATA = ROOT / "db/data"
DIGITS = "零一二三四五六七八九"
BASIS = re.compile(r"'([^']*《[^']*)', (true|false)\)")


def number(text):
    """一百零二 → 102."""
    value = digit = 0
    for sign in text:
        if sign in "十百":
            value, digit = value + (digit or 1) * (10 if sign == "十" else 100), 0
        else:
            digit = DIGITS.index(sign)
    return value + digit


def articles_of(text):
    """Articles a citation names: 《甲法》第一条、《乙法》第二条第三款 → {(甲法, 1), (乙法, 2)}."""
    return {(law, number(article)) for law, rest in re.findall(r"《([^》]+)》([^《]*)", text) for article in re.findall(r"第([一二三四五六七八九十百零]+)条", rest)}


def read():
    """{(law, article)} of the table in README.md; 五十三至五十七 is five of them."""
    found = set()
    for law, articles in re.findall(r"^\| ([^|（ ]+)[^|]*\| [^|]+\| 第([^|]+?)条", (DATA / "README.md").read_text(encoding="utf-8"), flags=re.M):
        for part in re.sub(r"（[^）]*）", "", articles).split("、"):
            first, _, last = part.partition("至")
            found |= {(law, n) for n in range(number(first), number(last or first) + 1)}
    return found


def citations():
    """(file, basis, marked as read) of every item that cites something."""
    return [(path.name, basis, mark == "true") for path in sorted([*DATA.glob("3*_checklist*.sql"), DATA / "14_measures.sql"]) for basis, mark in BASIS.findall(path.read_text(encoding="utf-8"))]


def test_numbers():
    assert [number(text) for text in ("七", "十", "十六", "二十", "五十七", "一百零二")] == [7, 10, 16, 20, 57, 102]
    assert articles_of("《国旗法》第十九条第一款、《国徽法》第十三条、第十四条") == {("国旗法", 19), ("国徽法", 13), ("国徽法", 14)}


def test_what_is_marked_as_read_was_read():
    known = read()
    assert ("消防法", 28) in known and ("食品安全法", 55) in known and ("养老机构管理办法", 31) not in known
    marked = [(name, basis) for name, basis, mark in citations() if mark]
    assert len(marked) > 150
    unknown = [f"{name}: {basis}" for name, basis in marked if not articles_of(basis) or articles_of(basis) - known]
    assert not unknown, "not in the table of db/data/README.md:\n  " + "\n  ".join(unknown)
