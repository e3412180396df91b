"""Makes one document: run by hz-media as a tool, in a folder that holds data.json, body.html, common.html, style.css and pictures of
signatures (image-<id>); leaves out.html and out.pdf. The same input gives the same octets: no clock, no chance, no fonts but those named.
The Makefile puts it into hz-media itself. It needs Debian's python3-jinja2, weasyprint, libharfbuzz-bin, fonts-noto-cjk."""
import base64
import datetime
import html
import json
import os
import pathlib
import subprocess
import sys
import unicodedata

try:
    from fontTools.ttLib import TTFont
    from jinja2 import DictLoader, StrictUndefined
    from jinja2.sandbox import SandboxedEnvironment
except ImportError:
    sys.exit(127)       # as if there were no such program

FONTS = "/usr/share/fonts/opentype/noto"
FACES = ("NotoSerifCJK-Regular", "NotoSerifCJK-Bold")
SIMPLIFIED = "2"        # of the faces in each of those files: JP KR SC TC HK
FONTS_CONF = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>{here}/fonts</dir><dir>/usr/share/fonts</dir><dir>/usr/local/share/fonts</dir>
  <selectfont><rejectfont><glob>{fonts}/*</glob></rejectfont></selectfont>
  <cachedir>/var/cache/fontconfig</cachedir><cachedir>{here}/cache</cachedir>
</fontconfig>
"""
PAGE = """<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<title>{title}</title>
<meta name="author" content="{author}">
<meta name="dcterms.created" content="{created}">
<style>{css}</style>
</head>
<body>
{body}
</body>
</html>
"""
DIGITS = "零一二三四五六七八九"
GETA = "〓"              # stands for a character that no font here has, as printers do: never a gap that nobody sees
UNSEEN = ("Cc", "Cf", "Mn", "Zs", "Zl", "Zp")


def day(text):
    """2026-01-02, or a time that begins with it → 2026年1月2日."""
    one = datetime.date.fromisoformat(text[:10])
    return f"{one.year}年{one.month}月{one.day}日"


def minute(text):
    """A time as it is told in Shanghai → 2026年1月2日15时04分."""
    one = datetime.datetime.fromisoformat(text)
    return f"{day(text)}{one.hour}时{one.minute:02d}分"


def han(number):
    """1 … 99 as words: 六十."""
    tens, ones = divmod(number, 10)
    if not 0 < number < 100:
        return str(number)
    return ("" if tens == 0 else "十" if tens == 1 else DIGITS[tens] + "十") + ("" if ones == 0 else DIGITS[ones])


def page(data, body, common, css, images):
    """The document as HTML. Templates see `data` and `images` ({id: address}); what they name and is not there is a fault."""
    environment = SandboxedEnvironment(loader=DictLoader({"body.html": body, "common.html": common}), autoescape=True,
                                       undefined=StrictUndefined, trim_blocks=True)
    environment.filters.update(day=day, minute=minute, han=han)
    made = environment.get_template("body.html").render(data=data, images=images)
    return PAGE.format(title=html.escape(f"{data['title']} {data['number']}"), author=html.escape(data["issuer"]["name"]),
                       created=data["issued_at"], css=css, body=made.strip())


def fonts(here, text):
    """Only the characters of this document, from the two faces of Debian's Noto Serif CJK: the whole ones would take seconds each. What
    those lack is looked for in the system's other fonts. → the text as it can be printed"""
    if not all(os.path.exists(f"{FONTS}/{face}.ttc") for face in FACES):
        sys.exit(127)       # a font is a tool, too
    (here / "fonts").mkdir()
    characters = "".join(sorted(set(text) | set("0123456789 " + GETA))).replace("\n", "")
    (here / "characters").write_text(characters, encoding="utf-8")
    for face in FACES:
        subprocess.run(["/usr/bin/hb-subset", f"--face-index={SIMPLIFIED}", "--text-file=characters", "--notdef-outline",
                        f"--output-file=fonts/{face}.otf", f"{FONTS}/{face}.ttc"], check=True)
    (here / "fonts.conf").write_text(FONTS_CONF.format(here=here, fonts=FONTS), encoding="utf-8")
    os.environ["FONTCONFIG_FILE"] = str(here / "fonts.conf")
    there = TTFont(here / f"fonts/{FACES[0]}.otf", lazy=True).getBestCmap()
    for character in characters:
        if ord(character) not in there and unicodedata.category(character) not in UNSEEN and not elsewhere(character):
            text = text.replace(character, GETA)
    return text


def elsewhere(character):
    """Whether another font has it."""
    found = subprocess.run(["/usr/bin/fc-list", f":charset={ord(character):x}", "file"], stdout=subprocess.PIPE, check=True)
    return bool(found.stdout.strip())


def main():
    here = pathlib.Path.cwd()
    read = {name: (here / name).read_text(encoding="utf-8") for name in ("data.json", "body.html", "common.html", "style.css")}
    data = json.loads(read["data.json"])
    images = {path.name.removeprefix("image-"): "data:image/jpeg;base64," + base64.b64encode(path.read_bytes()).decode()
              for path in here.glob("image-*")}
    signed = {image for one in data.get("signatures", []) for image in one["images"]}
    text = page(data, read["body.html"], read["common.html"], read["style.css"], {image: images.get(image) for image in signed})
    (here / "out.html").write_text(text, encoding="utf-8")
    text = fonts(here, text)
    os.environ["SOURCE_DATE_EPOCH"] = str(int(datetime.datetime.fromisoformat(data["issued_at"]).timestamp()))
    try:
        import weasyprint       # after the fonts: it reads their configuration when it is loaded
    except ImportError:
        sys.exit(127)
    weasyprint.HTML(string=text, base_url=None, url_fetcher=fetch).write_pdf(str(here / "out.pdf"))


def fetch(url, **_):
    """Documents hold what they show; there is nothing else to be had."""
    import weasyprint
    if url.startswith("data:"):
        return weasyprint.default_url_fetcher(url)
    raise ValueError("nothing is fetched")


if __name__ == "__main__":
    try:
        main()
    except FileNotFoundError as fault:
        sys.exit(127 if fault.filename in ("/usr/bin/hb-subset", "/usr/bin/fc-list") else 1)
