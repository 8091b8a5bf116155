/* patterns.c: regular expressions, by PCRE2. */
#include "check/patterns.h"

#include "base/text.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

/* Steps of a match and kB of memory for it: far more than a line of a module needs. */
enum { STEPS_MAX = 10000000, MEMORY_MAX_KB = 64000, MESSAGE_MAX = 200 };

/* NULL: `ret_why` (MESSAGE_MAX bytes) is what is wrong, at `ret_at`. */
static pcre2_code *compile(struct span pattern, char *ret_why, size_t *ret_at)
{
    int error = 0;
    PCRE2_SIZE at = 0;
    pcre2_code *code = pcre2_compile(pattern.len > 0 ? pattern.data : (PCRE2_SPTR) "", pattern.len,
                                     PCRE2_ANCHORED | PCRE2_ENDANCHORED, &error, &at, NULL);

    if (code != NULL)
        return code;
    pcre2_get_error_message(error, (PCRE2_UCHAR *)ret_why, MESSAGE_MAX);
    *ret_at = at;
    return NULL;
}

bool patterns_check(struct span pattern, struct text *why)
{
    char message[MESSAGE_MAX] = "";
    size_t at = 0;
    pcre2_code *code = compile(pattern, message, &at);

    if (code == NULL)
        text_add(why, "%s, at its character %zu", message, at + 1);
    pcre2_code_free(code);
    return code != NULL;
}

/* The table of a pattern's names: rows of a group's number, two bytes, and its name with a NUL. */
static void tell_groups(const pcre2_code *code, pcre2_match_data *match, struct span line,
                        play_group_fn *on_group, void *ctx)
{
    const PCRE2_SIZE *ends = pcre2_get_ovector_pointer(match);
    uint32_t count = 0, row_size = 0;
    PCRE2_SPTR row = NULL;

    pcre2_pattern_info(code, PCRE2_INFO_NAMECOUNT, &count);
    pcre2_pattern_info(code, PCRE2_INFO_NAMEENTRYSIZE, &row_size);
    pcre2_pattern_info(code, PCRE2_INFO_NAMETABLE, &row);
    for (; count > 0; count--, row += row_size) {
        unsigned group = (unsigned)row[0] << 8 | row[1];
        PCRE2_SIZE from = ends[2 * group], to = ends[2 * group + 1];
        bool is_set = from != PCRE2_UNSET && from <= to;

        on_group(ctx, span_of((const char *)row + 2),
                 is_set ? span_at(line.data + from, to - from) : span_at(NULL, 0));
    }
}

static bool run(const pcre2_code *code, struct span line, play_group_fn *on_group, void *group_ctx,
                struct report *why)
{
    static const uint8_t empty[1];
    pcre2_match_data *match = pcre2_match_data_create_from_pattern(code, NULL);
    pcre2_match_context *limits = pcre2_match_context_create(NULL);
    int result = PCRE2_ERROR_NOMEMORY;
    char message[MESSAGE_MAX];

    if (line.len == 0)
        line.data = empty;
    if (match != NULL && limits != NULL) {
        pcre2_set_match_limit(limits, STEPS_MAX);
        pcre2_set_heap_limit(limits, MEMORY_MAX_KB);
        result = pcre2_match(code, line.data, line.len, 0, 0, match, limits);
    }
    if (result > 0) {
        tell_groups(code, match, line, on_group, group_ctx);
    } else if (result != PCRE2_ERROR_NOMATCH) {
        pcre2_get_error_message(result, (PCRE2_UCHAR *)message, sizeof(message));
        report_add(why, "  the expression cannot be tried on this line: %s\n", message);
    }
    pcre2_match_data_free(match);
    pcre2_match_context_free(limits);
    return result > 0;
}

static bool match_line(void *ctx, struct span pattern, struct span line, play_group_fn *on_group,
                       void *group_ctx, struct report *why)
{
    char message[MESSAGE_MAX] = "";
    size_t at = 0;
    pcre2_code *code = compile(pattern, message, &at);
    bool matches;

    (void)ctx;
    if (code == NULL) {
        report_add(why, "  no regular expression: %s, at its character %zu\n", message, at + 1);
        return false;
    }
    matches = run(code, line, on_group, group_ctx, why);
    pcre2_code_free(code);
    return matches;
}

struct play_patterns patterns_iface(void)
{
    return (struct play_patterns){ .match = match_line };
}

/* ---- of hosts inside ---- */

static void *compile_once(struct span pattern)
{
    char message[MESSAGE_MAX];
    size_t at;

    return compile(pattern, message, &at);
}

static bool match_compiled(const void *compiled, struct span line, programme_group_fn *on_group,
                           void *ctx)
{
    struct report why = { .text = { .data = NULL } };
    bool matches = run(compiled, line, on_group, ctx, &why);

    report_free(&why);
    return matches;
}

static void free_compiled(void *compiled)
{
    pcre2_code_free(compiled);
}

const struct programme_patterns *patterns_of_hosts(void)
{
    static const struct programme_patterns patterns = { compile_once, match_compiled,
                                                        free_compiled };

    return &patterns;
}
