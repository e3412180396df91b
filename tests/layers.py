#!/usr/bin/python3
"""Checks the C sources: includes point downward only, outside libraries stay in their layer, files and functions
stay short. Prints file:line of each fault; exit code 1 when there is one.   layers.py [ROOT]"""
import pathlib
import re
import sys

LAYERS = ["base", "pg", "crypto", "store", "rule", "contract", "engine", "http", "main"]      # each may include those before it
ALLOWED = {name: set(LAYERS[:i + 1]) for i, name in enumerate(LAYERS)}
ALLOWED["jobs"] = {"jobs", "base", "crypto", "store"}
ALLOWED["media"] = {"media", "base", "crypto", "store"}
ALLOWED["custodian"] = {"custodian"}     # off line: it shares nothing with the server
ALLOWED["crypto"].discard("pg")         # hashing knows no database
ALLOWED["store"].discard("pg")          # nor do files
ALLOWED["rule"] = {"rule", "base"}      # pure
ALLOWED["contract"] = {"contract"}      # tables
GENERATED = {"problems.h", "handlers.h"}
LIBRARIES = {                           # header -> layers that may include it
    r"kore/http\.h": {"http", "main"}, r"kore/.*": {"http", "main", "pg"}, r"libpq-fe\.h|postgres.*": {"pg", "jobs", "media"},
    r"sodium.*|openssl/.*": {"crypto", "custodian"}, r"magic\.h": {"store"}, r"jansson\.h": {"rule", "crypto", "engine", "http"},
}
FILE_LINES, FUNCTION_LINES = 400, 80
INCLUDE = re.compile(r'\s*#\s*include\s+(["<])([^">]+)[">]')


def check_include(layer, mark, header):
    """What is wrong with one #include, or None."""
    if mark == "<" and "/" in header and header.split("/")[0] in ALLOWED:
        return f"<{header}>: write the project's own headers in quotes"
    for pattern, layers in LIBRARIES.items():
        if re.fullmatch(pattern, header):
            return None if layer in layers else f"{header} belongs to {', '.join(sorted(layers))}"
    if mark == "<":
        return None
    if header in GENERATED:
        target = "contract"
    elif "/" in header:
        target = header.split("/")[0]
    else:
        return f'"{header}": write the path from api/, as "{layer}/{header}"'
    if target not in ALLOWED[layer]:
        return f"{layer}/ may not include {header} (only {', '.join(sorted(ALLOWED[layer]))})"
    return None


def check_lengths(lines):
    """Yield (line, what) for a file or function that is too long; a function is `{` … `}` in column 1."""
    if len(lines) > FILE_LINES:
        yield FILE_LINES, f"{len(lines)} lines, at most {FILE_LINES}"
    start = None
    for number, line in enumerate(lines, 1):
        if line == "{":
            start = number
        elif line == "}" and start is not None:
            if number - start - 1 > FUNCTION_LINES:
                yield start, f"a function of {number - start - 1} lines, at most {FUNCTION_LINES}"
            start = None


def faults(root):
    for path in sorted((root / "api").rglob("*.[ch]")):
        parts = path.relative_to(root / "api").parts
        shown, layer = path.relative_to(root).as_posix(), parts[0] if len(parts) > 1 else "main"
        if layer not in ALLOWED:
            yield f"{shown}:1: api/{layer}/ is no layer ({', '.join(ALLOWED)})"
            continue
        lines = path.read_text(encoding="utf-8").splitlines()
        for number, line in enumerate(lines, 1):
            found = INCLUDE.match(line)
            wrong = found and check_include(layer, *found.groups())
            if wrong:
                yield f"{shown}:{number}: {wrong}"
        for number, wrong in check_lengths(lines):
            yield f"{shown}:{number}: {wrong}"


def main():
    root = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parents[1]
    found = list(faults(root))
    print("\n".join(found) if found else "layers: good")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
