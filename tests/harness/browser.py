"""Chromium without a window and without JavaScript, driven over WebDriver (chromedriver): what a person does, and what it sent and kept."""
import base64
import contextlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

import requests

from .server import free_port

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
QUIET = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--disable-default-apps", "--disable-extensions", "--disable-dev-shm-usage",
         "--no-pings", "--disable-crash-reporter", "--hide-scrollbars", "--force-device-scale-factor=1"]


class Browser:
    """One run with a profile of its own; goes away, driver and browser, with close(). The profile stays till forget()."""

    def __init__(self, language="zh-CN", script=False, dark=False):
        self.profile = pathlib.Path(tempfile.mkdtemp(prefix="hz-browser-", dir="/tmp"))
        self.port, self.session, self.requests = free_port(), None, []
        # a process group of its own, in which the browser is, too
        self.driver = subprocess.Popen(["chromedriver", f"--port={self.port}", "--silent"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL, start_new_session=True, env={**os.environ, "HOME": str(self.profile)})
        self.http = requests.Session()
        self.http.trust_env = False
        options = {
            "args": [*QUIET, f"--user-data-dir={self.profile}", f"--accept-lang={language}", f"--lang={language}"]
            + (["--force-dark-mode", "--blink-settings=preferredColorScheme=0"] if dark else []),
            "binary": "/usr/bin/chromium",
            "prefs": {"intl.accept_languages": language, **({} if script else {"profile.default_content_setting_values.javascript": 2})}}
        wanted = {"alwaysMatch": {"browserName": "chrome", "goog:chromeOptions": options, "goog:loggingPrefs": {"performance": "ALL"}}}
        try:
            self._wait()
            self.session = self._send("POST", "/session", {"capabilities": wanted})["sessionId"]
        except BaseException:
            self.close()
            raise

    def _wait(self):
        for _ in range(100):
            try:
                if self._send("GET", "/status")["ready"]:
                    return
            except requests.ConnectionError:
                time.sleep(0.1)
        raise AssertionError("chromedriver did not start")

    def _send(self, method, path, body=None):
        prefix = f"/session/{self.session}" if self.session else ""
        body = {} if body is None and method == "POST" else body
        try:
            answer = self.http.request(method, f"http://127.0.0.1:{self.port}{prefix}{path}", json=body, timeout=60)
        except requests.Timeout as late:
            raise AssertionError(f"chromedriver did not answer {method} {path} {body}") from late
        value = answer.json()["value"]
        assert answer.status_code == 200, f"{method} {path}: {value}"
        return value

    def devtools(self, command, **params):
        return self._send("POST", "/goog/cdp/execute", {"cmd": command, "params": params})

    # ---- what a person does ----

    def size(self, width, height):
        self.devtools("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600)

    def open(self, address):
        self._send("POST", "/url", {"url": address})

    def find(self, selector, within=None):
        found = self._send("POST", f"/element/{within}/elements" if within else "/elements", {"using": "css selector", "value": selector})
        return [one[ELEMENT] for one in found]

    def one(self, selector):
        for _ in range(50):                 # a page may still be on its way
            found = self.find(selector)
            if len(found) == 1:
                break
            time.sleep(0.1)
        assert len(found) == 1, f"{len(found)} of {selector} at {self.address}:\n{self.source[:3000]}"
        return found[0]

    def type(self, selector, text, clear=True):
        element = self.one(selector)
        if clear:
            self._send("POST", f"/element/{element}/clear")
        self._send("POST", f"/element/{element}/value", {"text": text})

    def choose(self, selector, path):
        """A file for a file field."""
        self._send("POST", f"/element/{self.one(selector)}/value", {"text": str(path)})

    def click(self, selector):
        self._send("POST", f"/element/{self.one(selector)}/click")

    def follow(self, selector):
        """Click on what leads to another page, and wait for that."""
        before = self.find("html")
        self.click(selector)
        for _ in range(200):
            now = self.find("html")
            if now and now != before:
                return
            time.sleep(0.05)
        raise AssertionError(f"{selector} leads nowhere")

    def press(self, keys):
        """Keys on whatever has the focus: \\ue004 is Tab, \\ue006 Return, \\ue00d blank."""
        actions = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        self._send("POST", "/actions", {"actions": [{"type": "key", "id": "keys", "actions": actions}]})

    @property
    def focused(self):
        return self._send("GET", f"/element/{self._send('GET', '/element/active')[ELEMENT]}/attribute/id")

    def text(self, selector="body"):
        return self._send("GET", f"/element/{self.one(selector)}/text")

    def shown(self, selector):
        return self._send("GET", f"/element/{self.one(selector)}/displayed")

    def box(self, element):
        return self._send("GET", f"/element/{element}/rect")

    def value_of(self, selector, name):
        return self._send("GET", f"/element/{self.one(selector)}/property/{name}")

    @property
    def source(self):
        return self._send("GET", "/source")

    @property
    def address(self):
        return self._send("GET", "/url")

    @property
    def title(self):
        return self._send("GET", "/title")

    # ---- what comes of it ----

    def width(self):
        """(of the window, of what is in it)"""
        metrics = self.devtools("Page.getLayoutMetrics")
        return metrics["cssVisualViewport"]["clientWidth"], metrics["cssContentSize"]["width"]

    def shoot(self, path):
        """A picture of the whole page, as long as it is."""
        metrics = self.devtools("Page.getLayoutMetrics")
        clip = {"x": 0, "y": 0, "width": metrics["cssVisualViewport"]["clientWidth"], "height": metrics["cssContentSize"]["height"], "scale": 1}
        picture = self.devtools("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(picture["data"]))

    def print(self, path):
        """As it comes out of a printer."""
        path.write_bytes(base64.b64decode(self.devtools("Page.printToPDF", displayHeaderFooter=True)["data"]))

    def sent(self):
        """[(method, address)] of every request so far."""
        for line in self._send("POST", "/se/log", {"type": "performance"}):
            message = json.loads(line["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                request = message["params"]["request"]
                self.requests.append((request["method"], request["url"]))
        return self.requests

    def cookies(self):
        return self.devtools("Network.getAllCookies")["cookies"]

    def close(self):
        """End browser and driver, so that all the browser keeps is on disk."""
        try:
            if self.session:
                self.sent()
                self._send("DELETE", "")
        finally:
            self.session = None
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.driver.pid, signal.SIGKILL)
            self.driver.wait(30)

    def kept(self):
        """{name: octets} of every file of the profile."""
        return {str(path.relative_to(self.profile)): path.read_bytes() for path in self.profile.rglob("*") if path.is_file() and not path.is_symlink()}

    def forget(self):
        shutil.rmtree(self.profile, ignore_errors=True)
