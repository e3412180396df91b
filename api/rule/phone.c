#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "rule/phone.h"

/* Forms: d a digit, - an optional hyphen, [ab] one of, anything else itself; `extension`: -d to -dddddd may follow. */
struct form {
	const char	*text;
	bool		 extension;
};

static const struct form forms[] = {
	{ "1[3456789]ddddddddd", false },
	{ "+86-1[3456789]ddddddddd", false },
	{ "010-dddddddd", true },
	{ "02[0123456789]-dddddddd", true },
	{ "0[3456789]dd-ddddddd", true },
	{ "0[3456789]dd-dddddddd", true },
	{ "[48]00-ddd-dddd", true },
	{ "95ddd", true },
	{ "95dddd", true },
	{ "95ddddd", true },
	{ "95dddddd", true },
	{ "12ddd", true },
};

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Match one unit of the form against one character; moves *form behind the unit. */
static bool
match_unit(const char **form, char c)
{
	const char *end;
	bool found;

	if (**form != '[') {
		found = **form == 'd' ? is_digit(c) : **form == c;
		(*form)++;
		return found;
	}
	end = strchr(*form, ']');
	found = c != '\0' && memchr(*form, c, (size_t)(end - *form)) != NULL && is_digit(c);
	*form = end + 1;
	return found;
}

static bool
match_form(const struct form *form, const char *text)
{
	const char *at = form->text;
	size_t digits;

	while (*at != '\0') {
		if (*at == '-') {
			at++;
			if (*text == '-')
				text++;
		} else if (!match_unit(&at, *text++)) {
			return false;
		}
	}
	if (*text == '\0')
		return true;
	if (!form->extension || *text != '-')
		return false;
	digits = strspn(text + 1, "0123456789");
	return digits >= 1 && digits <= 6 && text[1 + digits] == '\0';
}

const char *
phone_check(const char *text)
{
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (match_form(&forms[i], text))
			return NULL;
	return "应为 11 位手机号、带区号的固定电话（如 023-63840000，可加 -分机）或 400、95、12 开头的服务号码";
}
