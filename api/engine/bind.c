#include <string.h>

#include "base/buf.h"
#include "engine/bind.h"
#include "engine/negotiate.h"
#include "engine/transform.h"

#define IF_MATCH_ANY	(-2LL)

const char *
bind_array(struct arena *arena, const char *list)
{
	struct buf	b;

	buf_init(&b, arena);
	buf_string(&b, "{\"");
	for (; *list != '\0'; list++) {
		if (*list == ',') {
			buf_string(&b, "\",\"");
			continue;
		}
		if (*list == '"' || *list == '\\')
			buf_char(&b, '\\');
		buf_char(&b, *list);
	}
	buf_string(&b, "\"}");
	return (buf_end(&b));
}

static const char *
bind_query(const struct engine_call *call, struct arena *arena, size_t i)
{
	const struct contract_schema	*schema = call->op->query[i].schema;
	const char			*value = call->work->query.values[i];
	char				 hex[2 * CRYPTO_HASH + 1];

	if (value != NULL && schema->type == CONTRACT_ARRAY)
		return (bind_array(arena, value));
	if (value != NULL && schema->transform == CONTRACT_HASH) {
		transform_hash(schema, value, hex);
		return (arena_string(arena, hex));
	}
	return (value);
}

/* NULL when the header is absent (SQL then says 428), -2 for "*" (any version will do), else the
 * version, or -1, which no version equals, for a tag that cannot be one of ours. */
static const char *
bind_if_match(const struct engine_call *call, struct arena *arena)
{
	const char	*header = call->headers[ENGINE_IF_MATCH];
	int64_t		 version;
	bool		 any;

	if (header == NULL)
		return (NULL);
	version = negotiate_version(header, &any);
	return (arena_format(arena, "%lld", any ? IF_MATCH_ANY : (long long)version));
}

static const char *
bind_text(const struct engine_call *call, struct arena *arena, const struct contract_bind *b)
{
	const struct engine_work	*w = call->work;

	switch (b->source) {
	case CONTRACT_FROM_PATH:
		return (w->params[b->index]);
	case CONTRACT_FROM_QUERY:
		return (bind_query(call, arena, (size_t)b->index));
	case CONTRACT_FROM_BODY:
		return (w->body);
	case CONTRACT_FROM_LIMIT:
		return (arena_format(arena, "%d", w->query.limit));
	case CONTRACT_FROM_AFTER:
		return (w->query.after[b->index]);
	case CONTRACT_FROM_CSV:
		return (w->csv_wanted ? "true" : "false");
	case CONTRACT_FROM_IF_MATCH:
		return (bind_if_match(call, arena));
	case CONTRACT_FROM_HANDLER:
		return (w->given[b->index]);
	case CONTRACT_FROM_SECRET_HASH:
	case CONTRACT_FROM_RECEIPT_HASH:
		break;
	}
	return (NULL);
}

void
bind_statement(struct engine_call *call, struct arena *arena, const struct statement *s)
{
	struct engine_work		*w = call->work;
	const struct contract_bind	*b;
	int				 i;

	w->values.n = 0;
	for (i = 0; i < s->norder; i++) {
		b = &s->op->binds[s->order[i]];
		if (b->source == CONTRACT_FROM_SECRET_HASH)
			work_bind(&w->values, w->secret_hash, CRYPTO_HASH, WORK_BINARY);
		else if (b->source == CONTRACT_FROM_RECEIPT_HASH)
			work_bind(&w->values, w->token_hash, CRYPTO_HASH, WORK_BINARY);
		else
			work_bind(&w->values, bind_text(call, arena, b), 0, WORK_TEXT);
	}
	if (s->claim < 0)
		return;
	work_bind(&w->values, w->key_hash, CRYPTO_HASH, WORK_BINARY);
	if (s->op->secret != NULL)
		work_bind(&w->values, w->secret_box, (int)(strlen(w->secret) + CRYPTO_BOX_EXTRA), WORK_BINARY);
	if (s->op->sealed)
		work_bind(&w->values, w->answer_key, 0, WORK_TEXT);
}
