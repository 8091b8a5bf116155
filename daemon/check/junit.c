/* junit.c: results of plays as JUnit has them. */
#include "check/junit.h"

#include <inttypes.h>
#include <stdio.h>

/* Text of reports is printable UTF-8 and LF, so only XML's own characters need care. */
static void add_escaped(struct report *out, struct span text)
{
    for (size_t i = 0; i < text.len; i++) {
        switch (text.data[i]) {
        case '&':
            report_add_span(out, span_of("&amp;"));
            break;
        case '<':
            report_add_span(out, span_of("&lt;"));
            break;
        case '>':
            report_add_span(out, span_of("&gt;"));
            break;
        case '"':
            report_add_span(out, span_of("&quot;"));
            break;
        case '\n':
            report_add_span(out, span_of("&#10;"));
            break;
        default:
            report_add_span(out, span_at(text.data + i, 1));
            break;
        }
    }
}

/* Names of files may have any byte. */
static void add_name(struct report *out, const char *name)
{
    struct report plain = { .cut = false };

    report_add_text(&plain, span_of(name));
    add_escaped(out, bytes_span(&plain.text));
    out->cut = out->cut || plain.cut;
    report_free(&plain);
}

static void add_seconds(struct report *out, int64_t us)
{
    report_add(out, " time=\"%" PRId64 ".%06d\"", us / 1000000, (int)(us % 1000000));
}

static struct span first_line(struct span text)
{
    size_t len = 0;

    while (len < text.len && text.data[len] != '\n')
        len++;
    return span_at(text.data, len);
}

static void add_outcome(struct report *out, const char *element, struct span text)
{
    report_add(out, "    <%s message=\"", element);
    add_escaped(out, first_line(text));
    report_add(out, "\">");
    add_escaped(out, text);
    report_add(out, "</%s>\n", element);
}

void junit_add(struct junit *junit, const char *file, const char *model, enum junit_result result,
               int64_t us, struct span text)
{
    static const char *const elements[] = {
        [JUNIT_FAILED] = "failure", [JUNIT_ERROR] = "error", [JUNIT_SKIPPED] = "skipped"
    };
    struct report *out = &junit->cases;

    junit->counts[result]++;
    junit->us += us;
    report_add(out, "  <testcase classname=\"");
    add_name(out, file);
    report_add(out, "\" name=\"");
    add_name(out, model);
    report_add(out, "\"");
    add_seconds(out, us);
    if (result == JUNIT_PASSED) {
        report_add(out, "/>\n");
        return;
    }
    report_add(out, ">\n");
    add_outcome(out, elements[result], text);
    report_add(out, "  </testcase>\n");
}

enum err junit_write(const struct junit *junit, const char *path)
{
    const unsigned *counts = junit->counts;
    struct report head = { .cut = false };
    bool written = false;
    FILE *file;

    report_add(&head,
               "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
               "<testsuite name=\"tlsmodem check\" tests=\"%u\" failures=\"%u\" errors=\"%u\" "
               "skipped=\"%u\"",
               counts[JUNIT_PASSED] + counts[JUNIT_FAILED] + counts[JUNIT_ERROR] +
                   counts[JUNIT_SKIPPED],
               counts[JUNIT_FAILED], counts[JUNIT_ERROR], counts[JUNIT_SKIPPED]);
    add_seconds(&head, junit->us);
    report_add(&head, ">\n");
    if (head.cut || junit->cases.cut) {
        report_free(&head);
        return ERR_NO_MEMORY;
    }
    file = fopen(path, "wb");
    if (file != NULL) {
        written =
            fwrite(head.text.data, 1, head.text.len, file) == head.text.len &&
            (junit->cases.text.len == 0 || fwrite(junit->cases.text.data, 1, junit->cases.text.len,
                                                  file) == junit->cases.text.len) &&
            fputs("</testsuite>\n", file) >= 0;
        written = fclose(file) == 0 && written;
    }
    report_free(&head);
    return written ? ERR_OK : ERR_IO;
}

void junit_free(struct junit *junit)
{
    report_free(&junit->cases);
}
