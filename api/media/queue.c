#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "media/queue.h"
#include "store/store.h"

/* Its own notices would be lines that are not JSON. */
static void
queue_hush(void *arg, const char *message)
{
	(void)arg;
	(void)message;
}

static bool
queue_connect(struct queue *queue)
{
	static const char *const	names[] = { "dbname", "connect_timeout", "application_name", "options", NULL };
	const char			*values[] = {
		queue->conninfo, "2", "hz-media", "-c statement_timeout=20000 -c lock_timeout=10000", NULL
	};

	if (queue->conn != NULL)
		return (true);
	queue->conn = PQconnectdbParams(names, values, 1);
	if (PQstatus(queue->conn) != CONNECTION_OK) {
		queue_drop(queue);
		return (false);
	}
	PQsetNoticeProcessor(queue->conn, queue_hush, NULL);
	return (true);
}

void
queue_drop(struct queue *queue)
{
	PQfinish(queue->conn);
	queue->conn = NULL;
}

/* The rows of a statement, or NULL after a fault, which is logged without what rows hold; the connection is dropped then. */
static PGresult *
queue_ask(struct queue *queue, const char *sql, int n, const char *const values[])
{
	PGresult	*r;
	const char	*state;

	r = PQexecParams(queue->conn, sql, n, NULL, values, NULL, NULL, 0);
	if (PQresultStatus(r) == PGRES_TUPLES_OK || PQresultStatus(r) == PGRES_COMMAND_OK)
		return (r);
	state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
	log_line(LOG_LINE_ERROR, "statement failed: SQLSTATE %s", state == NULL ? "none, connection lost" : state);
	PQclear(r);
	queue_drop(queue);
	return (NULL);
}

static bool
queue_run(struct queue *queue, const char *sql)
{
	PGresult	*r = queue_ask(queue, sql, 0, NULL);

	PQclear(r);
	return (r != NULL);
}

int
queue_take(struct queue *queue, unsigned lease_seconds, unsigned document_seconds, struct task *task)
{
	char		 lease[QUEUE_NUMBER], document[QUEUE_NUMBER];
	const char	*values[] = { lease, document };
	PGresult	*r;
	int		 n;

	(void)snprintf(lease, sizeof(lease), "%u", lease_seconds);
	(void)snprintf(document, sizeof(document), "%u", document_seconds);
	if (!queue_connect(queue))
		return (-1);
	r = queue_ask(queue, "SELECT id, try, kind, type, sha256, size FROM api.media_take($1, $2)", 2, values);
	if (r == NULL)
		return (-1);
	if ((n = PQntuples(r)) > 0) {
		(void)snprintf(task->id, sizeof(task->id), "%s", PQgetvalue(r, 0, 0));
		(void)snprintf(task->try, sizeof(task->try), "%s", PQgetvalue(r, 0, 1));
		(void)snprintf(task->kind, sizeof(task->kind), "%s", PQgetvalue(r, 0, 2));
		(void)snprintf(task->type, sizeof(task->type), "%s", PQgetvalue(r, 0, 3));
		(void)snprintf(task->sha256, sizeof(task->sha256), "%s", PQgetvalue(r, 0, 4));
		task->size = strtoull(PQgetvalue(r, 0, 5), NULL, 10);
	}
	PQclear(r);
	return (n > 0);
}

bool
queue_inputs(struct queue *queue, const struct task *task, bool (*visit)(void *, const struct queue_input *), void *arg)
{
	const char		*values[] = { task->id, task->try };
	struct queue_input	 input = { .name = NULL };
	const char		**members[] = { &input.name, &input.content, &input.sha256, &input.type };
	PGresult		*r;
	bool			 good;

	if (!queue_connect(queue))
		return (false);
	r = queue_ask(queue, "SELECT name, content, sha256, type FROM api.media_inputs($1, $2)", 2, values);
	if (r == NULL)
		return (false);
	good = PQntuples(r) > 0;
	for (int i = 0; good && i < PQntuples(r); i++) {
		for (int j = 0; j < 4; j++)
			*members[j] = PQgetisnull(r, i, j) ? NULL : PQgetvalue(r, i, j);
		good = visit(arg, &input);
	}
	PQclear(r);
	return (good);
}

/* Ends a task by a function that tells what content to remove: removed before the commit, so that an upload of the same
 * octets, which waits for it, finds them gone and brings them back. */
static bool
queue_end(struct queue *queue, const char *sql, int n, const char *const values[])
{
	PGresult	*r;
	bool		 good = true;

	if (!queue_connect(queue) || !queue_run(queue, "BEGIN") || (r = queue_ask(queue, sql, n, values)) == NULL)
		return (false);
	for (int i = 0; i < PQntuples(r) && good; i++) {
		if (PQgetisnull(r, i, 0))
			continue;
		good = store_remove(PQgetvalue(r, i, 0)) && store_thumbnail_remove(PQgetvalue(r, i, 0));
		if (!good)
			log_line(LOG_LINE_ERROR, "content nobody has could not be removed");
	}
	PQclear(r);
	return (queue_run(queue, good ? "COMMIT" : "ROLLBACK") && good);
}

bool
queue_done(struct queue *queue, const struct task *task, const char *sha256, uint64_t size)
{
	char		 number[QUEUE_NUMBER];
	const char	*values[4] = { task->id, task->try, sha256, sha256 == NULL ? NULL : number };

	(void)snprintf(number, sizeof(number), "%llu", (unsigned long long)size);
	return (queue_end(queue, "SELECT api.media_done($1, $2, $3, $4)", 4, values));
}

bool
queue_document_done(struct queue *queue, const struct task *task, const char *html, uint64_t html_size, const char *pdf, uint64_t pdf_size)
{
	char		 numbers[2][QUEUE_NUMBER];
	const char	*values[] = { task->id, task->try, html, numbers[0], pdf, numbers[1] };

	(void)snprintf(numbers[0], QUEUE_NUMBER, "%llu", (unsigned long long)html_size);
	(void)snprintf(numbers[1], QUEUE_NUMBER, "%llu", (unsigned long long)pdf_size);
	return (queue_end(queue, "SELECT api.media_document_done($1, $2, $3, $4, $5, $6)", 6, values));
}

bool
queue_failed(struct queue *queue, const struct task *task, const char *reason, bool final)
{
	const char	*values[4] = { task->id, task->try, reason, final ? "t" : "f" };

	return (queue_end(queue, "SELECT api.media_failed($1, $2, $3, $4)", 4, values));
}
