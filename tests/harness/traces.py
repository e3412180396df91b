"""Looking for traces: a word in any of the ways it may have been written down, in every table and every file of a server."""
import base64
import ctypes
import json
import os
import re
import secrets
import stat
import subprocess
import urllib.parse

PG_DUMP = "/usr/lib/postgresql/15/bin/pg_dump"
sodium = ctypes.CDLL("libsodium.so.23")


def word(octets=7):
    """Hexadecimal digits nobody has written before; good in a traceparent, too."""
    return secrets.token_hex(octets)


def ways(text):
    """{how: octets} of the ways a text may stand somewhere."""
    raw = text.encode()
    found = {"raw": raw, "upper": text.upper().encode(), "hex": raw.hex().encode(), "HEX": raw.hex().upper().encode(),
             "utf-16le": text.encode("utf-16le"), "utf-16be": text.encode("utf-16be"),
             "percent": "".join(f"%{c:02x}" for c in raw).encode(), "PERCENT": "".join(f"%{c:02X}" for c in raw).encode(),
             "quoted": urllib.parse.quote(text, safe="").encode(), "json": json.dumps(text).strip('"').encode()}
    for shift in range(3):      # the part that does not depend on what stands around it
        found[f"base64+{shift}"] = base64.b64encode(b"\0" * shift + raw)[(0, 2, 3)[shift]:-4]
    if re.fullmatch(r"[0-9a-f]{12,}", text) and len(text) % 2 == 0:
        found["octets"] = bytes.fromhex(text)
    return found


def look(data, words):
    """[(word, how)] of those that stand in these octets."""
    return [(one, how) for one in words for how, octets in ways(one).items() if octets in data]


def dump(server):
    """pg_dump of everything, as text."""
    done = subprocess.run([PG_DUMP, "--inserts", server.settings["HZ_OWNER"] + "&user=postgres"], capture_output=True, timeout=120)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def files(folder):
    """(path, octets) of every file under a folder."""
    for place, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(place, name)
            if stat.S_ISREG(os.lstat(path).st_mode):
                with open(path, "rb") as stream:
                    yield path, stream.read()


def rows(db):
    """{table: {row as JSON}} of schema hz."""
    tables = [row[0] for row in db.execute("SELECT relname FROM pg_class WHERE relnamespace = 'hz'::regnamespace AND relkind = 'r' ORDER BY 1")]
    return {table: {row[0] for row in db.execute(f"SELECT row_to_json(t)::text FROM hz.{table} t")} for table in tables}


# ---- libsodium, for what is sealed ----

def key_pair():
    public, private = ctypes.create_string_buffer(32), ctypes.create_string_buffer(32)
    assert sodium.crypto_box_keypair(public, private) == 0
    return public.raw, private.raw


def opened(box, private):
    """What is in a sealed box, None when this is not its key."""
    public, plain = ctypes.create_string_buffer(32), ctypes.create_string_buffer(max(len(box) - 48, 1))
    if sodium.crypto_scalarmult_base(public, private) != 0:
        return None
    if sodium.crypto_box_seal_open(plain, box, ctypes.c_ulonglong(len(box)), public, private) != 0:
        return None
    return plain.raw[:len(box) - 48]
