/* Finding rows of the generated tables by name. */
#ifndef CONTRACT_LOOKUP_H
#define CONTRACT_LOOKUP_H

/* Index into contract_problems of a code; -1 when there is none. Borrows code. */
int contract_problem_by_code(const char *code);

#endif
