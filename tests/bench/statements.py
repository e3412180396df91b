"""The statements the engine sends, as pgbench scripts: auth, the operation's own text for the filters given, one pipeline, one
transaction. The texts come from the generator, as they do for the C tables; nothing is written down twice."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "conf/dev"), str(ROOT / "api/contract")]
import explain  # noqa: E402
import sqllex  # noqa: E402

# What each connection of the engine asks for (api/pg/pg.c), beside the lane's own.
OPTIONS = "-c plan_cache_mode=force_generic_plan -c jit=off -c statement_timeout=5000 -c TimeZone=Asia/Shanghai"
DRAWS = 100     # transactions with one id before another is drawn


def auth():
    path = ROOT / "db/queries/auth.sql"
    lines = sqllex.trim(sqllex.lex(path.read_text(encoding="utf-8"), str(path), numbers=True))
    return "\n".join("".join(text for text, _ in line.pieces) for line in lines)


def one_line(sql):
    """pgbench ends a command at a semicolon outside quotes; blank lines and newlines do not matter to it."""
    return re.sub(r"\s*\n\s*", " ", sql.strip())


def bound(sql, names):
    """$1… → the pgbench variables of these names."""
    return re.sub(r"\$(\d+)", lambda m: ":" + names[int(m.group(1)) - 1], sql)


def pgbench_script(name, given, draw):
    """-> (script, variables). given: parameter → constant, or ":variable" for one that `draw` (a SELECT … \\gset) sets."""
    op = explain.find(name)
    text, values = explain.assemble(op, given)
    variables = {"roles": "{" + ",".join(op.roles) + "}", "left": "0"}
    names = []
    for i, value in enumerate(values):
        value = None if value == "NULL" else value[1:-1].replace("''", "'")
        if value is None:
            # pgbench knows no NULL; a literal one would be folded into the plan, which the engine's parameter is not
            text = re.sub(rf"\${i + 1}(?!\d)", f"nullif(${i + 1}, '-')", text)
            value = "-"
        if value.startswith(":"):
            names.append(value[1:])
        else:
            names.append(f"v{i}")
            variables[f"v{i}"] = value
    script = f"""\\set left :left - 1
\\if :left < 0
\\set left {DRAWS}
{draw} \\gset
\\endif
\\startpipeline
{one_line(bound(auth(), ["token", "roles"]))};
{one_line(bound(text, names))};
\\endpipeline
"""
    return script, variables
