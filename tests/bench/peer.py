"""The same route in fastify and pg from npm (peer/server.js), by its documents or tuned by hand."""
import os
import subprocess
import time

import load
import statements
from copy_of import ROOT, free_port

FOLDER = ROOT / "tests/bench/peer"
UP_SECONDS = 10


def install():
    """Exactly what package-lock.json names."""
    if not (FOLDER / "node_modules/fastify").exists():
        subprocess.run(["npm", "ci", "--prefix", str(FOLDER), "--ignore-scripts", "--no-audit", "--no-fund"], check=True,
                       stdout=subprocess.DEVNULL)


class Peer:
    """A cluster of node processes with a pool of connections each, over the database of a copy."""

    def __init__(self, copy, options, tuned, processes, connections):
        text, _ = statements.explain.assemble(statements.explain.find("findings/get"), {"id": "0"})
        scope = {"role": "inspector", "districts": copy.sql("SELECT code FROM bench.district WHERE n = 3"), "wide": "yes",
                 "actor": "00000000-0000-0000-0000-000000000000"}
        options += "".join(f" -c app.{name}={value}" for name, value in scope.items())
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.name = f"fastify{' tuned' if tuned else ''}"
        self.shape = f"{processes} × {connections}"
        self.process = subprocess.Popen(["node", str(FOLDER / "server.js")], env=dict(
            os.environ, NODE_ENV="production", PEER_PORT=str(port), PEER_SOCKET=copy.socket(), PEER_STATEMENT=text,
            PEER_OPTIONS=options, PEER_PROCESSES=str(processes), PEER_CONNECTIONS=str(connections), PEER_TUNED="1" if tuned else ""))

    def ready(self):
        end = time.time() + UP_SECONDS
        while subprocess.run(["curl", "-so", "/dev/null", self.url], check=False).returncode:
            if time.time() > end:
                raise SystemExit("the peer does not listen")
            time.sleep(.1)
        return self

    def run(self, requests, connections, seconds):
        return load.wrk(self.url, requests, connections, seconds)

    def stop(self):
        self.process.terminate()
        self.process.wait(10)


def best(copy, options, tuned, shapes, requests, connections):
    """The peer in the one of `shapes` (processes, connections each) that serves most; the others are stopped."""
    rates, kept = {}, None
    for shape in shapes:
        peer = Peer(copy, options, tuned, *shape).ready()
        peer.run(requests, connections, 1)
        rates[peer.shape] = peer.run(requests, connections, 2).rate
        if kept is None or rates[peer.shape] > rates[kept.shape]:
            peer, kept = kept, peer
        if peer:
            peer.stop()
    return kept, rates
