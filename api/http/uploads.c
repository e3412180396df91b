#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "engine/negotiate.h"
#include "handlers.h"
#include "http/filename.h"
#include "http/uploads.h"
#include "problems.h"

#define UPLOADS_TYPE	"application/offset+octet-stream"

/* ---- what the protocol says of itself ---- */

bool
uploads_is(const struct contract_op *op)
{
	return (op != NULL && op->prepare == prepare_upload);
}

static bool
uploads_route(const struct contract_route *r)
{
	enum contract_method	m;

	for (m = 0; r != NULL && m < CONTRACT_METHODS; m++)
		if (uploads_is(r->ops[m]))
			return (true);
	return (false);
}

/* Octets of the longest file, whatever its type: what the operation that takes them takes. */
static size_t
uploads_max(void)
{
	static size_t	max;
	size_t		i;

	for (i = 0; max == 0 && i < contract_nops; i++)
		if (uploads_is(contract_ops[i]) && contract_ops[i]->file_body)
			max = contract_ops[i]->body_max;
	return (max);
}

void
uploads_fields(const struct engine_call *call, bool options, struct reply *reply)
{
	if (!uploads_route(call->route))
		return;
	reply_field(reply, "Tus-Resumable", TUS_VERSION);
	if (options || reply->status == 412)
		reply_field(reply, "Tus-Version", TUS_VERSION);
	if (!options)
		return;
	reply_field(reply, "Tus-Extension", TUS_EXTENSIONS);
	reply_field(reply, "Tus-Checksum-Algorithm", TUS_CHECKSUMS);
	reply_field(reply, "Tus-Max-Size", arena_format(call->arena, "%zu", uploads_max()));
}

/* ---- what a request says, before anything is asked ---- */

static void
prepare_create(struct engine_call *call)
{
	const char		*length = call->headers[ENGINE_UPLOAD_LENGTH], *fault;
	const char		*metadata = call->headers[ENGINE_UPLOAD_METADATA], *name = NULL;
	struct tus_metadata	*m = arena_alloc(call->arena, sizeof(*m));
	int64_t			 octets = length == NULL ? -1 : tus_number(length);

	if (octets < 1)
		engine_late(call, PROBLEM_MALFORMED_REQUEST, "Upload-Length", length == NULL ? "required" : "bad_format",
		    "应为整个文件的字节数，至少为 1；事先不知道长度的不收");
	if ((fault = tus_metadata(metadata == NULL ? "" : metadata, m)) == NULL && m->filename[0] == '\0')
		engine_late(call, PROBLEM_MALFORMED_REQUEST, "Upload-Metadata", "required", "请写明文件名 filename");
	else if (fault != NULL || (name = filename_clean(call->arena, m->filename, &fault)) == NULL)
		engine_late(call, PROBLEM_MALFORMED_REQUEST, "Upload-Metadata", "bad_format", fault);
	else if (octets > (int64_t)uploads_max())
		engine_late(call, PROBLEM_PAYLOAD_TOO_LARGE, "Upload-Length", "too_large", "超过最大的文件");
	engine_value_set(call, "x_length", length);
	engine_value_set(call, "x_filename", name);
	engine_value_set(call, "x_filetype", m->filetype[0] == '\0' ? NULL : m->filetype);
	engine_value_set(call, "x_district", m->district[0] == '\0' ? NULL : m->district);
	engine_value_set(call, "x_protected", m->protected ? "true" : "false");
}

static void
prepare_append(struct engine_call *call)
{
	const char		*offset = call->headers[ENGINE_UPLOAD_OFFSET], *fault = NULL;
	const char		*checksum = call->headers[ENGINE_UPLOAD_CHECKSUM];
	struct tus_checksum	 sum;

	if (!negotiate_type(call->headers[ENGINE_CONTENT_TYPE], UPLOADS_TYPE))
		engine_late(call, PROBLEM_UNSUPPORTED_MEDIA_TYPE, "Content-Type", "bad_value", "应为 " UPLOADS_TYPE);
	if (offset == NULL || tus_number(offset) < 0)
		engine_late(call, PROBLEM_MALFORMED_REQUEST, "Upload-Offset", offset == NULL ? "required" : "bad_format",
		    "应为这一段从哪个字节起");
	if (checksum != NULL && (fault = tus_checksum(checksum, &sum)) != NULL)
		engine_late(call, PROBLEM_MALFORMED_REQUEST, "Upload-Checksum", "bad_format", fault);
}

void
prepare_upload(struct engine_call *call)
{
	const char	*version = call->headers[ENGINE_TUS_RESUMABLE];

	if (version == NULL || strcmp(version, TUS_VERSION) != 0)
		engine_late(call, PROBLEM_TUS_VERSION_UNSUPPORTED, "Tus-Resumable", version == NULL ? "required" : "bad_value",
		    "应为 " TUS_VERSION);
	else if (call->op->file_body)
		prepare_append(call);
	else if (call->op->method == CONTRACT_POST)
		prepare_create(call);
}

/* ---- a piece ---- */

static void
uploads_tell(struct engine_call *call, const char *name, int64_t octets)
{
	engine_field(call, name, arena_format(call->arena, "%lld", (long long)octets));
}

static void
uploads_trouble(struct engine_call *call)
{
	bool	full = errno == ENOSPC || errno == EDQUOT;

	if (!full)
		log_line(LOG_LINE_ERROR, "%s: the store failed: %s", call->op->id, strerror(errno));
	engine_refuse(call, full ? PROBLEM_STORAGE_FULL : PROBLEM_INTERNAL, NULL);
}

/* It has become an attachment. The piece that made it so, once more because its answer was lost, gets that answer again. */
static void
uploads_repeat(struct engine_call *call, int64_t offset, int64_t sent, int64_t length)
{
	const char	*attachment = engine_admit_text(call, "attachment_id");

	uploads_tell(call, "Upload-Offset", length);
	if (attachment != NULL)
		engine_field(call, "Attachment-Id", attachment);
	if (sent >= 0 && offset <= length && sent == length - offset)
		engine_answer(call, 204, NULL, NULL, 0);
	else
		engine_refuse(call, PROBLEM_UPLOAD_OFFSET_MISMATCH, NULL);
}

/* Does this piece go on where the file ends, and is there an end to it? */
static bool
uploads_fits(struct engine_call *call, int64_t offset, int64_t sent, const struct piece *p)
{
	if (offset != p->offset) {
		uploads_tell(call, "Upload-Offset", p->offset);
		engine_refuse(call, PROBLEM_UPLOAD_OFFSET_MISMATCH, NULL);
	} else if (sent > p->length - offset) {
		engine_refuse(call, PROBLEM_PAYLOAD_TOO_LARGE, "超出了 Upload-Length");
	} else {
		return (true);
	}
	return (false);
}

bool
uploads_begin(struct engine_call *call, int64_t sent, struct piece *p)
{
	const char		*checksum = call->headers[ENGINE_UPLOAD_CHECKSUM], *finished = engine_admit_text(call, "finished");
	int64_t			 offset = tus_number(call->headers[ENGINE_UPLOAD_OFFSET]);
	int64_t			 length = strtoll(engine_admit_text(call, "length"), NULL, 10);
	struct tus_checksum	 sum;

	if (finished != NULL && finished[0] == 't') {
		uploads_repeat(call, offset, sent, length);
		return (false);
	}
	if (!piece_open(p, engine_admit_text(call, "id"), length)) {
		if (errno == EWOULDBLOCK) {
			engine_refuse(call, PROBLEM_UPLOAD_LOCKED, NULL);
			call->reply.refusal.retry_after = 1;
		} else {
			uploads_trouble(call);
		}
		return (false);
	}
	if (!uploads_fits(call, offset, sent, p)) {
		piece_close(p);
		return (false);
	}
	if (checksum != NULL && tus_checksum(checksum, &sum) == NULL && !piece_guard(p, &sum)) {
		uploads_trouble(call);
		piece_close(p);
		return (false);
	}
	return (true);
}

/* ---- answers ---- */

static void
uploads_state(struct engine_call *call, const char *id, int64_t length)
{
	const char	*finished = engine_row_text(call, "finished"), *attachment = engine_row_text(call, "attachment_id");
	int64_t		 offset = length;

	if (finished == NULL || finished[0] != 't')
		offset = piece_offset(id, length);
	if (offset < 0) {
		uploads_trouble(call);
		return;
	}
	uploads_tell(call, "Upload-Offset", offset);
	engine_field(call, "Upload-Expires", engine_row_text(call, "expires"));
	if (attachment != NULL)
		engine_field(call, "Attachment-Id", attachment);
}

void
handle_upload_created(struct engine_call *call)
{
	const char	*body = engine_row_text(call, "body");

	engine_field(call, "Location", arena_format(call->arena, "/v1/uploads/%s", engine_row_text(call, "id")));
	engine_field(call, "Upload-Expires", engine_row_text(call, "expires"));
	engine_answer(call, 201, "application/json", body, strlen(body));
}

void
handle_upload_found(struct engine_call *call)
{
	const char	*body = engine_row_text(call, "body"), *length = engine_row_text(call, "length");

	uploads_state(call, engine_row_text(call, "id"), strtoll(length, NULL, 10));
	if (call->reply.refusal.problem >= 0)
		return;
	engine_field(call, "Upload-Length", length);
	engine_answer(call, 200, "application/json", body, strlen(body));
}

void
handle_upload_appended(struct engine_call *call)
{
	uploads_state(call, engine_row_text(call, "id"), strtoll(engine_admit_text(call, "length"), NULL, 10));
	if (call->reply.refusal.problem < 0)
		engine_answer(call, 204, NULL, NULL, 0);
}

void
handle_upload_deleted(struct engine_call *call)
{
	piece_forget(engine_row_text(call, "id"));
	engine_answer(call, 204, NULL, NULL, 0);
}
