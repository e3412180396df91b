"""A basement without a signal: twelve findings, thirty photographs, two signatures, and a connection that is cut at every stage of the
exchange in turn. Everything is then sent again, and there is one visit with all of it, each once."""
import json
import socket
import struct
import time

import pytest

from harness.processes import until
from visit import Visit, sha256

# how far the exchange goes before the connection is cut: octets of the header, of the body, of the answer
STAGES = {
    "before the header is whole": lambda header, body: (header[:20], 0),
    "amid the header": lambda header, body: (header[:-3], 0),
    "before the body": lambda header, body: (header, 0),
    "amid the body": lambda header, body: (header + body[:len(body) // 2], 0),
    "before the last octet": lambda header, body: (header + body[:-1], 0),
    "after the body, before the answer": lambda header, body: (header + body, 0),
    "amid the answer": lambda header, body: (header + body, 30),
}


def cut(server, client, path, body, stage, type, key):
    """Send one POST and cut the connection by a reset at that stage."""
    header = (f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nAuthorization: Bearer {client.key}\r\nContent-Type: {type}\r\n"
              + (f"Idempotency-Key: {key}\r\n" if key else "") + f"Content-Length: {len(body)}\r\n\r\n").encode()
    octets, wanted = STAGES[stage](header, body)
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as line:
        line.sendall(octets)
        got = 0
        while got < wanted:
            piece = line.recv(wanted - got)
            assert piece, "closed before the answer"
            got += len(piece)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def upload_cut(server, visit, name, stage, key):
    cut(server, visit.office.inspector, f"/v1/attachments?filename={name[:8]}.jpg", visit.files[name], stage, "image/jpeg", key)


def bundle_cut(server, visit, stage, key):
    cut(server, visit.office.inspector, "/v1/inspection-bundles", json.dumps(visit.bundle, ensure_ascii=False).encode(), stage, "application/json", key)


def upload_all(server, visit, stage):
    """Every file, first cut, then again with the same key: its hash."""
    for name in visit.files:
        upload_cut(server, visit, name, stage, name)
        assert visit.upload(name, idempotency_key=name).ok(201)["sha256"] == name


def each_once(db, server, visit):
    """One visit, 12 findings, 30 photographs and 2 signatures, each once, in the database and in the store."""
    names = [bytes.fromhex(name) for name in visit.files]
    count = lambda query, *values: db.execute("SELECT count(*) " + query, values).fetchone()[0]
    assert len(names) == 32
    assert count("FROM hz.inspection WHERE institution_id = %s", visit.institution["id"]) == 1
    assert count("FROM hz.finding WHERE institution_id = %s", visit.institution["id"]) == 12
    assert count("FROM hz.rectification_order WHERE institution_id = %s", visit.institution["id"]) == 1
    assert [row[0] for row in db.execute("SELECT command FROM hz.inspection_act WHERE inspection_id = %s ORDER BY occurred_at", (visit.id,))] == [
        "starts", "answers", "submissions", "signatures", "signatures"]
    assert [tuple(row) for row in db.execute(
        "SELECT role = 'signature', count(*), count(DISTINCT sha256), count(*) FILTER (WHERE state = 'here') FROM hz.attachment_link "
        "WHERE sha256 = ANY (%s) GROUP BY 1 ORDER BY 1", (names,))] == [(False, 30, 30, 30), (True, 2, 2, 2)]
    assert count("FROM hz.content WHERE sha256 = ANY (%s)", names) == 32
    assert count("FROM hz.attachment WHERE sha256 = ANY (%s)", names) == 32
    for name, data in visit.files.items():
        assert (server.folder / "files/blobs" / name[:2] / name[2:4] / name).read_bytes() == data
    # nothing half received is left; of a whole file whose sender has gone, a second name may be, till the job comes by
    incoming = server.folder / "files/incoming"
    until(lambda: all("." in path.name for path in incoming.iterdir()), seconds=5)
    for path in incoming.iterdir():
        assert sha256(path.read_bytes()) == path.name.partition(".")[0]
    finding = visit.office.inspector.get(f"/v1/findings/{visit.findings[-1]['id']}").ok()
    for file in finding["attachments"]:
        assert visit.office.inspector.get(f"/v1/attachments/{file['id']}").body == visit.files[file["sha256"]]


@pytest.mark.parametrize("stage", STAGES)
def test_photographs_first(office, db, server, stage):
    visit = Visit(office)
    upload_all(server, visit, stage)
    bundle_cut(server, visit, stage, None)      # the phone's own ids are enough
    one = visit.send()
    assert one.status in (200, 201), one
    assert one.data["state"] == "recorded" and one.data["awaiting"] == []
    each_once(db, server, visit)


@pytest.mark.parametrize("stage", STAGES)
def test_photographs_after_the_bundle(office, db, server, stage):
    visit = Visit(office)
    key = f"visit-{visit.id}"
    bundle_cut(server, visit, stage, key)
    one = visit.send(idempotency_key=key).ok(201)
    assert {file["sha256"] for file in one["awaiting"]} == set(visit.files)
    upload_all(server, visit, stage)
    again = visit.send()
    assert again.status == 200 and again.data["replayed"] and again.data["awaiting"] == []
    each_once(db, server, visit)


def test_nothing_is_known_of_a_visit_cut_short(office, db, server):
    """Until the body is whole there is nothing; the visit is there once it was, although no answer arrived."""
    visit = Visit(office)
    there = lambda: db.execute("SELECT count(*) FROM hz.inspection WHERE id = %s", (visit.id,)).fetchone()[0]
    for stage in list(STAGES)[:5]:
        bundle_cut(server, visit, stage, None)
        time.sleep(0.1)
        assert there() == 0, stage
    bundle_cut(server, visit, "amid the answer", None)
    assert there() == 1
