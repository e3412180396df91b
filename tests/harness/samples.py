"""Files to upload, made here with the tools the product uses, each with something in it that must not get out: MARK in its
metadata, and a place (PLACE) where the format has one."""
import io
import itertools
import pathlib
import struct
import subprocess
import time
import zipfile
import zlib

MARK = "Zhang-4711-Secret"
PLACE = ("39.9043", "116.4074")
numbers = itertools.count(int(time.time() * 1000))		# no two files are the same
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def run(*args, cwd=None):
    done = subprocess.run([str(a) for a in args], cwd=cwd, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, f"{args}: {done.stderr or done.stdout}"
    return done.stdout


def exiftool(folder, octets, name):
    """Everything exiftool finds in these octets, as text."""
    path = pathlib.Path(folder) / name
    path.write_bytes(octets)
    return run("exiftool", "-a", "-u", "-G1", "-n", path)


def _chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width, height, bits=8):
    """Left half red, right half blue (8 bits of RGB); or all black, one bit a pixel, made row by row: it may be huge."""
    pack = zlib.compressobj(9)
    if bits == 8:
        row = b"\0" + b"\xff\0\0" * (width // 2) + b"\0\0\xff" * (width - width // 2)
    else:
        row = b"\0" * (1 + (width + 7) // 8)
    data = b"".join(pack.compress(row) for _ in range(height)) + pack.flush()
    header = struct.pack(">IIBBBBB", width, height, bits, 2 if bits == 8 else 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def picture(folder, kind, width=900, height=600, orientation=6):
    """A photograph as a telephone makes it: it lies on its side and tells who, where and with what."""
    folder = pathlib.Path(folder)
    (folder / "plain.png").write_bytes(png(width, height))
    target = folder / f"photo.{kind}"
    if kind == "png":
        target.write_bytes((folder / "plain.png").read_bytes())
    elif kind == "webp":
        run("cwebp", "-quiet", "-lossless", folder / "plain.png", "-o", target)
        _exif_of_webp(folder, target, orientation)
        return target.read_bytes()
    else:
        run("vips", "copy", folder / "plain.png", target)
    tags = [f"-Artist={MARK}", f"-Software={next(numbers)}", f"-SerialNumber={MARK}", f"-ImageDescription={MARK}", f"-XMP:Creator={MARK}",
            f"-GPSLatitude={PLACE[0]}", "-GPSLatitudeRef=N", f"-GPSLongitude={PLACE[1]}", "-GPSLongitudeRef=E"]
    if kind == "png":
        tags += [f"-PNG:Author={MARK}", f"-PNG:Comment={MARK}"]
    else:
        tags += [f"-Orientation#={orientation}", f"-Comment={MARK}"]
    run("exiftool", "-q", "-overwrite_original", *tags, target)
    return target.read_bytes()


def _exif_of_webp(folder, target, orientation):
    """exiftool of Debian 12 cannot write WebP; libvips carries the EXIF of a JPEG over."""
    (folder / "for.jpg").write_bytes(picture(folder, "jpg", orientation=orientation))
    run("vips", "copy", folder / "for.jpg", target)


def pdf(pages=1, box="0 0 595 842"):
    """Pages of one line each, with an information dictionary and XMP."""
    kids = " ".join(f"{5 + 2 * i} 0 R" for i in range(pages))
    xmp = (f'<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
           f'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/">'
           f'<dc:creator><rdf:Seq><rdf:li>{MARK}</rdf:li></rdf:Seq></dc:creator></rdf:Description></rdf:RDF></x:xmpmeta>'
           f'<?xpacket end="w"?>')
    objects = ["<< /Type /Catalog /Pages 2 0 R /Metadata 4 0 R >>", f"<< /Type /Pages /Kids [{kids}] /Count {pages} >>",
               f"<< /Author ({MARK}) /Title ({MARK}) /Creator (Word) /Subject ({next(numbers)}) >>",
               f"<< /Type /Metadata /Subtype /XML /Length {len(xmp)} >>\nstream\n{xmp}\nendstream"]
    for number in range(pages):
        line = f"BT /F1 24 Tf 50 50 Td (exit blocked {number}) Tj ET"
        objects += [f"<< /Type /Page /Parent 2 0 R /MediaBox [{box}] /Contents {6 + 2 * number} 0 R /Resources << /Font << /F1 "
                    f"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
                    f"<< /Length {len(line)} >>\nstream\n{line}\nendstream"]
    out, places = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{one}\nendobj\n".encode()
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    return out + (f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer << /Size {len(objects) + 1} /Root 1 0 R "
                  f"/Info 3 0 R >>\nstartxref\n{len(out)}\n%%EOF\n").encode()


def docx(body="exit blocked", **more):
    """A document of Word with its author, a revision's id, and further members (path with / as __)."""
    types = "http://schemas.openxmlformats.org/package/2006/content-types"
    part = "application/vnd.openxmlformats-"
    members = {
        "[Content_Types].xml": f'<Types xmlns="{types}"><Default Extension="rels" ContentType="{part}package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/>'
        f'<Override PartName="/word/document.xml" ContentType="{part}officedocument.wordprocessingml.document.main+xml"/>'
        f'<Override PartName="/docProps/core.xml" ContentType="{part}package.core-properties+xml"/></Types>',
        "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/>'
        '</Relationships>',
        "word/document.xml": '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
        f'<w:p w:rsidR="00A1B2C3"><w:r><w:t>{body}</w:t></w:r></w:p></w:body></w:document>',
        "docProps/core.xml": '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator>{MARK}</dc:creator><dc:subject>{next(numbers)}</dc:subject></cp:coreProperties>',
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>' + data)
        for name, data in more.items():
            archive.writestr(name.replace("__", "/"), data)
    return out.getvalue()


def sound(folder, kind, mark=MARK):
    """A second of sound (m4a, mp3) with title, author and place."""
    target = pathlib.Path(folder) / f"sound.{kind}"
    run("ffmpeg", "-nostdin", "-loglevel", "error", "-y", "-f", "lavfi", "-i", "sine=d=1", "-metadata", f"title={mark}",
        "-metadata", f"artist={mark}", "-metadata", f"comment={mark} {next(numbers)}", "-metadata",
        f"location=+{PLACE[0]}+{PLACE[1]}/", "-write_id3v1" if kind == "mp3" else "-shortest", *(["1"] if kind == "mp3" else []), target)
    return target.read_bytes()


def mp4(folder, mark=MARK):
    """A second of picture and sound, with title, place and the time it was taken, and a word between its pictures (SEI)."""
    target = pathlib.Path(folder) / "film.mp4"
    run("ffmpeg", "-nostdin", "-loglevel", "error", "-y", "-f", "lavfi", "-i", "testsrc=d=1:s=320x240", "-f", "lavfi", "-i", "sine=d=1",
        "-bsf:v", f"h264_metadata=sei_user_data=086f3693-b7b3-4f2c-9653-21492feee5b8+{mark}",
        "-metadata", f"title={mark}", "-metadata", f"comment={next(numbers)}", "-metadata", f"location=+{PLACE[0]}+{PLACE[1]}/",
        "-metadata", "creation_time=2026-01-02T03:04:05Z", target)
    return target.read_bytes()
