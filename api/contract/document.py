"""Reads docs/openapi/*.yaml into one document in which every mapping knows its file and line."""
import re

import yaml

BASE = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
LANGUAGES = ("zh", "en")
TEXTS = ("title", "detail", "meaning", "action")


class Fault(Exception):
    """One fault: where ("file:line" or None when the text says it) and what."""

    def __init__(self, where, what):
        super().__init__(f"{where}: {what}" if where else what)


class Faults(Exception):
    """All faults of a run. `with faults:` catches one and goes on; stop() raises when there are any."""

    def __init__(self):
        super().__init__()
        self.all = []

    def add(self, fault):
        self.all.append(fault)

    def lines(self):
        return sorted(set(map(str, self.all)))

    def __str__(self):
        return "\n".join(self.lines())

    def stop(self):
        if self.all:
            raise self

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if isinstance(value, Fault):
            self.all.append(value)
            return True
        return False


class Node(dict):
    """A mapping of the document; `where` is file:line, at(key) the place of one key."""
    where, places = "", {}

    def at(self, key):
        return self.places.get(key, self.where)


class Loader(BASE):
    """YAML 1.2 core types only: no dates, no yes/no, no octal or sexagesimal numbers."""
    yaml_implicit_resolvers = {}
    shown = ""

    def construct_node(self, node, deep=False):
        result, where = Node(), f"{self.shown}:{node.start_mark.line + 1}"
        result.where, result.places = where, {}
        for key_node, value_node in node.value:
            key = self.construct_object(key_node, deep=True)
            place = f"{self.shown}:{key_node.start_mark.line + 1}"
            if not isinstance(key, str):
                key = str(key)
            if key in result:
                raise Fault(place, f"{key}: written twice")
            result[key] = self.construct_object(value_node, deep=True)
            result.places[key] = place
        return result


Loader.add_constructor("tag:yaml.org,2002:map", Loader.construct_node)
for _tag, _pattern, _first in (("null", r"^(?:null|~|)$", ["n", "~", ""]), ("bool", r"^(?:true|false)$", list("tf")),
                               ("int", r"^-?(?:0|[1-9][0-9]*)$", list("-0123456789")),
                               ("float", r"^-?(?:0|[1-9][0-9]*)\.[0-9]+$", list("-0123456789"))):
    Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), _first)


def load(path, shown):
    with open(path, encoding="utf-8") as stream:
        loader = Loader(stream)
        loader.shown = shown
        try:
            node = loader.get_single_data()
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            raise Fault(f"{shown}:{mark.line + 1 if mark else 1}", str(error).replace("\n", " ")) from error
        finally:
            loader.dispose()
    if not isinstance(node, Node):
        raise Fault(f"{shown}:1", "not a mapping")
    return node


def types(schema):
    """`type` as a list; [] when absent."""
    kind = schema.get("type", [])
    return [kind] if isinstance(kind, str) else list(kind)


def choice(op, key, values, default):
    value = op.get(key, default)
    if value not in values:
        raise Fault(op.at(key), f"{key}: {value}: one of {', '.join(map(str, values))}")
    return value


class Document:
    """The merged contract."""

    def __init__(self, root, faults):
        folder = root / "docs/openapi"
        shown = lambda p: p.relative_to(root).as_posix()
        self.problem_path = folder / "problems.yaml"
        self.problem_shown = shown(self.problem_path)
        self.root = Node()
        main = folder / "openapi.yaml"
        with faults:
            if not main.is_file():
                raise Fault(None, "docs/openapi/openapi.yaml does not exist")
            self.root = load(main, shown(main))
        self.root.setdefault("paths", Node())
        self.root.setdefault("components", Node())
        for path in sorted(folder.glob("*.yaml")):
            if path not in (main, self.problem_path):
                with faults:
                    self._merge(load(path, shown(path)), faults)

    def _merge(self, part, faults):
        for key in part:
            if key not in ("paths", "components"):
                raise Fault(part.at(key), f"{key}: only paths and components are merged, the rest stands in openapi.yaml")
        groups = [(part.get("paths") or Node(), self.root["paths"])]
        for kind, group in (part.get("components") or Node()).items():
            groups.append((group, self.root["components"].setdefault(kind, Node())))
        for source, target in groups:
            for name, value in source.items():
                if name in target:
                    faults.add(Fault(source.at(name), f"{name} is already declared at {target.at(name)}"))
                    continue
                target[name] = value
                target.places[name] = source.at(name)

    def paths(self):
        return self.root["paths"]

    def roles(self):
        return list(self.root["components"].get("schemas", {}).get("Role", {}).get("enum", []))

    def sealed_tags(self):
        """Tags whose operations have their answers stored sealed."""
        return {tag["name"] for tag in self.root.get("tags", []) if tag.get("x-sealed")}

    def resolve(self, node):
        """Follow $ref; a Node in any case."""
        seen = []
        while isinstance(node, Node) and "$ref" in node:
            ref, target = node["$ref"], self.root
            for step in ref[2:].split("/") if ref.startswith("#/") else [None]:
                target = target.get(step.replace("~1", "/").replace("~0", "~")) if step and isinstance(target, dict) else None
            if target is None or ref in seen:
                raise Fault(node.where, f"$ref {ref} leads nowhere")
            seen.append(ref)
            node = target
        if not isinstance(node, dict):
            raise Fault(None, f"{node!r}: a mapping was expected")
        return node if isinstance(node, Node) else Node(node)

    def transforms(self, node):
        """Which x-transform stand in a schema."""
        node = self.resolve(node)
        found = {node["x-transform"]} if "x-transform" in node else set()
        return found.union(*map(self.transforms, node.get("properties", {}).values()))

    def check_extensions(self, op_keys, faults):
        """x- keys stand in operations only, but for x-transform in schemas and x-sealed in tags; every $ref resolves."""
        def walk(node, path):
            if isinstance(node, list):
                for one in node:
                    walk(one, path)
            if not isinstance(node, Node):
                return
            if "$ref" in node and isinstance(node["$ref"], str):
                with faults:
                    self.resolve(node)
            operation = len(path) == 3 and path[0] == "paths"
            names = path and path[-1] in ("properties", "schemas")
            others = {"x-transform", "x-sealed"} if path == ["tags"] else {"x-transform"}
            for key, value in node.items():
                if key.startswith("x-") and not names and not (operation and key in op_keys) and key not in others:
                    faults.add(Fault(node.at(key), f"unknown key {key}"))
                if key not in ("example", "examples", "default", "enum"):
                    walk(value, path + [key])
        walk(self.root, [])

    def problems(self, faults):
        """-> (problems sorted by code, sqlstates: the more exact first)"""
        known, states = {}, {}
        with faults:
            if not self.problem_path.is_file():
                raise Fault(None, f"{self.problem_shown} does not exist")
            data = load(self.problem_path, self.problem_shown)
            for p in data.get("problems") or []:
                with faults:
                    self._problem(p, known)
            for s in data.get("sqlstates") or []:
                with faults:
                    self._sqlstate(s, known, states)
        exact = lambda key: (-len(key[0]), key[0], key[1] == "", key[1])
        return [known[code] for code in sorted(known)], [states[key] for key in sorted(states, key=exact)]

    @staticmethod
    def _problem(p, known):
        code = p.get("code")
        if not re.fullmatch(r"[a-z][a-z0-9_]*", str(code)) or code in known:
            raise Fault(p.where, f"problem {code}: written twice, or no name")
        if not isinstance(p.get("status"), int) or not 400 <= p["status"] <= 599:
            raise Fault(p.where, f"problem {code}: status is 400 … 599")
        for key in TEXTS:
            for language in LANGUAGES:
                if not (p.get(key) or {}).get(language):
                    raise Fault(p.where, f"problem {code}: {key}.{language} is missing")
        if set(p) - {"code", "status", *TEXTS}:
            raise Fault(p.where, f"problem {code}: unknown key {', '.join(sorted(set(p) - {'code', 'status', *TEXTS}))}")
        known[code] = p

    @staticmethod
    def _sqlstate(s, known, states):
        state = str(s.get("sqlstate"))
        if set(s) - {"sqlstate", "constraint", "problem", "pointer"} or not re.fullmatch(r"[0-9A-Z]{2}([0-9A-Z]{3})?", state):
            raise Fault(s.where, f"sqlstate {state}: keys are sqlstate (2 or 5 characters), constraint, problem, pointer")
        if s.get("problem") not in known:
            raise Fault(s.where, f"sqlstate {state}: problem {s.get('problem')} is not declared")
        key = (state, s.get("constraint") or "")
        if key in states:
            raise Fault(s.where, f"sqlstate {state} {key[1]}: written twice")
        states[key] = s
