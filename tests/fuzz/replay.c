/* A fuzz target without its fuzzer: runs it over the files that are named, what it once found and where it began. So the unit part
 * of the tests has them all in every run, with gcc's sanitizers. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INPUT_MAX	(1UL << 20)

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
main(int argc, char **argv)
{
	static uint8_t octets[INPUT_MAX];
	uint8_t	*input;
	size_t	 n;
	FILE	*file;
	int	 i;

	for (i = 1; i < argc; i++) {
		if ((file = fopen(argv[i], "rb")) == NULL) {
			perror(argv[i]);
			return (1);
		}
		n = fread(octets, 1, sizeof(octets), file);
		(void)fclose(file);
		/* of its exact size, so that a read beyond its end is seen */
		if ((input = malloc(n)) == NULL)
			return (1);
		memcpy(input, octets, n);
		(void)LLVMFuzzerTestOneInput(input, n);
		free(input);
	}
	printf("[  PASSED  ] %d test(s) of %s.\n", argc - 1, argv[0]);
	return (0);
}
