#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <jansson.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/text.h"
#include "http/filename.h"
#include "http/receive.h"
#include "http/uploads.h"
#include "problems.h"

#define FORM_EXTRA	(64UL * 1024)	/* octets of a form beside its file */
#define NO_BOUND	(UINT64_C(1) << 50)

static bool
is_form(const struct engine_call *call)
{
	const char	*type = call->headers[ENGINE_CONTENT_TYPE];

	return (type != NULL && strncasecmp(type, "multipart/form-data", 19) == 0 && strchr("; \t", type[19]) != NULL);
}

/* Something that x-admit asks for comes in the form alone: nothing is kept before it has been asked. */
static bool
asks_again(const struct contract_op *op)
{
	size_t	i;

	for (i = 0; op->admit != NULL && i < op->nquery; i++)
		if (op->query[i].form_only)
			return (true);
	return (false);
}

/* sha-256=:…: of a Content-Digest field (RFC 9530); others in it are passed over. 1: found, 0: none, -1: malformed. */
static int
read_digest(const struct engine_call *call, uint8_t hash[CRYPTO_HEX / 2 + 16])
{
	const char	*field = call->headers[ENGINE_CONTENT_DIGEST];
	char		 digits[44];
	size_t		 i, octets;

	if (field == NULL || (field = strcasestr(field, "sha-256=")) == NULL)
		return (0);
	if (*(field += 8) != ':' || strcspn(field + 1, ":") != 44 || field[44] != '=' || field[45] != ':')
		return (-1);
	for (i = 0; i < 43; i++) {
		digits[i] = field[i + 1];
		if (digits[i] == '-' || digits[i] == '_')
			return (-1);
		digits[i] = digits[i] == '+' ? '-' : digits[i] == '/' ? '_' : digits[i];
	}
	return (text_base64_decode(hash, &octets, digits, 43) && octets == CRYPTO_HEX / 2 ? 1 : -1);
}

/* [{"type", "max_bytes", "extensions"}] of x-admit. */
static void
read_types(struct intake *t, const char *text)
{
	json_auto_t	*list = text == NULL ? NULL : json_loads(text, 0, NULL);
	json_t		*one, *extension;
	size_t		 i, j, n;

	t->ntypes = 0;
	json_array_foreach(list, i, one) {
		struct intake_type	*type = &t->types[t->ntypes];
		const char		*name = json_string_value(json_object_get(one, "type"));

		if (t->ntypes == INTAKE_TYPES || name == NULL || strlen(name) >= sizeof(type->type))
			continue;
		(void)snprintf(type->type, sizeof(type->type), "%s", name);
		type->max = (uint64_t)json_integer_value(json_object_get(one, "max_bytes"));
		n = (size_t)snprintf(type->extensions, sizeof(type->extensions), ",");
		json_array_foreach(json_object_get(one, "extensions"), j, extension)
			if (n + json_string_length(extension) + 2 < sizeof(type->extensions))
				n += (size_t)sprintf(type->extensions + n, "%s,", json_string_value(extension));
		t->ntypes++;
	}
}

static bool
receive_file(struct exchange *x)
{
	struct engine_call	*call = &x->call;
	const struct framing	*f = guard_framing(x->guard);
	const char		*max = engine_admit_text(call, "max_bytes");
	uint64_t		 cap = max == NULL ? NO_BOUND : strtoull(max, NULL, 10), body_cap;
	uint8_t			 hash[CRYPTO_HEX / 2 + 16];
	bool			 form = is_form(call);
	int			 problem, digest = read_digest(call, hash);

	body_cap = form ? cap + FORM_EXTRA : cap;
	if (!form && asks_again(call->op)) {
		engine_refuse(call, PROBLEM_UNSUPPORTED_MEDIA_TYPE, NULL);
		return (false);
	}
	if (digest < 0) {
		engine_refuse(call, PROBLEM_MALFORMED_REQUEST, "Content-Digest 应为 sha-256=:base64:");
		return (false);
	}
	if (!f->chunked && f->length > body_cap) {
		engine_refuse(call, PROBLEM_PAYLOAD_TOO_LARGE, NULL);
		call->reply.refusal.extra = json_pack("{s:I}", "max_bytes", (json_int_t)cap);
		return (false);
	}
	x->intake = intake_new(cap, f->chunked ? 0 : f->length, form ? call->headers[ENGINE_CONTENT_TYPE] : NULL, digest > 0,
	    &problem);
	if (x->intake == NULL) {
		engine_refuse(call, problem, problem == PROBLEM_MALFORMED_REQUEST ? "multipart/form-data 没有合规的 boundary" : NULL);
		call->reply.refusal.retry_after = contract_problems[problem].status == 503 ? 1 : 0;
		return (false);
	}
	body_start(&x->intake->body, intake_sink, f->chunked, f->length, body_cap);
	return (true);
}

/* A piece of an upload that is continued: its body is nothing else, and how long it may be is known. */
static bool
receive_piece(struct exchange *x)
{
	const struct framing	*f = guard_framing(x->guard);
	struct piece		 piece;
	int			 problem;

	if (!uploads_begin(&x->call, f->chunked ? -1 : (int64_t)f->length, &piece))
		return (false);
	if ((x->intake = intake_piece(&piece, &problem)) == NULL) {
		engine_refuse(&x->call, problem, NULL);
		x->call.reply.refusal.retry_after = 1;
		return (false);
	}
	body_start(&x->intake->body, intake_sink, f->chunked, f->length, x->intake->cap);
	return (true);
}

bool
receive_begin(struct exchange *x, void (*done)(void *), void (*resume)(void *))
{
	if (!(uploads_is(x->call.op) ? receive_piece(x) : receive_file(x)))
		return (false);
	x->intake->owner = x;
	x->intake->done = done;
	x->intake->resume = resume;
	read_types(x->intake, engine_admit_text(&x->call, "types"));
	return (true);
}

static json_t *
allowed_types(const struct intake *t)
{
	json_t	*list = json_array();
	size_t	 i;

	for (i = 0; i < t->ntypes; i++)
		(void)json_array_append_new(list, json_string(t->types[i].type));
	return (list);
}

/* The extensions of a type, without the commas around them. */
static json_t *
type_extensions(const struct intake_type *kind)
{
	size_t	n = strlen(kind->extensions);

	return (n < 3 ? json_string("") : json_stringn(kind->extensions + 1, n - 2));
}

/* What has come of a form's fields, for the checks and for a page that says what was refused. */
static void
receive_fields(struct exchange *x)
{
	const struct intake	*t = x->intake;

	if (t->form != NULL && x->call.form == NULL)
		x->call.form = t->query == NULL ? "" : arena_string(x->arena, t->query + 1);
}

void
receive_refuse(struct exchange *x)
{
	struct engine_call	*call = &x->call;
	struct intake		*t = x->intake;
	int			 problem = t->problem < 0 ? PROBLEM_PAYLOAD_TOO_LARGE : t->problem;
	struct engine_refusal	*r = &call->reply.refusal;

	receive_fields(x);
	engine_refuse(call, problem, t->detail);
	switch (problem) {
	case PROBLEM_TYPE_MISMATCH:
		r->extra = json_pack("{s:s,s:o}", "actual", t->type, "extensions", type_extensions(t->kind));
		break;
	case PROBLEM_UNSUPPORTED_MEDIA_TYPE:
		r->extra = json_pack("{s:s,s:o}", "actual", t->type, "allowed", allowed_types(t));
		break;
	case PROBLEM_PAYLOAD_TOO_LARGE:
		r->extra = json_pack("{s:I}", "max_bytes", (json_int_t)(t->kind != NULL ? t->kind->max : t->cap));
		break;
	case PROBLEM_CHECKSUM_MISMATCH:
		engine_field(call, "Upload-Offset", arena_format(x->arena, "%lld", (long long)t->piece->offset));
		break;
	case PROBLEM_OVERLOADED:
		r->retry_after = 1;
		break;
	case PROBLEM_INTERNAL:
		log_line(LOG_LINE_ERROR, "%s: the store failed: %s", call->op->id, strerror(t->error));
		break;
	default:
		break;
	}
}

/* Its Content-Type without parameters; what clients send when they know nothing is no claim. */
static void
read_claim(struct intake *t, const char *type)
{
	static const char *const	nothing[] = { "application/octet-stream", "application/x-www-form-urlencoded", "binary/octet-stream",
	    "application/unknown", "*/*" };
	size_t				i, n = type == NULL ? 0 : strcspn(type, "; \t");

	if (n == 0 || n >= sizeof(t->claim))
		return;
	for (i = 0; i < sizeof(nothing) / sizeof(nothing[0]); i++)
		if (strlen(nothing[i]) == n && strncasecmp(type, nothing[i], n) == 0)
			return;
	memcpy(t->claim, type, n);
	t->claim[n] = '\0';
}

/* The file's name: of the query (a form's fields are in it by now), or the form's own. */
static bool
read_name(struct exchange *x)
{
	struct intake	*t = x->intake;
	const char	*name = engine_query_text(&x->call, "filename"), *why;

	if (t->piece != NULL)
		name = engine_admit_text(&x->call, "filename");
	if (name == NULL && t->form != NULL && t->form->filename[0] != '\0')
		name = t->form->filename;
	if (name == NULL)
		return (true);
	if ((name = filename_clean(x->arena, name, &why)) == NULL) {
		engine_refuse(&x->call, PROBLEM_INVALID_QUERY, NULL);
		x->call.reply.refusal.errors = json_pack("[{s:s,s:s,s:s}]", "pointer", "?filename", "code", "bad_format",
		    "detail", why);
		return (false);
	}
	x->filename = name;
	(void)snprintf(t->extension, sizeof(t->extension), "%s", filename_extension(x->arena, name));
	return (true);
}

enum receive_result
receive_whole(struct exchange *x)
{
	struct intake	*t = x->intake;
	uint8_t		 hash[CRYPTO_HEX / 2 + 16];

	if (!intake_end(t, read_digest(&x->call, hash) > 0 ? hash : NULL)) {
		receive_refuse(x);
		return (RECEIVE_REFUSED);
	}
	if (intake_part(t))
		return (RECEIVE_RUN);
	receive_fields(x);
	if (x->call.form != NULL && !engine_recheck(&x->call))
		return (RECEIVE_RUN);
	return (asks_again(x->call.op) ? RECEIVE_ASK : receive_keep(x));
}

enum receive_result
receive_keep(struct exchange *x)
{
	struct intake	*t = x->intake;

	if (asks_again(x->call.op))
		read_types(t, engine_admit_text(&x->call, "types"));
	read_claim(t, t->piece != NULL ? engine_admit_text(&x->call, "filetype") :
	    t->form != NULL ? t->form->type : x->call.headers[ENGINE_CONTENT_TYPE]);
	if (!read_name(x))
		return (RECEIVE_REFUSED);
	if (!intake_keep(t)) {
		receive_refuse(x);
		return (RECEIVE_REFUSED);
	}
	return (RECEIVE_KEEPING);
}

bool
receive_kept(struct exchange *x)
{
	struct engine_call	*call = &x->call;
	struct intake		*t = x->intake;
	const char		*extensions;

	if (t->problem >= 0) {
		receive_refuse(x);
		return (false);
	}
	if (x->filename == NULL) {
		extensions = t->kind->extensions + (t->kind->extensions[0] == ',');
		x->filename = arena_format(x->arena, "%.8s.%.*s", t->sha256, (int)strcspn(extensions, ","), extensions);
	}
	engine_value_set(call, "x_sha256", t->sha256);
	engine_value_set(call, "x_size", arena_format(x->arena, "%llu", (unsigned long long)t->size));
	engine_value_set(call, "x_type", t->type);
	engine_value_set(call, "x_filename", x->filename);
	/* stands for the body where requests are compared */
	call->body = arena_format(x->arena, "%s %s", t->sha256, x->filename);
	call->body_length = strlen(call->body);
	return (true);
}

bool
receive_settle(struct exchange *x)
{
	return (x->intake != NULL && x->intake->kind != NULL && x->intake->problem < 0 && x->call.reply.status < 300 &&
	    intake_settle(x->intake));
}

void
receive_settled(struct exchange *x)
{
	if (x->intake->problem >= 0)
		receive_refuse(x);
}
