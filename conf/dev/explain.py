#!/usr/bin/python3
"""Shows the plan of one statement as the API runs it: the generator's text, the API's role, generic plan, row-level security.

    explain.py findings/list [state=confirmed] [sort=found_at] [limit=50] [after=a,b] [id=uuid] | psql

`name=value` gives a query parameter (its optional lines are then in), a path parameter or limit, sort, after. The scope is
DISTRICT (default 500103), ROLE, INSTITUTION, TYPE, STREET of the environment. Statements of GET are run in a read-only
transaction (EXPLAIN ANALYZE), others only planned. Prints SQL for psql.
"""
import os
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "api/contract"))
import document  # noqa: E402
import generate  # noqa: E402


def literal(text):
    return "NULL" if text is None else "'" + text.replace("'", "''") + "'"


def find(name):
    """The operation whose x-sql is `name`, compiled."""
    faults = document.Faults()
    ops = generate.read_ops(document.Document(ROOT, faults), faults)
    for op in ops:
        if op.sql_name == name:
            op.compile_sql(ROOT / f"db/queries/{name}.sql", f"db/queries/{name}.sql")
            return op
    known = "\n  ".join(sorted(op.sql_name for op in ops if op.sql_name))
    raise SystemExit(f"没有这条语句 / no such statement: {name}\n  {known}")


def wanted(op, token, given):
    """Whether a token is part of the variant that `given` asks for."""
    when, index, negated = token[2:]
    present = {"ALWAYS": lambda: True, "IF_AFTER": lambda: "after" in given,
               "IF_QUERY": lambda: op.query[index]["name"] in given,
               "IF_SORT": lambda: given.get("sort", op.sorts[0] if op.sorts else None) == op.sorts[index]}[when]()
    return present != negated


def assemble(op, given):
    """-> (text with $1…, the values as SQL literals)"""
    known = {p["name"] for p in op.query + op.path_params} | {"limit", "sort", "after", "body", "if_match"}
    for name in given:
        if name not in known:
            raise SystemExit(f"没有这个参数 / no such parameter: {name} ({', '.join(sorted(known))})")
    after = given.get("after", "").split(",")
    text, values, numbers = "", [], {}
    for token in op.tokens:
        if not wanted(op, token, given):
            continue
        text += token[0]
        if token[1] >= 0:
            if token[1] not in numbers:
                source, index, name = op.binds[token[1]]
                plain = name.partition("_")[2] if source in ("FROM_QUERY", "FROM_PATH") else name
                value = given.get(plain, "50" if name == "limit" else None)
                if source == "FROM_AFTER":
                    value = after[index] if "after" in given and index < len(after) else None
                values.append(literal(value))
                numbers[token[1]] = len(values)
            text += f"${numbers[token[1]]}"
    return text, values


def main():
    if len(sys.argv) < 2:
        raise SystemExit("用法 / usage: make explain Q=findings/list [WITH='state=confirmed sort=found_at']")
    op = find(sys.argv[1])
    given = dict(word.partition("=")[::2] for word in sys.argv[2:])
    text, values = assemble(op, given)
    env = os.environ.get
    scope = {"actor": "00000000-0000-0000-0000-000000000000", "role": env("ROLE") or "inspector",
             "districts": env("DISTRICT") or "500103", "types": env("TYPE") or "", "streets": env("STREET") or "",
             "institutions": env("INSTITUTION") or ""}
    narrow = scope["types"] or scope["streets"] or scope["institutions"] or scope["role"] in ("street", "institution", "staff", "integration")
    scope["wide"] = "no" if narrow else "yes"
    read = op.method == "get"
    print("SET plan_cache_mode = force_generic_plan; SET jit = off; SET TimeZone = 'Asia/Shanghai';")
    print(f"BEGIN {'READ ONLY' if read else ''};")
    for name, value in scope.items():
        print(f"SELECT set_config('app.{name}', {literal(value)}, true) \\g /dev/null")
    print(f"SELECT set_config('app.hidden', api.hidden_categories({literal(scope['role'])}), true) \\g /dev/null")
    print(f"PREPARE statement AS {text};")
    print(f"EXPLAIN ({'ANALYZE, BUFFERS, ' if read else ''}VERBOSE false) EXECUTE statement{'(' + ', '.join(values) + ')' if values else ''};")
    print("ROLLBACK;")


if __name__ == "__main__":
    main()
