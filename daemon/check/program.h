/* program.h: this program once more, in a process of its own, as the module that a script plays
 * with. */
#ifndef DAEMON_CHECK_PROGRAM_H
#define DAEMON_CHECK_PROGRAM_H

#include "check/host_end.h"
#include "check/program_config.h"

struct program;

/* Makes a folder for its ports, its log, what it keeps and what it records; nothing runs yet.
 * ERR_IO, ERR_NO_MEMORY: `why` says so. */
enum err program_open(const struct program_config *config, struct report *why,
                      struct program **ret_program);

/* Starts it, also once more after program_stop(), and opens its ports: `ends`, one for each port of
 * the header.  False: `why` says what is wrong. */
bool program_start(struct program *program, struct host_end *ends, struct report *why);

/* True when the end of its host is its own: that end is closed behind program_stop(), those of
 * others before. */
bool program_ends_with_host(const struct program *program);

/* Tells it to end, and waits until it has, with success and nothing left behind.  False: `why` says
 * what was otherwise. */
bool program_stop(struct program *program, struct report *why);

/* True when it has ended by itself, and how. */
bool program_has_ended(struct program *program, struct report *why);

/* How many bytes it has read so far, from hosts, peers and itself.  False: the system does not
 * tell, since it tells root alone of a program that hides its memory. */
bool program_bytes_read(const struct program *program, uint64_t *ret_count);

/* The end of its log, each line behind `indent`. */
void program_show_log(const struct program *program, const char *indent, struct report *report);

/* What its runs have recorded, from 0: good until program_close(); NULL behind the last, and where
 * it keeps its state, since what was stored before is not in a recording. */
const char *program_recording(struct program *program, size_t index);

/* Kills what runs still, and removes the folder; NULL is nothing. */
void program_close(struct program *program);

/* From now on a signal that ends this process closes all programs before, in a thread of its own:
 * called once, before there are programs and other threads. */
void program_watch_signals(void);

#endif
