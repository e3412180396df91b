/*
 * Memory runs out at each allocation in turn: the answer is the same as ever, a refusal of 5xx, or the process ends on
 * purpose (base/memory.h). Never another answer, never a fault.
 * sources: api/engine/admit.c api/engine/bind.c api/engine/body.c api/engine/check.c api/engine/csv.c api/engine/cursor.c api/engine/engine.c api/engine/errors.c api/engine/export.c api/engine/idempotency.c api/engine/negotiate.c api/engine/pattern.c api/engine/query.c api/engine/reply.c api/engine/route.c api/engine/run.c api/engine/session.c api/engine/transform.c api/engine/form.c api/engine/statement.c api/engine/validate.c api/engine/validate_text.c  api/rule/format.c api/rule/uscc.c api/rule/phone.c api/rule/receipt.c api/base/arena.c api/base/memory.c api/base/buf.c api/base/text.c api/base/clock.c api/base/log.c api/crypto/crypto.c
 * ldflags: -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=reallocarray,--wrap=strdup,--wrap=regexec,--wrap=PQunescapeBytea
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <regex.h>
#include <signal.h>

#include "base/memory.h"
#include "engine/validate.h"
#include "engine_fixture.h"

static bool	counting;
static long	countdown;		/* the allocation that fails; 0: none did so far, and none will */

void	*__real_malloc(size_t);
void	*__real_calloc(size_t, size_t);
void	*__real_realloc(void *, size_t);
void	*__real_reallocarray(void *, size_t, size_t);
char	*__real_strdup(const char *);
int	 __real_regexec(const regex_t *, const char *, size_t, regmatch_t *, int);
unsigned char	*__real_PQunescapeBytea(const unsigned char *, size_t *);

void	*__wrap_malloc(size_t);
void	*__wrap_calloc(size_t, size_t);
void	*__wrap_realloc(void *, size_t);
void	*__wrap_reallocarray(void *, size_t, size_t);
char	*__wrap_strdup(const char *);
int	 __wrap_regexec(const regex_t *, const char *, size_t, regmatch_t *, int);
unsigned char	*__wrap_PQunescapeBytea(const unsigned char *, size_t *);

static bool
fails(void)
{
	return (counting && countdown > 0 && --countdown == 0);
}

void *
__wrap_malloc(size_t n)
{
	return (fails() ? NULL : __real_malloc(n));
}

void *
__wrap_calloc(size_t n, size_t size)
{
	return (fails() ? NULL : __real_calloc(n, size));
}

void *
__wrap_realloc(void *p, size_t n)
{
	return (fails() ? NULL : __real_realloc(p, n));
}

void *
__wrap_reallocarray(void *p, size_t n, size_t size)
{
	return (fails() ? NULL : __real_reallocarray(p, n, size));
}

char *
__wrap_strdup(const char *s)
{
	return (fails() ? NULL : __real_strdup(s));
}

int
__wrap_regexec(const regex_t *r, const char *s, size_t n, regmatch_t *m, int flags)
{
	return (fails() ? REG_ESPACE : __real_regexec(r, s, n, m, flags));
}

unsigned char *
__wrap_PQunescapeBytea(const unsigned char *s, size_t *n)
{
	return (fails() ? NULL : __real_PQunescapeBytea(s, n));
}

/* PostgreSQL's answer is not ours to allocate. */
static void
answer(enum pg_outcome outcome, PGresult *auth, PGresult *last, size_t failed)
{
	struct pg_answer	a = { .outcome = outcome, .failed = failed };
	size_t			i, n = stub.nsteps;

	a.results[0] = auth;
	if (last != NULL)
		a.results[n - 1] = last;
	stub.waiting = false;
	counting = true;
	stub.done(stub.arg, &a);
	counting = false;
	for (i = 0; i < PG_STEPS; i++)
		PQclear(a.results[i]);
}

static void
send(const char *method, const char *path, const char *json)
{
	counting = true;
	(void)go(method, path, json);
	counting = false;
}

static void
read_one(void)
{
	send("GET", "/things/" ID, NULL);
	answer(PG_DONE, AUTH, STUB_ROW("status", "200", "body", "{\"a\":1}", "version", "7", "location", ""), 0);
}

static void
list_page(void)
{
	send("GET", "/things?limit=2", NULL);
	answer(PG_DONE, AUTH, STUB_ROW("items", "[{},{}]", "next_key", "[\"b\", 1, null]"), 0);
}

static void
list_table(void)
{
	call.headers[ENGINE_ACCEPT] = "text/csv";
	send("GET", "/things", NULL);
	answer(PG_DONE, AUTH, STUB_ROW("items", "[{\"a\":\"x\",\"d\":[{\"e\":1}]}]", "next_key", "[\"b\"]"), 0);
	counting = true;
	if (!engine_more(&call)) {
		counting = false;
		answer(PG_DONE, AUTH, STUB_ROW("items", "[{\"a\":\"y\",\"d\":[\"p\"]}]", "next_key", ""), 0);
	}
	counting = false;
}

static void
whole_table(void)
{
	call.headers[ENGINE_ACCEPT] = "text/csv";
	send("GET", "/things?sensitive=include", NULL);
	answer(PG_DONE, AUTH, STUB_ROW("omitted", ""), 0);
	if (stub.waiting)
		answer(PG_DONE, AUTH, STUB_ROW("items", "[{\"a\":\"x\"}]", "next_key", ""), 0);
}

static void
list_wrongly(void)
{
	send("GET", "/things?limit=0&colour=red&cursor=abcd", NULL);
	answer(PG_DONE, AUTH, NULL, 0);
}

static void
create_one(void)
{
	call.headers[ENGINE_IDEMPOTENCY_KEY] = "k-1";
	send("POST", "/things", "{\"name\":\"x\"}");
	answer(PG_DONE, AUTH, STUB_ROW("status", "201", "body", "{}", "version", "1", "location", "/things/1"), 0);
}

static void
create_wrongly(void)
{
	send("POST", "/things", "{\"name\":\"0123456789\",\"colour\":[1,2]}");
	answer(PG_DONE, AUTH, NULL, 0);
}

static void
create_broken(void)
{
	send("POST", "/things", "{\"name\":");
	answer(PG_DONE, AUTH, NULL, 0);
}

static void
create_refused(void)
{
	stub.sqlstate = "HZ409";
	stub.detail = "{\"code\":\"invalid_state\",\"state\":\"closed\",\"allowed\":[\"orders\"],"
	    "\"errors\":[{\"pointer\":\"/a\",\"code\":\"b\",\"detail\":\"c\"}]}";
	send("POST", "/things", "{\"name\":\"x\"}");
	answer(PG_FAILED, NULL, NULL, 1);
}

static void
create_taken(void)
{
	stub.sqlstate = "23505";
	stub.constraint = "institution_uscc";
	send("POST", "/things", "{\"name\":\"x\"}");
	answer(PG_FAILED, NULL, NULL, 1);
}

static void
replay_wrongly(void)
{
	call.headers[ENGINE_IDEMPOTENCY_KEY] = "k-1";
	send("POST", "/keys", NULL);
	stub.sqlstate = "23505";
	stub.constraint = "idempotency_pkey";
	answer(PG_FAILED, AUTH, NULL, 1);
	answer(PG_DONE, AUTH, STUB_ROW("same", "t", "status", "201", "body", "{}", "version", "1", "location", "/keys/1",
	    "secret_box", "\\x00"), 0);
}

/* Texts and patterns beside the way of a request: nothing else calls them with arrays here. */
static void
check_texts(void)
{
	static const struct contract_schema	coded = { .type = CONTRACT_STRING, .max_length = 9, .pattern = "^[a-c]+$", .hint = "x" };
	static const struct contract_schema	codes = { .type = CONTRACT_ARRAY, .max_length = 9, .items = &coded };
	json_t					*errors;
	bool					 good;

	counting = true;
	errors = json_array();
	good = validate_text(&codes, "a,b,abc", "?x", errors) && !validate_text(&codes, "a,d", "?x", errors);
	counting = false;
	call.reply.status = good ? 200 : 400;
	call.reply.refusal.errors = errors;
}

/* All that a client could tell of the answer. */
static char *
told(void)
{
	char	*errors = json_dumps(call.reply.refusal.errors, JSON_ENCODE_ANY | JSON_SORT_KEYS);
	char	*extra = json_dumps(call.reply.refusal.extra, JSON_ENCODE_ANY | JSON_SORT_KEYS);
	char	*line;

	if (asprintf(&line, "%d %d %zu %d %d %.*s %s %s", call.reply.status, call.reply.refusal.problem, call.reply.nfields,
	    call.reply.more, call.reply.broken, (int)call.reply.length, call.reply.body == NULL ? "" : call.reply.body,
	    errors == NULL ? "-" : errors, extra == NULL ? "-" : extra) < 0)
		abort();
	free(errors);
	free(extra);
	return (line);
}

/* Run it with one allocation failing. Exit code: 0 good, 1 a wrong answer, 2 there was no such allocation. */
static void __attribute__((noreturn))
child(void (*scenario)(void), long which, const char *expected, int out)
{
	char	*line;
	bool	 spent;

	(void)dup2(out, STDOUT_FILENO);
	(void)setup(NULL);
	countdown = which;
	scenario();
	spent = countdown == 0;
	line = told();
	if (strcmp(line, expected) != 0 && call.reply.status < 500) {
		(void)fprintf(stderr, "allocation %ld: %s instead of %s\n", which, line, expected);
		_exit(1);
	}
	_exit(spent ? 0 : 2);
}

static void
try(void (*scenario)(void), const char *expected)
{
	char	line[256];
	ssize_t	n;
	long	which;
	pid_t	pid;
	int	status = 0, ends[2];

	for (which = 1; which < 5000; which++) {
		assert_int_equal(pipe(ends), 0);
		assert_true((pid = fork()) >= 0);
		if (pid == 0)
			child(scenario, which, expected, ends[1]);
		(void)close(ends[1]);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		n = read(ends[0], line, sizeof(line) - 1);
		(void)close(ends[0]);
		line[n < 0 ? 0 : n] = '\0';
		if (WIFEXITED(status) && WEXITSTATUS(status) == 2)
			break;
		if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
			continue;
		if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGABRT || strstr(line, "out of memory") == NULL)
			fail_msg("allocation %ld: status %x, %s", which, (unsigned)status, line);
	}
	assert_true(which > 1 && which < 5000);
}

static void
memory_that_runs_out_changes_no_answer(void **state)
{
	static void	(*const scenarios[])(void) = { read_one, list_page, list_table, whole_table, list_wrongly, create_one,
	    create_wrongly, create_broken, create_refused, create_taken, replay_wrongly, check_texts };
	char		*expected;
	size_t		 i;

	for (i = 0; i < COUNT(scenarios); i++) {
		assert_int_equal(setup(state), 0);
		json_set_alloc_funcs(malloc, free);
		scenarios[i]();
		expected = told();
		/* as engine_start() sets it */
		json_set_alloc_funcs(memory_alloc, free);
		try(scenarios[i], expected);
		json_set_alloc_funcs(malloc, free);
		free(expected);
		(void)teardown(state);
	}
}

int
main(void)
{
	const struct CMUnitTest	tests[] = { cmocka_unit_test(memory_that_runs_out_changes_no_answer) };

	return (crypto_start() ? cmocka_run_group_tests(tests, NULL, NULL) : 1);
}
