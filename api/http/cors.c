#include <string.h>

#include "http/cors.h"

bool
cors_allows(const char *list, const char *origin)
{
	const char	*end;
	size_t		 n;

	if (list == NULL || origin == NULL || *origin == '\0')
		return (false);
	for (; *list != '\0'; list = end + (*end == ',')) {
		list += strspn(list, " ");
		end = list + strcspn(list, ",");
		for (n = (size_t)(end - list); n > 0 && list[n - 1] == ' '; n--)
			;
		if (n == 1 && *list == '*')
			return (true);
		if (n == strlen(origin) && strncmp(list, origin, n) == 0)
			return (true);
	}
	return (false);
}

void
cors_fields(struct reply *reply, const char *origin)
{
	reply_field(reply, "Access-Control-Allow-Origin", origin);
	reply_field(reply, "Access-Control-Expose-Headers",
	    "ETag, Link, Location, Retry-After, Idempotent-Replayed, Content-Disposition, Content-Digest, "
	    "Omitted-Categories, "
	    "Tus-Resumable, Tus-Version, Tus-Extension, Tus-Max-Size, Tus-Checksum-Algorithm, "
	    "Upload-Offset, Upload-Length, Upload-Metadata, Upload-Expires, Attachment-Id");
}

void
cors_preflight(struct reply *reply)
{
	reply_field(reply, "Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, PATCH, DELETE");
	reply_field(reply, "Access-Control-Allow-Headers",
	    "Authorization, Content-Type, Accept, Accept-Language, If-Match, If-None-Match, Idempotency-Key, "
	    "X-HTTP-Method-Override, Range, If-Range, Content-Digest, traceparent, Tus-Resumable, Upload-Length, "
	    "Upload-Defer-Length, Upload-Offset, Upload-Metadata, Upload-Checksum");
	reply_field(reply, "Access-Control-Max-Age", "600");
}
