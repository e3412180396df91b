#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "http/metrics.h"

#define METRICS_CLASSES	5		/* 1xx … 5xx */

static const unsigned	bounds[] = { 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000 };	/* ms */

#define METRICS_BUCKETS	(sizeof(bounds) / sizeof(bounds[0]) + 1)

/* One operation (the last one: no operation matched) in one worker. */
struct series {
	uint64_t	classes[METRICS_CLASSES];
	uint64_t	buckets[METRICS_BUCKETS];
	uint64_t	ms;
};

struct slot {
	struct metrics_gauges	gauges;
	uint64_t		starts;
};

static const struct {
	const char	*name, *help;
	size_t		 offset;
} gauges[] = {
	{ "hz_connections", "Open client connections.", offsetof(struct metrics_gauges, connections) },
	{ "hz_http_requests_in_flight", "Requests being worked on.", offsetof(struct metrics_gauges, requests) },
	{ "hz_statements_in_flight", "Calls waiting for PostgreSQL.",
	    offsetof(struct metrics_gauges, statements) },
	{ "hz_database_up", "1 when this worker can reach PostgreSQL in every lane.",
	    offsetof(struct metrics_gauges, ready) },
	{ "hz_database_connections_read", "PostgreSQL connections up, reading lane.",
	    offsetof(struct metrics_gauges, read) },
	{ "hz_database_connections_write", "PostgreSQL connections up, writing lane.",
	    offsetof(struct metrics_gauges, write) },
	{ "hz_database_connections_slow", "PostgreSQL connections up, slow lane.",
	    offsetof(struct metrics_gauges, slow) },
};

static unsigned		nslots;
static struct slot	*slots, *own;
static struct series	*all, *own_series;	/* slot by slot, contract_nops + 1 each */
static time_t		started;

/* What shy operations have counted in this hour, of this worker alone: nobody reads from the metrics when a report came. */
static struct series	*held;
static time_t		held_hour;

static size_t
per_slot(void)
{
	return (contract_nops + 1);
}

bool
metrics_map(unsigned workers)
{
	size_t	size = workers * (sizeof(struct slot) + per_slot() * sizeof(struct series));
	void	*map;

	map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (map == MAP_FAILED)
		return (false);
	nslots = workers;
	slots = map;
	all = (struct series *)(void *)(slots + workers);
	started = time(NULL);
	return (true);
}

void
metrics_attach(unsigned id)
{
	own = &slots[(id - 1) % nslots];
	own_series = all + (size_t)(own - slots) * per_slot();
	memset(&own->gauges, 0, sizeof(own->gauges));
	own->starts++;
	held = calloc(per_slot(), sizeof(*held));
	held_hour = time(NULL) / 3600;
}

/* In a new hour what was held is told. */
static void
tell_held(void)
{
	time_t	hour = time(NULL) / 3600;
	size_t	op, i;

	if (hour == held_hour || held == NULL)
		return;
	held_hour = hour;
	for (op = 0; op < per_slot(); op++) {
		for (i = 0; i < METRICS_CLASSES; i++)
			own_series[op].classes[i] += held[op].classes[i];
		for (i = 0; i < METRICS_BUCKETS; i++)
			own_series[op].buckets[i] += held[op].buckets[i];
		own_series[op].ms += held[op].ms;
	}
	memset(held, 0, per_slot() * sizeof(*held));
}

void
metrics_request(const struct contract_op *op, int status, uint64_t ms)
{
	struct series	*s;
	size_t		 i;

	for (i = 0; i < contract_nops && contract_ops[i] != op; i++)
		;
	if (op != NULL && op->shy && held == NULL)
		return;
	s = op != NULL && op->shy ? &held[i] : &own_series[i];
	if (status >= 100 && status < 600)
		s->classes[status / 100 - 1]++;
	for (i = 0; i < METRICS_BUCKETS - 1 && ms > bounds[i]; i++)
		;
	s->buckets[i]++;
	s->ms += ms;
}

void
metrics_gauges(const struct metrics_gauges *now)
{
	own->gauges = *now;
	tell_held();
}

/* The series of one operation, all workers together. */
static struct series
sum(size_t op)
{
	struct series	 total = { 0 };
	unsigned	 w;
	size_t		 i;

	for (w = 0; w < nslots; w++) {
		const struct series	*s = &all[w * per_slot() + op];

		for (i = 0; i < METRICS_CLASSES; i++)
			total.classes[i] += s->classes[i];
		for (i = 0; i < METRICS_BUCKETS; i++)
			total.buckets[i] += s->buckets[i];
		total.ms += s->ms;
	}
	return (total);
}

static void
write_labels(struct buf *out, size_t op)
{
	static const char *const	methods[] = { "GET", "POST", "PUT", "PATCH", "DELETE" };

	if (op == contract_nops)
		buf_string(out, "route=\"none\",method=\"none\"");
	else
		buf_format(out, "route=\"%s\",method=\"%s\"", contract_ops[op]->route->path,
		    methods[contract_ops[op]->method]);
}

static void
write_requests(struct buf *out)
{
	struct series	total;
	size_t		op, i;

	buf_string(out, "# HELP hz_http_requests_total Answered requests.\n# TYPE hz_http_requests_total counter\n");
	for (op = 0; op <= contract_nops; op++) {
		total = sum(op);
		for (i = 0; i < METRICS_CLASSES; i++) {
			if (total.classes[i] == 0)
				continue;
			buf_string(out, "hz_http_requests_total{");
			write_labels(out, op);
			buf_format(out, ",status=\"%zuxx\"} %llu\n", i + 1, (unsigned long long)total.classes[i]);
		}
	}
}

static void
write_durations(struct buf *out)
{
	struct series	 total;
	uint64_t	 count;
	size_t		 op, i;

	buf_string(out, "# HELP hz_http_request_duration_seconds Time from the first octet to the answer.\n"
	    "# TYPE hz_http_request_duration_seconds histogram\n");
	for (op = 0; op <= contract_nops; op++) {
		total = sum(op);
		for (i = 0, count = 0; i < METRICS_BUCKETS; i++)
			count += total.buckets[i];
		if (count == 0)
			continue;
		for (i = 0, count = 0; i < METRICS_BUCKETS; i++) {
			count += total.buckets[i];
			buf_string(out, "hz_http_request_duration_seconds_bucket{");
			write_labels(out, op);
			if (i < METRICS_BUCKETS - 1)
				buf_format(out, ",le=\"%g\"} ", bounds[i] / 1000.0);
			else
				buf_string(out, ",le=\"+Inf\"} ");
			buf_format(out, "%llu\n", (unsigned long long)count);
		}
		buf_string(out, "hz_http_request_duration_seconds_sum{");
		write_labels(out, op);
		buf_format(out, "} %.3f\nhz_http_request_duration_seconds_count{", (double)total.ms / 1000.0);
		write_labels(out, op);
		buf_format(out, "} %llu\n", (unsigned long long)count);
	}
}

void
metrics_write(struct buf *out)
{
	unsigned	w;
	size_t		i;

	write_requests(out);
	write_durations(out);
	for (i = 0; i < sizeof(gauges) / sizeof(gauges[0]); i++) {
		buf_format(out, "# HELP %s %s\n# TYPE %s gauge\n", gauges[i].name, gauges[i].help, gauges[i].name);
		for (w = 0; w < nslots; w++)
			buf_format(out, "%s{worker=\"%u\"} %llu\n", gauges[i].name, w + 1, (unsigned long long)
			    *(const uint64_t *)(const void *)((const char *)&slots[w].gauges + gauges[i].offset));
	}
	buf_string(out, "# HELP hz_worker_starts_total Starts of this worker.\n# TYPE hz_worker_starts_total counter\n");
	for (w = 0; w < nslots; w++)
		buf_format(out, "hz_worker_starts_total{worker=\"%u\"} %llu\n", w + 1,
		    (unsigned long long)slots[w].starts);
	buf_format(out, "# HELP process_start_time_seconds When the server started.\n"
	    "# TYPE process_start_time_seconds gauge\nprocess_start_time_seconds %lld\n", (long long)started);
}
