"""The QR sign at the door: both forms say what they should to a scanner, and the code on it finds the institution."""
import re
import subprocess
import xml.etree.ElementTree as xml

import pytest

PNG, SVG = {"Accept": "image/png"}, {"Accept": "image/svg+xml"}


def scanned(png, folder):
    """What zbarimg reads in a PNG."""
    path = folder / "code.png"
    path.write_bytes(png)
    return subprocess.run(["zbarimg", "-q", "--raw", str(path)], check=True, capture_output=True, text=True).stdout.strip()


def drawn(svg):
    return subprocess.run(["rsvg-convert", "-w", "900", "-f", "png"], input=svg, check=True, capture_output=True).stdout


def test_both_forms_are_read_and_lead_to_the_institution(office, tmp_path):
    path = f"/v1/institutions/{office.home['id']}/qr"
    svg, png = office.inspector.get(path), office.inspector.get(path, headers=PNG)
    assert svg.status == png.status == 200
    assert svg.headers["Content-Type"] == "image/svg+xml" and png.headers["Content-Type"] == "image/png"
    assert "Accept" in svg.headers["Vary"]
    wanted = f"/v1/institutions/by-code/{office.home['code']}"
    assert scanned(png.body, tmp_path) == wanted
    assert scanned(drawn(svg.body), tmp_path) == wanted
    assert office.inspector.get(wanted).ok()["id"] == office.home["id"]
    assert office.inspector.get(wanted.lower()).ok()["id"] == office.home["id"]


def test_the_sign_is_an_a5_sheet_with_name_and_code(office):
    name = "测试 <一> & \"二\" 养老服务中心（含社区养老服务站、日间照料中心和助餐点）第三分部"
    home = office.new_institution(name=name)
    svg = office.inspector.get(f"/v1/institutions/{home['id']}/qr", headers=SVG)
    root = xml.fromstring(svg.body)
    assert (root.get("width"), root.get("height")) == ("148mm", "210mm")
    words = [text.text for text in root.iter("{http://www.w3.org/2000/svg}text")]
    assert "".join(words[:-1]) == name and words[-1] == home["code"]
    assert "sandbox" in svg.headers["Content-Security-Policy"]


def test_quiet_zone_and_error_correction(office, tmp_path):
    """Four white modules on each side, and the code is still read with a corner of its data covered."""
    png = office.inspector.get(f"/v1/institutions/{office.home['id']}/qr", headers=PNG).body
    svg = office.inspector.get(f"/v1/institutions/{office.home['id']}/qr").text
    width = int(re.search(r'viewBox="0 0 (\d+) \1"><path', svg)[1])
    rows = {int(y) for _, y in re.findall(r"M(\d+) (\d+)h", svg)}
    assert min(rows) == 4 and max(rows) == width - 5
    middle = f'<rect x="{width // 2}" y="{width // 2}" width="3" height="3" fill="#fff"/></svg>'
    assert scanned(drawn(svg.replace('z"/></svg>', 'z"/>' + middle).encode()), tmp_path) == scanned(png, tmp_path)


@pytest.mark.parametrize("accept, wanted", [
    ("image/png;q=0.5, image/svg+xml", "image/svg+xml"), ("image/svg+xml;q=0.1, image/*", "image/png"), ("*/*", "image/svg+xml"),
    ("image/webp, text/html", None), ("application/json", None)])
def test_the_form_follows_accept(office, accept, wanted):
    answer = office.inspector.get(f"/v1/institutions/{office.home['id']}/qr", headers={"Accept": accept})
    if wanted:
        assert answer.status == 200 and answer.headers["Content-Type"] == wanted
    else:
        answer.problem("not_acceptable", 406)


def test_not_of_others(office, new_office):
    new_office().inspector.get(f"/v1/institutions/{office.home['id']}/qr").problem("not_found", 404)


def test_the_address_of_the_server_stands_before_the_path(another_server, tmp_path):
    server = another_server(HZ_PUBLIC_URL="https://hz.example.org")
    with server.connect() as db:
        db.execute("INSERT INTO hz.institution (id, code, district, street, type, name) SELECT gen_random_uuid(), 'TESTQRA', '500103', min(code), "
                   "'elderly_care', '甲' FROM hz.region WHERE parent = '500103'")
        key, one = db.execute("SELECT k.key, i.id FROM api.issue_key('inspector', '{500103}') k, hz.institution i WHERE i.code = 'TESTQRA'").fetchone()
    from harness.client import Client
    png = Client(server.base_url, key).get(f"/v1/institutions/{one}/qr", headers=PNG)
    assert scanned(png.body, tmp_path) == "https://hz.example.org/v1/institutions/by-code/TESTQRA"
