/* application/x-www-form-urlencoded, as a browser without scripts sends it. */
#ifndef ENGINE_FORM_H
#define ENGINE_FORM_H

#include <stddef.h>

#include <jansson.h>

#define FORM_TYPE	"application/x-www-form-urlencoded"

/* The fields as an object of strings, owned; `a[b]` is the member b of the object a (one level), fields left empty are left out. NULL: a fault, appended to `errors`. */
json_t *form_parse(const char *text, size_t length, json_t *errors) __attribute__((warn_unused_result));

#endif
