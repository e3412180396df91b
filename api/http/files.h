/* Answers that are files of the store. */
#ifndef HTTP_FILES_H
#define HTTP_FILES_H

#include <stdint.h>

#include "engine/engine.h"

/*
 * Answer with a kept file, whole or the part that Range asks for, 304 when the client has it. Takes the descriptor over; -1: the
 * file is missing, which is a fault of ours that is logged with `id`. sha256: of these very octets, 64 hexadecimal digits;
 * filename NULL: it is shown in the page that names it (a thumbnail), else offered for saving.
 */
void	files_answer(struct engine_call *, int fd, const char *id, const char *sha256, uint64_t size, const char *type,
	    const char *filename);

#endif
