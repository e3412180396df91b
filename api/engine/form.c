#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "engine/form.h"
#include "engine/validate.h"

/* Where a field of this name belongs: into `object`, or where it is called a[b] into the object a in that, as b. NULL: a is a text. */
static json_t *
form_place(json_t *object, char **name)
{
	char	*inner = strchr(*name, '['), *end = inner == NULL ? NULL : strchr(inner, ']');
	json_t	*place;

	if (end == NULL || end == inner + 1 || end[1] != '\0' || inner == *name)
		return (object);
	*inner = *end = '\0';
	if ((place = json_object_get(object, *name)) == NULL)
		(void)json_object_set_new(object, *name, place = json_object());
	*name = inner + 1;
	return (json_is_object(place) ? place : NULL);
}

/* One name=value, decoded in place, into `object`. False: a fault. */
static bool
form_field(json_t *object, char *field, size_t length, json_t *errors)
{
	char	*value = memchr(field, '=', length);
	size_t	 nname = value == NULL ? length : (size_t)(value - field);
	size_t	 nvalue = value == NULL ? 0 : length - nname - 1;

	if (value == NULL)
		value = field + length;		/* the NUL behind it */
	else
		value++;
	if (!text_percent_decode(value, &nvalue, true))
		goto bad;
	field[nname] = '\0';
	if (!text_percent_decode(field, &nname, true) || !text_utf8(field, nname) || !text_utf8(value, nvalue))
		goto bad;
	if (nvalue == 0)
		return (true);
	if ((object = form_place(object, &field)) == NULL || json_object_get(object, field) != NULL) {
		validate_fault(errors, "", "invalid_form", "同一个字段出现了两次");
		return (false);
	}
	(void)json_object_set_new(object, field, json_stringn(value, nvalue));
	return (true);
bad:
	validate_fault(errors, "", "invalid_form", "表单编码有误，或不是合法的 UTF-8");
	return (false);
}

json_t *
form_parse(const char *text, size_t length, json_t *errors)
{
	char	*copy = memory_alloc(length + 1), *rest = copy, *field;
	json_t	*object = json_object();
	bool	 good = true;

	memcpy(copy, text, length);
	copy[length] = '\0';
	if (strlen(copy) != length) {
		validate_fault(errors, "", "invalid_form", "表单编码有误，或不是合法的 UTF-8");
		good = false;
	}
	while (good && (field = strsep(&rest, "&")) != NULL)
		if (*field != '\0')
			good = form_field(object, field, strlen(field), errors);
	explicit_bzero(copy, length);
	free(copy);
	if (good)
		return (object);
	json_decref(object);
	return (NULL);
}
