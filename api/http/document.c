#include <stdlib.h>
#include <string.h>

#include "engine/negotiate.h"
#include "handlers.h"
#include "http/files.h"
#include "problems.h"
#include "store/store.h"

#define SOON	1	/* seconds until it is worth asking again: a document is made within one or two */
#define LATER	60	/* and where somebody has to upload pictures first */

/* Its own style and pictures stand in the page; nothing else is loaded and nothing runs. */
#define POLICY	"sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"

static void
document_pending(struct engine_call *call, const char *awaited)
{
	engine_refuse(call, PROBLEM_DOCUMENT_PENDING, NULL);
	call->reply.refusal.retry_after = awaited == NULL ? SOON : LATER;
	if (awaited != NULL)
		call->reply.refusal.extra = json_pack("{s:s}", "awaiting", awaited);
}

/* The row has both files by their hashes once hz-media has kept them. */
static void
document_send(struct engine_call *call, bool pdf)
{
	const struct {
		const char	*sha256, *size, *ending, *type;
	} forms[] = {
		{ "html", "html_size", "html", "text/html; charset=utf-8" }, { "pdf", "pdf_size", "pdf", "application/pdf" },
	}, *form = &forms[pdf];
	const char		*sha256 = engine_row_text(call, form->sha256), *size = engine_row_text(call, form->size);
	const char		*filename = engine_row_text(call, "filename");
	const struct files_view	 view = {
		.type = form->type, .policy = POLICY, .shown = true,
		.filename = arena_format(call->arena, "%s.%s", filename == NULL ? "document" : filename, form->ending),
	};

	if (sha256 == NULL || size == NULL) {
		engine_refuse(call, PROBLEM_INTERNAL, NULL);
		return;
	}
	engine_field(call, "Vary", "Accept");
	files_answer(call, store_open(sha256), engine_param(call, 0), sha256, strtoull(size, NULL, 10), &view);
}

void
handle_document(struct engine_call *call)
{
	const char	*accept = call->headers[ENGINE_ACCEPT], *state = engine_row_text(call, "state");
	double		 html = negotiate_quality(accept, "text/html", "text/*"),
			 pdf = negotiate_quality(accept, "application/pdf", "application/*");

	if (html <= 0 && pdf <= 0)
		engine_refuse(call, PROBLEM_NOT_ACCEPTABLE, NULL);
	else if (state == NULL || strcmp(state, "failed") == 0)
		engine_refuse(call, state == NULL ? PROBLEM_INTERNAL : PROBLEM_DOCUMENT_FAILED, NULL);
	else if (strcmp(state, "here") != 0)
		document_pending(call, engine_row_text(call, "awaited"));
	else
		document_send(call, pdf > html);
}
