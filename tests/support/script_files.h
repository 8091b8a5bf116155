/* script_files.h: a reader's world whose files are on disk, and whose mistakes go to standard
 * error. */
#ifndef SUPPORT_SCRIPT_FILES_H
#define SUPPORT_SCRIPT_FILES_H

#include "transcript/reader_world.h"

struct script_file_bytes;

struct script_files {
    struct reader_world world;
    struct script_file_bytes *first;
};

/* Begins it; script_files_close() after the reader is closed. */
void script_files_open(struct script_files *files);

/* Frees what was read. */
void script_files_close(struct script_files *files);

#endif
