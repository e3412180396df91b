"""The server's clock, in tests only: api.now() obeys app.clock where hz.test_clock is on."""
import datetime
import os
import time

CHINA = datetime.timezone(datetime.timedelta(hours=8))


class Clock:
    """Set through the configuration of the private PostgreSQL, so that connections already open see it at once."""

    def __init__(self, server, superuser):
        self.server, self.superuser = server, superuser
        self.file = os.path.join(server.function('echo "$pg_home"'), "data/clock.conf")
        self.value = ""

    def _write(self, value):
        folder = os.stat(os.path.dirname(self.file))
        with open(self.file, "w", encoding="ascii") as stream:
            stream.write(f"app.clock = '{value}'\n")
        os.chown(self.file, folder.st_uid, folder.st_gid)
        self.superuser.execute("SELECT pg_reload_conf()")
        for _ in range(200):
            now = self.superuser.execute("SELECT coalesce(current_setting('app.clock', true), '')").fetchone()[0]
            if now == value:
                break
            time.sleep(0.01)
        else:
            raise RuntimeError("the clock could not be set")
        time.sleep(0.03)    # the other connections were told in the same moment
        self.value = value

    def set(self, when):
        """Stop the clock at a datetime with offset, or its RFC 3339 text."""
        when = datetime.datetime.fromisoformat(when) if isinstance(when, str) else when
        assert when.tzinfo is not None
        self._write(when.isoformat())
        return when

    def advance(self, **delta):
        """Stop it at timedelta(**delta) after its present time."""
        return self.set(self.now() + datetime.timedelta(**delta))

    def now(self):
        return datetime.datetime.fromisoformat(self.value) if self.value else datetime.datetime.now(CHINA)

    def reset(self):
        """Let it run again."""
        if self.value:
            self._write("")
