#include "engine/engine.h"
#include "handlers.h"
#include "http/exchange.h"
#include "http/health.h"
#include "http/metrics.h"
#include "http/settings.h"
#include "pg/pg.h"
#include "problems.h"

void
health_gauge(void)
{
	struct metrics_gauges	gauges = {
		.connections = worker_active_connections, .requests = http_request_count,
		.statements = engine_inflight(), .ready = engine_ready(),
		.read = pg_connected(PG_READ), .write = pg_connected(PG_WRITE), .slow = pg_connected(PG_SLOW)
	};

	metrics_gauges(&gauges);
}

void
handle_livez(struct engine_call *call)
{
	static const char	body[] = "{\"status\":\"alive\"}";

	engine_answer(call, 200, "application/json", body, sizeof(body) - 1);
}

void
handle_readyz(struct engine_call *call)
{
	static const char	body[] = "{\"status\":\"ready\"}";

	if (!guard_draining() && engine_ready()) {
		engine_answer(call, 200, "application/json", body, sizeof(body) - 1);
		return;
	}
	engine_refuse(call, PROBLEM_UNAVAILABLE, NULL);
	call->reply.refusal.retry_after = 1;
}

void
handle_metrics(struct engine_call *call)
{
	const struct exchange	*x = call->owner;
	struct buf		 out;

	if (settings.metrics_port != NULL && !guard_is_metrics(x->guard)) {
		engine_refuse(call, PROBLEM_NOT_FOUND, NULL);
		return;
	}
	health_gauge();
	buf_init(&out, call->arena);
	metrics_write(&out);
	engine_answer(call, 200, "text/plain; version=0.0.4; charset=utf-8", out.data, out.length);
}
