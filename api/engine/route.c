#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "engine/route.h"

static const char *const	methods[CONTRACT_METHODS] = {
	[CONTRACT_GET] = "GET", [CONTRACT_POST] = "POST", [CONTRACT_PUT] = "PUT",
	[CONTRACT_PATCH] = "PATCH", [CONTRACT_DELETE] = "DELETE"
};

/* Cut a raw path into decoded segments; 0 when it cannot be a path of ours. */
static size_t
route_split(struct arena *arena, const char *path, const char *segments[CONTRACT_SEGMENTS])
{
	size_t	 n = 0, length;
	char	*p, *slash;

	if (path[0] != '/')
		return (0);
	for (p = arena_string(arena, path + 1); p != NULL; p = slash) {
		if ((slash = strchr(p, '/')) != NULL)
			*slash++ = '\0';
		length = strlen(p);
		if (length == 0 || n == CONTRACT_SEGMENTS || !text_percent_decode(p, &length, false) ||
		    !text_utf8(p, length) || strchr(p, '/') != NULL ||
		    strcmp(p, ".") == 0 || strcmp(p, "..") == 0)
			return (0);
		segments[n++] = p;
	}
	return (n);
}

static bool
route_fits(const struct contract_route *r, const char *const *segments, size_t n)
{
	size_t	i;

	if (r->nsegments != n)
		return (false);
	for (i = 0; i < n; i++)
		if (r->segments[i] != NULL && strcmp(r->segments[i], segments[i]) != 0)
			return (false);
	return (true);
}

/* Both fit the same path: is `a` the more literal one? */
static bool
route_closer(const struct contract_route *a, const struct contract_route *b)
{
	size_t	i;

	for (i = 0; i < a->nsegments; i++)
		if ((a->segments[i] == NULL) != (b->segments[i] == NULL))
			return (a->segments[i] != NULL);
	return (false);
}

const struct contract_route *
route_match(struct arena *arena, const char *path, const char *params[CONTRACT_SEGMENTS])
{
	const struct contract_route	*found = NULL;
	const char			*segments[CONTRACT_SEGMENTS];
	size_t				 i, n, nparams = 0;

	if ((n = route_split(arena, path, segments)) == 0)
		return (NULL);
	for (i = 0; i < contract_nroutes; i++)
		if (route_fits(&contract_routes[i], segments, n) &&
		    (found == NULL || route_closer(&contract_routes[i], found)))
			found = &contract_routes[i];
	if (found == NULL)
		return (NULL);
	for (i = 0; i < n; i++)
		if (found->segments[i] == NULL)
			params[nparams++] = segments[i];
	return (found);
}

enum route_method
route_method(const char *name, const char *override, enum contract_method *method)
{
	enum contract_method	m;

	if (strcmp(name, "OPTIONS") == 0)
		return (ROUTE_OPTIONS);
	if (strcmp(name, "HEAD") == 0)
		name = methods[CONTRACT_GET];
	else if (strcmp(name, "POST") == 0 && override != NULL)
		name = override;
	for (m = 0; m < CONTRACT_METHODS; m++) {
		if (strcmp(name, methods[m]) == 0) {
			*method = m;
			return (ROUTE_KNOWN);
		}
	}
	return (ROUTE_UNKNOWN);
}

const char *
route_allow(struct arena *arena, const struct contract_route *r)
{
	enum contract_method	m;
	struct buf		b;

	buf_init(&b, arena);
	for (m = 0; m < CONTRACT_METHODS; m++) {
		if (r->ops[m] == NULL)
			continue;
		buf_string(&b, methods[m]);
		buf_string(&b, m == CONTRACT_GET ? ", HEAD, " : ", ");
	}
	buf_string(&b, "OPTIONS");
	return (buf_end(&b));
}
