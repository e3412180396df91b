"""Reports that go on together, of which nobody who brought one learns of the others; conflicts of interest that show up later; the order of steps."""
import threading

import pytest

from harness.media import until
from harness.reporter import Reporter
from office import ago, day, new_id
from reporting import REPORTS, Custodian, new_report, put_reports, report_body, work


@pytest.fixture
def filed(server, office):
    """filed(…) -> (Reporter, the report as handlers find it)."""
    def file(description, **fields):
        reporter = Reporter(server.base_url).file(description, institution_id=office.home["id"], **fields)
        (one,) = [r for r in office.handler.pages(REPORTS) if r["description"] == description]
        return reporter, one
    return file


def path_of(report):
    return f"{REPORTS}/{report['id']}"


def merge(office, report, into):
    assert office.handler.post(f"{path_of(report)}/merges", {"into": into["id"]}).ok(201)["state"] == "merged"


def clocks(office, report):
    return {c["kind"]: c["deadline"] for c in office.handler.get(path_of(report)).ok()["clocks"] if c["running"]}


# -- what a reporter does not learn ------------------------------------------------------------------------------------------------------

def told(reporter):
    """All that a reporter reads, but what is the own report's."""
    return {name: value for name, value in reporter.status().items() if name not in ("received_at", "messages")}


def test_a_decoy_learns_nothing_from_a_merge(office, filed, clock):
    """An employer files the same to see whether somebody did before: what is read after the merge is, word by word, what is read of a report
    that goes its way alone."""
    _, first = filed("仓库门口堆着煤气罐")
    work(office, first, "acceptances", "verifications")
    office.handler.post(f"{path_of(first)}/findings", {"category": "fire", "severity": "general", "description": "库房内违规存放液化气"}).ok(201)
    clock.advance(days=7)
    decoy, second = filed("仓库门口有煤气罐")
    alone, third = filed("宿舍的电线裸露在外")
    work(office, third, "acceptances", "verifications")
    merge(office, second, first)
    assert [one.request("POST", "/reward-collections").problem("invalid_state", 409)["state"] for one in (decoy, alone)] == ["verifying"] * 2
    assert decoy.status()["next"]["by"] == alone.status()["next"]["by"] and told(decoy) == told(alone)
    assert decoy.status()["state"] == "verifying" and decoy.status()["findings"] == []
    # what is asked of somebody else is not asked of the decoy
    office.handler.post(f"{path_of(first)}/supplement-requests", {"text": "是哪一间？"}).ok(201)
    office.handler.post(f"{path_of(third)}/pauses", {"reason_code": "expertise"}).ok(201)
    assert told(decoy) == told(alone) and decoy.get("/messages").ok()["items"] == []
    for one in (first, third):
        office.handler.post(f"{path_of(one)}/resumptions", {}).ok(201)
    # what is found from then on is told to both alike
    for one, words in ((first, "库房门口又放了三个钢瓶"), (third, "东墙插座没有面板")):
        office.handler.post(f"{path_of(one)}/findings", {"category": "fire", "severity": "general", "description": words}).ok(201)
        work(office, one, "conclusions", "feedbacks")
    assert told(decoy) == told(alone) and len(decoy.status()["findings"]) == 1 and decoy.status()["result"] == "substantiated"
    assert [m["text"] for m in decoy.get("/messages").ok()["items"]] == ["已经责令整改"]
    assert "merge" not in decoy.get("").text and "并" not in decoy.get("").text


# -- one of them goes --------------------------------------------------------------------------------------------------------------------

def test_who_withdraws_takes_nobody_along(office, filed):
    first, root = filed("食堂后门被货架挡住")
    second, oldest = filed("食堂的后门打不开了")
    third, younger = filed("后厨出口堆着货架子")
    office.db.execute("UPDATE hz.report SET received_at = received_at - interval '1 hour' WHERE id = %s", (oldest["id"],))
    work(office, root, "acceptances", "verifications")
    task = office.handler.post(f"{path_of(root)}/assignments", {"street": office.home["street"], "task": "看一下食堂的疏散通道"}).ok(201)
    for one in (oldest, younger):
        merge(office, one, root)
    office.handler.post(f"{path_of(root)}/findings", {"category": "fire", "severity": "general", "description": "疏散出口被遮挡"}).ok(201)
    due = clocks(office, root)
    first.post("/withdrawals", {}).ok(201)
    assert first.status()["state"] == "withdrawn"
    assert second.status()["state"] == third.status()["state"] == "verifying" and len(second.status()["findings"]) == 1
    heir = office.handler.get(path_of(oldest)).ok()
    assert (heir["state"], heir["merged_into"], heir["open_finding_count"]) == ("verifying", None, 1) and clocks(office, oldest) == due
    assert clocks(office, root) == {} and office.handler.get(path_of(younger)).ok()["merged_into"] == oldest["id"]
    act, = office.handler.get(f"{path_of(oldest)}/resumptions").ok()["items"]
    assert (act["from_state"], act["state"], act["into"], act["actor_id"], act["role"]) == ("merged", "verifying", root["id"], None, "job")
    # what a street was asked it answers where it was asked, and does not learn that there are two
    assert office.street.post(f"{path_of(root)}/assignments/{task['id']}/replies", {"reply": "已清开"}).ok(201)["state"] == "replied"
    work(office, oldest, "conclusions", "feedbacks")
    assert third.status()["state"] == "fed_back" and [m["text"] for m in third.get("/messages").ok()["items"]] == ["已经责令整改"]
    assert first.get("/messages").ok()["items"] == []


def test_what_is_asked_of_one_who_leaves_is_not_waited_for(office, filed, clock):
    first, root = filed("二楼消火栓箱没有水带")
    second, other = filed("二楼的消火栓箱是空的")
    work(office, root, "acceptances", "verifications", "supplement-requests")
    merge(office, other, root)
    before = clocks(office, root)["report_conclusion"]
    clock.advance(days=3)
    assert second.status()["state"] == "verifying"
    first.post("/withdrawals", {}).ok(201)
    heir = office.handler.get(path_of(other)).ok()
    running = {c["kind"]: c for c in heir["clocks"] if c["running"]}
    assert heir["state"] == "verifying" and not heir["paused"] and set(running) == {"report_conclusion"}
    assert running["report_conclusion"]["paused_days"] == 3 and running["report_conclusion"]["deadline"] > before


def test_one_in_the_middle_leaves_those_behind_it(office, filed):
    _, root = filed("院内变压器围栏倒了")
    middle, two = filed("变压器旁边围栏倒塌")
    behind, three = filed("变压器没有围栏保护")
    merge(office, three, two)
    merge(office, two, root)
    middle.post("/withdrawals", {}).ok(201)
    assert office.handler.get(path_of(three)).ok()["merged_into"] == root["id"]
    assert office.handler.get(path_of(root)).ok()["state"] == behind.status()["state"] == "received" and middle.status()["state"] == "withdrawn"


def test_a_ticket_sent_back_leaves_the_report_merged_into_it(office, filed):
    ticket = office.handler.post(REPORTS, report_body(office, channel="12345", external_number=new_id()[:12], description="电梯困人没人管")).ok(201)
    reporter, one = filed("电梯昨天又困了人")
    merge(office, one, ticket)
    office.handler.post(f"{path_of(ticket)}/returns", {"reason_code": "duplicate"}).ok(201)
    heir = office.handler.get(path_of(one)).ok()
    # the hotline's own clocks are not a reporter's from the web
    assert heir["state"] == reporter.status()["state"] == "received" and set(clocks(office, one)) == {"report_acceptance"}
    office.handler.post(f"{path_of(one)}/acceptances", {}).ok(201)


def test_a_decision_stands_for_all_of_them(office, filed):
    """Rejected together, the reason stays when the one it was written for is withdrawn."""
    first, root = filed("隔壁工地夜里施工太吵")
    second, other = filed("旁边的工地晚上噪声大")
    merge(office, other, root)
    office.handler.post(f"{path_of(root)}/rejections", {"reason_code": "not_ours", "note": "请向生态环境部门反映"}).ok(201)
    first.post("/withdrawals", {}).ok(201)
    one = second.status()
    assert one["state"] == "rejected" and one["reason"]["note"] == "请向生态环境部门反映" and "职责" in one["reason"]["zh"]
    act, = office.handler.get(f"{path_of(other)}/rejections").ok()["items"]
    assert act["actor_id"] == office.handler.actor and act["from_state"] == "merged"


def test_a_ticket_merged_is_still_owed_to_the_hotline(office, filed):
    _, root = filed("二号楼的电梯没有检验标志")
    ticket = office.handler.post(REPORTS, report_body(office, channel="12345", external_number=new_id()[:12], external_deadline=day(9), description="电梯没贴检验标志")).ok(201)
    work(office, root, "acceptances", "verifications")
    merge(office, ticket, root)
    assert clocks(office, ticket) == {"report_ticket": day(9)}
    assert ticket["id"] in {row["resource_id"] for row in office.handler.pages("/v1/deadlines", {"district": office.district}) if row["resource"] == "whistleblower_report"}
    work(office, root, "conclusions")
    assert clocks(office, ticket) == {"report_ticket": day(9)}
    work(office, root, "feedbacks")
    assert clocks(office, ticket) == {}


# -- conflicts of interest that show up later --------------------------------------------------------------------------------------------

def sees(client, report):
    """By itself, in the list and on the worklist alike."""
    found = client.get(path_of(report)).status == 200
    assert (report["id"] in {r["id"] for r in client.pages(REPORTS)}) == found
    return found


def test_who_is_named_in_a_message_sees_it_no_more(office, api, filed):
    handler = api("handler", office.district, name="万事兴")
    reporter, one = filed("护理站半夜没人值守")
    work(office, one, "acceptances")
    office.handler.post(f"{path_of(one)}/assignments", {"handler_id": handler.actor, "task": "请办"}).ok(201)
    assert sees(handler, one)
    reporter.post("/messages", {"text": "上次来的万事兴收了院长的烟"}).ok(201)
    assert not sees(handler, one) and handler.get(f"{path_of(one)}/messages").status == 404
    after = office.handler.get(path_of(one)).ok()
    assert after["handler_id"] is None       # somebody else has to take it up
    assert office.handler.post(f"{path_of(one)}/assignments", {"handler_id": handler.actor, "task": "x"}).faults() == {"/handler_id": "unknown_reference"}


def test_a_second_key_is_a_conflict(office, api, filed):
    """Whoever belongs to the institution handles nothing about it, whichever key is shown; nor when it is only called by its name."""
    other = office.new_institution(name="重庆市渝中区松鹤颐养苑")
    before, _ = filed("走廊的应急灯都不亮"), None
    handler, leader = api("handler", office.district, name="handler at home"), api("leader", office.district, name="leader at home")
    street = api("street", office.district, street=office.home["street"], name="street at home")
    named = new_report(office, institution_id=None, institution_name="渝中区松鹤颐养苑", district=office.district)
    said = new_report(office, description="我说的是重庆市渝中区松鹤颐养苑的食堂")
    one = before[1]
    work(office, one, "acceptances", "verifications")
    task = office.handler.post(f"{path_of(one)}/assignments", {"street": office.home["street"], "task": "走一趟"}).ok(201)
    assert sees(handler, one) and sees(handler, named) and sees(handler, said)
    for client in (handler, leader, street):
        api("staff", office.district, institution=[office.home["id"], other["id"]], actor=client.actor)
    work(office, one, "conclusions")
    assert not sees(handler, one) and not sees(handler, named) and not sees(handler, said) and not sees(leader, one)
    assert sees(office.handler, one) and sees(office.leader, one)
    assert task["id"] not in {t["id"] for t in street.pages("/v1/whistleblower-report-assignments")}
    # nor what comes from now on
    late = new_report(office, institution_id=None, institution_name="松鹤颐养苑（解放碑院）", district=office.district)
    assert not sees(handler, late) and sees(office.handler, late)
    # nor may such a one say that it is about the own house
    blind = new_report(office, institution_id=None, institution_name="某小院", district=office.district)
    assert sees(handler, blind)
    assert handler.post(f"{path_of(blind)}/acceptances", {"institution_id": other["id"]}).faults() == {"/institution_id": "own_institution"}
    office.handler.post(f"{path_of(blind)}/acceptances", {"institution_id": other["id"]}).ok(201)
    assert not sees(handler, blind)


def test_an_account_made_later_is_judged_by_what_is_there(office, api, filed):
    reporter, one = filed("院长把检查的日子提前告诉了护工")
    reporter.post("/messages", {"text": "是民政局的司马长风说出去的"}).ok(201)
    handler = api("handler", office.district, name="司马长风")
    other = api("handler", office.district, name="司马长安")
    assert not sees(handler, one) and sees(other, one)


def test_where_no_handler_is_left_the_leader_sees_it(new_office, api, nobody_report):
    office = new_office()
    reporter, one = nobody_report(office, "锅炉工没有证")
    assert sees(office.handler, one) and not sees(office.leader, one)
    key, = office.db.execute("SELECT id FROM hz.api_key WHERE actor_id = %s AND role = 'handler'", (office.handler.actor,)).fetchone()
    office.admin.post(f"/v1/api-keys/{key}/revocations", {}).ok(201)
    assert sees(office.leader, one)
    second = api("handler", office.district, name="接任")
    assert sees(second, one) and not sees(office.leader, one)
    reporter.post("/messages", {"text": "接任也拿了钱"}).ok(201)
    assert not sees(second, one) and sees(office.leader, one)
    # keys end by themselves, too
    third = api("handler", office.district, name="third")
    assert not sees(office.leader, one)
    office.db.execute("UPDATE hz.api_key SET expires_at = now() + interval '1 second' WHERE actor_id = %s", (third.actor,))
    until(lambda: third.get(path_of(one)).status == 401)
    assert not sees(office.leader, one)
    with office.db.transaction():
        office.db.execute("SELECT api.job_judge_reports()")
    assert sees(office.leader, one)


@pytest.fixture
def nobody_report(server):
    def file(office, description):
        reporter = Reporter(server.base_url).file(description, institution_id=office.home["id"])
        return reporter, [r for r in office.handler.pages(REPORTS) if r["description"] == description][0]
    return file


def test_a_merge_joins_conflicts(office, api, filed):
    handler = api("handler", office.district, name="诸葛小亮")
    _, one = filed("阳台护栏松动")
    _, two = filed("阳台的护栏松了，诸葛小亮看过不管")
    assert sees(handler, one) and not sees(handler, two)
    merge(office, two, one)
    assert not sees(handler, one) and not sees(handler, two) and sees(office.handler, one)
    later = api("handler", office.district, name="欧阳小明")
    reporter, three = filed("护栏又松了")
    merge(office, three, one)
    assert sees(later, one)
    reporter.post("/messages", {"text": "欧阳小明也知道"}).ok(201)
    assert not sees(later, one) and not sees(later, two) and not sees(later, three)


# -- the order of steps ------------------------------------------------------------------------------------------------------------------

@pytest.mark.provokes("occurred_at_out_of_order")
def test_no_step_is_dated_before_the_one_before_it(office, clock):
    one = new_report(office)
    clock.advance(days=5)
    path = path_of(one)
    office.handler.post(f"{path}/acceptances", {"occurred_at": (clock.now()).isoformat()}).ok(201)
    clock.advance(days=3)
    for step, body in (("verifications", {"note": "到场"}), ("pauses", {"reason_code": "expertise"})):
        office.handler.post(f"{path}/{step}", {**body, "occurred_at": ago(days=1)}).problem("occurred_at_out_of_order", 422)
    office.handler.post(f"{path}/pauses", {"reason_code": "expertise", "occurred_at": clock.advance(days=-2).isoformat()}).ok(201)
    clock.advance(days=4)
    office.handler.post(f"{path}/resumptions", {"occurred_at": clock.now().isoformat()}).ok(201)
    # a second pause over the same days is refused, so none counts twice
    back = (clock.now()).isoformat()
    clock.advance(days=2)
    office.handler.post(f"{path}/pauses", {"reason_code": "other_body", "occurred_at": ago(days=0)}).problem("occurred_at_out_of_order", 422)
    office.handler.post(f"{path}/pauses", {"reason_code": "other_body", "occurred_at": back}).ok(201)
    office.handler.post(f"{path}/resumptions", {}).ok(201)
    conclusion = next(c for c in office.handler.get(path).ok()["clocks"] if c["kind"] == "report_conclusion")
    assert conclusion["paused_days"] == 6


def test_what_is_concluded_stands_still_no_longer(office):
    one = work(office, new_report(office), "acceptances", "verifications", "pauses", "conclusions")
    assert office.handler.get(path_of(one)).ok()["paused"] is False


def test_a_street_answers_whatever_has_become_of_the_report(office, filed):
    """Its task would stay open for good, and a refusal would tell that the reporter went."""
    reporter, one = filed("配电房没有上锁")
    _, root = filed("配电间的门一直开着")
    merged, two = filed("配电房谁都能进")
    tasks = {}
    for report in (one, two):
        work(office, report, "acceptances")
        tasks[report["id"]] = office.handler.post(f"{path_of(report)}/assignments", {"street": office.home["street"], "task": "看配电房"}).ok(201)["id"]
    reporter.post("/withdrawals", {}).ok(201)
    merge(office, two, root)
    for report in (one, two):
        answer = office.street.post(f"{path_of(report)}/assignments/{tasks[report['id']]}/replies", {"reply": "已锁"}).ok(201)
        assert answer["state"] == "replied"
    assert not {t["id"] for t in office.street.pages("/v1/whistleblower-report-assignments", {"open": "true"})} & set(tasks.values())


# -- words, institutions, holds ----------------------------------------------------------------------------------------------------------

def test_short_words_and_messages_are_kept_out_of_findings(office, filed):
    _, one = filed("锅炉房漏气三天了")       # eight characters
    reporter, two = filed("配餐间的灭火器过期")
    merge(office, two, one)
    reporter.post("/messages", {"text": "压力表的指针一直停在红线上没有动过"}).ok(201)
    work(office, one, "acceptances")
    body = {"category": "fire", "severity": "general", "location": "后院"}
    for words in ("锅炉房，漏气三天了！", "现场见 锅炉房漏气 三天了", "经查，配餐间的灭火器过期。", "压力表的指针一直停在红线上，没有动"):
        assert office.handler.post(f"{path_of(one)}/findings", {**body, "description": words}).faults() == {"/description": "quotes_report"}, words
        assert office.handler.post(f"{path_of(one)}/assignments", {"street": office.home["street"], "task": words}).faults() == {"/task": "quotes_report"}
    office.handler.post(f"{path_of(one)}/findings", {**body, "description": "锅炉房漏气，压力表失灵"}).ok(201)


def test_an_institution_reads_nothing_of_the_bureaus_handling(office):
    one = office.handler.post(REPORTS, report_body(office, channel="visit", audience="institution", description="夜班交接没有记录")).ok(201)
    office.handler.post(f"{path_of(one)}/holds", {"reason": "准备立案调查院长"}).ok(201)
    told = office.institution.get(path_of(one)).ok()
    office.handler.post(f"{path_of(one)}/messages", {"text": "收到了"}).ok(201)
    office.institution.post(f"{path_of(one)}/messages", {"text": "正在查"}).ok(201)
    said = office.institution.get(f"{path_of(one)}/messages").ok()["items"]
    assert [(m["text"], m["actor_id"], m["actor_name"] is None) for m in said] == [("收到了", None, True), ("正在查", office.institution.actor, False)]
    assert office.handler.actor in office.handler.get(f"{path_of(one)}/messages").text
    assert told["hold_reason"] is None and told["taken_by"] is None and "立案" not in office.institution.get(path_of(one)).text
    assert office.handler.get(path_of(one)).ok()["hold_reason"] == "准备立案调查院长"
    # nothing goes into what the institution still answers
    other = new_report(office)
    assert office.handler.post(f"{path_of(other)}/merges", {"into": one["id"]}).faults() == {"/into": "told_to_institution"}


def test_a_hold_that_comes_while_it_is_erased(new_office, server):
    office = new_office()
    (report, _), = put_reports(office, [("fed_back", "web")])
    office.db.execute("UPDATE hz.report SET ended_at = ended_at - interval '10 years', received_at = received_at - interval '10 years' WHERE id = %s", (report,))
    office.db.execute("UPDATE hz.report SET ended_at = date_trunc('hour', now() - interval '10 years') WHERE id = %s", (report,))
    gone = []
    with server.connect() as holder, server.connect() as eraser:
        with holder.transaction():
            holder.execute("UPDATE hz.report SET hold_reason = '诉讼' WHERE id = %s", (report,))
            thread = threading.Thread(target=lambda: gone.append(eraser.execute("SELECT api.reports_erase(10, %s)", (office.district,)).fetchone()[0]))
            thread.start()
            until(lambda: holder.execute("SELECT count(*) FROM pg_locks WHERE NOT granted AND pid = %s", (eraser.info.backend_pid,)).fetchone()[0])
        thread.join()
    assert gone == [0] and office.db.execute("SELECT state FROM hz.report WHERE id = %s", (report,)).fetchone() == ("fed_back",)


# -- found by reading the code with fresh eyes ---------------------------------------------------------------------------------------------

def test_a_reason_is_that_of_the_decision(office, filed):
    """Not of whatever was recorded after it: least of all why the office keeps the report."""
    reporter, one = filed("食堂后厨没有防火门")
    other, two = filed("后厨防火门拆掉了")
    merge(office, two, one)
    office.handler.post(f"{path_of(one)}/rejections", {"reason_code": "not_ours", "note": "请向消防救援大队反映"}).ok(201)
    reporter.post("/messages", {"text": "知道了"}).ok(201)
    office.handler.post(f"{path_of(one)}/holds", {"reason": "公安已立案，不要外传"}).ok(201)
    assert reporter.status()["reason"]["note"] == other.status()["reason"]["note"] == "请向消防救援大队反映"
    reporter.post("/withdrawals", {}).ok(201)
    assert other.status()["reason"]["note"] == "请向消防救援大队反映" and "立案" not in other.get("").text
    assert office.handler.get(path_of(two)).ok()["hold_reason"] == "公安已立案，不要外传"


def test_titles_beside_names(office, api, server):
    keeper = api("institution", office.district, institution=office.home["id"], name="常山赵")
    handler = api("handler", office.district, name="慕容复")
    bodies = [{"named_persons": [{"name": "院长常山赵"}], "audience": "institution"}, {"named_persons": [{"name": "（护士长）常山赵", "post": "护士长"}], "audience": "institution"},
              {"named_persons": [{"name": "科长 慕容 复"}]}, {"institution_name": "慕容复开的养老院", "district": office.district},
              {"named_persons": [{"name": "司徒"}, {"name": "某人", "post": "原科长司徒美堂"}]}]
    made = []
    for n, fields in enumerate(bodies):
        text = f"夜里没有人值班第{n}处{new_id()}"
        known = {} if "institution_name" in fields else {"institution_id": office.home["id"]}
        Reporter(server.base_url).file(text, **known, **fields)
        made.append([r for r in office.handler.pages(REPORTS) if r["description"] == text][0])
    assert not sees(keeper, made[0]) and not sees(keeper, made[1]) and sees(office.institution, made[0]) and sees(office.institution, made[1])
    assert not sees(handler, made[2]) and not sees(handler, made[3]) and sees(handler, made[4])
    late = api("handler", office.district, name="司徒美堂")
    assert not sees(late, made[4]) and sees(late, made[2])


def test_feedback_reaches_reports_its_author_does_not_see(office, filed):
    """An institution that was told twice, and the bureau merged: its answer is told to both."""
    (first, one), (second, two) = filed("夜班护工只有一个人", audience="institution"), filed("晚上护工人手不够啊", audience="institution")
    merge(office, two, one)
    assert office.institution.get(path_of(two)).status == 404
    assert office.institution.post(f"{path_of(one)}/feedbacks", {"text": "下周起两人值班"}).ok(201)["state"] == "fed_back"
    for reporter in (first, second):
        assert [(m["author"], m["text"]) for m in reporter.get("/messages").ok()["items"]] == [("institution", "下周起两人值班")]
        assert reporter.status()["state"] == "fed_back"


def test_reports_of_two_institutions_are_not_merged(office, filed):
    _, one = filed("配电箱裸露没有门")
    away = new_report(office, institution_id=office.new_institution()["id"])
    assert office.handler.post(f"{path_of(away)}/merges", {"into": one["id"]}).faults() == {"/into": "other_institution"}


def test_conflicts_of_a_case_come_from_all_of_it(office, api, filed):
    """By a key of the institution one of them is about; and by a name found when a key is issued."""
    dual = api("handler", office.district, name="handler and nurse")
    api("staff", office.district, institution=office.home["id"], actor=dual.actor)
    root = new_report(office, institution_id=None, institution_name="某处小院", district=office.district)
    _, child = filed("二楼阳台堆满了纸箱子，宇文成都说不要紧")
    assert sees(dual, root) and not sees(dual, child)
    merge(office, child, root)
    assert not sees(dual, root)
    named = api("handler", office.district, name="宇文成都")
    assert not sees(named, root) and not sees(named, child)


def test_nobodys_words_take_the_last_reader_from_anothers_report(new_office, api, nobody_report):
    """A decoy, once merged, thanks everybody in the office by name."""
    office = new_office()
    one, two = api("handler", office.district, name="钟子期"), api("handler", office.district, name="俞伯牙")
    leader = api("leader", office.district, name="管夷吾")
    revoke(office, office.leader)
    _, true = nobody_report(office, "锅炉压力表坏了一年")
    decoy, false = nobody_report(office, "锅炉的压力表不准了")
    merge(office, false, true)
    revoke(office, office.handler)
    decoy.post("/messages", {"text": "感谢钟子期"}).ok(201)
    assert not sees(one, true) and sees(two, true)
    decoy.post("/messages", {"text": "也感谢俞伯牙和管夷吾"}).ok(201)
    assert sees(two, true) and not sees(two, false) and not sees(leader, false)
    # what is the own report's holds for it, and the job says that nobody is left
    before = office.db.execute("SELECT api.job_judge_reports()").fetchone()[0]
    Reporter(office.admin.base_url).file("俞伯牙、钟子期和管夷吾都不管", institution_id=office.home["id"])
    assert office.db.execute("SELECT api.job_judge_reports()").fetchone()[0] == before + 1


def test_a_ticket_is_not_told_to_a_reporter_from_the_web(office, filed):
    ticket = office.handler.post(REPORTS, report_body(office, channel="12345", external_number=new_id()[:12], external_deadline=day(2), description="水管爆裂没人修")).ok(201)
    reporter, one = filed("一楼的水管爆了没人来修")
    alone, _ = filed("三楼走廊的灯不亮好几天")
    merge(office, one, ticket)
    assert told(reporter) == told(alone)
    office.handler.post(f"{path_of(ticket)}/returns", {"reason_code": "duplicate"}).ok(201)
    assert set(clocks(office, one)) == {"report_acceptance"} and told(reporter) == told(alone)       # nor does its date come after it


def test_who_withdraws_is_asked_for_no_more(office):
    Custodian(office)
    reporter = Reporter(office.handler.base_url).file("护栏断了一截没人管", institution_id=office.home["id"], mode="named", identity={"name": "某某"})
    one = [r for r in office.handler.pages(REPORTS) if r["description"] == "护栏断了一截没人管"][0]
    work(office, one, "acceptances")
    asked = office.handler.post(f"{path_of(one)}/identity-requests", {"reason": "取证"}).ok(201)
    reporter.post("/withdrawals", {}).ok(201)
    office.custodian.post(f"/v1/identity-requests/{asked['id']}/decisions", {"decision": "granted", "reason": "x"}).problem("invalid_state", 409)
    assert [(q["state"], q["decision_reason"]) for q in office.custodian.pages("/v1/identity-requests") if q["id"] == asked["id"]] == [("refused", "举报人已撤回")]


def test_only_whose_key_reaches_it_is_given_a_report(office, api, filed):
    far = api("handler", office.district, name="far handler", street=office.streets[-1])
    _, one = filed("杂物间门口堵死了")
    work(office, one, "acceptances")
    assert office.home["street"] != office.streets[-1] and not sees(far, one)
    assert office.handler.post(f"{path_of(one)}/assignments", {"handler_id": far.actor, "task": "x"}).faults() == {"/handler_id": "unknown_reference"}


def test_a_street_that_owes_an_answer_stands_on_the_worklist(office, filed):
    _, one = filed("消防水带被人剪断了")
    work(office, one, "acceptances")
    task = office.handler.post(f"{path_of(one)}/assignments", {"street": office.home["street"], "task": "去看看", "due_on": day(4)}).ok(201)

    def listed():
        return [(d["deadline"], d["responsible_roles"], d["resource_id"]) for d in office.handler.pages("/v1/deadlines", {"kind": "report_assignment"}) if d["resource_id"] == one["id"]]
    assert listed() == [(day(4), ["street"], one["id"])]
    office.street.post(f"{path_of(one)}/assignments/{task['id']}/replies", {"reply": "换了"}).ok(201)
    assert listed() == []


def test_much_that_was_said_does_not_stop_a_finding(office, filed):
    """Half of as many messages as may come, each as long as may be; the words of a finding are compared with all of them, in time."""
    _, one = filed("楼梯扶手松动")
    work(office, one, "acceptances")
    office.db.execute("INSERT INTO hz.report_message (report_id, district, n, author, text, sent_at) SELECT %s, %s, n, 'reporter', (SELECT string_agg(chr(19968 + (i * 7 + n * 13) %% 5000), '') "
                      "FROM generate_series(1, 4000) i), date_trunc('hour', now()) FROM generate_series(1, 150) n", (one["id"], office.district))
    body = {"category": "fire", "severity": "general", "description": "现场检查发现问题" * 200, "location": "二楼" * 40, "suggestion": "更换" * 400}
    office.handler.post(f"{path_of(one)}/findings", body).ok(201)


def race(server, first, second):
    """`first` is done, and not yet committed, when `second` begins on another connection."""
    with server.connect() as one, server.connect() as two:
        with one.transaction():
            first(one)
            thread = threading.Thread(target=lambda: second(two))
            thread.start()
            until(lambda: one.execute("SELECT count(*) FROM pg_locks WHERE NOT granted AND pid = %s", (two.info.backend_pid,)).fetchone()[0])
        thread.join()


def test_words_and_keys_at_the_same_moment(server, office, filed):
    """A message that names somebody whose key is being issued, and the other way about; and two names at once."""
    def say(reporter, text):
        hashed = office.db.execute("SELECT receipt_hash FROM hz.report WHERE id = %s", (reporter[1]["id"],)).fetchone()[0]

        def do(connection):
            with connection.transaction():
                connection.execute("SELECT set_config('app.role', 'nobody', true), set_config('app.actor', '00000000-0000-0000-0000-000000000000', true)")
                connection.execute("SELECT api.reporter_say(%s, %s)", (hashed, '{"text": "%s"}' % text))
        return do

    def issue(name, found):
        def do(connection):
            found.append(connection.execute("SELECT actor_id FROM api.issue_key('handler', %s, '{}', '{}', '{}', %s, NULL)", ([office.district], name)).fetchone()[0])
        return do

    def conflicts(reporter):
        return set(office.db.execute("SELECT named_actors FROM hz.report WHERE id = %s", (reporter[1]["id"],)).fetchone()[0])
    one, two, three = filed("甲楼的门坏了很久"), filed("乙楼的门坏了很久"), filed("丙楼的门坏了很久，公孙胜知道")
    early, late, other, third = [], [], [], []
    race(server, say(one, "公孙大娘说不用管"), issue("公孙大娘", early))
    assert conflicts(one) == set(early) and early
    race(server, issue("公孙止水", late), say(two, "公孙止水也知道"))
    assert conflicts(two) == set(late) and late
    issue("端木赐教", other)(office.db)
    race(server, say(three, "端木赐教不来看"), issue("公孙胜", third))
    assert conflicts(three) == set(other + third) and third


def revoke(office, client):
    key, = office.db.execute("SELECT id FROM hz.api_key WHERE actor_id = %s", (client.actor,)).fetchone()
    office.admin.post(f"/v1/api-keys/{key}/revocations", {}).ok(201)


def test_a_decoy_that_came_first(new_office, api, nobody_report):
    """The true one was merged into it, as the later into the earlier; then it names everybody. The true one goes on, and is not alone with it."""
    office = new_office()
    people = [api("handler", office.district, name=name) for name in ("廉颇将军", "蔺相如")] + [api("leader", office.district, name="赵惠文")]
    decoy, first = nobody_report(office, "宿舍楼道里有充电的电动车")
    true, second = nobody_report(office, "楼道里一直在给电动车充电")
    third_reporter, third = nobody_report(office, "电动车停在楼道里充电")
    # of one hour none is the older
    office.db.execute("UPDATE hz.report SET received_at = received_at - interval '1 hour' WHERE id IN (%s, %s)", (first["id"], second["id"]))
    work(office, first, "acceptances", "verifications")
    merge(office, second, first)
    merge(office, third, first)
    due = clocks(office, first)
    for client in (office.handler, office.leader):
        revoke(office, client)
    before = decoy.status()["state"]
    decoy.post("/messages", {"text": "谢谢廉颇将军、蔺相如和赵惠文"}).ok(201)
    readers = [client for client in people if client.get(path_of(second)).status == 200]
    assert readers and not [client for client in people if client.get(path_of(first)).status == 200]
    seen = readers[0].get(path_of(second)).ok()
    assert (seen["state"], seen["merged_into"]) == ("verifying", None) and {c["kind"]: c["deadline"] for c in seen["clocks"] if c["running"]} == due
    assert [row[0] for row in office.db.execute("SELECT merged_into::text FROM hz.report WHERE id IN (%s, %s)", (first["id"], third["id"]))] == [second["id"]] * 2
    assert decoy.status()["state"] == true.status()["state"] == third_reporter.status()["state"] == before == "verifying"
    # a handler who comes later, and is named by nobody, sees it all; then the others are kept from the true one, too
    later = api("handler", office.district, name="later handler")
    assert sees(later, first) and sees(later, second)
    assert not [client for client in people if client.get(path_of(second)).status == 200]


def test_an_institution_found_later_is_that_of_all_of_them(office, api, filed):
    other = office.new_institution()
    root = new_report(office, institution_id=None, institution_name="某处小院", district=office.district)
    _, child = filed("护士站夜里不开灯")
    merge(office, child, root)
    assert office.handler.post(f"{path_of(root)}/acceptances", {"institution_id": other["id"]}).faults() == {"/institution_id": "other_institution"}
    away = new_report(office, institution_id=other["id"])
    assert office.handler.post(f"{path_of(away)}/merges", {"into": root["id"]}).faults() == {"/into": "other_institution"}
    dual = api("handler", office.district, name="dual after the merge")
    assert sees(dual, root)
    api("staff", office.district, institution=office.home["id"], actor=dual.actor)
    assert not sees(dual, root) and not sees(dual, child)


def test_an_institutions_own_account_is_not_kept_from_what_it_was_told(office, api):
    """Also where it has a key of the bureau, and the words have the institution's name in them."""
    both = api("institution", office.district, institution=office.home["id"], name="institution and street")
    one = office.handler.post(REPORTS, report_body(office, channel="visit", audience="institution", description=f"{office.home['name']}夜班缺人")).ok(201)
    api("street", office.district, street=office.home["street"], actor=both.actor)
    assert sees(both, one)
