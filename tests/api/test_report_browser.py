"""The page /report in Chromium without JavaScript, as a person uses it: on a small telephone and on a desk, in Chinese and in English.
Pictures of every page are left in build/test/report/."""
import os
import pathlib
import re

import pytest

from harness import samples, traces
from harness.browser import Browser
from harness.server import ROOT, Server

PICTURES = ROOT / "build/test/report"
TAB, BLANK, RETURN, DOWN = "\ue004", " ", "\ue007", "\ue015"
LEAST = 44      # CSS pixels a finger needs


@pytest.fixture(scope="module")
def home():
    """A server with one district and its custodian, and the code of a sign."""
    server = Server(demo=True).start()
    try:
        with server.connect("postgres") as db:
            public, _ = traces.key_pair()
            db.execute("INSERT INTO hz.custodian_key (district, public_key) VALUES ('500103', %s)", (public.hex(),))
            server.code, server.institution = db.execute("SELECT code, name FROM hz.institution ORDER BY id LIMIT 1").fetchone()
            server.db = db
            yield server
    finally:
        server.close()


@pytest.fixture
def browse():
    """browse(language, width, height) -> Browser"""
    open_ones = []

    def start(language="zh", width=1280, height=800, **options):
        one = Browser("zh-CN" if language == "zh" else "en-GB", **options)
        open_ones.append(one)
        one.size(width, height)
        return one

    yield start
    for one in open_ones:
        one.close()
        one.forget()


def judge(browser):
    """Nothing stands out at the side, and all that is to be touched is large enough."""
    inside, whole = browser.width()
    assert whole <= inside, f"{browser.title}: {whole} wide in {inside}"
    for selector in ("button", "a.go", "header a", "label.pick", "select", "textarea", "input:not([type=hidden]):not([type=radio]):not([type=checkbox]):not([hidden])",
                     "summary"):
        for element in browser.find(selector):
            box = browser.box(element)
            assert box["height"] == 0 or box["height"] >= LEAST and box["width"] >= LEAST, (browser.title, selector, box)


def mine(browser, home):
    """The requests the pages have sent, after a look that none went elsewhere (what begins with chrome:// and data: never leaves the browser)."""
    sent = [(method, address) for method, address in browser.requests if not address.startswith(("chrome:", "data:"))]
    assert {address[:len(home.base_url) + 1] for _, address in sent} == {home.base_url + "/"}, sent
    return [(method, address[len(home.base_url):]) for method, address in sent]


@pytest.mark.parametrize("width, height", [(320, 568), (1280, 800)])
@pytest.mark.parametrize("language", ["zh", "en"] if os.environ.get("HZ_SANITIZE") != "1" else ["zh"])     # the sanitizers look at the same code
def test_all_the_way(home, browse, tmp_path, language, width, height):
    browser, pages = browse(language, width, height), []
    said = {name: f"{text} {traces.word()}" for name, text in (("report", "三楼疏散通道堆满轮椅"), ("message", "今天还是堵着"), ("note", "已经清走了"))}
    name, photo = f"王{traces.word()}", tmp_path / f"IMG_{traces.word()}.jpg"
    photo.write_bytes(samples.picture(tmp_path, "jpg"))

    def seen(what):
        pages.append(what)
        judge(browser)
        browser.shoot(PICTURES / f"{language}-{width}-{len(pages)}-{what}.png")

    browser.open(home.base_url + "/report")
    assert browser.value_of("html", "lang") == {"zh": "zh-CN", "en": "en"}[language]
    assert not browser.shown(".who")
    seen("form")
    browser.click("label[for=mode-2]")
    assert browser.shown(".who")
    seen("confidential")
    browser.click("summary")
    browser.type("#at-code", home.code.lower())
    seen("code")
    browser.follow("form[method=get] button")
    assert home.institution in browser.text("main")
    browser.click("label[for=mode-2]")
    browser.type("#at-identity-phone", "13800004711")
    browser.type("#at-description", said["report"])
    browser.follow("form[method=post] button")                       # a telephone number without a name
    assert browser.shown(".wrong") and browser.value_of("#at-description", "value") == said["report"]
    seen("refused")
    browser.type("#at-identity-name", name)
    browser.follow("form[method=post] button")
    receipt = browser.text(".receipt")
    assert re.fullmatch(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){4}", "".join(receipt.split()))
    receipt = "".join(receipt.split())
    seen("receipt")
    browser.devtools("Emulation.setEmulatedMedia", media="print")
    assert browser.shown(".receipt") and not browser.shown("header") and not browser.shown("a.go")
    browser.shoot(PICTURES / f"{language}-{width}-{len(pages)}-receipt-on-paper.png")
    browser.devtools("Emulation.setEmulatedMedia", media="")
    browser.follow("main a.go")
    seen("enter")
    browser.type("#at-receipt", ("8" if receipt[0] == "7" else "7") + receipt[1:])
    browser.follow("form[method=post] button")
    assert browser.shown(".wrong")
    seen("slip")
    browser.type("#at-receipt", receipt.lower())
    browser.follow("form[method=post] button")
    seen("status")
    browser.type("#at-text", said["message"])
    browser.follow("form[action*=messages] button")
    assert said["message"] in browser.text(".talk") and browser.shown("[role=status]")
    browser.choose("#at-file", photo)
    browser.follow("form[action*=attachments] button")
    assert photo.name not in browser.source
    seen("photograph")
    browser.click("summary")
    browser.type("#at-note", said["note"])
    browser.click("label[for=at-sure]")
    seen("withdraw")
    browser.follow("form[action*=withdrawals] button")
    assert not browser.find("textarea")
    seen("withdrawn")

    cookies, storage = browser.cookies(), browser.devtools("Storage.getUsageAndQuota", origin=home.base_url)
    browser.close()
    assert cookies == [] and storage["usage"] == 0, (cookies, storage)
    paths = mine(browser, home)
    assert [path for path in paths if path[0] == "POST"] == [("POST", f"/report{path}?lang={language}" + code) for path, code in (
        ("", f"&code={home.code.lower()}"), ("", f"&code={home.code.lower()}"), ("/status", ""), ("/status", ""), ("/messages", ""), ("/attachments", ""), ("/withdrawals", ""))]
    assert not [path for _, path in paths if receipt in path]
    left_nothing(browser, home, [receipt, receipt.replace("-", ""), receipt.lower(), name, "13800004711", *said.values()])
    row = home.db.execute("SELECT state, mode, institution_id IS NOT NULL FROM hz.report WHERE description = %s", (said["report"],)).fetchone()
    assert row == ("withdrawn", "confidential", True)


def left_nothing(browser, home, words):
    """In all the files the browser has of it: no word that was typed or shown, no page in a cache, no storage of this origin. That it was here
    stands in its history, as the page says."""
    kept = browser.kept()
    assert any(home.base_url.encode() in octets for name, octets in kept.items() if name.endswith("History"))        # the search finds what there is
    for name, octets in kept.items():
        assert traces.look(octets, words) == [], name
        if "/Cache" in name or "/Code Cache" in name or "/Local Storage" in name or "/Session Storage" in name or "/IndexedDB" in name or "/Service Worker" in name:
            assert home.base_url.encode() not in octets and b"/report" not in octets, name


def test_what_a_browser_would_write_down_is_seen_by_the_search(home, browse):
    """Chromium keeps posted forms for the day it is opened again: without the field `unkept` all of it is on disk."""
    browser, word = browse(), traces.word()
    browser.open(home.base_url + "/report/status")
    address = browser.profile.parent / f"{browser.profile.name}.html"
    address.write_text(f'<!DOCTYPE html><form method="post" action="{home.base_url}/report/status"><input name="receipt" value="{word}"><button>x</button></form>')
    try:
        browser.open(f"file://{address}")
        browser.follow("button")
    finally:
        address.unlink()
    browser.close()
    assert any(traces.look(octets, [word]) for name, octets in browser.kept().items() if "/Sessions/" in name)


def test_script_is_off_in_these_tests(browse, tmp_path):
    page = tmp_path / "page.html"
    page.write_text("<!DOCTYPE html><title>still</title><script>document.title = 'it ran'</script>")
    for script, title in ((False, "still"), (True, "it ran")):
        browser = browse(script=script)
        browser.open(f"file://{page}")
        assert browser.title == title


def test_by_keys_alone(home, browse):
    """From the top of the page to the receipt by Tab, arrows, blank and Return."""
    browser, word = browse("en"), traces.word()
    browser.open(home.base_url + "/report?lang=en")
    order = []
    for _ in range(40):
        browser.press(TAB)
        at = browser.focused
        order.append(at)
        if at == "mode-1":
            browser.press(DOWN)
        elif at == "at-identity-name":
            browser.press("Nobody")
        elif at == "subject_kind-1":
            browser.press(DOWN)
        elif at == "at-description":
            browser.press(f"locked {word}")
        elif at == "at-persons":
            browser.press(TAB)      # the button
            browser.press(RETURN)
            break
    wanted = ["mode-1", "at-identity-name", "at-identity-phone", "audience-1", "subject_kind-1", "at-institution_name", "at-category", "at-description",
              "at-occurred_on", "at-occurred_time", "at-persons"]
    assert [one for one in dict.fromkeys(order) if one in wanted] == wanted, order
    assert browser.text(".receipt")
    assert home.db.execute("SELECT mode, subject_kind FROM hz.report WHERE description = %s", (f"locked {word}",)).fetchone() == ("confidential", "violation")


def test_dark(home, browse):
    browser = browse("zh", 360, 640)
    browser.devtools("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark"}])
    browser.open(home.base_url + "/report")
    browser.shoot(PICTURES / "zh-360-dark.png")
    picture = pathlib.Path(PICTURES / "zh-360-dark.png")
    assert float(samples.run("vips", "avg", picture)) < 100


def test_the_style_is_admitted_and_nothing_else_would_be(home, browse):
    """The policy lets the page's own style through; a script in it would not run even where script is on."""
    browser = browse(script=True)
    browser.open(home.base_url + "/report")
    assert browser._send("POST", "/execute/sync", {"script": "return getComputedStyle(document.querySelector('.leave')).borderRadius", "args": []}) != "0px"
    ran = browser._send("POST", "/execute/sync", {"args": [], "script": """
        const s = document.createElement('script'); s.textContent = 'window.ran = true'; document.body.append(s);
        const i = document.createElement('style'); i.textContent = 'body { display: none }'; document.body.append(i);
        return [window.ran === true, getComputedStyle(document.body).display]"""})
    assert ran == [False, "block"]
