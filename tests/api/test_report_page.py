"""The page /report by its requests: what is filed, what is refused and how, in both languages; and that nothing typed ever becomes markup."""
import base64
import hashlib
import json
import re
import urllib.parse

import pytest
import requests

from harness import samples, traces
from harness.client import Client
from harness.media import until
from harness.page import Page
from harness.reporter import Reporter
from office import day

HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>&lt;</textarea></title></style><!-- ]]> %s%n{{7*7}} \u202e\x01\x7f\ud55c 隐患"
HEADERS = {"Referrer-Policy": "no-referrer", "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
           "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Content-Type": "text/html; charset=utf-8"}


class Visitor:
    """A browser without script: opens pages, fills in their forms, sends them."""

    def __init__(self, base_url, language="zh"):
        self.client, self.language = Client(base_url), language
        self.base_url, self.page, self.answer = base_url, None, None

    def take(self, answer, status):
        assert answer.status == status, f"{answer!r}"
        for name, value in HEADERS.items():
            assert answer.headers[name] == value, (name, answer.headers)
        assert not {"Set-Cookie", "ETag", "Location", "Access-Control-Allow-Origin"} & set(answer.headers)
        assert len(answer.body) % 4096 == 0 and (len(answer.body.rstrip()) < 20480 or status >= 400), len(answer.body)
        self.answer, self.page = answer, Page(answer.text)
        policy = dict(part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";"))
        digest = base64.b64encode(hashlib.sha256(self.page.style.encode()).digest()).decode()
        assert policy == {"default-src": "'none'", "style-src": f"'sha256-{digest}'", "form-action": "'self'", "base-uri": "'none'", "frame-ancestors": "'none'"}
        assert (self.page.language, answer.headers["Content-Language"]) == (("zh-CN",) * 2 if self.language == "zh" else ("en",) * 2)
        return self.page

    def open(self, path="/report", status=200, **query):
        return self.take(self.client.get(path, {"lang": self.language, **query}), status)

    def send(self, path, status, fields=None, **more):
        """Send the form of the present page, with these fields in place of what it holds; None takes one away."""
        form = self.page.forms[path]
        assert form.enctype == "application/x-www-form-urlencoded"
        values = {**form.fields, **(fields or {}), **more}
        body = urllib.parse.urlencode({name: value for name, value in values.items() if value is not None}).encode()
        return self.take(self.client.request("POST", form.action, data=body, headers={"Content-Type": form.enctype}), status)

    def file(self, **fields):
        """File a report from the form. -> its receipt"""
        self.open()
        self.send("/report", 201, {"district": self.district, **fields} if "district" not in fields else fields)
        return self.receipt

    district = "500103"

    @property
    def receipt(self):
        return re.search(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){4}", self.page.text).group()

    def come_back(self, receipt, status=200):
        self.open("/report/status")
        return self.send("/report/status", status, receipt=receipt)

    def bring(self, octets, status, name="IMG_1.jpg", media="image/jpeg", receipt=None, order=("receipt", "file"), address=None):
        """Post a file by the form of the present page."""
        form = self.page.forms["/report/attachments"] if address is None else None
        assert form is None or form.enctype == "multipart/form-data"
        receipt = form.fields["receipt"] if receipt is None else receipt
        parts = {"receipt": f'Content-Disposition: form-data; name="receipt"\r\n\r\n{receipt}\r\n'.encode(),
                 "file": f'Content-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: {media}\r\n\r\n'.encode() + octets + b"\r\n"}
        body = b"".join(b"--b4711\r\n" + parts[one] for one in order) + b"--b4711--\r\n"
        return self.take(self.client.request("POST", address or form.action, data=body, headers={"Content-Type": "multipart/form-data; boundary=b4711"}), status)


@pytest.fixture(scope="module", autouse=True)
def two_districts(office, new_institution):
    """So that there is one to choose."""
    new_institution()


@pytest.fixture(params=["zh", "en"])
def visitor(request, server, office):
    one = Visitor(server.base_url, request.param)
    one.district = office.district
    return one


@pytest.fixture
def sealed(server, office):
    """The district has a custodian; gives the private key."""
    public, private = traces.key_pair()
    office.db.execute("INSERT INTO hz.custodian_key (district, public_key) VALUES (%s, %s)", (office.district, public.hex()))
    yield private
    office.db.execute("UPDATE hz.custodian_key SET retired_at = now() WHERE district = %s AND retired_at IS NULL", (office.district,))


def newest(office, *columns):
    """Columns of the report whose description is office.said."""
    return office.db.execute(f"SELECT {', '.join(columns)} FROM hz.report WHERE description = %s", (office.said,)).fetchone()


def say(office):
    """A description nobody has used before."""
    office.said = f"安全出口上锁 {traces.word()}"
    return office.said


# ---- to file ----

def test_the_form(visitor, office):
    page = visitor.open()
    form = page.forms["/report"]
    assert form.fields["mode"] == "anonymous" and form.fields["audience"] == "bureau" and form.fields["district"] == ""
    assert form.choices["subject_kind"] == ["major_hazard", "violation", "retaliation", "other"] and len(form.choices["category"]) == 11
    assert office.district in form.choices["district"] and len(form.choices["district"]) > 2
    for what in (("匿名（建议）", "12350", "不要用单位的网络", "清除", "12350") if visitor.language == "zh" else ("recommended", "12350", "employer's network", "taken out")):
        assert what in page.text
    assert {"at-description", "mode-1", "audience-1", "at-district", "at-occurred_on", "at-persons"} <= page.labels
    other = {"zh": "/report?lang=en", "en": "/report?lang=zh"}[visitor.language]
    assert other in page.links and f"/report/status?lang={visitor.language}" in page.links
    head = visitor.client.head("/report", {"lang": visitor.language})
    assert head.status == 200 and head.headers["Content-Length"] == str(len(visitor.answer.body)) and not head.body


@pytest.mark.provokes("invalid_state")
def test_a_code_for_the_reward(visitor, office):
    """Offered when there is one to fetch, shown once, void with the next; the receipt stays out of it."""
    words = {"zh": "这是您的领取码", "en": "This is your code"}[visitor.language]
    receipt = visitor.file(description=say(office))
    (one,) = newest(office, "id")
    path = f"/v1/whistleblower-reports/{one}"
    for command, body in (("acceptances", {"institution_id": office.home["id"]}), ("verifications", {"note": "到场"}), ("conclusions", {"result": "substantiated", "note": "属实"})):
        office.handler.post(f"{path}/{command}", body).ok(201)
    assert "/report/reward-collections" not in visitor.come_back(receipt).forms
    office.leader.post(f"{path}/rewards", {"employee": False}).ok(201)
    assert "/report/reward-collections" in visitor.come_back(receipt).forms and "3000.00" in visitor.page.text
    codes = []
    for _ in range(2):
        visitor.send("/report/reward-collections", 200)
        assert words in visitor.page.text and receipt not in visitor.page.text
        codes.append(re.search(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){4}", visitor.page.text).group())
    assert codes[0] != codes[1] and words not in visitor.come_back(receipt).text and codes[1] not in visitor.page.text
    office.office.post("/v1/reward-payments", {"code": codes[0]}).problem("rule_violated", 422)
    office.office.post("/v1/reward-payments", {"code": codes[1]}).ok(201)
    form = visitor.page.forms["/report/reward-collections"]      # still open in another window
    assert "/report/reward-collections" not in visitor.come_back(receipt).forms
    visitor.page.forms["/report/reward-collections"] = form
    visitor.send("/report/reward-collections", 409)


def test_language_without_a_choice(base_url):
    client = Client(base_url)
    for accept, language in (("en-GB,en;q=0.9,zh;q=0.5", "en"), ("zh-CN", "zh-CN"), ("fr", "zh-CN"), (None, "zh-CN")):
        answer = client.get("/report", headers={"Accept-Language": accept} if accept else {})
        assert Page(answer.text).language == answer.headers["Content-Language"] == language


def test_anonymous_all_the_way(visitor, office):
    text = say(office)
    receipt = visitor.file(description=f"{text}", subject_kind="violation", category="fire", institution_name="晚晴养老院", occurred_on="2026-11-20",
                           occurred_time="21:30", persons="李大明、 王小红,赵六\n")
    row = newest(office, "mode", "audience", "subject_kind", "category", "institution_name", "district", "to_char(happened_at AT TIME ZONE 'Asia/Shanghai', "
                 "'YYYY-MM-DD HH24:MI')", "named_persons", "channel", "identity_box")
    assert row == ("anonymous", "bureau", "violation", "fire", "晚晴养老院", office.district, "2026-11-20 21:30",
                   [{"name": "李大明"}, {"name": "王小红"}, {"name": "赵六"}], "web", None)
    assert receipt not in visitor.answer.headers.values() and not visitor.page.forms and "15" in visitor.page.text
    page = visitor.come_back(receipt.lower().replace("-", " "))
    assert day(15) in page.text and set(page.forms) == {"/report/status", "/report/messages", "/report/attachments", "/report/withdrawals"}
    page = visitor.send("/report/messages", 200, text="今天还是锁着\n第二行")
    assert "今天还是锁着 第二行" in page.text and page.forms["/report/messages"].fields["text"] == ""
    page = visitor.send("/report/withdrawals", 200, sure="yes", note="已经改了")
    assert set(page.forms) == {"/report/status"}
    assert newest(office, "state") == ("withdrawn",)
    note = office.db.execute("SELECT a.note FROM hz.report_act a JOIN hz.report r ON r.id = a.report_id WHERE r.description = %s AND a.command = 'withdrawals'",
                             (text,)).fetchone()
    assert note == ("已经改了",)
    page = visitor.send("/report/status", 200)          # look again
    assert set(page.forms) == {"/report/status"}


@pytest.mark.parametrize("mode", ["confidential", "named"])
def test_an_identity_is_sealed(visitor, office, sealed, mode):
    visitor.file(mode=mode, description=say(office), **{"identity[name]": "王晓明", "identity[phone]": "138 0000 4711"})
    kept, box = newest(office, "mode", "identity_box")
    assert kept == mode and "王晓明" not in visitor.answer.text
    assert json.loads(traces.opened(base64.b64decode(box), sealed)) == {"name": "王晓明", "phone": "138 0000 4711"}


def test_a_sign_names_the_institution(visitor, office):
    code = office.db.execute("SELECT code FROM hz.institution WHERE id = %s", (office.home["id"],)).fetchone()[0]
    ask = visitor.open().asks["/report"]
    assert (ask.method, ask.fields) == ("get", {"lang": visitor.language, "code": ""})
    page = visitor.open(code=code.lower())
    assert not page.asks
    form = page.forms["/report"]
    assert office.home["name"] in page.text and office.home["id"] not in visitor.answer.text
    assert not {"institution_name", "district"} & set(form.fields) and form.choices["audience"] == ["bureau", "institution"]
    page = visitor.send("/report", 400, description="")      # it is still there when something is refused
    assert office.home["name"] in page.text and page.forms["/report"].action == form.action
    visitor.send("/report", 201, description=say(office), audience="institution")
    assert newest(office, "institution_id::text", "audience", "district") == (office.home["id"], "institution", office.district)
    assert ("负责人" if visitor.language == "zh" else "in charge") in visitor.page.text


def test_an_unknown_sign_is_as_none(visitor):
    plain = visitor.open()
    for code in ("ZZZZZZZ", "' OR 1", "<b>", "", "隐患" * 30):
        page = visitor.open(code=code)
        assert page.text == plain.text and page.forms["/report"].fields == plain.forms["/report"].fields, code
    assert "/report/status" in [link.partition("?")[0] for link in page.links]


# ---- what is refused comes back with what was typed ----

def wrong(visitor):
    """The fields that are marked as wrong."""
    return set(re.findall(r'id="bad-([^"]*)"', visitor.answer.text))


TYPED = {"mode": "confidential", "description": "三楼\n通道 <堆物>", "subject_kind": "retaliation", "category": "food_drug", "institution_name": 'A&B "养老院"',
         "occurred_on": "2026-11-20", "occurred_time": "08:05", "persons": "李四", "identity[name]": "王晓明", "identity[phone]": "12345"}
FAULTS = [
    ({"description": ""}, 400, {"description"}), ({"description": "   \n"}, 400, {"description"}), ({"description": "长" * 10001}, 400, {"description"}),
    ({"subject_kind": None}, 400, {"subject_kind"}), ({"subject_kind": "x", "description": ""}, 400, {"subject_kind", "description"}),
    ({"mode": "x"}, 400, {"mode"}), ({"mode": None}, 400, {"mode"}), ({"category": "x"}, 400, {"category"}), ({"district": "x"}, 400, {"district"}),
    ({"district": ""}, 422, {"district"}), ({"district": "999999"}, 422, {"district"}), ({"occurred_on": "2026-02-30"}, 400, {"occurred_on"}),
    ({"occurred_time": "25:00"}, 400, {"occurred_time"}), ({"occurred_on": ""}, 422, {"occurred_on"}), ({"occurred_on": "2126-01-01"}, 422, {"occurred_at"}),
    ({"persons": "、".join(f"某{i}" for i in range(21))}, 422, {"persons"}), ({"persons": "长" * 61}, 422, {"persons"}), ({"persons": "长" * 1501}, 400, {"persons"}),
    ({"mode": "anonymous"}, 422, {"identity"}), ({"identity[name]": ""}, 400, {"identity-name"}), ({"identity[name]": "", "identity[phone]": ""}, 422, {"identity"}),
    ({"audience": "institution"}, 422, {"institution_id"}), ({"institution_name": "长" * 101}, 400, {"institution_name"}),
    ({"mode": "anonymous", "district": "", "occurred_on": ""}, 422, {"identity", "district", "occurred_on"}),
]


@pytest.mark.parametrize("change, status, where", FAULTS)
def test_faults_stand_at_their_fields(visitor, office, sealed, change, status, where):
    before = office.db.execute("SELECT count(*) FROM hz.report").fetchone()
    visitor.open()
    typed = {**TYPED, "district": office.district, **change}
    page = visitor.send("/report", status, typed)
    assert wrong(visitor) == where and page.title.startswith("请改正" if visitor.language == "zh" else "Not sent")
    chosen = {name: value for name, value in typed.items() if name not in change or name in ("description", "institution_name", "persons", "occurred_on", "occurred_time")}
    for name, value in chosen.items():
        assert page.forms["/report"].fields[name] == (value or "").replace("\r\n", "\n"), name
    assert office.db.execute("SELECT count(*) FROM hz.report").fetchone() == before
    if visitor.language == "en":
        alert = re.search(r'role="alert">(.*?)</div>', visitor.answer.text, re.S).group(1)
        assert not re.search("[一-鿿]", alert), alert
    visitor.send("/report", 201, {**TYPED, "mode": "confidential", "audience": "bureau", "district": office.district, "description": say(office)})      # mended


def test_without_a_custodian_nobody_is_asked_for_a_name(visitor, office):
    if office.db.execute("SELECT count(*) FROM hz.custodian_key WHERE retired_at IS NULL").fetchone()[0]:
        pytest.skip("another test has set one")
    page = visitor.open()
    assert page.forms["/report"].choices["mode"] == ["anonymous"] and "identity[name]" not in page.forms["/report"].fields
    visitor.send("/report", 422, {"mode": "named", "district": office.district, "description": "x", "identity[name]": "王"})
    assert "王" not in visitor.page.text


def test_hostile_text_stays_text(visitor, office):
    """In every field, back in the form and in the dialogue; the page is as well formed as before (harness.page)."""
    shown = "".join(c for c in HOSTILE if c not in "\x01\x7f")
    visitor.open()
    page = visitor.send("/report", 400, {**{name: HOSTILE for name in ("mode", "subject_kind", "category", "institution_name", "description", "occurred_on",
                                        "occurred_time", "persons")}, "district": HOSTILE})
    fields = page.forms["/report"].fields
    assert fields["description"] == fields["institution_name"] == fields["persons"] == fields["occurred_on"] == shown
    assert "<script" not in visitor.answer.text and "<img" not in visitor.answer.text
    receipt = visitor.file(description=HOSTILE, district=office.district)
    visitor.come_back(receipt)
    page = visitor.send("/report/messages", 200, text=HOSTILE)
    assert " ".join(shown.split()) in page.text
    page = visitor.come_back(HOSTILE, 400)
    assert page.forms["/report/status"].fields["receipt"] == shown
    assert visitor.client.get("/report", {"lang": HOSTILE}).status == 400


@pytest.mark.parametrize("body, media", [
    (b"mode=anonymous&mode=named", "application/x-www-form-urlencoded"), (b"mode=%zz", "application/x-www-form-urlencoded"),
    (b"mode=%00", "application/x-www-form-urlencoded"), (b"description=%ff", "application/x-www-form-urlencoded"), (b"", "application/x-www-form-urlencoded"),
    (b"identity=x&identity[name]=y", "application/x-www-form-urlencoded"), (b"identity[name]=y&identity=x", "application/x-www-form-urlencoded"),
    (b"identity[__proto__]=y&unknown=1&channel=12350", "application/x-www-form-urlencoded"), (b"{}", "application/json"), (b"a", "multipart/form-data; boundary=a"),
    (b"mode=anonymous&description=" + b"x" * 262144, "application/x-www-form-urlencoded")])
def test_forms_no_browser_sends(visitor, office, body, media):
    before = office.db.execute("SELECT count(*) FROM hz.report").fetchone()
    answer = visitor.client.request("POST", f"/report?lang={visitor.language}", data=body, headers={"Content-Type": media})
    assert answer.status in (400, 413, 415)
    page = visitor.take(answer, answer.status)
    assert page.forms["/report"].choices["district"], "the form is whole"
    assert office.db.execute("SELECT count(*) FROM hz.report").fetchone() == before


def test_methods_it_does_not_have(visitor):
    for path in ("/report/messages", "/report/attachments", "/report/withdrawals"):
        page = visitor.open(path, 405)
        assert visitor.answer.headers["Allow"] == "POST, OPTIONS" and page.forms["/report/status"].fields["receipt"] == ""
    answer = visitor.client.request("DELETE", f"/report?lang={visitor.language}")
    assert visitor.take(answer, 405).links[f"/report?lang={visitor.language}"]


# ---- by receipt ----

def test_receipts(visitor, office):
    receipt = visitor.file(description=say(office))
    other = ("8" if receipt[0] == "7" else "7") + receipt[1:]
    for typed, status in ((other, 400), (receipt[:-1], 400), ("", 400), ("x" * 65, 400), ("0000-0000-0000-0000-0000", 401)):
        page = visitor.come_back(typed, status)
        assert page.forms["/report/status"].fields["receipt"] == typed
        assert ("receipt" in wrong(visitor)) == (status == 400)
    assert "WWW-Authenticate" not in visitor.answer.headers
    for path, more in (("/report/messages", {"text": "x"}), ("/report/withdrawals", {"sure": "yes"})):
        body = urllib.parse.urlencode({"receipt": "0000-0000-0000-0000-0000", **more}).encode()
        answer = visitor.client.request("POST", f"{path}?lang={visitor.language}", data=body, headers={"Content-Type": "application/x-www-form-urlencoded"})
        assert set(visitor.take(answer, 401).forms) == {"/report/status"}


def test_a_receipt_is_not_taken_from_an_address(visitor, office):
    receipt = visitor.file(description=say(office))
    visitor.come_back(receipt)
    body = urllib.parse.urlencode({"receipt": receipt}).encode()
    for path in ("/report/status", "/report/messages", "/report/attachments"):
        answer = visitor.client.request("POST", f"{path}?lang={visitor.language}&receipt={receipt}", data=body, headers={"Content-Type": "application/x-www-form-urlencoded"})
        visitor.take(answer, 400)
    visitor.bring(samples.png(8, 8), 400, "a.png", "image/png", receipt=receipt, address=f"/report/attachments?lang={visitor.language}&receipt={receipt}")
    answer = visitor.client.get("/report/status", {"lang": visitor.language, "receipt": receipt})
    assert receipt not in visitor.take(answer, 400).text


def test_messages_and_withdrawal_are_refused_with_what_was_typed(visitor, office):
    receipt = visitor.file(description=say(office))
    visitor.come_back(receipt)
    page = visitor.send("/report/messages", 400, text="")
    assert wrong(visitor) == {"text"} and page.forms["/report/messages"].fields["receipt"] == receipt
    page = visitor.send("/report/messages", 400, text="长" * 4001)
    assert page.forms["/report/messages"].fields["text"] == "长" * 4001
    page = visitor.send("/report/messages", 200, text="短")
    page = visitor.send("/report/withdrawals", 400, note="想好了")
    assert wrong(visitor) == {"sure"} and page.forms["/report/withdrawals"].fields["note"] == "想好了"
    visitor.send("/report/withdrawals", 200, sure="yes")
    visitor.page.forms["/report/messages"] = visitor.page.forms["/report/status"]
    visitor.page.forms["/report/messages"].action = f"/report/messages?lang={visitor.language}"
    page = visitor.send("/report/messages", 409, text="还有话说")
    assert page.forms["/report/messages"].fields["text"] == "还有话说" and page.forms["/report/status"].fields["receipt"] == receipt


def test_the_dialogue_of_both_sides(visitor, office, server):
    text = say(office)
    code = office.db.execute("SELECT code FROM hz.institution WHERE id = %s", (office.home["id"],)).fetchone()[0]
    visitor.open(code=code)
    visitor.send("/report", 201, description=text)
    receipt = visitor.receipt
    path = "/v1/whistleblower-reports/" + str(newest(office, "id")[0])
    office.handler.post(f"{path}/acceptances", {}).ok(201)
    office.handler.post(f"{path}/messages", {"text": "请问是几楼？<b>"}).ok(201)
    page = visitor.come_back(receipt)
    assert "请问是几楼？<b>" in page.text and ("民政局" if visitor.language == "zh" else "The bureau") in page.text
    assert Reporter(server.base_url, receipt).status()["messages"]["unread"] == 0         # what the page shows counts as read
    office.handler.post(f"{path}/verifications", {"note": "去现场"}).ok(201)
    office.handler.post(f"{path}/findings", {"category": "fire", "severity": "general", "description": "通道堵塞"}).ok(201)
    office.handler.post(f"{path}/conclusions", {"result": "substantiated", "note": "属实"}).ok(201)
    page = visitor.send("/report/status", 200)
    assert ("问题 1" if visitor.language == "zh" else "Problem 1") in page.text
    assert ("属实" if visitor.language == "zh" else "substantiated") in page.text


def test_rejected_says_why(visitor, office):
    receipt = visitor.file(description=say(office))
    path = "/v1/whistleblower-reports/" + str(newest(office, "id")[0])
    office.handler.post(f"{path}/rejections", {"reason_code": "not_ours", "note": "请向消防救援大队反映"}).ok(201)
    page = visitor.come_back(receipt)
    assert "请向消防救援大队反映" in page.text and "/report/messages" in page.forms


# ---- evidence ----

def test_a_photograph(visitor, office, tmp_path):
    receipt = visitor.file(description=say(office))
    visitor.come_back(receipt)
    photo = samples.picture(tmp_path, "jpg")
    page = visitor.bring(photo, 200)
    assert ("第 1 份" if visitor.language == "zh" else "No. 1") in page.text and "IMG_1" not in page.text
    until(lambda: ("已清除" if visitor.language == "zh" else "have been taken out") in visitor.send("/report/status", 200).text)


def test_files_that_are_refused(visitor, office, server):
    incoming = server.folder / "files/incoming"
    before = set(incoming.iterdir())
    receipt = visitor.file(description=say(office))
    visitor.come_back(receipt)
    for octets, status, name, media in ((b"hello\n" * 9, 415, "a.txt", "text/plain"), (b"", 422, "", "application/octet-stream"),
                                        (samples.png(8, 8), 422, "a.pdf", "application/pdf")):
        page = visitor.bring(octets, status, name, media)
        assert page.forms["/report/attachments"].fields["receipt"] == receipt and page.forms["/report/status"].fields["receipt"] == receipt
    files = office.db.execute("SELECT count(*) FROM hz.report_file").fetchone()
    for typed, status in (("0000-0000-0000-0000-0000", 401), (receipt[:-1], 400), ("", 400)):
        page = visitor.bring(samples.png(9, 9), status, "a.png", "image/png", receipt=typed, address=f"/report/attachments?lang={visitor.language}")
        assert set(page.forms) == {"/report/status"}
    page = visitor.bring(samples.png(10, 10), 400, "a.png", "image/png", order=("file",), receipt="", address=f"/report/attachments?lang={visitor.language}")
    assert wrong(visitor) == {"receipt"}
    assert office.db.execute("SELECT count(*) FROM hz.report_file").fetchone() == files
    answer = visitor.client.request("POST", f"/report/attachments?lang={visitor.language}", data=samples.png(8, 9), headers={"Content-Type": "image/png"})
    visitor.take(answer, 415)
    assert until(lambda: set(incoming.iterdir()) <= before)          # nothing of them was kept
    visitor.bring(samples.png(11, 11), 200, "a.png", "image/png", receipt=receipt, order=("file", "receipt"), address=f"/report/attachments?lang={visitor.language}")


# ---- floods, faults ----

def test_a_flood_costs_nobody_what_was_typed(another_server, api):
    server = another_server(demo=True, HZ_REPORTS_PER_MINUTE="2", HZ_WRONG_RECEIPTS_PER_MINUTE="2")
    visitor = Visitor(server.base_url)
    page = visitor.open()
    assert page.forms["/report"].fields["district"] == "500103" and "渝中区" in page.text       # the only one there is
    receipts = [visitor.file(description="通道上锁", district="500103") for _ in range(2)]
    visitor.open()
    page = visitor.send("/report", 429, description="第三件", category="fire", institution_name="某院", district="500103")
    assert int(visitor.answer.headers["Retry-After"]) > 0 and "12350" in page.text
    assert {**page.forms["/report"].fields, "description": "第三件", "category": "fire", "institution_name": "某院", "district": "500103"} == page.forms["/report"].fields
    # a header that the page does not read buys nothing
    sneaky = requests.post(server.base_url + "/report", data={"description": "第四件", "district": "500103"}, headers={"Authorization": "Bearer x"}, timeout=10)
    assert sneaky.status_code == 429
    visitor.come_back(receipts[0])                          # who comes back with a receipt is not kept waiting
    visitor.send("/report/messages", 200, text="在吗")
    page = visitor.bring(samples.png(8, 8), 429, "a.png", "image/png")
    for _ in range(2):
        visitor.come_back("0000-0000-0000-0000-0000", 401)
    visitor.come_back("0000-0000-0000-0000-0000", 429)
    assert int(visitor.answer.headers["Retry-After"]) > 0
    visitor.come_back(receipts[1])


def test_without_the_database_it_is_still_a_page(another_server):
    server = another_server(demo=True)
    visitor = Visitor(server.base_url)
    visitor.open()
    server.function("pg_stop")
    page = visitor.send("/report", 503, description="写了很久的话", category="fire", district="500103")
    assert page.forms["/report"].fields["description"] == "写了很久的话" and page.forms["/report"].fields["category"] == "fire"
    visitor.open("/report/status")
    page = visitor.send("/report/status", 503, receipt="0000-0000-0000-0000-0000")
    assert page.forms["/report/status"].fields["receipt"] == "0000-0000-0000-0000-0000"
    server.function("pg_start")
    until(lambda: all(requests.get(server.base_url + "/readyz", timeout=10).status_code == 200 for _ in range(20)))      # every worker
    visitor.open()
    visitor.send("/report", 201, description="写了很久的话", district="500103")


def test_no_line_of_the_log_tells_of_it(another_server):
    server = another_server(demo=True)
    visitor = Visitor(server.base_url)
    receipt = visitor.file(description="通道上锁", district="500103")
    visitor.come_back(receipt)
    visitor.come_back("0000-0000-0000-0000-0000", 401)
    visitor.open("/report/messages", 405)
    visitor.client.get("/v1/categories").ok()
    until(lambda: "/v1/categories" in server.log)
    assert "/report" not in server.log and receipt not in server.log
