"""Small files of every kind that may be uploaded, made here: good enough for whoever tells kinds by content."""
import io
import struct
import zipfile
import zlib


def jpeg(seed=b""):
    return b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00" + b"\xff\xfe" + struct.pack(">H", len(seed) + 2) + seed + b"\xff\xd9"


def png():
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b""))


def webp():
    return b"RIFF" + struct.pack("<I", 30) + b"WEBPVP8 " + struct.pack("<I", 18) + b"\x30\x01\x00\x9d\x01\x2a\x01\x00\x01\x00" + bytes(8)


def box(name, *parts):
    data = b"".join(parts)
    return struct.pack(">I", len(data) + 8) + name + data


def mp4(handler=b"vide", brand=b"isom", media=b"x" * 64):
    track = box(b"trak", box(b"mdia", box(b"hdlr", bytes(8) + handler + bytes(12))))
    return box(b"ftyp", brand + bytes(4) + brand + b"mp42") + box(b"moov", track) + box(b"mdat", media)


def heic():
    return box(b"ftyp", b"heic" + bytes(4) + b"mif1heic") + box(b"meta", bytes(64))


def pdf():
    return b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def office(part, *more):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("[Content_Types].xml", "_rels/.rels", part, *more):
            archive.writestr(name, "<x/>" * 10)
    return out.getvalue()


def docx():
    return office("word/document.xml")


def xlsx():
    return office("xl/workbook.xml")


def mp3():
    return b"ID3\x03\x00\x00\x00\x00\x00\x0a" + bytes(10) + b"\xff\xfb\x90\x00" + bytes(413)


def amr():
    return b"#!AMR\n" + b"\x3c" + bytes(31)


def text():
    return "消防通道已清理\nthe fire exit is clear\n".encode() * 3


ALL = {
    "image/jpeg": (jpeg, "jpg"), "image/png": (png, "png"), "image/webp": (webp, "webp"), "image/heic": (heic, "heic"),
    "video/mp4": (mp4, "mp4"), "application/pdf": (pdf, "pdf"), "audio/mpeg": (mp3, "mp3"), "audio/amr": (amr, "amr"),
    "audio/mp4": (lambda: mp4(b"soun", b"M4A "), "m4a"), "text/plain": (text, "txt"),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": (docx, "docx"),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": (xlsx, "xlsx"),
}
