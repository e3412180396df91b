#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <regex.h>

#include "base/memory.h"
#include "engine/pattern.h"

struct pattern {
	const char	*text;
	regex_t		 compiled;
	bool		 good;
};

/* Known patterns in no order: a contract has a few dozen, and a lookup follows a whole body's parse. */
static struct pattern	*patterns;
static size_t		 npatterns, room;

static struct pattern *
pattern_find(const char *text)
{
	struct pattern *more;

	for (size_t i = 0; i < npatterns; i++)
		if (patterns[i].text == text)
			return &patterns[i];
	if (npatterns == room) {
		more = reallocarray(patterns, room + 32, sizeof(*more));
		if (more == NULL)
			memory_out();
		patterns = more;
		room += 32;
	}
	patterns[npatterns].text = text;
	patterns[npatterns].good = regcomp(&patterns[npatterns].compiled, text, REG_EXTENDED | REG_NOSUB) == 0;
	return &patterns[npatterns++];
}

bool
pattern_compile(const char *text)
{
	struct pattern *found = pattern_find(text);

	return found->good;
}

bool
pattern_match(const char *text, const char *subject)
{
	struct pattern *found = pattern_find(text);
	int result = found->good ? regexec(&found->compiled, subject, 0, NULL, 0) : REG_NOMATCH;

	if (result == REG_ESPACE)
		memory_out();
	return result == 0;
}
