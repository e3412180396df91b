/*
 * Callers without a key: receipts, what is sealed before PostgreSQL sees it, keys that are not needed.
 * sources: api/engine/admit.c api/engine/bind.c api/engine/body.c api/engine/check.c api/engine/csv.c api/engine/cursor.c api/engine/engine.c api/engine/errors.c api/engine/export.c api/engine/idempotency.c api/engine/negotiate.c api/engine/pattern.c api/engine/query.c api/engine/reply.c api/engine/route.c api/engine/run.c api/engine/session.c api/engine/transform.c api/engine/form.c api/engine/statement.c api/engine/validate.c api/engine/validate_text.c  api/rule/format.c api/rule/uscc.c api/rule/phone.c api/rule/receipt.c api/base/arena.c api/base/memory.c api/base/buf.c api/base/text.c api/base/clock.c api/base/log.c api/crypto/crypto.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "crypto/crypto.h"
#include "engine/transform.h"
#include "engine_fixture.h"
#include "rule/receipt.h"

#define BODY	"{\"name\":\"x\",\"identity\":{\"name\":\"王小明\"}}"

static uint8_t	public_key[crypto_box_PUBLICKEYBYTES], private_key[crypto_box_SECRETKEYBYTES];
static char	public_hex[2 * crypto_box_PUBLICKEYBYTES + 1];

static bool
sent_anywhere(const char *what)
{
	size_t	i;
	int	n;

	for (i = 0; i < stub.nsteps; i++)
		for (n = 0; n < stub.steps[i].nvalues; n++)
			if (stub.steps[i].values[n] != NULL && stub.steps[i].formats[n] == 0 && strstr(stub.steps[i].values[n], what) != NULL)
				return (true);
	return (false);
}

static void
nobody_reports_and_the_identity_is_sealed(void **state)
{
	json_t		*bound;
	const char	*box;
	uint8_t		 sealed[2048], plain[2048];
	size_t		 length;
	char		 receipt[RECEIPT_SIZE];

	(void)state;
	call.headers[ENGINE_AUTHORIZATION] = NULL;
	assert_false(go("POST", "/report", BODY));
	assert_string_equal(stub.steps[0].sql, "SELECT nobody");
	assert_int_equal(stub.nsteps, 2);
	assert_string_equal(stub.steps[1].values[0], "{\"name\":\"x\",\"identity\":true}");	/* asked for the key: nothing of it */
	stub_answer(PG_DONE, STUB_ROW("set", "x", "day", "20261123"), STUB_ROW("public_key", public_hex), 2);
	assert_true(stub.waiting);
	assert_int_equal(stub.lane, PG_WRITE);
	assert_false(sent_anywhere("王小明"));
	bound = json_loads(stub.steps[1].values[0], 0, NULL);
	box = json_string_value(json_object_get(bound, "identity"));
	assert_int_equal(sodium_base642bin(sealed, sizeof(sealed), box, strlen(box), NULL, &length, NULL, sodium_base64_VARIANT_ORIGINAL), 0);
	assert_int_equal(crypto_box_seal_open(plain, sealed, length, public_key, private_key), 0);
	assert_int_equal(length - crypto_box_SEALBYTES, 1024);			/* blanks make all of one length */
	plain[1024] = '\0';
	assert_int_equal(strspn((char *)plain + strcspn((char *)plain, " "), " "), 1024 - sizeof("{\"name\":\"王小明\"}") + 1);
	assert_memory_equal(plain, "{\"name\":\"王小明\"}", sizeof("{\"name\":\"王小明\"}") - 1);
	json_decref(bound);
	stub_answer(PG_DONE, STUB_ROW("set", "x", "day", "20261123"), STUB_ROW("status", "201", "body", "{\"state\":\"received\"}"), 2);
	assert_int_equal(call.reply.status, 201);
	assert_memory_equal(call.reply.body, "{\"receipt\":\"", 12);
	assert_int_equal(receipt_read(call.reply.body + 12, RECEIPT_SIZE - 1, receipt), RECEIPT_GOOD);
	assert_int_equal(call.actor[0], '\0');
}

static void
without_a_key_to_seal_to_nothing_is_taken(void **state)
{
	(void)state;
	call.headers[ENGINE_AUTHORIZATION] = NULL;
	assert_false(go("POST", "/report", BODY));
	stub_answer(PG_DONE, STUB_ROW("set", "x", "day", "20261123"), STUB_ROW("other", "x"), 2);
	assert_refused(PROBLEM_NO_CUSTODIAN_KEY, 422);
	assert_int_equal(stub.sends, 1);
}

static void
nothing_to_seal_needs_no_key(void **state)
{
	(void)state;
	call.headers[ENGINE_AUTHORIZATION] = NULL;
	assert_false(go("POST", "/report", "{\"name\":\"x\"}"));
	stub_answer(PG_DONE, STUB_ROW("set", "x", "day", "20261123"), STUB_ROW("other", "x"), 2);
	assert_int_equal(stub.sends, 2);
	assert_string_equal(stub.steps[1].values[0], "{\"name\":\"x\"}");
}

static void
a_key_counts_when_there_is_one(void **state)
{
	(void)state;
	assert_false(go("POST", "/report", BODY));
	assert_string_equal(stub.steps[0].sql, "SELECT auth");
	stub_answer(PG_DONE, AUTH, STUB_ROW("public_key", public_hex), 2);
	assert_string_equal(stub.steps[0].sql, "SELECT auth");
	stub_answer(PG_DONE, AUTH, STUB_ROW("status", "201", "body", "{}"), 2);
	assert_string_equal(call.actor, ACTOR);
	call.headers[ENGINE_AUTHORIZATION] = "Basic x";
	assert_true(go("POST", "/report", BODY));
	assert_refused(PROBLEM_UNAUTHORIZED, 401);
}

static void
a_hash_is_the_same_however_it_was_typed(void **state)
{
	char	first[512];

	(void)state;
	call.headers[ENGINE_AUTHORIZATION] = NULL;
	assert_false(go("POST", "/report", "{\"name\":\"x\",\"receipt\":\"0000-0000-0000-0000-0000\"}"));
	assert_int_equal(strlen(stub.steps[1].values[0]), strlen("{\"name\":\"x\",\"receipt\":\"\"}") + 64);
	(void)snprintf(first, sizeof(first), "%s", stub.steps[1].values[0]);
	(void)teardown(state);
	(void)setup(state);
	call.headers[ENGINE_AUTHORIZATION] = NULL;
	assert_false(go("POST", "/report", "{\"name\":\"x\",\"receipt\":\"oooo oooo oooo oooo oooo\"}"));
	assert_string_equal(stub.steps[1].values[0], first);
	(void)teardown(state);
	(void)setup(state);
	call.headers[ENGINE_AUTHORIZATION] = NULL;
	assert_true(go("POST", "/report", "{\"name\":\"x\",\"receipt\":\"0000-0000-0000-0000-0001\"}"));
	assert_int_equal(call.reply.refusal.problem, PROBLEM_VALIDATION_FAILED);
}

static void
receipts_are_asked_for_and_hashed(void **state)
{
	uint8_t	hash[CRYPTO_HASH];

	(void)state;
	call.headers[ENGINE_AUTHORIZATION] = NULL;
	assert_true(go("GET", "/report", NULL));
	assert_refused(PROBLEM_UNAUTHORIZED, 401);
	assert_string_equal(header("WWW-Authenticate"), "Receipt");
	(void)teardown(state);
	(void)setup(state);		/* which comes with a key: not what is asked for */
	assert_true(go("GET", "/report", NULL));
	assert_refused(PROBLEM_UNAUTHORIZED, 401);
	(void)teardown(state);
	(void)setup(state);
	call.headers[ENGINE_AUTHORIZATION] = "Receipt 0000-0000-0000-0000-0001";
	assert_true(go("GET", "/report", NULL));
	assert_refused(PROBLEM_RECEIPT_MALFORMED, 401);
	assert_int_equal(stub.sends, 0);
	(void)teardown(state);
	(void)setup(state);
	call.headers[ENGINE_AUTHORIZATION] = "receipt oooo-0000-0000-0000-0000";
	assert_false(go("GET", "/report", NULL));
	assert_string_equal(stub.steps[0].sql, "SELECT nobody");
	crypto_keyed_hash(hash, "0000-0000-0000-0000-0000", RECEIPT_SIZE - 1);
	assert_memory_equal(stub.steps[1].values[0], hash, sizeof(hash));
}

/* As the edge does it: asked before the body, then again with the fields of its form. */
static void
a_receipt_comes_in_a_form_and_never_in_an_address(void **state)
{
	char	hex[2 * CRYPTO_HASH + 1];

	(void)state;
	call.headers[ENGINE_AUTHORIZATION] = NULL;
	assert_true(go("POST", "/page?receipt=0000-0000-0000-0000-0000", NULL));
	assert_refused(PROBLEM_INVALID_QUERY, 400);
	(void)teardown(state);
	(void)setup(state);
	call.headers[ENGINE_AUTHORIZATION] = NULL;
	call.form = "receipt=0000-0000-0000-0000-0001";
	assert_true(go("POST", "/page", NULL));
	assert_refused(PROBLEM_INVALID_QUERY, 400);
	(void)teardown(state);
	(void)setup(state);
	call.headers[ENGINE_AUTHORIZATION] = NULL;
	call.form = "";
	assert_true(go("POST", "/page", NULL));
	assert_refused(PROBLEM_INVALID_QUERY, 400);
	(void)teardown(state);
	(void)setup(state);
	call.headers[ENGINE_AUTHORIZATION] = NULL;
	call.form = "receipt=oooo+oooo+0000+0000+0000";
	assert_false(go("POST", "/page", NULL));
	assert_string_equal(stub.steps[0].sql, "SELECT nobody");	/* open to all, and yet in a session: nobody's */
	transform_hash(&hashed, "0000-0000-0000-0000-0000", hex);
	assert_string_equal(stub.steps[1].values[0], hex);
	assert_string_equal(call.work->query.others, "");		/* in no link, in no request that is compared */
}

static void
a_refusal_gets_the_row_its_page_is_made_of(void **state)
{
	(void)state;
	call.headers[ENGINE_AUTHORIZATION] = NULL;
	call.form = "receipt=nonsense";
	assert_true(go("POST", "/page", NULL));
	assert_refused(PROBLEM_INVALID_QUERY, 400);
	assert_int_equal(stub.sends, 0);
	assert_false(engine_refused(&call));
	assert_int_equal(stub.lane, PG_READ);
	stub_answer(PG_DONE, STUB_ROW("set", "x", "day", "20261123"), STUB_ROW("page", "{}"), 2);
	assert_string_equal(engine_row_text(&call, "page"), "{}");
	assert_refused(PROBLEM_INVALID_QUERY, 400);			/* and stays what it is */
	stub.refuse = PG_UNAVAILABLE;
	assert_true(engine_refused(&call));
	assert_null(engine_row_text(&call, "page"));
	assert_refused(PROBLEM_INVALID_QUERY, 400);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		TEST(nobody_reports_and_the_identity_is_sealed), TEST(without_a_key_to_seal_to_nothing_is_taken),
		TEST(nothing_to_seal_needs_no_key), TEST(a_key_counts_when_there_is_one), TEST(a_hash_is_the_same_however_it_was_typed),
		TEST(receipts_are_asked_for_and_hashed), TEST(a_receipt_comes_in_a_form_and_never_in_an_address),
		TEST(a_refusal_gets_the_row_its_page_is_made_of)
	};

	if (!crypto_start() || !crypto_key_set("00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"))
		return (1);
	(void)crypto_box_keypair(public_key, private_key);
	(void)sodium_bin2hex(public_hex, sizeof(public_hex), public_key, sizeof(public_key));
	return (cmocka_run_group_tests(tests, NULL, NULL));
}
