#!/usr/bin/python3
"""Does the document break a client written against the last release? Compares with the document of the last git tag.

    breaking.py [OLD.json NEW.json]

Broken: an operation, parameter, media type, answer or member that is gone; a value, type or bound of a request that is narrower; a
parameter, body or member of a request that is newly required; a member of an answer that may now be missing, null or of another type.
Not broken: anything added. Prints one line a break; the exit code is 1 when there was one. Without a tag it says so and passes.
"""
import io
import json
import pathlib
import subprocess
import sys
import tarfile
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
METHODS = ("get", "post", "put", "patch", "delete")
LOWER, UPPER = ("minimum", "minLength", "minItems", "minProperties"), ("maximum", "maxLength", "maxItems")


class Comparison:
    """Lines of what is broken, in the order of the old document."""

    def __init__(self, old, new):
        self.old, self.new, self.found, self.seen = old, new, [], set()

    @staticmethod
    def resolve(document, node):
        while "$ref" in node:
            target = document
            for step in node["$ref"][2:].split("/"):
                target = target[step.replace("~1", "/").replace("~0", "~")]
            node = target
        return node

    def say(self, at, what):
        self.found.append(f"{at}: {what}")

    def run(self):
        for path, item in self.old["paths"].items():
            for method in METHODS:
                if method not in item:
                    continue
                at, now = f"{method.upper()} {path}", self.new["paths"].get(path, {})
                if method not in now:
                    self.say(at, "is gone")
                else:
                    self.operation(at, item, item[method], now, now[method])
        return self.found

    def operation(self, at, old_item, old, new_item, new):
        was, now = self.parameters(self.old, old_item, old), self.parameters(self.new, new_item, new)
        for (kind, name), parameter in was.items():
            if (kind, name) not in now:
                self.say(at, f"the {kind} parameter {name} is gone")
            else:
                self.schema(f"{at} ?{name}", parameter["schema"], now[kind, name]["schema"], request=True)
        for key, parameter in now.items():
            if parameter.get("required") and not was.get(key, {}).get("required"):
                self.say(at, f"the {key[0]} parameter {key[1]} is required now")
        self.body(at, old.get("requestBody"), new.get("requestBody"))
        for code, response in old["responses"].items():
            if not code.startswith("2"):
                continue
            if code not in new["responses"]:
                self.say(at, f"the answer {code} is gone")
                continue
            was, now = self.resolve(self.old, response), self.resolve(self.new, new["responses"][code])
            for name in was.get("headers", {}).keys() - now.get("headers", {}).keys():
                self.say(f"{at} {code}", f"the header {name} is gone")
            self.content(f"{at} {code}", was.get("content", {}), now.get("content", {}), request=False)
        if old.get("security") == [] and new.get("security") != []:
            self.say(at, "needs a key now")

    def parameters(self, document, item, operation):
        every = [self.resolve(document, one) for one in item.get("parameters", []) + operation.get("parameters", [])]
        return {(one["in"], one["name"]): one for one in every}

    def body(self, at, old, new):
        if old is None:
            if new is not None and self.resolve(self.new, new).get("required"):
                self.say(at, "a body is required now")
            return
        if new is None:
            self.say(at, "takes no body any more")
            return
        old, new = self.resolve(self.old, old), self.resolve(self.new, new)
        if new.get("required") and not old.get("required"):
            self.say(at, "a body is required now")
        self.content(at, old["content"], new["content"], request=True)

    def content(self, at, old, new, request):
        for media, node in old.items():
            if media not in new:
                self.say(at, f"{media} is gone")
            elif "schema" in node:
                self.schema(at, node["schema"], new[media].get("schema", {}), request)

    def schema(self, at, old, new, request):
        """request: what was taken must still be taken; else: what is answered must still be what was said."""
        old, new = self.resolve(self.old, old), self.resolve(self.new, new)
        old_kinds, old = self.plain(self.old, old)
        new_kinds, new = self.plain(self.new, new)
        fewer, more = old_kinds - new_kinds, new_kinds - old_kinds
        if old_kinds and new_kinds and (fewer if request else more):
            self.say(at, f"type {'no longer' if request else 'may now be'} {', '.join(sorted(fewer if request else more))}")
        if not old_kinds and new_kinds and request:
            self.say(at, f"type is {', '.join(sorted(new_kinds))} only now")
        if request:
            self.narrower(at, old, new)
        elif old.get("format") not in (new.get("format"), None) and {old.get("format"), new.get("format")} != {"int32", "int64"}:
            self.say(at, f"format was {old['format']}, is {new.get('format')}")
        if "items" in old and "items" in new:
            self.schema(f"{at}/*", old["items"], new["items"], request)
        self.members(at, old, new, request)

    def plain(self, document, schema):
        """-> (set of types, the schema without the choice of null)"""
        kinds = schema.get("type", [])
        kinds = {kinds} if isinstance(kinds, str) else set(kinds)
        for choice in schema.get("anyOf", []):
            choice = self.resolve(document, choice)
            kind = choice.get("type", [])
            kinds |= {kind} if isinstance(kind, str) else set(kind)
            if kind != "null":
                schema = choice
        return kinds | ({"integer"} if "number" in kinds else set()), schema

    def narrower(self, at, old, new):
        if "enum" in new:
            gone = [value for value in old.get("enum", []) if value not in new["enum"]]
            if gone or "enum" not in old:
                self.say(at, f"takes no more {', '.join(map(str, gone))}" if gone else f"takes only {', '.join(map(str, new['enum']))} now")
        for key in LOWER + UPPER:
            was, now = old.get(key), new.get(key)
            if now is not None and was != now and (was is None or (now > was) == (key in LOWER)):
                if not (was is None and key in LOWER and now == 0):
                    self.say(at, f"{key} was {was}, is {now}")
        for key in ("pattern", "format"):
            if key in new and new[key] != old.get(key) and new[key] != "int64" and (key == "pattern" or "maximum" not in new):
                self.say(at, f"{key} was {old.get(key)}, is {new[key]}")
        if old.get("additionalProperties") is True and new.get("additionalProperties") is False:
            self.say(at, "takes no other members any more")

    def members(self, at, old, new, request):
        was, now = old.get("properties", {}), new.get("properties", {})
        for name, member in was.items():
            if name not in now:
                if not new.get("additionalProperties") or not request:
                    self.say(f"{at}/{name}", "is gone")
            else:
                self.schema(f"{at}/{name}", member, now[name], request)
        needed, given = set(new.get("required", [])), set(old.get("required", []))
        for name in sorted(needed - given if request else (given - needed) & now.keys()):
            self.say(f"{at}/{name}", "is required now" if request else "may be missing now")


def git(*command):
    return subprocess.run(["git", *command], cwd=ROOT, capture_output=True, check=False)


def released(tag):
    """The document of a tag, built by that tag's own generator."""
    archive = git("archive", tag, "api/contract", "docs/openapi", "db/queries")
    if archive.returncode != 0:
        raise SystemExit(archive.stderr.decode())
    with tempfile.TemporaryDirectory() as folder:
        tarfile.open(fileobj=io.BytesIO(archive.stdout)).extractall(folder)
        subprocess.run([sys.executable, "-B", "api/contract/generate.py", "out"], cwd=folder, check=True)
        return json.loads(pathlib.Path(folder, "out/openapi.json").read_text(encoding="utf-8"))


def main():
    if len(sys.argv) == 3:
        old, new = (json.loads(pathlib.Path(name).read_text(encoding="utf-8")) for name in sys.argv[1:])
    else:
        found = git("describe", "--tags", "--abbrev=0")
        if found.returncode != 0:
            print("breaking: no tag yet, nothing to compare with")
            return 0
        old = released(found.stdout.decode().strip())
        new = json.loads((ROOT / "build/gen/openapi.json").read_text(encoding="utf-8"))
    lines = Comparison(old, new).run()
    print("\n".join(lines) if lines else "breaking: nothing")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
