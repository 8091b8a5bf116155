/* out_of_memory.c: a program that embeds modems, and has no memory for one allocation, or for all
 * from one on, for each allocation in turn: an error that says so, and nothing left behind.
 *
 * Usage: out_of_memory engine | out_of_memory posix FOLDER
 */
#ifdef WITH_POSIX
#include <tlsmodem_posix.h>

#include <uv.h>
#endif
#include <tlsmodem.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- the C library's allocator, counted; glibc's own names behind it ---- */

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);
void __libc_free(void *memory);

static struct {
    bool counting;
    bool for_good; /* not only the one, also all after it */
    long fails_at; /* the allocation that fails, from 1; 0: none */
    long calls;    /* since counting began */
    long live;     /* blocks */
    bool refused;
} heap;

static bool is_refused(void)
{
    if (!heap.counting)
        return false;
    heap.calls++;
    if (heap.fails_at == 0 || heap.calls < heap.fails_at ||
        (heap.calls > heap.fails_at && !heap.for_good))
        return false;
    heap.refused = true;
    return true;
}

static void *counted(void *memory)
{
    if (memory != NULL)
        heap.live++;
    return memory;
}

void *malloc(size_t size)
{
    return is_refused() ? NULL : counted(__libc_malloc(size));
}

void *calloc(size_t count, size_t size)
{
    return is_refused() ? NULL : counted(__libc_calloc(count, size));
}

void *realloc(void *memory, size_t size)
{
    void *moved = is_refused() ? NULL : __libc_realloc(memory, size);

    if (memory == NULL)
        counted(moved);
    return moved;
}

void free(void *memory)
{
    if (memory != NULL)
        heap.live--;
    __libc_free(memory);
}

#ifdef WITH_POSIX
static void *spare_malloc(size_t size)
{
    return counted(__libc_malloc(size));
}

static void *spare_calloc(size_t count, size_t size)
{
    return counted(__libc_calloc(count, size));
}

static void *spare_realloc(void *memory, size_t size)
{
    void *moved = __libc_realloc(memory, size);

    return memory == NULL ? counted(moved) : moved;
}
#endif

/* ---- the world of the engine: a clock that stands still ---- */

static int64_t now_ms(const struct tlsmodem_clock *clock)
{
    (void)clock;
    return 0;
}

static int zone_quarters(const struct tlsmodem_clock *clock)
{
    (void)clock;
    return 0;
}

static const struct tlsmodem_clock_ops clock_ops = {
    .now_ms = now_ms,
    .utc_s = now_ms,
    .zone_quarters = zone_quarters,
};

static void arm(void *ctx, int64_t deadline_ms)
{
    (void)ctx;
    (void)deadline_ms;
}

static const struct tlsmodem_net_ops net_ops; /* nobody asks it for anything */
static struct tlsmodem_net net = { .ops = &net_ops };
static struct tlsmodem_clock a_clock = { .ops = &clock_ops };

/* ---- a host ---- */

static char heard[4096];

static void output_ready(struct tlsmodem_channel *channel)
{
    (void)channel;
}

static void input_room(struct tlsmodem_channel *channel)
{
    (void)channel;
}

static void set_lines(struct tlsmodem_channel *channel, unsigned lines)
{
    (void)channel;
    (void)lines;
}

static void set_rate(struct tlsmodem_channel *channel, uint32_t baud)
{
    (void)channel;
    (void)baud;
}

static const struct tlsmodem_channel_ops channel_ops = {
    .output_ready = output_ready,
    .input_room = input_room,
    .set_lines = set_lines,
    .set_rate = set_rate,
};

/* Types a line, as much at a time as is taken, and hears what is said. */
static void talk(struct tlsmodem_terminal *terminal, const char *line)
{
    struct tlsmodem_span bytes;
    size_t len = 0;

    do {
        line += terminal->ops->feed(terminal, tlsmodem_span_of(line));
        while (bytes = terminal->ops->peek(terminal), bytes.len > 0) {
            if (len + bytes.len < sizeof(heard)) {
                memcpy(heard + len, bytes.data, bytes.len);
                len += bytes.len;
            }
            terminal->ops->consume(terminal, bytes.len);
        }
    } while (*line != '\0');
    heard[len] = '\0';
}

/* ---- the lives that end without memory; each says how its opening ended ---- */

static enum tlsmodem_err live_in_engine(const char *model)
{
    struct tlsmodem_channel channel = { .ops = &channel_ops };
    const struct tlsmodem_config config = {
        .model = model,
        .terminals = 2,
        .net = &net,
        .clock = &a_clock,
        .arm = arm,
    };
    struct tlsmodem *modem;
    enum tlsmodem_err err = tlsmodem_new(&config, &modem);

    if (err != TLSMODEM_ERR_OK)
        return err;
    tlsmodem_attach(modem, 0, &channel);
    talk(tlsmodem_terminal_at(modem, 0), "ATE0\r");
    talk(tlsmodem_terminal_at(modem, 0), "AT+CGDCONT=1,\"IP\",\"internet\"\r");
    heap.counting = false; /* memory is there again: it answers as if nothing had been */
    talk(tlsmodem_terminal_at(modem, 0), "AT\r");
    if (strstr(heard, "\r\nOK\r\n") == NULL) {
        fprintf(stderr, "after allocation %ld failed, AT is answered: %s\n", heap.fails_at, heard);
        exit(EXIT_FAILURE);
    }
    tlsmodem_free(modem);
    return TLSMODEM_ERR_OK;
}

#ifdef WITH_POSIX
enum { LIMIT_MS = 60000 };

static enum tlsmodem_err live_on_world(struct tlsmodem_posix_world *world, const char *folder)
{
    struct tlsmodem_posix_failure failure = { .text = "" };
    struct tlsmodem_posix_modem *modem = NULL;
    struct tlsmodem_posix_store *store = NULL;
    struct tlsmodem_posix_port port = { .kind = TLSMODEM_POSIX_TCP, .where = "127.0.0.1" };
    struct tlsmodem_tls *tls = NULL;
    struct tlsmodem_posix_config config = {
        .model = "he910",
        .tls_count = 1,
        .terminals = 1,
        .ports = &port,
        .link = "rtt=10",
    };
    enum tlsmodem_err err = tlsmodem_posix_tls_open(NULL, &tls);

    if (err == TLSMODEM_ERR_OK)
        err = tlsmodem_posix_store_open(folder, &failure, &store);
    if (err == TLSMODEM_ERR_OK) {
        config.tls = &tls;
        config.store = store;
        err = tlsmodem_posix_modem_open(world, &config, &failure, &modem);
    }
    if (err == TLSMODEM_ERR_OK)
        tlsmodem_posix_modem_start(modem);
    heap.counting = false;
    tlsmodem_posix_modem_close(modem);
    tlsmodem_posix_store_close(store);
    tlsmodem_posix_tls_close(tls);
    return err;
}

/* Each life makes its store anew. */
static void remove_store(const char *folder)
{
    static const char *const files[] = { "nvm.sqlite", "nvm.sqlite-wal", "nvm.sqlite-shm",
                                         "nvm.key", "nvm.lock" };
    char path[4096];

    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        snprintf(path, sizeof(path), "%s/%s", folder, files[i]);
        unlink(path);
    }
}

static enum tlsmodem_err live_on_machine(const char *folder)
{
    struct tlsmodem_posix_world *world;
    enum tlsmodem_err err;

    remove_store(folder);
    err = tlsmodem_posix_world_open(NULL, &world);

    if (err != TLSMODEM_ERR_OK)
        return err;
    err = live_on_world(world, folder);
    if (!tlsmodem_posix_world_close(world, LIMIT_MS)) {
        fprintf(stderr, "the world does not close\n");
        exit(EXIT_FAILURE);
    }
    return err;
}
#endif

/* Lives once with each allocation failing, until none is left to fail; false when one misbehaves.
 */
static bool torture(enum tlsmodem_err (*live)(const char *), const char *what, bool for_good)
{
    long fails_at = 0;
    long before;
    enum tlsmodem_err err;

    live(what); /* what a library keeps for the process is there from now on */
    live(what);
    do {
        before = heap.live;
        heap.for_good = for_good;
        heap.refused = false;
        heap.fails_at = ++fails_at;
        heap.calls = 0;
        heap.counting = true;
        err = live(what);
        heap.counting = false;
        heap.fails_at = 0;
        if (heap.live != before)
            live(what); /* what a library had kept, and gave up, is there again */
        if (heap.live > before) {
            fprintf(stderr, "%s: allocation %ld fails%s: %ld blocks are left behind\n", what,
                    fails_at, for_good ? " and all after it" : "", heap.live - before);
            return false;
        }
        if (err != TLSMODEM_ERR_OK && err != TLSMODEM_ERR_NO_MEMORY) {
            fprintf(stderr, "%s: allocation %ld fails%s: the error is \"%s\"\n", what, fails_at,
                    for_good ? " and all after it" : "", tlsmodem_err_text(err));
            return false;
        }
        if (err == TLSMODEM_ERR_OK && !heap.refused)
            break;
    } while (true);
    printf("%s: %ld allocations\n", what, fails_at - 1);
    return fails_at > 3;
}

int main(int argc, char **argv)
{
    static const char *const models[] = { "he910", "m95", "l610" };
    bool ok = true;

    if (argc == 2 && strcmp(argv[1], "engine") == 0) {
        for (size_t i = 0; i < sizeof(models) / sizeof(models[0]); i++)
            ok = torture(live_in_engine, models[i], false) &&
                 torture(live_in_engine, models[i], true) && ok;
        return ok ? EXIT_SUCCESS : EXIT_FAILURE;
    }
#ifdef WITH_POSIX
    /* libuv ends the process when its table of descriptors cannot grow: it always gets memory. */
    if (argc == 3 && strcmp(argv[1], "posix") == 0 &&
        uv_replace_allocator(spare_malloc, spare_realloc, spare_calloc, free) == 0)
        return torture(live_on_machine, argv[2], false) && torture(live_on_machine, argv[2], true)
                   ? EXIT_SUCCESS
                   : EXIT_FAILURE;
#endif
    fprintf(stderr, "usage: out_of_memory engine | out_of_memory posix FOLDER\n");
    return 2;
}
