/* Kore's hooks: configure, start a worker, drain it. Wires the layers, nothing else. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <sys/resource.h>
#include <unistd.h>

#include <kore/kore.h>
#include <kore/http.h>
#include <kore/hooks.h>
#include <kore/seccomp.h>

#include "base/clock.h"
#include "base/log.h"
#include "crypto/crypto.h"
#include "engine/engine.h"
#include "http/entry.h"
#include "http/guard.h"
#include "http/health.h"
#include "http/metrics.h"
#include "http/rate.h"
#include "http/settings.h"
#include "http/task.h"
#include "http/ui.h"
#include "store/kind.h"
#include "store/store.h"

#define DRAIN_MS	8000	/* the longest a worker waits for what is in flight */

#define FILES_BESIDE	1024	/* files of a worker that are not client connections, at the most: received and sent ones */

#ifdef HZ_NO_SECCOMP		/* sanitizers make system calls of their own */
KORE_SECCOMP_FILTER("hz", KORE_BPF_RET(SECCOMP_RET_ALLOW))
#else
KORE_SECCOMP_FILTER("hz",
	/* libc */
	KORE_SYSCALL_ALLOW(newfstatat),		/* fstat() and fopen() since glibc 2.33 */
	KORE_SYSCALL_ALLOW(mremap),		/* realloc() of large buffers: bodies, results */
	KORE_SYSCALL_ALLOW(gettid),		/* abort() and raise() */
	KORE_SYSCALL_ALLOW(tgkill),
	KORE_SYSCALL_ALLOW(sched_yield),	/* contended locks in libc and OpenSSL */
	/* the edge */
	KORE_SYSCALL_ALLOW(shutdown),		/* lingering close */
	/* libpq: connecting by TCP or a socket file, and as whom */
	KORE_SYSCALL_ALLOW(socket),
	KORE_SYSCALL_ALLOW(connect),
	KORE_SYSCALL_ALLOW(getsockopt),
	KORE_SYSCALL_ALLOW(getsockname),
	KORE_SYSCALL_ALLOW(getpeername),
	KORE_SYSCALL_ALLOW(bind),		/* getaddrinfo() asks the kernel for its addresses */
	KORE_SYSCALL_ALLOW(sendmsg),
	KORE_SYSCALL_ALLOW(recvmsg),
	KORE_SYSCALL_ALLOW(sendmmsg),
	KORE_SYSCALL_ALLOW(uname),
	KORE_SYSCALL_ALLOW(getegid),		/* the default user name */
	KORE_SYSCALL_ALLOW(getgid),
	KORE_SYSCALL_ALLOW(getdents64),		/* OpenSSL's folder of certificates */
	KORE_SYSCALL_ALLOW(faccessat2),
	/* the store: files received and kept */
	KORE_SYSCALL_ALLOW(pread64),
	KORE_SYSCALL_ALLOW(ftruncate),
	KORE_SYSCALL_ALLOW(fsync),
	KORE_SYSCALL_ALLOW(fdatasync),
	KORE_SYSCALL_ALLOW(linkat),
	KORE_SYSCALL_ALLOW(unlinkat),
	KORE_SYSCALL_ALLOW(mkdirat),
	KORE_SYSCALL_ALLOW(renameat),
	KORE_SYSCALL_ALLOW(fstatfs),
	KORE_SYSCALL_ALLOW(utimensat),
	KORE_SYSCALL_ALLOW(fadvise64),
	KORE_SYSCALL_ALLOW(flock),
	/* the threads that wait for it */
	KORE_SYSCALL_ALLOW(clone3),
	KORE_SYSCALL_ALLOW(rseq),
	KORE_SYSCALL_ALLOW(setpriority),
	KORE_SYSCALL_ALLOW(set_robust_list),
	KORE_SYSCALL_ALLOW(pipe2)
)
#endif

/* Without it nothing of Kore's own log reaches a pipe before the end. */
static void __attribute__((constructor))
main_stdio(void)
{
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
}

static void
main_bind(const char *port, const char *callback)
{
	struct kore_server	*server = kore_server_lookup("main");

	if (server != NULL && kore_server_bind(server, settings.listen, port, callback) == KORE_RESULT_OK)
		return;
	(void)fprintf(stderr, "无法在 %s:%s 上监听(端口已被占用?) / cannot listen on %s:%s (is the port taken?)\n",
	    settings.listen, port, settings.listen, port);
	exit(1);
}

/* As many connections as asked for, or as the limit of open files bears: a worker that ran out of files would spin on accept. */
static void
main_limits(void)
{
	struct rlimit	files;
	rlim_t		wanted = settings.connections + FILES_BESIDE, clients = settings.connections;

	if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_max < wanted) {
		wanted = files.rlim_max;
		clients = wanted > (rlim_t)2 * FILES_BESIDE ? wanted - FILES_BESIDE : wanted / 2;
		(void)fprintf(stderr, "打开文件数上限为 %lu，连接数随之减少 / the limit of open files is %lu: fewer connections\n",
		    (unsigned long)wanted, (unsigned long)wanted);
	}
	worker_rlimit_nofiles = (u_int32_t)wanted;
	worker_max_connections = (u_int32_t)(clients < settings.connections ? clients : settings.connections);
}

/* The store and the table of file kinds, which all workers share. */
static void
main_store(void)
{
	const char	*why;

	if (!store_start(settings.files, &why)) {
		(void)fprintf(stderr, "HZ_FILES=%s: %s: %s\n", settings.files, why, strerror(errno));
		exit(1);
	}
	if (!kind_start(&why)) {
		(void)fprintf(stderr, "%s\n", why);
		exit(1);
	}
}

/* In the parent, before workers, chroot and sandbox. */
void
kore_parent_configure(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	(void)unlink(kore_pidfile);		/* several copies may run in one folder: nobody reads it */
	if (!settings_read())
		exit(1);
	tzset();
	(void)signal(SIGHUP, SIG_IGN);		/* Kore's reload unloads code that requests still run in */
	worker_count = (u_int8_t)settings.workers;
	main_limits();
	main_store();
	ui_load(settings.ui_dir);
	if (!crypto_start() || !crypto_key_set(settings.report_key)) {
		(void)fputs("HZ_REPORT_KEY: 应为 64 位十六进制数 / must be 64 hexadecimal digits\n", stderr);
		exit(1);
	}
	if (!metrics_map(settings.workers) || !rate_map()) {
		(void)fputs("内存不足 / out of memory\n", stderr);
		exit(1);
	}
	rate_set(RATE_REPORTS, settings.reports_a_minute);
	rate_set(RATE_RECEIPTS, settings.receipts_a_minute);
	main_bind(settings.port, "guard_connect");
	if (settings.metrics_port != NULL)
		main_bind(settings.metrics_port, "guard_connect_metrics");
}

/* In each worker, inside its sandbox. */
void
kore_worker_configure(void)
{
	(void)signal(SIGHUP, SIG_IGN);
	metrics_attach(worker->id);
	if (!log_keep())
		fatalx("the log cannot be kept");
	if (!engine_start(settings.database))
		fatalx("the engine does not start");
	if (!task_start())
		fatalx("the threads of the store do not start");
	guard_start(health_gauge);
}

/* One turn of the loop Kore has left. */
static void
main_turn(void)
{
	kore_platform_event_wait(20);
	kore_timer_run(kore_time_ms());
	http_process();
	kore_connection_prune(KORE_CONNECTION_PRUNE_DISCONNECT);
}

/* SIGTERM: readiness fails first, for as long as a balancer needs to see it; then no new connections,
 * and what is in flight has its time. */
void
kore_worker_teardown(void)
{
	uint64_t	end = clock_ms() + DRAIN_MS, refuse = clock_ms() + settings.drain_ms;

	guard_drain();
	while (clock_ms() < refuse && clock_ms() < end)
		main_turn();
	if (worker->has_lock)
		kore_platform_disable_accept();
	guard_drain();
	while ((http_request_count > 0 || guard_active() > 0) && clock_ms() < end)
		main_turn();
	kore_log(LOG_NOTICE, "drained, %u requests left", http_request_count);
	engine_stop();
	/* Leave at once: the exit handlers of a dozen libraries have nothing to do here and may wait for one
	 * another's locks, which would make the end of the server unbounded. Not 0: Kore replaces a worker that was
	 * ended alone only then. */
	log_flush();
	(void)fflush(stdout);
	_exit(1);
}
