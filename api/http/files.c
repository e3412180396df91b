#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "crypto/digest.h"
#include "engine/negotiate.h"
#include "engine/range.h"
#include "handlers.h"
#include "http/filename.h"
#include "http/files.h"
#include "http/guard.h"
#include "problems.h"
#include "store/store.h"

#define SENDING		512	/* files on their way out of one worker, at the most */

/* sha-256=:…: of RFC 9530 from hexadecimal digits. */
static const char *
digest_field(struct arena *arena, const char *sha256)
{
	static const char	digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char			text[CRYPTO_HEX - 1 + 3] = { 0 }, out[45], pair[3] = "";
	unsigned		bits;
	size_t			i, j;

	/* three octets are six hexadecimal digits and four of these; the last group has two octets */
	memcpy(text, sha256, strnlen(sha256, CRYPTO_HEX - 1));
	for (i = 0, j = 0; i < CRYPTO_HEX - 1; i += 6, j += 4) {
		memcpy(pair, text + i, 2);
		bits = (unsigned)strtoul(pair, NULL, 16) << 16;
		memcpy(pair, text + i + 2, 2);
		bits |= (unsigned)strtoul(pair, NULL, 16) << 8;
		memcpy(pair, text + i + 4 < text + CRYPTO_HEX - 1 ? text + i + 4 : "00", 2);
		bits |= (unsigned)strtoul(pair, NULL, 16);
		out[j] = digits[bits >> 18];
		out[j + 1] = digits[bits >> 12 & 63];
		out[j + 2] = digits[bits >> 6 & 63];
		out[j + 3] = digits[bits & 63];
	}
	out[43] = '=';
	out[44] = '\0';
	return (arena_format(arena, "sha-256=:%s:", out));
}

/* Nothing that was uploaded may run in a browser, and what is named by its content never changes. body: there will be one. */
static void
files_fields(struct engine_call *call, const char *etag, const struct files_view *view, bool body)
{
	engine_field(call, "ETag", etag);
	/* what is written down when it is read is not read from anybody's cache, nor left in one */
	engine_field(call, "Cache-Control", call->op->lane == CONTRACT_WRITE ? "no-store" : "private, max-age=31536000, immutable");
	engine_field(call, "Content-Security-Policy", view->policy == NULL ? "sandbox; default-src 'none'" : view->policy);
	engine_field(call, "Cross-Origin-Resource-Policy", "same-origin");
	engine_field(call, "Accept-Ranges", "bytes");
	if (body && view->filename != NULL)
		engine_field(call, "Content-Disposition",
		    filename_disposition(call->arena, view->shown ? "inline" : "attachment", view->filename));
	if (body)
		engine_field(call, "Content-Type", view->type);
}

void
files_answer(struct engine_call *call, int fd, const char *id, const char *sha256, uint64_t size, const struct files_view *view)
{
	const char	*etag = arena_format(call->arena, "\"%s\"", sha256), *digest = digest_field(call->arena, sha256);
	uint64_t	 first = 0, last = 0;

	if (fd == -1 || store_size(fd) != (int64_t)size) {
		log_line(LOG_LINE_ERROR, "the file of %s is missing or not whole", id);
		engine_refuse(call, PROBLEM_INTERNAL, NULL);
	} else if (call->headers[ENGINE_IF_NONE_MATCH] != NULL &&
	    negotiate_unchanged(call->headers[ENGINE_IF_NONE_MATCH], etag)) {
		files_fields(call, etag, view, false);
		call->reply.status = 304;
	} else if (guard_files() >= SENDING) {
		engine_refuse(call, PROBLEM_OVERLOADED, NULL);
		call->reply.refusal.retry_after = 1;
	} else {
		switch (range_read(call->headers[ENGINE_RANGE], call->headers[ENGINE_IF_RANGE], etag, size, &first, &last)) {
		case RANGE_UNSATISFIABLE:
			engine_field(call, "Content-Range", arena_format(call->arena, "bytes */%llu", (unsigned long long)size));
			engine_refuse(call, PROBLEM_RANGE_NOT_SATISFIABLE, NULL);
			break;
		case RANGE_PART:
			files_fields(call, etag, view, true);
			engine_field(call, "Repr-Digest", digest);
			engine_field(call, "Content-Range", arena_format(call->arena, "bytes %llu-%llu/%llu",
			    (unsigned long long)first, (unsigned long long)last, (unsigned long long)size));
			engine_answer_file(call, 206, fd, first, (size_t)(last - first + 1));
			return;
		case RANGE_WHOLE:
			files_fields(call, etag, view, true);
			engine_field(call, "Repr-Digest", digest);
			engine_field(call, "Content-Digest", digest);
			engine_answer_file(call, 200, fd, 0, (size_t)size);
			return;
		}
	}
	if (fd != -1)
		(void)close(fd);
}

void
handle_attachment(struct engine_call *call)
{
	const char		*sha256 = engine_row_text(call, "sha256"), *size = engine_row_text(call, "size"),
				*filename = engine_row_text(call, "filename");
	const struct files_view	 view = {
		.type = engine_row_text(call, "type"), .filename = filename == NULL ? "file" : filename,
	};

	if (sha256 == NULL || size == NULL || view.type == NULL) {
		engine_refuse(call, PROBLEM_NOT_FOUND, NULL);
		return;
	}
	/* no log tells a report */
	files_answer(call, store_open(sha256), call->op->lane == CONTRACT_WRITE ? "of a report" : engine_param(call, 0), sha256,
	    strtoull(size, NULL, 10), &view);
}
