"""What a client with a key may try: cursors with values of its own, numbers at the ends of their notation, bodies enough to fill
the memory, and a mixture of good, bad and mutated requests on many connections at once."""
import base64
import json
import random
import socket
import threading

import pytest

GOOD = ("/v1/me", "/v1/findings?limit=3", "/v1/institutions?limit=2", "/livez", "/v1/deadlines?state=overdue", "/openapi.json")
ROUNDS, CONNECTIONS = 60, 12


def forged(cursor, values):
    """A cursor of the same list with other values."""
    plain = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    text = json.dumps([plain[0], *values]).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode(), len(plain) - 1


@pytest.fixture(scope="module")
def crowd(office):
    """A home with enough findings for a second page."""
    home = office.new_institution()
    for n in range(3):
        office.inspector.post("/v1/findings", {"institution_id": home["id"], "category": "fire", "severity": "general",
                                               "description": f"通道堵塞 {n}"}).ok(201)
    return home


@pytest.mark.parametrize("value", ["x", "", "2026-02-30", "99999999999999999999", -1, 9223372036854775807, "'; --", "infinityx"])
def test_forged_cursor_values(office, crowd, value):
    """A value that PostgreSQL does not take for a time or an id is a bad cursor; nothing is a fault of the server's."""
    path = f"/v1/findings?institution_id={crowd['id']}&limit=1"
    cursor, count = forged(office.inspector.get(path).ok()["next"], ["x"])
    for place in range(count):
        values = ["2026-11-23T00:00:00+08:00", "019a1b2c-3d4e-7f50-8a61-72839405b6c7"][:count]
        values[place] = value
        answer = office.inspector.get(f"{path}&cursor={forged(cursor, values)[0]}")
        answer.problem("invalid_cursor", 400)


@pytest.mark.parametrize("number", ["1e-99999", "1e400", "-1", "1e5", "1.0", "123456789012345678901234567890", "0x10", "1e", "NaN", "--1"])
def test_numbers_at_the_ends_of_their_notation(office, number):
    """days is a whole number from 0 on: none of these is one."""
    body = '{"institution_id": "%s", "items": [{"finding_id": "%s", "requirement": "清理", "days": %s}]}' % (
        office.home["id"], "019a1b2c-3d4e-7f50-8a61-72839405b6c7", number)
    answer = office.inspector.request("POST", "/v1/rectification-orders", data=body.encode(), headers={"Content-Type": "application/json"})
    assert (answer.status, answer.data["code"]) in ((400, "invalid_json"), (400, "validation_failed")), answer
    if answer.data["code"] == "validation_failed":
        assert set(answer.faults()) == {"/items/0/days"}


@pytest.mark.parametrize("number", ["1e-99999", "1e-400", "-0", "-0.0", "1e400", "1e308", "1e2"])
def test_fractions_at_the_ends_of_their_notation(office, number):
    """A longitude: taken when it is one that can be stored, else refused, never a fault of the server's."""
    body = ('{"name": "数字测试院", "type": "elderly_care", "district": "%s", "street": "%s", "address": "一号", "coordinate_system": "wgs84", "longitude": %s, "latitude": 29}'
            % (office.home["district"], office.home["street"], number))
    answer = office.section_chief.request("POST", "/v1/institutions", data=body.encode(), headers={"Content-Type": "application/json"})
    assert answer.status in (201, 400, 422), answer
    assert number != "1e2" or answer.ok(201)["longitude"] == 100, answer


def request(path, key, method="GET", fields="", body=b""):
    return (f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\n{fields}"
            + (f"Content-Length: {len(body)}\r\n" if body else "") + "\r\n").encode() + body


def mutated(random, octets):
    """The same with some octets changed, left out, doubled or cut off."""
    octets = bytearray(octets)
    for _ in range(random.randint(1, 6)):
        at = random.randrange(len(octets))
        what = random.random()
        if what < 0.4:
            octets[at] = random.randrange(256)
        elif what < 0.6:
            del octets[at:at + random.randint(1, 8)]
        elif what < 0.8:
            octets[at:at] = octets[at:at + random.randint(1, 40)]
        elif what < 0.9:
            octets[at:at] = bytes(random.randrange(256) for _ in range(random.randint(1, 20)))
        else:
            del octets[at + 1:]
        if not octets:
            return b"\r\n"
    return bytes(octets)


def statuses(octets):
    """What the answers in these octets say, as far as their first lines can be told from bodies."""
    return [int(piece[:3]) for piece in octets.split(b"HTTP/1.1 ")[1:] if piece[:3].isdigit()]


def test_good_bad_and_mutated_at_once(server, office):
    """Every good request on a connection of its own is answered 200, whatever is sent beside it; no answer is a 500."""
    body = json.dumps({"institution_id": office.home["id"], "category": "fire", "severity": "general", "description": "x"}).encode()
    key, faults, bad_answers = office.inspector.key, [], []
    samples = [request(path, key) for path in GOOD] + [
        request("/v1/findings", key, "POST", "Content-Type: application/json\r\n", body),
        request("/v1/findings", key, "POST", "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n") + b"5\r\n{\"a\":\r\n2\r\n1}\r\n0\r\n\r\n"]

    def bad(seed):
        dice = random.Random(seed)
        for _ in range(ROUNDS):
            try:
                with socket.create_connection(("127.0.0.1", server.port), timeout=0.3) as one:
                    one.sendall(b"".join(mutated(dice, dice.choice(samples)) for _ in range(dice.randint(1, 3))))
                    if dice.random() < 0.5:
                        one.shutdown(socket.SHUT_WR)
                    got = b""
                    while dice.random() < 0.9 and (piece := one.recv(65536)):
                        got += piece
                    bad_answers.extend(statuses(got))
            except OSError:
                continue        # it had waited for the rest, or was cut off: both are right

    def good(seed):
        dice = random.Random(seed)
        for _ in range(ROUNDS):
            with socket.create_connection(("127.0.0.1", server.port), timeout=20) as one:
                one.sendall(request(dice.choice(GOOD), key, fields="Connection: close\r\n"))
                got = b""
                while piece := one.recv(65536):
                    got += piece
                if not got.startswith(b"HTTP/1.1 200 "):
                    faults.append(got[:300])

    def guarded(work, seed):
        try:
            work(seed)
        except Exception as fault:      # a thread cannot fail a test
            faults.append(repr(fault))

    threads = [threading.Thread(target=guarded, args=(bad if n % 3 else good, n)) for n in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(300)
    assert not any(thread.is_alive() for thread in threads)
    assert not faults, faults[:3]
    assert len(set(bad_answers)) > 3, f"nothing was tested: {set(bad_answers)}"
    assert 500 not in bad_answers, bad_answers.count(500)
