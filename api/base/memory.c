#include <stdlib.h>
#include <unistd.h>

#include "base/memory.h"

void
memory_out(void)
{
	static const char	line[] = "{\"level\":\"error\",\"message\":\"out of memory\"}\n";

	(void)!write(STDOUT_FILENO, line, sizeof(line) - 1);
	abort();
}

void *
memory_alloc(size_t size)
{
	void	*p = malloc(size);

	if (p == NULL && size > 0)
		memory_out();
	return (p);
}
