"""What 10,000 reports within seconds cost those who work here. Run by itself it is the flood: flood.py URL DISTRICT RATE, until it is ended."""
import json
import selectors
import socket
import subprocess
import sys
import time
import urllib.parse

import load

REPORTS = 10000         # all rounds together
CONNECTIONS = 8
BEAT = .01              # seconds


def request(place, district):
    body = json.dumps({"mode": "anonymous", "subject_kind": "other", "district": district, "description": "灌水" * 50}).encode()
    return (f"POST /v1/whistleblower-reports HTTP/1.1\r\nHost: {place}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n").encode() + body


def flood(url, district, rate):
    """Sends so many a second, evenly, whatever is answered; says at the end how many were taken and refused."""
    place = urllib.parse.urlsplit(url)
    octets, counts = request(place.netloc, district), {b"201": 0, b"429": 0}
    selector, waiting = selectors.DefaultSelector(), {}
    for _ in range(CONNECTIONS):
        link = socket.create_connection((place.hostname, place.port))
        selector.register(link, selectors.EVENT_READ)
        waiting[link] = 0
    begun, sent = time.monotonic(), 0
    while True:
        due = int((time.monotonic() - begun) * rate)
        for link in sorted(waiting, key=waiting.get):
            if sent >= due:
                break
            if waiting[link] == 0:
                link.sendall(octets)
                waiting[link], sent = 1, sent + 1
        for key, _ in selector.select(BEAT if sent >= due or all(waiting.values()) else 0):
            answer = key.fileobj.recv(1 << 16)
            if not answer:
                raise SystemExit("the server has closed a connection")
            status = answer.split(b" ", 2)[1] if answer.startswith(b"HTTP/1.1 ") else None
            if status is not None:
                counts[status] += 1
                head, _, rest = answer.partition(b"\r\n\r\n")
                while len(rest) < 4096:     # the padded body
                    rest += key.fileobj.recv(1 << 16)
                waiting[key.fileobj] = 0


class Flood:
    def __init__(self, url, district, rate):
        self.process = subprocess.Popen([sys.executable, __file__, url, district, str(rate)], start_new_session=True)
        time.sleep(.5)

    def stop(self):
        if self.process.poll() is not None:
            raise SystemExit("the flood has ended by itself")
        self.process.terminate()
        self.process.wait(10)


def isolation(url, district, requests, key, seconds, rounds):
    """-> [(without the flood, with it)], each of load.Result."""
    runs = []
    for _ in range(rounds + 1):
        without = load.wrk(url, requests, 4, seconds, key)
        one = Flood(url, district, REPORTS // (rounds * seconds))
        try:
            during = load.wrk(url, requests, 4, seconds, key)
        finally:
            one.stop()
        runs.append((without, during))
    return runs[1:]


if __name__ == "__main__":
    flood(sys.argv[1], sys.argv[2], int(sys.argv[3]))
