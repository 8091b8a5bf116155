/* tool.h: what the programs of this folder share.  They are tools: what fails ends them. */
#ifndef BENCH_TOOL_H
#define BENCH_TOOL_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Writes one line to standard error and exits with status 1. */
_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* An argument that must be a number from 1 up. */
uint64_t count_of(const char *text);

/* An argument that must be a port. */
uint16_t port_of(const char *text);

/* A whole text file, valid until the next call. */
const char *text_of_file(const char *path);

/* Bytes that this process has in memory, and those that malloc() has given out. */
struct memory_use {
    size_t resident, heap;
};
struct memory_use memory_use(void);

/* Nanoseconds of a clock that only grows. */
uint64_t now_ns(void);

/* Nanoseconds of processor time, user's and kernel's, that a process has used; 0: this process. */
uint64_t cpu_ns(pid_t pid);

/* The same in seconds since `from_ns`. */
double seconds_since(uint64_t from_ns);
double cpu_seconds_since(pid_t pid, uint64_t from_ns);

/* Lets the process open as many files as its hard limit allows: a thousand connections pass the
 * usual soft limit. */
void raise_file_limit(void);

/* Opens a socket that is connected to `port` of 127.0.0.1, without Nagle's delay. */
int connect_to_loopback(uint16_t port);

/* Sends small records at once. */
void set_no_delay(int fd);

#endif
