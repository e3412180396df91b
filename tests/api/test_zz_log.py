"""Last of all: what the shared server has written while it was tested."""
import json
import re
import time

# of Kore itself, at its start
KORE = re.compile(r"\[(parent|wrk \d+|keymgr|logger)\]: |kore")


def test_nothing_broke_on_the_way(server):
    time.sleep(0.2)
    log = server.log
    assert "exited with status" not in log and "restarting worker" not in log, [one for one in log.splitlines() if "worker" in one]
    failures = []
    for text in log.splitlines():
        if not text.startswith("{"):
            assert KORE.match(text), text
            continue
        line = json.loads(text)
        if line.get("level") == "error" or line.get("status") == 500:
            failures.append(text)
    # provoked: a statement that breaks (test_errors), a file that is gone (test_attachments_http), each a request and its cause; and a request
    # for a document that could not be made (test_documents), whose cause hz-media has told
    assert len(failures) <= 5, failures


def test_no_key_and_no_address_in_any_log(server):
    for path in server.folder.glob("*.log"):
        text = path.read_text(errors="replace")
        assert not re.search(r"hzk_[0-9a-z]{32}", text), path
        assert not re.search(r"\b127\.0\.0\.1:\d{4,5}.*(GET|POST)", text), path
