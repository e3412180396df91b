#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "crypto/digest.h"
#include "media/cage.h"
#include "media/folder.h"
#include "media/tools.h"
#include "media/work.h"
#include "media/work_state.h"
#include "store/store.h"

#define PIECE		(256 * 1024)
#define DISK_MORE	(256U << 20)	/* octets a tool may write beside twice its input */

bool
work_fails(struct work *work, const char *reason, bool final)
{
	work->reason = reason;
	work->final = final;
	return (false);
}

/* A new file in the folder, the tool's to read. -1: errno. */
static int
work_file(struct work *work, const char *name)
{
	int	fd = openat(work->folder.fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0400);

	if (fd != -1 && geteuid() == 0 && fchown(fd, CAGE_USER, CAGE_USER) == -1) {
		(void)close(fd);
		fd = -1;
	}
	return (fd);
}

bool
work_write(struct work *work, const char *name, const void *octets, size_t length)
{
	int	fd = work_file(work, name);
	bool	good = fd != -1 && store_append(fd, octets, length);

	if (fd != -1)
		(void)close(fd);
	return (good || work_fails(work, "no_room", false));
}

bool
work_copy(struct work *work, const char *sha256, const char *name)
{
	int	from, to;
	ssize_t	n = -1;

	if ((from = store_open(sha256)) == -1)
		return (work_fails(work, "missing", false));
	if ((to = work_file(work, name)) != -1) {
		do {
			n = copy_file_range(from, NULL, to, NULL, 1U << 30, 0);
		} while (n > 0);
		if (n == -1 && (errno == EXDEV || errno == EINVAL || errno == ENOSYS || errno == EOPNOTSUPP)) {
			static char	piece[PIECE];

			while ((n = read(from, piece, sizeof(piece))) > 0)
				if (!store_append(to, piece, (size_t)n))
					break;
		}
		(void)close(to);
	}
	(void)close(from);
	return (n == 0 || work_fails(work, "no_room", false));
}

/* What a tool's end means for the task. */
static bool
work_judge(struct work *work, enum cage_end end)
{
	switch (end) {
	case CAGE_DONE:
		return (true);
	case CAGE_SLOW:
		return (work_fails(work, "too_slow", true));
	case CAGE_LARGE:
		return (work_fails(work, "too_large", true));
	case CAGE_FAILED:
		if (strcmp(work->task->kind, "document") == 0)
			return (work_fails(work, "not_makeable", false));	/* what goes in is our own: something is amiss here */
		return (work_fails(work, strcmp(work->task->kind, "strip") == 0 ? "not_cleanable" : "not_readable", true));
	case CAGE_ABSENT:
		log_line(LOG_LINE_ERROR, "a tool is not installed: %s", work->tools->steps[0][0]);
		return (work_fails(work, "no_tool", false));
	case CAGE_KILLED:
		return (work_fails(work, "killed", false));
	case CAGE_STOPPED:
		return (work_fails(work, "stopped", false));
	case CAGE_FAULT:
	default:
		log_line(LOG_LINE_ERROR, "no child could be made or confined");
		return (work_fails(work, "fault", false));
	}
}

/* What vipsheader tells: "in.png: 900x600 uchar, 3 bands, srgb, pngload". The third and the last part are cut off in place. */
static bool
work_parse(char *text, uint64_t *pixels, const char **space, const char **loader)
{
	char		*at = strchr(text, ':'), *end, *comma;
	unsigned long	 width, height;

	if (at == NULL || (width = strtoul(at + 1, &end, 10)) == 0 || *end != 'x')
		return (false);
	height = strtoul(end + 1, &end, 10);
	if (height == 0 || width > UINT32_MAX || height > UINT32_MAX)
		return (false);
	*pixels = (uint64_t)width * height;
	end[strcspn(end, "\n")] = '\0';
	if ((comma = strrchr(end, ',')) == NULL || comma[1] != ' ')
		return (false);
	*loader = comma + 2;
	*comma = '\0';
	if ((comma = strrchr(end, ',')) == NULL || comma[1] != ' ')
		return (false);
	*space = comma + 2;
	return (true);
}

/* A small file may say that it is a huge picture, and one type may pose as another. */
bool
work_look(struct work *work, const struct tools *tools)
{
	static const char *const	loaders[][2] = {
		{ "image/jpeg", "jpegload" }, { "image/png", "pngload" }, { "image/webp", "webpload" }, { "image/heic", "heifload" },
	};
	const char	*argv[] = { "/usr/bin/vipsheader", tools->in, NULL }, *space, *loader;
	char		 text[256];
	uint64_t	 pixels;
	enum cage_end	 end;

	end = cage_run(work->folder.fd, work->folder.path, argv, &work->limits, text, sizeof(text), work->stop);
	if (end != CAGE_FAILED && !work_judge(work, end))
		return (false);
	if (end == CAGE_FAILED || !work_parse(text, &pixels, &space, &loader))
		return (work_fails(work, "not_readable", true));
	if (pixels > work->settings->pixels)
		return (work_fails(work, "too_many_pixels", true));
	work->grey = strcmp(space, "b-w") == 0 || strcmp(space, "grey16") == 0;
	for (size_t i = 0; i < sizeof(loaders) / sizeof(loaders[0]); i++)
		if (strcmp(loaders[i][0], tools->type) == 0 && strcmp(loaders[i][1], loader) == 0)
			return (true);
	return (work_fails(work, "not_readable", true));
}

/* One step of the tools, without what colours are told by when there are none. */
static enum cage_end
work_step(struct work *work, const char *const step[])
{
	const char	*argv[TOOLS_ARGS];
	size_t		 n = 0;

	for (size_t i = 0; i + 1 < TOOLS_ARGS && step[i] != NULL; i++)
		if (!work->grey || (strcmp(step[i], TOOLS_FROM) != 0 && strcmp(step[i], TOOLS_TO) != 0))
			argv[n++] = step[i];
	argv[n] = NULL;
	return (cage_run(work->folder.fd, work->folder.path, argv, &work->limits, NULL, 0, work->stop));
}

bool
work_steps(struct work *work, const struct tools *tools)
{
	for (size_t i = 0; i < 2 && tools->steps[i][0] != NULL; i++)
		if (!work_judge(work, work_step(work, tools->steps[i])))
			return (false);
	return (true);
}

/* Copies what the tool made into the store's incoming, with its hash. */
static bool
work_receive(struct work *work, struct work_made *made, int from, int to)
{
	static char		 piece[PIECE];
	struct crypto_digest	*digest = crypto_digest_new("SHA256");
	uint8_t			 hash[CRYPTO_DIGEST_MAX];
	ssize_t			 n;
	bool			 good = digest != NULL;

	made->size = 0;
	while (good && (n = read(from, piece, sizeof(piece))) != 0) {
		good = n > 0 && crypto_digest_add(digest, piece, (size_t)n) && store_append(to, piece, (size_t)n);
		made->size += n > 0 ? (uint64_t)n : 0;
	}
	good = good && crypto_digest_end(digest, hash) > 0;
	crypto_digest_free(digest);
	if (!good)
		return (work_fails(work, "no_room", false));
	crypto_hex(made->sha256, hash);
	return (true);
}

static bool
work_bring(struct work *work, const char *name, struct work_made *made)
{
	struct stat	st;
	int		from, to;
	bool		good;

	/* the tool, if it is not itself any more, may have put anything there: only a plain file is taken */
	from = openat(work->folder.fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (from == -1 || fstat(from, &st) == -1 || !S_ISREG(st.st_mode) || st.st_size == 0) {
		if (from != -1)
			(void)close(from);
		return (work_judge(work, CAGE_FAILED));
	}
	if ((to = store_incoming_new(made->incoming)) == -1) {
		(void)close(from);
		return (work_fails(work, "no_room", false));
	}
	good = work_receive(work, made, from, to);
	(void)close(from);
	(void)close(to);
	return (good);
}

static bool
work_keep(struct work *work, struct work_made *made)
{
	bool	kept;

	if (strcmp(work->task->kind, "thumbnail") == 0)
		kept = store_thumbnail_keep(made->incoming, work->task->sha256);
	else
		kept = store_incoming_name(made->incoming, made->sha256) && store_keep(made->incoming, made->sha256);
	return (kept || work_fails(work, "no_room", false));
}

static bool
work_tools(struct work *work, struct queue *queue)
{
	const struct tools	*tools = work->tools;

	if (tools->in == NULL ? !document_inputs(work, queue) : !work_copy(work, work->task->sha256, tools->in))
		return (false);
	if ((tools->picture && !work_look(work, tools)) || !work_steps(work, tools))
		return (false);
	for (size_t i = 0; i < TOOLS_MADE && tools->out[i] != NULL; i++)
		if (!work_bring(work, tools->out[i], &work->made[i]) || !work_keep(work, &work->made[i]))
			return (false);
	return (true);
}

/* Of a reporter's file, whose task has an id below 0, no line says when it was worked on. */
static void
work_log(const struct work *work)
{
	if (work->task->id[0] == '-')
		return;
	if (work->reason == NULL)
		log_line(LOG_LINE_INFO, "task %s, %s, done", work->task->id, work->task->kind);
	else
		log_line(work->final ? LOG_LINE_INFO : LOG_LINE_WARNING, "task %s, %s, failed: %s", work->task->id, work->task->kind,
		    work->reason);
}

/* Tells the queue what was made, and kept. */
static bool
work_done(struct work *work, struct queue *queue)
{
	const struct work_made	*one = &work->made[0], *two = &work->made[1];

	if (strcmp(work->task->kind, "document") == 0)
		return (queue_document_done(queue, work->task, one->sha256, one->size, two->sha256, two->size));
	if (strcmp(work->task->kind, "strip") == 0)
		return (queue_done(queue, work->task, one->sha256, one->size));
	return (queue_done(queue, work->task, NULL, 0));
}

static bool
work_tell(struct work *work, struct queue *queue)
{
	if (work->reason != NULL) {
		work_log(work);
		return (queue_failed(queue, work->task, work->reason, work->final));
	}
	if (!work_done(work, queue))
		return (false);
	work_log(work);
	return (true);
}

bool
work_do(const struct work_settings *settings, struct queue *queue, const struct task *task, const volatile int *stop)
{
	unsigned	seconds = strcmp(task->kind, "document") == 0 ? settings->document_seconds : settings->seconds;
	struct work	work = {
		.settings = settings, .task = task, .stop = stop, .tools = tools_find(task->kind, task->type),
		.folder = { .fd = -1 },
		.limits = {
			.memory = settings->memory, .disk = 2 * task->size + DISK_MORE, .cpu = seconds,
			.deadline = clock_ms() + 1000ULL * seconds,
		},
	};
	bool		told;

	if (work.tools == NULL) {
		(void)work_fails(&work, "not_cleanable", true);
	} else if (!folder_make(&work.folder, settings->temp, CAGE_USER)) {
		log_line(LOG_LINE_ERROR, "no folder can be made in HZ_MEDIA_TEMP: errno %d", errno);
		(void)work_fails(&work, "fault", false);
	} else {
		(void)work_tools(&work, queue);
		folder_remove(&work.folder);
	}
	told = work_tell(&work, queue);
	for (size_t i = 0; i < TOOLS_MADE; i++)
		if (work.made[i].incoming[0] != '\0')
			(void)store_drop(work.made[i].incoming);
	return (told);
}
