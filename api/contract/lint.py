#!/usr/bin/python3
"""Checks that the published document is valid OpenAPI 3.1: its structure, every schema against JSON Schema 2020-12, every
example against its schema, summaries in both languages, declared tags.   lint.py [--root DIR]"""
import argparse
import json
import pathlib
import re
import sys

import jsonschema

import generate
from document import Faults

TEXT, BOOL = {"type": "string"}, {"type": "boolean"}
NAME = r"^[A-Za-z0-9._-]+$"


def closed(needed, /, **properties):
    return {"type": "object", "required": needed, "properties": properties, "additionalProperties": False}


def or_ref(name):
    """A reference, or the thing itself."""
    return {"if": {"required": ["$ref"]}, "then": closed(["$ref"], **{"$ref": {"type": "string", "pattern": "^#/components/"}}),
            "else": {"$ref": f"#/$defs/{name}"}}


def map_of(value, names=NAME):
    return {"type": "object", "patternProperties": {names: value}, "additionalProperties": False}


SCHEMA = {"type": "object"}             # looked at in its own right below
METHODS = ("get", "post", "put", "patch", "delete")
STRUCTURE = {
    **closed(["openapi", "info", "paths", "components", "security", "tags", "servers"],
             openapi={"pattern": r"^3\.1\.[0-9]+$"}, info={"$ref": "#/$defs/info"}, security={"$ref": "#/$defs/security"},
             servers={"type": "array", "minItems": 1, "items": closed(["url"], url=TEXT, description=TEXT)},
             tags={"type": "array", "items": closed(["name", "description"], name=TEXT, description=TEXT,
                                                            **{"x-sealed": {"const": True}})},
             paths=map_of({"$ref": "#/$defs/path"}, "^/"), components={"$ref": "#/$defs/components"}),
    "$defs": {
        "info": closed(["title", "version", "license"], title=TEXT, version=TEXT, summary=TEXT, description=TEXT,
                       license=closed(["name"], name=TEXT, identifier=TEXT), contact={"type": "object"}),
        "security": {"type": "array", "items": map_of({"type": "array", "items": TEXT})},
        "path": closed([], parameters={"type": "array", "items": or_ref("parameter")},
                       **{method: {"$ref": "#/$defs/operation"} for method in METHODS}),
        "operation": closed(["operationId", "summary", "tags", "responses"], operationId=TEXT, summary=TEXT, description=TEXT,
                            tags={"type": "array", "minItems": 1, "items": TEXT}, deprecated=BOOL,
                            parameters={"type": "array", "items": or_ref("parameter")}, requestBody=or_ref("body"),
                            responses={**map_of(or_ref("response"), r"^([1-5][0-9][0-9]|default)$"), "minProperties": 2},
                            security={"$ref": "#/$defs/security"}),
        "parameter": {
            **closed(["name", "in", "schema"], **{"in": {"enum": ["path", "query", "header"]}}, name=TEXT, description=TEXT,
                     required=BOOL, deprecated=BOOL, schema=SCHEMA, example={}, explode=BOOL, style={"enum": ["form", "simple"]}),
            "if": {"properties": {"in": {"const": "path"}}}, "then": {"required": ["required"], "properties": {"required": {"const": True}}}},
        "body": closed(["content"], description=TEXT, required=BOOL, content={"$ref": "#/$defs/content"}),
        "response": closed(["description"], description=TEXT, content={"$ref": "#/$defs/content"}, headers=map_of(or_ref("header"))),
        "header": closed(["schema"], description=TEXT, schema=SCHEMA, required=BOOL),
        "content": map_of(closed([], schema=SCHEMA, encoding=map_of({"type": "object"}), example={}, examples=map_of(closed(["value"], summary=TEXT, value={}))),
                          r"^[a-z]+/[a-z0-9.+*-]+(; ?[a-z]+=[A-Za-z0-9-]+)?$"),
        "components": closed(["schemas"], schemas=map_of(SCHEMA), parameters=map_of({"$ref": "#/$defs/parameter"}),
                             headers=map_of({"$ref": "#/$defs/header"}), responses=map_of({"$ref": "#/$defs/response"}),
                             requestBodies=map_of({"$ref": "#/$defs/body"}),
                             securitySchemes=map_of({"type": "object", "required": ["type"]})),
    },
}


def at(path):
    return "/" + "/".join(str(step).replace("~", "~0").replace("/", "~1") for step in path)


class Lint:
    def __init__(self, document):
        self.document, self.faults = document, []

    def check_schema(self, schema, path):
        """One schema with all below it, and the examples in it."""
        try:
            jsonschema.Draft202012Validator.check_schema(schema)
        except jsonschema.SchemaError as error:
            self.faults.append(f"{at(path + list(error.absolute_path))}: {error.message}")
        for sub, where in self.schemas_in(schema, path):
            for example in ([sub["example"]] if "example" in sub else []) + list(sub.get("examples", [])):
                self.check_example(example, sub, where)

    def schemas_in(self, schema, path):
        yield schema, path
        for name, child in schema.get("properties", {}).items():
            yield from self.schemas_in(child, path + ["properties", name])
        for key in ("items", "additionalProperties"):
            if isinstance(schema.get(key), dict):
                yield from self.schemas_in(schema[key], path + [key])
        for i, child in enumerate(schema.get("anyOf", [])):
            yield from self.schemas_in(child, path + ["anyOf", i])

    def check_example(self, example, schema, path):
        # The document as the schema's own root, so that #/components/… resolves.
        validator = jsonschema.Draft202012Validator({**self.document, **schema}, format_checker=jsonschema.FormatChecker())
        for error in validator.iter_errors(example):
            self.faults.append(f"{at(path)}: the example {json.dumps(example, ensure_ascii=False)[:60]}: {error.message}")

    def walk(self, node, path):
        """Every media type, parameter and header: its schema and examples."""
        if isinstance(node, list):
            for i, child in enumerate(node):
                self.walk(child, path + [i])
        elif isinstance(node, dict):
            if isinstance(node.get("schema"), dict):
                self.check_schema(node["schema"], path + ["schema"])
                examples = [one["value"] for one in node.get("examples", {}).values()]
                for example in examples + ([node["example"]] if "example" in node else []):
                    self.check_example(example, node["schema"], path)
            for key, child in node.items():
                if key not in ("schema", "schemas", "example", "examples"):
                    self.walk(child, path + [key])

    def check_operations(self):
        tags = {tag["name"] for tag in self.document["tags"]}
        for path, item in self.document["paths"].items():
            for method in METHODS:
                operation, where = item.get(method), at(["paths", path, method])
                if operation is None:
                    continue
                for tag in operation.get("tags", []):
                    if tag not in tags:
                        self.faults.append(f"{where}: tag {tag} is not declared")
                if not re.search("[\u4e00-\u9fff].* / .*[A-Za-z]", operation.get("summary", "")):
                    self.faults.append(f"{where}: summary: Chinese first, then ` / English`")

    def run(self):
        for error in jsonschema.Draft202012Validator(STRUCTURE).iter_errors(self.document):
            self.faults.append(f"{at(error.absolute_path)}: {error.message[:200]}")
        if not self.faults:                 # what follows relies on the structure
            for name, schema in self.document["components"]["schemas"].items():
                self.check_schema(schema, ["components", "schemas", name])
            self.walk(self.document, [])
            self.check_operations()
        return self.faults


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parents[2])
    try:
        files = generate.build(parser.parse_args().root)
    except Faults as faults:
        found = faults.lines()
    else:
        found = Lint(json.loads(files["openapi.json"])).run()
    print("\n".join(found) if found else "contract: good")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
