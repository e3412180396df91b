#include <string.h>
#include <unistd.h>

#include "media/document_py.h"	/* document.py, octet by octet */
#include "media/queue.h"
#include "media/work_state.h"

/* The picture of a signature, upright and small as a thumbnail is. One that cannot be shown is left out: the document says so. */
static bool
document_picture(struct work *work, const struct queue_input *input)
{
	const struct tools	*tools = tools_find("thumbnail", input->type);
	bool			 good;

	if (tools == NULL)
		return (true);
	if (!work_copy(work, input->sha256, tools->in))
		return (false);
	good = work_look(work, tools) && work_steps(work, tools);
	if (good && renameat(work->folder.fd, tools->out[0], work->folder.fd, input->name) == -1)
		good = work_fails(work, "not_readable", true);
	if (!good && work->final) {
		work->reason = NULL;
		good = true;
	}
	(void)unlinkat(work->folder.fd, tools->in, 0);
	(void)unlinkat(work->folder.fd, tools->out[0], 0);
	return (good);
}

static bool
document_input(void *arg, const struct queue_input *input)
{
	struct work	*work = arg;

	if (strchr(input->name, '/') != NULL)
		return (work_fails(work, "fault", true));
	if (input->sha256 != NULL)
		return (document_picture(work, input));
	return (work_write(work, input->name, input->content, strlen(input->content)));
}

bool
document_inputs(struct work *work, struct queue *queue)
{
	if (!work_write(work, "document.py", document_py, sizeof(document_py)))
		return (false);
	if (queue_inputs(queue, work->task, document_input, work))
		return (true);
	return (work->reason == NULL ? work_fails(work, "fault", false) : false);
}
