#include <string.h>

#include "base/buf.h"
#include "engine/query.h"
#include "engine/statement.h"

static const char	wrap_head[] = "WITH a AS MATERIALIZED (SELECT true AS found, s.* FROM (\n";

/* Zero rows are 404: raised as an error, so that the claim is rolled back with everything else. */
static const char	wrap_tail[] =
	" FROM a WHERE i.actor_id = (SELECT current_setting('app.actor'))::uuid AND i.key_hash = $%d::bytea)"
	" SELECT CASE WHEN a.found IS NULL THEN api.refuse('HZ404', '{\"code\":\"not_found\"}'::jsonb)::text::int"
	" ELSE a.status END AS status, a.body, a.version, a.location FROM (SELECT) one LEFT JOIN a ON true";

static bool
token_wanted(const struct contract_token *t, const struct statement_variant *v)
{
	bool	yes = true;

	switch (t->when) {
	case CONTRACT_ALWAYS:
		break;
	case CONTRACT_IF_QUERY:
		yes = (v->filters >> t->index & 1) != 0;
		break;
	case CONTRACT_IF_AFTER:
		yes = v->after;
		break;
	case CONTRACT_IF_SORT:
		yes = v->sort == (size_t)t->index;
		break;
	}
	return (yes != t->negated);
}

static int
statement_number(struct statement *s, int bind)
{
	int	n;

	for (n = 0; n < s->norder; n++)
		if (s->order[n] == bind)
			return (n + 1);
	s->order[s->norder++] = bind;
	return (s->norder);
}

/* From 1: a key of 0 stands for no statement. */
static uint64_t
op_number(const struct contract_op *op)
{
	uint64_t	n = 0;

	while (contract_ops[n] != op)
		n++;
	return (n + 1);
}

int
statement_claims(const struct contract_op *op)
{
	return (1 + (op->secret != NULL) + op->sealed);
}

void
statement_build(struct arena *arena, const struct contract_op *op, const struct statement_variant *v,
    struct statement *s)
{
	const struct contract_token	*t;
	struct buf			 b;

	buf_init(&b, arena);
	s->op = op;
	s->norder = 0;
	s->claim = -1;
	s->key = op_number(op) << 48 | (uint64_t)v->idempotent << 47 | (uint64_t)v->after << 46 |
	    (uint64_t)v->sort << QUERY_PARAMS | v->filters;
	if (v->idempotent)
		buf_string(&b, wrap_head);
	for (t = op->sql; t < op->sql + op->nsql; t++) {
		if (!token_wanted(t, v))
			continue;
		buf_string(&b, t->text);
		if (t->bind >= 0)
			buf_format(&b, "$%d", statement_number(s, t->bind));
	}
	if (v->idempotent) {
		s->claim = s->norder;
		buf_string(&b, "\n) s), k AS (UPDATE hz.idempotency i SET status = coalesce(a.status, 200),"
		    " version = a.version");
		if (op->secret != NULL)
			buf_format(&b, ", secret_box = $%d::bytea", s->claim + 2);
		if (op->sealed)
			buf_format(&b, ", body_box = api.answer_seal(a.body, a.location, $%d::text)", s->claim + statement_claims(op));
		else
			buf_string(&b, ", body = a.body, location = a.location");
		buf_format(&b, wrap_tail, s->claim + 1);
	}
	s->sql = buf_end(&b);
}

const char *
statement_unfit(const struct contract_op *op)
{
	if (op->nquery > QUERY_PARAMS)
		return ("too many query parameters");
	if (op->nsorts > 64)
		return ("too many sorts");
	if (op->nbinds > STATEMENT_BINDS - 3)
		return ("too many placeholders");
	return (NULL);
}
