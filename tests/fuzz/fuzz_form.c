/*
 * Any octets as a form: an object of texts, or a fault, and never anything else.
 * sources: api/engine/form.c api/base/text.c api/base/memory.c
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "engine/form.h"
#include "engine/validate.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

void
validate_fault(json_t *errors, const char *pointer, const char *code, const char *detail)
{
	(void)json_array_append_new(errors, json_pack("{s:s,s:s,s:s}", "pointer", pointer, "code", code, "detail", detail));
}

/* Texts, and in the outer one objects of texts. */
static void
judge(json_t *object, bool outer)
{
	const char	*name;
	json_t		*value;

	json_object_foreach(object, name, value) {
		if (!text_utf8(name, strlen(name)))
			abort();
		if (outer && json_is_object(value) && json_object_size(value) > 0)
			judge(value, false);
		else if (!json_is_string(value) || json_string_length(value) == 0 || !text_utf8(json_string_value(value), json_string_length(value)))
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	json_t	*errors = json_array(), *object;
	char	*text = malloc(size + 1);

	memcpy(text, data, size);
	text[size] = '\0';
	object = form_parse(text, size, errors);
	if ((object == NULL) != (json_array_size(errors) > 0))
		abort();
	judge(object, true);
	json_decref(object);
	json_decref(errors);
	free(text);
	return (0);
}
