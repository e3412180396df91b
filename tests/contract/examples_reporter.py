"""The part of the examples in which a reporter comes back with the receipt (examples.py)."""
import struct
import zlib

REPORT, REPORTS = "/v1/whistleblower-report", "/v1/whistleblower-reports"


def png():
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b""))


def reporter(r):
    text = "一楼消防通道堆满轮椅，看护换班时没有人管"
    receipt = r.nobody.post(REPORTS, {"mode": "anonymous", "subject_kind": "violation", "description": text, "institution_id": r.place}).ok(201)["receipt"]
    path = REPORTS + "/" + next(one["id"] for one in r.handler.get(REPORTS).ok()["items"] if one["description"] == text)
    mine = {"headers": {"Authorization": f"Receipt {receipt}"}}
    r.handler.post(f"{path}/acceptances", {"text": "已受理。是哪一侧的通道？"}).ok(201)
    r.take("reporter_get", r.nobody, "GET", REPORT, **mine)
    r.take("reporter_message_create", r.nobody, "POST", f"{REPORT}/messages", {"text": "东侧，靠近电梯"}, **mine)
    r.take("reporter_messages", r.nobody, "GET", f"{REPORT}/messages", **mine)
    r.take("reporter_attachment_create", r.nobody, "POST", f"{REPORT}/attachments", data=png(),
           headers={**mine["headers"], "Content-Type": "application/octet-stream"})
    r.take("reporter_attachments", r.nobody, "GET", f"{REPORT}/attachments", **mine)
    r.take("report_files", r.handler, "GET", f"{path}/attachments")
    r.take("reporter_withdraw", r.nobody, "POST", f"{REPORT}/withdrawals", {"note": "已经清走了"}, **mine)
