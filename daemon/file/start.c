/* start.c: what a modem gets before its first host: credentials, command lines, answers, faults. */
#include "file/start.h"

#include "base/fault.h"
#include "file/credentials.h"

#include <string.h>
#include <strings.h>

enum { WHY_CAP = 500, FAULT_WHY_CAP = 1200, AT_LINE_MAX = 400 };

static const char *const *take_texts(const struct file_subject *subject,
                                     const struct file_node *list, char *const *texts, size_t count)
{
    const struct file_node *node = list->first;
    const char **copies = file_subject_memory(subject, count * sizeof(copies[0]));

    for (size_t i = 0; i < count && copies != NULL; i++, node = node->next) {
        copies[i] = file_subject_fill(subject, node, texts[i]);
        if (copies[i] == NULL)
            return NULL;
    }
    return copies;
}

static bool take_at_start(const struct file_subject *subject)
{
    const struct file_node *list;
    const struct file_layer *layer = file_layer_with(subject->layers, "at-start", &list);
    struct modem_plan *plan = subject->plan;
    bool good = true;

    if (layer == NULL || layer->modem->at_start_count == 0)
        return true;
    plan->at_start_count = layer->modem->at_start_count;
    plan->at_start = take_texts(subject, list, layer->modem->at_start, plan->at_start_count);
    if (plan->at_start == NULL)
        return false;
    for (const struct file_node *node = list->first; node != NULL; node = node->next) {
        if (strlen(node->text) <= AT_LINE_MAX && strpbrk(node->text, "\r\n") == NULL &&
            strncasecmp(node->text, "AT", 2) == 0)
            continue;
        file_subject_wrong(subject, node,
                           "it is no command line; allowed: AT and at most %d characters in all, "
                           "without line ends",
                           AT_LINE_MAX);
        good = false;
    }
    return good;
}

static bool take_answer(const struct file_subject *subject, const struct file_node *node,
                        const struct file_answer *given, struct tlsmodem_answer *ret_answer)
{
    const struct file_node *command = file_node_at(node, "command");
    const struct file_node *lines = file_node_at(node, "lines");
    const struct file_node *result = file_node_at(node, "result");
    char why[WHY_CAP];

    if (given->command == NULL) {
        file_subject_wrong(subject, node, "an answer has no command; allowed: one with a command");
        return false;
    }
    ret_answer->command = file_subject_fill(subject, command, given->command);
    if (ret_answer->command == NULL)
        return false;
    if (given->lines_count > 0) {
        ret_answer->lines = take_texts(subject, lines, given->lines, given->lines_count);
        ret_answer->line_count = given->lines_count;
    }
    if (given->result != NULL)
        ret_answer->result = file_subject_fill(subject, result, given->result);
    if ((given->lines_count > 0 && ret_answer->lines == NULL) ||
        (given->result != NULL && ret_answer->result == NULL))
        return false;
    ret_answer->delay_ms = given->delay_ms != NULL ? *given->delay_ms : 0;
    if (tlsmodem_answer_check(ret_answer, why, sizeof(why)) == ERR_OK)
        return true;
    file_subject_wrong(subject, command, "%s", why);
    return false;
}

static bool take_answers(const struct file_subject *subject)
{
    const struct file_node *list, *node;
    const struct file_layer *layer = file_layer_with(subject->layers, "answers", &list);
    struct modem_plan *plan = subject->plan;
    bool good = true;

    if (layer == NULL || layer->modem->answers_count == 0)
        return true;
    node = list->first;
    plan->answer_count = layer->modem->answers_count;
    plan->answers = file_subject_memory(subject, plan->answer_count * sizeof(plan->answers[0]));
    if (plan->answers == NULL)
        return false;
    for (size_t i = 0; i < plan->answer_count; i++, node = node->next)
        good = take_answer(subject, node, &layer->modem->answers[i], &plan->answers[i]) && good;
    return good;
}

static bool take_faults(const struct file_subject *subject)
{
    const struct file_node *list, *node;
    const struct file_layer *layer = file_layer_with(subject->layers, "faults", &list);
    struct modem_plan *plan = subject->plan;
    bool good = true;

    if (layer == NULL || layer->modem->faults_count == 0)
        return true;
    node = list->first;
    plan->fault_count = layer->modem->faults_count;
    plan->faults = take_texts(subject, list, layer->modem->faults, plan->fault_count);
    if (plan->faults == NULL)
        return false;
    for (size_t i = 0; i < plan->fault_count; i++, node = node->next) {
        struct fault fault;
        char why[FAULT_WHY_CAP];

        if (fault_read(span_of(plan->faults[i]), &fault, why, sizeof(why)))
            continue;
        file_subject_wrong(subject, node, "%s", why);
        good = false;
    }
    return good;
}

bool file_start(const struct file_subject *subject)
{
    bool good = file_credentials(subject);

    good = take_at_start(subject) && good;
    good = take_faults(subject) && good;
    return take_answers(subject) && good;
}
