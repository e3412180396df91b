#include <stdlib.h>
#include <string.h>

#include "contract/contract.h"
#include "contract/lookup.h"

static int
compare_code(const void *code, const void *problem)
{
	return strcmp(code, ((const struct contract_problem *)problem)->code);
}

int
contract_problem_by_code(const char *code)
{
	/* The generator sorts problems by code. */
	const struct contract_problem *found = bsearch(code, contract_problems, contract_nproblems,
	    sizeof(contract_problems[0]), compare_code);

	return found == NULL ? -1 : (int)(found - contract_problems);
}
