/* rewrite.c: puts what the module really says into a transcript. */
#include "transcript/rewrite.h"

#include "transcript/play_step.h"

enum { QUIET_MS = 300 /* a module that has said nothing for so long has finished */ };

struct rewriting {
    struct play play;
    const struct rewrite_file *file;
    struct report *text;
    struct span left;     /* of the file, not in the text yet */
    uint32_t line;        /* its first line */
    uint32_t last_line;   /* of the file's last step; 0: none, or it is of another file */
    bool is_new;          /* the file has no answers */
    bool has_gone_astray; /* answers up to the next other step have other text in their place */
};

/* ---- as lines ---- */

static bool is_printable(uint8_t c)
{
    return c >= ' ' && c < 0x7F;
}

static bool begins(struct span bytes, const char *text)
{
    size_t len = strlen(text);

    return bytes.len >= len && memcmp(bytes.data, text, len) == 0;
}

/* How many printable bytes stand at `from` with CR LF behind them; 0: they do not. */
static size_t line_at(struct span bytes, size_t from)
{
    size_t len = 0;

    while (from + len < bytes.len && is_printable(bytes.data[from + len]))
        len++;
    return len > 0 && begins(span_skip(bytes, from + len), "\r\n") ? len : 0;
}

/* Bytes that are no line, up to the next CR LF behind their first two. */
static size_t piece_length(struct span bytes)
{
    size_t len = bytes.len < 2 ? bytes.len : 2;

    while (len < bytes.len && !begins(span_skip(bytes, len), "\r\n"))
        len++;
    return len;
}

static void add_line(struct report *text, const char *word, struct span line)
{
    report_add(text, "%s ", word);
    report_add_span(text, line);
    report_add(text, "\n");
}

void rewrite_as_lines(struct report *text, struct span said)
{
    while (said.len > 0) {
        size_t block = begins(said, "\r\n") ? line_at(said, 2) : 0, further = line_at(said, 0);
        size_t taken = 4;

        if (begins(said, "\r\n> ")) {
            add_line(text, "<", span_of("prompt"));
        } else if (block > 0) {
            add_line(text, "<", span_at(said.data + 2, block));
            taken = block + 4;
        } else if (further > 0) {
            add_line(text, "<|", span_at(said.data, further));
            taken = further + 2;
        } else {
            taken = piece_length(said);
            report_add(text, "< bytes \"");
            report_add_bytes(text, span_at(said.data, taken));
            report_add(text, "\"\n");
        }
        said = span_skip(said, taken);
    }
}

/* ---- the file ---- */

static size_t line_length(struct span bytes)
{
    size_t len = 0;

    while (len < bytes.len && bytes.data[len] != '\n')
        len++;
    return len < bytes.len ? len + 1 : len;
}

/* Copies the lines before `line`. */
static void copy_up_to(struct rewriting *rewriting, uint32_t line)
{
    while (rewriting->line < line && rewriting->left.len > 0) {
        size_t len = line_length(rewriting->left);

        report_add_span(rewriting->text, span_at(rewriting->left.data, len));
        if (rewriting->left.data[len - 1] != '\n')
            report_add(rewriting->text, "\n");
        rewriting->left = span_skip(rewriting->left, len);
        rewriting->line++;
    }
}

/* Leaves the line out. */
static void skip(struct rewriting *rewriting, uint32_t line)
{
    copy_up_to(rewriting, line);
    if (rewriting->line == line) {
        rewriting->left = span_skip(rewriting->left, line_length(rewriting->left));
        rewriting->line++;
    }
}

/* ---- steps ---- */

static bool is_of_file(const struct rewriting *rewriting, const struct script_step *step)
{
    return strcmp(step->file, rewriting->file->path) == 0;
}

static bool is_answer(const struct rewriting *rewriting, const struct script_step *step)
{
    return (step->kind == SCRIPT_EXPECT || step->kind == SCRIPT_MATCH) &&
           is_of_file(rewriting, step);
}

/* Until the module has nothing more to say. */
static void listen(struct play *play)
{
    while (play->stage->ops->receive(play->stage, QUIET_MS) < QUIET_MS)
        continue;
}

static void write_pending(struct rewriting *rewriting)
{
    struct stage *stage = rewriting->play.stage;
    struct span said = stage->ops->pending(stage);

    rewrite_as_lines(rewriting->text, said);
    stage->ops->drop(stage, said.len);
}

/* What has come and no step has taken stands behind the last step, if it is of this file. */
static void add_answers(struct rewriting *rewriting)
{
    struct stage *stage = rewriting->play.stage;

    if (stage->ops->pending(stage).len == 0 || rewriting->last_line == 0)
        return;
    copy_up_to(rewriting, rewriting->last_line + 1);
    write_pending(rewriting);
}

/* From the first answer that differs, what came stands in the place of it and those behind it. */
static void take_answer(struct rewriting *rewriting, const struct script_step *step)
{
    struct play *play = &rewriting->play;

    if (!rewriting->has_gone_astray) {
        if (play_step(play, step))
            return;
        report_free(&play->why);
        rewriting->has_gone_astray = true;
        listen(play);
        skip(rewriting, step->line);
        write_pending(rewriting);
        return;
    }
    skip(rewriting, step->line);
}

static bool take(struct rewriting *rewriting, const struct script_step *step)
{
    struct play *play = &rewriting->play;
    bool awaits_echo =
        step->kind == SCRIPT_TYPE && step->typing == SCRIPT_TYPE_LINE && play->echoes[play->port];
    /* What is missing in a round is missing in each. */
    bool ends_round = step->kind == SCRIPT_REPEAT || step->kind == SCRIPT_END;
    bool done = true;

    if (is_answer(rewriting, step)) {
        take_answer(rewriting, step);
    } else {
        rewriting->has_gone_astray = false;
        if (rewriting->is_new || ends_round)
            listen(play);
        if (rewriting->is_new || ends_round || awaits_echo)
            add_answers(rewriting);
        done = play_step(play, step);
    }
    rewriting->last_line = is_of_file(rewriting, step) ? step->line : 0;
    return done;
}

/* The file types something and has no answers: goes through all of it once. */
static bool is_without_answers(const struct rewriting *rewriting)
{
    struct reader *reader = rewriting->play.config->reader;
    const struct script_step *step;
    bool types = false, answers = false;

    while (!answers && reader_next(reader, &step) == ERR_OK) {
        types = types || (step->kind == SCRIPT_TYPE && is_of_file(rewriting, step));
        answers = is_answer(rewriting, step);
    }
    reader_rewind(reader);
    return types && !answers;
}

static enum play_end run(struct rewriting *rewriting, struct report *report)
{
    struct play *play = &rewriting->play;
    struct stage *stage = play->stage;
    const struct script_step *step;

    rewriting->is_new = is_without_answers(rewriting);
    while (reader_next(play->config->reader, &step) == ERR_OK) {
        if (!take(rewriting, step)) {
            play_explain(play, step, report);
            return stage->cannot ? PLAY_NOT_HERE : play->is_wrong ? PLAY_WRONG : PLAY_DIFFERENT;
        }
    }
    stage->ops->settle(stage);
    add_answers(rewriting);
    copy_up_to(rewriting, UINT32_MAX);
    return PLAY_AS_WRITTEN;
}

enum play_end rewrite_script(const struct play_config *config, const struct rewrite_file *file,
                             struct report *text, struct report *report)
{
    struct rewriting rewriting = { .file = file, .text = text, .left = file->bytes, .line = 1 };
    enum play_end end = PLAY_WRONG;

    if (play_open(&rewriting.play, config)) {
        rewriting.play.plays_once = true; /* a line of the file has one answer */
        end = run(&rewriting, report);
    } else {
        report_add_span(report, bytes_span(&rewriting.play.why.text));
    }
    play_close(&rewriting.play);
    return end;
}
