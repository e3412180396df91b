"""文书: what is issued with each act, by whom it is seen, that it never changes, and how it looks on paper. Pictures of all of it are left in
build/test/documents/."""
import concurrent.futures
import hashlib
import itertools
import os
import re
import subprocess
import urllib.parse

import pytest

from harness import samples
from harness.media import blob, until, upload
from harness.paper import Paper, Words, document, looks_right
from harness.server import ROOT, sanitize
from office import day, new_id

provokes = pytest.mark.provokes
PROSE = ("三楼东侧安全出口夜间上锁，钥匙由值班人员保管，紧急情况下不能立即开启；疏散通道堆放轮椅、纸箱等杂物，净宽不足 1.1 米。责任人：韩守拙、龚䶮、"
         "高𬱖，电话 023-60008802。依照有关规定（GB 38600-2019）应当立即改正：①拆锁，改装推杠锁；②清理通道；③每 2 小时巡查一次。")


def prose(length):
    return (PROSE * (length // len(PROSE) + 1))[:length]


def word(length):
    """One that offers no place to break it."""
    return "Wm0_" * (length // 4) + "W" * (length % 4)


TEXTS = pytest.mark.parametrize("text", [prose, word])


def both(client, path, name=None, seconds=90):
    """→ the page, the paper; looked at when it has a name."""
    page = document(client, path, "text/html", seconds)
    assert page.status == 200, page
    paper = Paper(document(client, path, "application/pdf", seconds).body)
    if name:
        looks_right(paper, page.text, name)
    return Words(page.text).text, paper


def order_of(office, findings, **fields):
    return office.inspector.post("/v1/rectification-orders", {"institution_id": office.home["id"], "items": [
        {"finding_id": one["id"], "days": 7} for one in findings], **fields}).ok(201)


# -- what there is -----------------------------------------------------------------------------------------------------------


def test_an_order_lists_all_its_findings(office):
    visit = office.new_inspection("in_progress", accompanying=[{"name": "韩守拙", "post": "安全管理员"}])
    findings = [office.new_finding(location=f"{n} 楼", key_place="安全出口", description=f"第 {n} 处门上锁", inspection_id=visit["id"]) for n in range(1, 5)]
    order = office.inspector.post("/v1/rectification-orders", {
        "institution_id": office.home["id"], "inspection_id": visit["id"], "note": "随附照片四张", "items": [
            {"finding_id": findings[0]["id"], "requirement": "立即拆锁", "responsible_name": "沈望舒", "days": 7, "legal_basis": "《消防法》第二十八条"},
            *({"finding_id": one["id"], "requirement": f"改正第 {n} 处", "deadline": day(30)} for n, one in enumerate(findings[1:], 2))]}).ok(201)
    page, paper = both(office.inspector, f"/v1/rectification-orders/{order['id']}/document", "责令限期改正通知书")
    year, month, date = map(int, day(30).split("-"))
    for said in ("责令限期改正通知书", order["number"], office.home["name"] + "：", "日常检查", "共4项", "1楼", "第1处门上锁", "立即拆锁", "沈望舒", "自送达次日起7日内",
                 "《消防法》第二十八条", "第4处门上锁", "改正第4处", f"{year}年{month}月{date}日前", "六十日内向", "申请行政复议", "六个月内", "行政诉讼", "随附照片四张",
                 "签收人（签名）", "（印章）"):
        for where in (page, paper.text):
            assert said.replace(" ", "") in where, said
    assert paper.pages <= 2


def test_service_and_reinspections_have_theirs(office):
    finding = office.new_finding("reinspection_requested", description="呼叫器失效")
    orders = office.inspector.get(f"/v1/findings/{finding['id']}/orders").ok()["items"]
    services = office.inspector.get(f"/v1/rectification-orders/{orders[0]['order_id']}/services").ok()["items"]
    page, paper = both(office.institution, f"/v1/rectification-orders/{orders[0]['order_id']}/services/{services[0]['id']}/document", "送达回证")
    assert orders[0]["number"].replace(" ", "") in paper.text and "直接送达" in page and re.search("送达〔[0-9]{4}〕第[0-9]+号", page)
    failed = office.inspector.post(f"/v1/findings/{finding['id']}/reinspections", {
        "result": "failed", "note": "按下无响应", "order": {"requirement": "接通线路", "days": 5, "responsible_name": "韩守拙"}}).ok(201)
    page, paper = both(office.institution, f"/v1/findings/{finding['id']}/reinspections/{failed['id']}/document", "整改复查意见书")
    following = office.inspector.get(f"/v1/rectification-orders/{failed['order_id']}").ok()["number"].replace(" ", "")
    for said in ("呼叫器失效", "按下无响应", "复查不合格", following, "接通线路", "韩守拙", orders[0]["number"].replace(" ", "")):
        assert said in page and said in paper.text, said


def test_a_visit_has_notice_and_record(office):
    checklist, items = office.checklist()
    one = office.new_inspection("planned", checklist_id=checklist, task_source="年度检查计划", accompanying=[{"name": "韩守拙", "post": "安全管理员"}])
    path = f"/v1/inspections/{one['id']}"
    refused = office.inspector.get(f"{path}/document").problem("invalid_state", 409)
    assert refused["state"] == "planned" and "starts" in refused["allowed"]
    notice = office.inspector.post(f"{path}/notices", {"receiver": "沈望舒", "method": "当面", "note": "请备齐消防检测报告"}).ok(201)
    page, _ = both(office.institution, f"{path}/notices/{notice['id']}/document", "检查通知书")
    for said in ("检查通知书", "年度检查计划", "沈望舒（当面）", "请备齐消防检测报告", "养老服务机构安全检查表"):
        assert said in page, said
    office.inspector.post(f"{path}/starts", {"credentials_shown": True, "place": "一至三楼"}).ok(201)
    finding = office.new_finding(inspection_id=one["id"], description="留样不足", category="food_drug")
    office.inspector.put(f"{path}/answers", {"answers": [{"item_id": items[0], "answer": "fail", "finding_id": finding["id"], "note": "只有 60 克"},
                                                         {"item_id": items[1], "answer": "pass"}]}).ok()
    office.inspector.post(f"{path}/submissions", {"conclusion": "发现一处问题，责令限期整改"}).ok(201)
    office.inspector.post(f"{path}/signatures", {"party": "inspector", "name": "周砚青", "post": "检查员"}).ok(201)
    office.inspector.get(f"{path}/document").problem("invalid_state", 409)
    office.inspector.post(f"{path}/signatures", {"party": "institution", "name": "沈望舒", "refused": True, "reason": "对第一项有异议", "witness": "居委会龚䶮"}).ok(201)
    page, paper = both(office.institution, f"{path}/document", "现场检查笔录")
    for said in ("现场检查笔录", "一至三楼", "已出示执法证件", "韩守拙（安全管理员）", "合格1项，不合格1项", "只有60克", "留样不足", "发现一处问题，责令限期整改", "周砚青，检查员",
                 "拒绝签字。原因：对第一项有异议", "见证人：居委会龚䶮"):
        assert said in page and said in paper.text, said


@pytest.mark.parametrize("kind, name, issuer", [("patrol", "巡查走访记录", None), ("self", "安全自查记录", "home"), ("supervision", "现场检查笔录", None)])
def test_each_sort_of_visit_has_its_own(office, kind, name, issuer):
    one = office.new_inspection("recorded", kind=kind)
    client, _ = office.conductor(kind)
    page, _ = both(client, f"/v1/inspections/{one['id']}/document", name if kind != "supervision" else None)
    assert name in page and (issuer is None or page.startswith(office.home["name"] + name))
    if kind == "self":
        told = office.new_inspection("planned", kind="sweep")
        notice = office.institution.post(f"/v1/inspections/{told['id']}/notices", {}).ok(201)
        office.institution.get(f"/v1/inspections/{told['id']}/notices/{notice['id']}/document").problem("not_found", 404)


# -- forms ----------------------------------------------------------------------------------------------------------------------


@provokes("not_acceptable")
def test_forms_by_accept(office):
    path = f"/v1/rectification-orders/{order_of(office, [office.new_finding()])['id']}/document"
    assert document(office.inspector, path, "text/html").status == 200
    for accept, media in {None: "text/html", "*/*": "text/html", "text/html;q=0.5, application/pdf": "application/pdf", "application/*": "application/pdf",
                          "application/pdf, */*;q=0.1": "application/pdf"}.items():
        answer = office.inspector.get(path, headers={"Accept": accept} if accept else {"Accept": ""})
        assert answer.status == 200 and answer.headers["Content-Type"].startswith(media), (accept, answer.headers)
        assert "Accept" in answer.headers["Vary"].split(", ") and "no-store" not in answer.headers["Cache-Control"]
        assert hashlib.sha256(answer.body).hexdigest() == answer.etag.strip('"')
        name = urllib.parse.unquote(answer.headers["Content-Disposition"].partition("filename*=UTF-8''")[2])
        assert re.fullmatch(rf"{re.escape(office.home['name'])}_责令限期改正通知书_责改〔[0-9]{{4}}〕第[0-9]+号\.(html|pdf)", name)
        assert answer.headers["Content-Disposition"].startswith("inline;")
    policy = office.inspector.get(path).headers["Content-Security-Policy"]
    assert policy == "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    office.inspector.get(path, headers={"Accept": "application/json"}).problem("not_acceptable", 406)
    office.inspector.get(path, headers={"Accept": "text/html;q=0, application/pdf;q=0"}).problem("not_acceptable", 406)


def test_conditional_and_partial(office):
    path = f"/v1/rectification-orders/{order_of(office, [office.new_finding()])['id']}/document"
    whole = document(office.inspector, path)
    pdf = {"Accept": "application/pdf"}
    assert office.inspector.get(path, headers={**pdf, "If-None-Match": whole.etag}).status == 304
    assert office.inspector.get(path, headers={"If-None-Match": whole.etag}).status == 200, "the page is another thing"
    part = office.inspector.get(path, headers={**pdf, "Range": "bytes=0-99"})
    assert part.status == 206 and part.body == whole.body[:100] and part.headers["Content-Range"] == f"bytes 0-99/{len(whole.body)}"
    head = office.inspector.head(path, headers=pdf)
    assert head.status == 200 and int(head.headers["Content-Length"]) == len(whole.body)


# -- it never changes -------------------------------------------------------------------------------------------------------------


def test_same_octets_whatever_becomes_of_the_record(office, server, db):
    home = office.new_institution(name="原名养老院")
    finding = office.new_finding("ordered", institution=home, description="原来的问题")
    order = office.inspector.get(f"/v1/findings/{finding['id']}/orders").ok()["items"][0]
    path = f"/v1/rectification-orders/{order['order_id']}/document"
    before = {accept: document(office.inspector, path, accept) for accept in ("text/html", "application/pdf")}
    office.section_chief.patch(f"/v1/institutions/{home['id']}", {"name": "改了名的养老院", "address": "新路 9 号", "street": office.streets[-1]}).ok(200)
    office.inspector.patch(f"/v1/findings/{finding['id']}", {"description": "改过的问题"}).ok(200)
    db.execute("UPDATE hz.document_template SET effective_to = current_date - 1 WHERE kind = 'rectification_order' AND region = ''")
    db.execute("SELECT api.document_template_put('rectification_order', %s, '9', current_date, '责令改正决定书', '1', '<h1>{{ data.title }}</h1>')", (office.district,))
    try:
        later = office.new_finding("ordered", institution=home)
        other = office.inspector.get(f"/v1/findings/{later['id']}/orders").ok()["items"][0]
        page = document(office.inspector, f"/v1/rectification-orders/{other['order_id']}/document", "text/html").text
        assert "<h1>责令改正决定书</h1>" in page and "原名" not in page
    finally:
        db.execute("UPDATE hz.document_template SET effective_to = NULL WHERE kind = 'rectification_order' AND region = ''")
        db.execute("UPDATE hz.document_template SET effective_to = effective_from WHERE edition = '9'")
    db.execute("SELECT api.document_retry()")       # makes nothing that is here already
    for accept, was in before.items():
        now = office.inspector.get(path, headers={"Accept": accept})
        assert now.body == was.body and now.etag == was.etag
        assert now.headers["Content-Disposition"] == was.headers["Content-Disposition"]
        assert blob(server.settings["HZ_FILES"], was.etag.strip('"')).read_bytes() == was.body
    assert "原名养老院" in before["text/html"].text and "原来的问题" in before["text/html"].text


def test_files_are_known_to_those_who_clean_and_verify(office, server, db):
    order = order_of(office, [office.new_finding()])
    document(office.inspector, f"/v1/rectification-orders/{order['id']}/document")
    kept = db.execute("SELECT encode(html_sha256, 'hex'), encode(pdf_sha256, 'hex') FROM hz.document WHERE resource_id = %s", (order["id"],)).fetchone()
    env = {**os.environ, "HZ_FILES": server.settings["HZ_FILES"], "HZ_DATABASE": server.settings["HZ_JOBS_DATABASE"], "RUN_DIR": str(server.folder)}
    jobs = ROOT / ("build-asan" if sanitize() else "build") / "hz-jobs"
    subprocess.run([jobs, "clean"], env=env, check=True, capture_output=True, timeout=60)
    told = subprocess.run([jobs, "verify"], env=env, capture_output=True, text=True, timeout=60).stdout
    for one in kept:
        assert blob(server.settings["HZ_FILES"], one).exists() and one not in told
    with_hashes = db.execute("SELECT e.payload FROM hz.event e JOIN hz.document d ON d.id = e.resource_id WHERE d.resource_id = %s AND e.what = 'rendered'",
                             (order["id"],)).fetchone()[0]
    assert (with_hashes["html_sha256"], with_hashes["pdf_sha256"]) == kept, "the record of changes seals them"


# -- until it is there ---------------------------------------------------------------------------------------------------------


@provokes("document_pending", "document_failed")
def test_pending_failed_and_made_again(office, db):
    order = order_of(office, [office.new_finding()])
    path = f"/v1/rectification-orders/{order['id']}/document"
    first = document(office.inspector, path)
    number, = db.execute("SELECT id FROM hz.document WHERE resource_id = %s", (order["id"],)).fetchone()
    db.execute("UPDATE hz.media_task SET state = 'failed' WHERE document_id = %s", (number,))
    gone = "html_sha256 = NULL, html_size = NULL, pdf_sha256 = NULL, pdf_size = NULL, rendered_at = NULL"
    db.execute(f"UPDATE hz.document SET state = 'waiting', {gone} WHERE id = %s", (number,))
    answer = office.inspector.get(path)
    answer.problem("document_pending", 503)
    assert answer.headers["Retry-After"] == "1" and answer.headers["Cache-Control"] == "no-store" and "awaiting" not in answer.data
    db.execute("UPDATE hz.document SET state = 'failed', reason = 'not_makeable' WHERE id = %s", (number,))
    office.inspector.get(path).problem("document_failed", 500)
    assert [one["reason"] for one in office.inspector.get("/v1/documents", {"order_id": order["id"], "state": "failed"}).ok()["items"]] == ["not_makeable"]
    assert db.execute("SELECT api.document_retry(%s)", (number,)).fetchone() == (1,)
    again = document(office.inspector, path)
    assert again.status == 200 and again.body == first.body and again.etag == first.etag, "made again, the same octets"


def test_pictures_of_signatures_are_waited_for(office, db, tmp_path):
    """A phone tells of the visit first and uploads the pictures later."""
    photo = samples.picture(tmp_path, "jpg", 600, 300)
    one = office.new_inspection("awaiting_signature")
    path = f"/v1/inspections/{one['id']}"
    office.inspector.post(f"{path}/signatures", {"party": "inspector", "name": "周砚青", "attachments": [
        {"sha256": hashlib.sha256(photo).hexdigest(), "role": "signature"}]}).ok(201)
    office.inspector.post(f"{path}/signatures", {"party": "institution", "name": "沈望舒"}).ok(201)
    answer = office.inspector.get(f"{path}/document")
    assert answer.problem("document_pending", 503)["awaiting"] == "signatures" and answer.headers["Retry-After"] == "60"
    upload(office.inspector, photo, "sign.jpg").ok(201)
    page = document(office.inspector, f"{path}/document", "text/html")
    assert page.status == 200 and page.text.count('src="data:image/jpeg;base64,') == 1 and "签字图片未提交" not in page.text
    paper = Paper(document(office.inspector, f"{path}/document").body)
    looks_right(paper, page.text, "现场检查笔录-签字图片")
    assert len(paper.tool("pdfimages", "-list", out=None).splitlines()) == 3


def test_a_record_goes_without_a_picture_that_never_came(office, db):
    one = office.new_inspection("awaiting_signature")
    path = f"/v1/inspections/{one['id']}"
    for party in ("inspector", "institution"):
        office.inspector.post(f"{path}/signatures", {"party": party, "name": "某", "attachments": [
            {"sha256": hashlib.sha256(party.encode() + one["id"].encode()).hexdigest(), "role": "signature"}]}).ok(201)
    office.inspector.get(f"{path}/document").problem("document_pending", 503)
    db.execute("UPDATE hz.media_task t SET due_at = now() FROM hz.document d WHERE d.id = t.document_id AND d.resource_id = %s", (one["id"],))     # a day later
    assert until(lambda: office.inspector.get(f"{path}/document").status == 200, 60)
    assert Words(office.inspector.get(f"{path}/document").text).text.count("（签字图片未提交）") == 2


# -- who sees it -------------------------------------------------------------------------------------------------------------------


def test_seen_with_all_it_tells_of(office, new_office):
    plain, narrow = office.new_finding("ordered"), office.new_finding("ordered", category="psychological")
    others = {"home of others": office.keeper(office.new_institution()), "another district": new_office().inspector,
              **{role: getattr(office, role) for role in ("inspector2", "section_chief", "leader", "institution", "street", "auditor", "integration", "handler", "office")}}
    seen = {}
    for finding in (plain, narrow):
        order = office.inspector.get(f"/v1/findings/{finding['id']}/orders").ok()["items"][0]
        path = f"/v1/rectification-orders/{order['order_id']}/document"
        document(office.inspector, path)
        listed = {name: [one["path"] for one in client.get("/v1/documents", {"order_id": order["order_id"], "kind": "rectification_order"}).ok()["items"]]
                  for name, client in others.items()}
        seen[finding["id"]] = {name for name, client in others.items() if client.get(path).status == 200}
        assert {name for name, paths in listed.items() if paths == [path]} == seen[finding["id"]], "the register lists what may be read"
        office.staff.get(path).problem("forbidden", 403)
    assert set(others) - seen[plain["id"]] == {"home of others", "another district"}
    assert set(others) - seen[narrow["id"]] == {"home of others", "another district", "street", "integration"}


def test_a_record_with_answers_kept_from_some_is_kept_from_them(office):
    """What a checklist found in a category that may name people stands in the record, even without a finding."""
    checklist, _ = office.checklist()
    full = office.inspector.get(f"/v1/checklists/{checklist}").ok()
    item = {one["category"]: one["items"][0]["id"] for one in full["categories"]}
    for category, shown in (("psychological", False), ("fire", True)):
        one = office.new_inspection("in_progress", checklist_id=checklist)
        path = f"/v1/inspections/{one['id']}"
        office.inspector.put(f"{path}/answers", {"answers": [{"item_id": item[category], "answer": "corrected_on_spot", "note": "某人的事"}]}).ok()
        office.inspector.post(f"{path}/submissions", {"conclusion": "当场改正"}).ok(201)
        for party in ("inspector", "institution"):
            office.inspector.post(f"{path}/signatures", {"party": party, "name": "某"}).ok(201)
        assert "某人的事" in document(office.inspector, f"{path}/document", "text/html").text
        for client in (office.street, office.integration):
            assert client.get(f"{path}/document").status == (200 if shown else 404)
            assert bool(client.get("/v1/documents", {"inspection_id": one["id"]}).ok()["items"]) == shown
        assert office.institution.get(f"{path}/document").status == 200


def test_one_thing_is_not_reached_under_another(office):
    """An id of a service, a notice, a re-inspection counts only under its own parent."""
    finding, other = office.new_finding("ordered"), office.new_finding("ordered")
    orders = [office.inspector.get(f"/v1/findings/{one['id']}/orders").ok()["items"][0]["order_id"] for one in (finding, other)]
    service = office.inspector.get(f"/v1/rectification-orders/{orders[0]}/services").ok()["items"][0]["id"]
    office.inspector.get(f"/v1/rectification-orders/{orders[1]}/services/{service}/document").problem("not_found", 404)
    office.inspector.get(f"/v1/rectification-orders/{service}/document").problem("not_found", 404)
    office.inspector.get(f"/v1/findings/{finding['id']}/reinspections/{new_id()}/document").problem("not_found", 404)


# -- numbers and the register ---------------------------------------------------------------------------------------------------


def test_numbers_have_no_holes(new_office, db):
    """Many at once, some of them refused, by kind."""
    office = new_office()
    findings = [office.new_finding() for _ in range(24)]

    def order(n):
        body = {"days": 7} if n % 3 else {"days": 7, "deadline": day(3)}      # every third is refused
        return office.inspector.post(f"/v1/findings/{findings[n]['id']}/orders", body).status

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(order, range(24))) == [201] * 16 + [422] * 8
    items = list(office.inspector.pages("/v1/documents", limit=7))
    for kind in ("rectification_order", "service_receipt"):
        numbers = sorted(int(re.search("第 ([0-9]+) 号", one["number"])[1]) for one in items if one["kind"] == kind)
        assert numbers == list(range(1, 17)), kind
    assert len(items) == 32 and [one["issued_at"] for one in items] == sorted((one["issued_at"] for one in items), reverse=True)


def test_register(office):
    visit = office.new_inspection("recorded")
    listed = office.section_chief.get("/v1/documents", {"inspection_id": visit["id"]}).ok()["items"]
    assert [(one["kind"], one["kind_name"], one["institution_id"], one["resource_id"]) for one in listed] == [
        ("inspection_record", "现场检查笔录", office.home["id"], visit["id"])]
    one = listed[0]
    assert one["path"] == f"/v1/inspections/{visit['id']}/document" and one["issued_by_name"]
    document(office.section_chief, one["path"])
    now = office.section_chief.get(f"/v1/documents/{one['id']}").ok()
    assert now["state"] == "here" and now["pdf_sha256"] == office.section_chief.get(one["path"], headers={"Accept": "application/pdf"}).etag.strip('"')
    for params, found in (({"institution_id": office.home["id"], "from": day(), "to": day()}, True), ({"from": day(1)}, False), ({"kind": "patrol_record", "from": day(2)}, False),
                          ({"street": office.home["street"], "type": "elderly_care", "district": office.district}, True)):
        ids = [item["id"] for item in office.section_chief.pages("/v1/documents", params)]
        assert (one["id"] in ids) == found, params
    table = office.section_chief.get("/v1/documents", {"kind": "inspection_record", "limit": 1}, headers={"Accept": "text/csv"})
    assert table.status == 200 and "文号" in table.text.splitlines()[0]


# -- the longest that may be said ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def crowded(new_office):
    """An office whose own name, and that of its home, are as long as may be."""
    one = new_office()
    one.admin.post("/v1/org-units", {"district": one.district, "kind": "bureau", "name": prose(100), "phone": "023-60009007"}).ok(201)
    one.homes = {text: one.new_institution(name=text(200 - 3) + str(n), address=text(300), principal_name=text(60), safety_officer_name=text(60), uscc=None)
                 for n, text in enumerate((prose, word))}
    return one


@TEXTS
def test_longest_order(crowded, text):
    home, numbers = crowded.homes[text], itertools.count(1)
    many = 50 if text is prose else 12
    findings = [crowded.new_finding(institution=home, severity="general", description=text(4000 - 2) + f"{next(numbers):02d}", location=text(200), key_place=text(200),
                                    suggestion=text(2000)) for _ in range(many)]
    order = crowded.inspector.post("/v1/rectification-orders", {"institution_id": home["id"], "note": text(2000), "items": [
        {"finding_id": one["id"], "requirement": text(2000), "responsible_name": text(60), "legal_basis": text(500), **({"days": 3650} if n % 2 else {"deadline": day(3000)})}
        for n, one in enumerate(findings)]}).ok(201)
    page, paper = both(crowded.inspector, f"/v1/rectification-orders/{order['id']}/document", f"最长-责令限期改正通知书-{text.__name__}", 280)
    assert page.count("改正要求：") == many and paper.text.count("存在问题：") == many
    service = crowded.inspector.post(f"/v1/rectification-orders/{order['id']}/services", {"receiver": text(60), "note": text(2000)}).ok(201)
    both(crowded.inspector, f"/v1/rectification-orders/{order['id']}/services/{service['id']}/document", f"最长-送达回证-{text.__name__}")
    keeper, path = crowded.keeper(home), f"/v1/findings/{findings[0]['id']}"
    keeper.post(f"{path}/progress-reports", {}).ok(201)
    keeper.post(f"{path}/reinspection-requests", {}).ok(201)
    again = crowded.inspector.post(f"{path}/reinspections", {"result": "failed", "note": text(2000), "order": {
        "requirement": text(2000), "responsible_name": text(60), "legal_basis": text(500), "days": 3650}}).ok(201)
    both(crowded.inspector, f"{path}/reinspections/{again['id']}/document", f"最长-整改复查意见书-{text.__name__}")


@TEXTS
def test_longest_visit(crowded, text):
    home = crowded.homes[text]
    checklist, items = crowded.checklist()
    people = [{"actor_id": crowded.inspector.actor}] + [{"name": text(60), "certificate_no": text(60)} for _ in range(19)]
    one = crowded.new_inspection("planned", institution=home, checklist_id=checklist, task_source=text(500), note=text(2000), inspectors=people,
                                 accompanying=[{"name": text(60), "post": text(60)}] * 50)
    path = f"/v1/inspections/{one['id']}"
    notice = crowded.inspector.post(f"{path}/notices", {"receiver": text(60), "method": text(60), "note": text(2000)}).ok(201)
    both(crowded.inspector, f"{path}/notices/{notice['id']}/document", f"最长-检查通知书-{text.__name__}")
    crowded.inspector.post(f"{path}/starts", {"place": text(200)}).ok(201)
    findings = [crowded.new_finding(institution=home, inspection_id=one["id"], description=text(4000), location=text(200), key_place=text(200)) for _ in range(5)]
    crowded.inspector.put(f"{path}/answers", {"answers": [
        {"item_id": item, "answer": "fail", "finding_id": findings[n % 5]["id"], "note": text(2000)} for n, item in enumerate(items[:20])]}).ok()
    crowded.inspector.post(f"{path}/submissions", {"conclusion": text(4000)}).ok(201)
    crowded.inspector.post(f"{path}/signatures", {"party": "inspector", "name": text(60), "post": text(60)}).ok(201)
    crowded.inspector.post(f"{path}/signatures", {"party": "institution", "name": text(60), "post": text(60), "refused": True, "reason": text(1000), "witness": text(60)}).ok(201)
    both(crowded.inspector, f"{path}/document", f"最长-现场检查笔录-{text.__name__}", 180)
