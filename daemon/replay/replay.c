/* replay.c: `tlsmodem replay`: is the module of a recording. */
#include "replay/replay.h"

#include "check/files.h"
#include "posix/loop.h"
#include "replay/options.h"
#include "replay/player.h"

#include <stdlib.h>

enum { EXIT_USE = 2, CLOSE_MS = 1000 };

/* The name of the module in ready lines. */
static struct span name_of(const struct script_header *header)
{
    return header->model_count > 0 ? header->models[0].name : span_of("replay");
}

static bool has_ports(const struct replay_options *options, const struct script_header *header)
{
    if (header->ports <= options->port_count)
        return true;
    fprintf(stderr,
            "tlsmodem: replay: %s:%u: port %u wants a --pty of its own, and there %s %zu; allowed: "
            "a --pty, --uart or --rfc2217 for each port\n",
            header->ports_file, (unsigned)header->ports_line, header->ports,
            options->port_count == 1 ? "is" : "are", options->port_count);
    return false;
}

static bool open_lines(const struct replay_options *options, const struct script_header *header,
                       struct posix_loop *loop, struct replay_line *lines)
{
    struct span name = name_of(header);
    struct port_failure failure;

    for (unsigned i = 0; i < header->ports; i++) {
        if (replay_line_open(&lines[i], loop, &options->ports[i], &failure) != ERR_OK) {
            fprintf(stderr, "tlsmodem: replay: %s\n", failure.text);
            return false;
        }
    }
    for (unsigned i = 0; i < header->ports; i++)
        printf("ready: %.*s %s\n", (int)name.len, (const char *)name.data,
               port_label(lines[i].port));
    return fflush(stdout) == 0;
}

static int play_at(const struct replay_options *options, struct reader *reader,
                   struct posix_loop *loop)
{
    static const int statuses[] = { [REPLAY_AS_RECORDED] = EXIT_SUCCESS,
                                    [REPLAY_OTHERWISE] = EXIT_FAILURE,
                                    [REPLAY_WRONG] = EXIT_USE };
    struct replay_line lines[SCRIPT_PORTS_MAX] = { { .port = NULL } };
    struct replay_config config = { .reader = reader, .lines = lines, .values = &options->values };
    struct report report = { .cut = false };
    int status = EXIT_FAILURE;

    if (open_lines(options, reader_header(reader), loop, lines)) {
        status = statuses[replay_play(&config, &report)];
        if (report.text.len > 0)
            fprintf(stderr, "%.*s", (int)report.text.len, (const char *)report.text.data);
    }
    report_free(&report);
    for (size_t i = 0; i < SCRIPT_PORTS_MAX; i++)
        replay_line_close(&lines[i]);
    return status;
}

static int play(const struct replay_options *options, struct reader *reader)
{
    struct posix_loop *loop = calloc(1, sizeof(*loop));
    int status = EXIT_FAILURE;

    if (loop != NULL && posix_loop_open(loop, NULL) == ERR_OK) {
        status = play_at(options, reader, loop);
        (void)posix_loop_close(loop, CLOSE_MS);
    } else {
        fprintf(stderr, "tlsmodem: replay: it cannot begin: no memory, or no descriptors\n");
    }
    free(loop);
    return status;
}

static int run(const struct replay_options *options)
{
    struct check_files files;
    struct reader *reader;
    int status = EXIT_USE;

    replay_watch_signals();
    check_files_open(&files);
    if (reader_open_recording(&files.world, options->file, &reader) == ERR_OK) {
        if (has_ports(options, reader_header(reader)))
            status = play(options, reader);
        reader_close(reader);
    } else {
        fprintf(stderr, "%.*s", (int)files.mistakes.text.len,
                (const char *)files.mistakes.text.data);
    }
    check_files_close(&files);
    return status;
}

int replay_main(int argc, char **argv)
{
    struct replay_options options;
    char memory[COMMAND_LINE_ERROR_CAP];
    struct text error;
    int status = EXIT_SUCCESS;

    text_init(&error, memory, sizeof(memory));
    if (!replay_options_parse(argc, argv, &options, &error)) {
        fprintf(stderr, "tlsmodem: %s\n", memory);
        return EXIT_USE;
    }
    if (options.help)
        replay_options_print_help(stdout);
    else
        status = run(&options);
    replay_options_free(&options);
    return status;
}
