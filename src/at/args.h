/* args.h: from the text of a command's parameters to checked values, and back. */
#ifndef AT_ARGS_H
#define AT_ARGS_H

#include "at/command.h"
#include "base/fact.h"
#include "base/text.h"

struct at_dialect;

/* What a model brings to the rows: its limits, its features, and the facts that they refer to.  A
 * limit may be a fact (base/fact.h). */
struct at_model {
    const int32_t *limits;
    uint32_t features;
    const struct facts *facts; /* NULL: no row and no limit refers to one */
};

/* True when the model has what is marked `only_on`. */
bool at_has(const struct at_model *model, uint32_t only_on);

/* True of an S register: "S3". */
bool at_is_register(const struct at_command *row);

/* A limit of the model by 1 + its index, as rows refer to it. */
int32_t at_limit(const struct at_model *model, size_t limit);

/* The smallest value, or shortest length, of a parameter on this model. */
int32_t at_param_min(const struct at_param *param, const struct at_model *model);

/* The largest value, or longest length. */
int32_t at_param_max(const struct at_param *param, const struct at_model *model);

/* What becomes of the values that a set gives a row on this model. */
enum at_keep at_keep_of(const struct at_command *row, const struct at_model *model);

enum at_args_result {
    AT_ARGS_FINE,
    AT_ARGS_SYNTAX, /* not a number, quotes that do not match, one too many, one missing */
    AT_ARGS_RANGE   /* a value outside its range, a string too long */
};

/* Checks `body` against the row's parameters.  Strings may come without quotes; blanks around
 * parameters are nothing.  The values borrow from `body`.  A bound that refuses a value is noted if
 * it is a fact. */
enum at_args_result at_args_parse(const struct at_command *row, const struct at_model *model,
                                  struct span body, struct at_args *ret_args);

/* Says in one clause what at_args_parse() refuses in `body`: which parameter, its value and what it
 * may be.  Values of secret parameters are left out. */
void at_args_explain(const struct at_command *row, const struct at_model *model, struct span body,
                     struct text *out);

/* Writes `body` for the log: long values cut, secret ones left out; where a row has a secret, only
 * numbers before it are shown, since a value may stand at a wrong place. */
void at_args_show(const struct at_command *row, const struct at_model *model, struct span body,
                  struct text *out);

/* Writes how a set is typed: `=<a>,<b>[,<c>]`. */
void at_args_syntax(const struct at_command *row, const struct at_model *model, struct text *out);

/* Where at_args_parse() has stopped. */
struct at_fault {
    enum at_args_result result;
    size_t place;                 /* of the parameter as typed, from 1 */
    const struct at_param *param; /* NULL: there is one too many */
    struct span value;            /* without its quotes */
    bool quoted;
    bool torn; /* its quotes do not match */
};

/* The same as at_args_parse(); `ret_fault` is filled in when the result is not AT_ARGS_FINE. */
enum at_args_result at_args_find_fault(const struct at_command *row, const struct at_model *model,
                                       struct span body, struct at_args *ret_args,
                                       struct at_fault *ret_fault);

/* True when the value of that parameter may not be shown, of a set with this text behind its `=`.
 */
bool at_param_is_secret(const struct at_param *param, struct span body);

/* Cuts the next parameter off `*rest`: up to a comma outside quotes.  `*more` says that a comma
 * followed, and so another parameter does.  False: quotes that do not match. */
bool at_args_cut(struct span *rest, bool *more, struct span *ret_text, bool *ret_quoted);

/* Copies the values that were given into the row's record.  False when there is no memory for an
 * owned string: the record is as it was. */
bool at_args_bind(const struct at_command *row, const struct at_args *args, void *record);

/* Wipes and frees the owned strings of a record, which are empty after it. */
void at_args_release(const struct at_command *row, void *record);

/* Puts a copy of `text`, which has no zero byte, in an owned string's place; the one before is
 * wiped and freed.  False: no memory, and nothing has changed. */
bool at_text_set(char **owned, struct span text);

/* An owned string of a record, to read: never NULL, good until it is bound again. */
static inline const char *at_text(const char *owned)
{
    return owned != NULL ? owned : "";
}

/* Puts the row's factory values on a maker's modules into a record, which was zeroed once; `index`
 * as for at_command.record.  For a record that is new: no fact counts anew. */
void at_args_fill(const struct at_command *row, const struct at_model *model,
                  const struct at_dialect *dialect, void *record, size_t index);

/* The same for a record that may have had other values: factory values that are facts count again.
 * NULL, of a row with `make_record`: only that. */
void at_args_preset(const struct at_command *row, const struct at_model *model,
                    const struct at_dialect *dialect, void *record, size_t index);

/* A host has set these values: factory values that are facts count no more where they were. */
void at_args_replace_presets(const struct at_command *row, const struct at_model *model,
                             const struct at_dialect *dialect, const struct at_args *args,
                             size_t index);

/* A host sees the record's values: those that are factory values and facts are noted. */
void at_args_note_presets(const struct at_command *row, const struct at_model *model,
                          const struct at_dialect *dialect, size_t index);

/* True when all values of the record are the factory's. */
bool at_args_are_preset(const struct at_command *row, const struct at_model *model,
                        const struct at_dialect *dialect, const void *record, size_t index);

/* Writes the record's values as `?` shows them after the name: `1,300,"text"`.  `index` goes in
 * front when the row has one record for each first parameter.  NULL, of a row with `make_record`:
 * the factory values. */
void at_args_print(const struct at_command *row, const struct at_model *model,
                   const struct at_dialect *dialect, const void *record, size_t index,
                   struct text *out);

/* True when `=?` has something to show: not every parameter is hidden, or a text of any kind. */
bool at_args_have_ranges(const struct at_command *row, const struct at_model *model);

/* Writes what `=?` shows after the name: `(1),(0-5),(0,1)`.  Bounds that are facts are noted. */
void at_args_ranges(const struct at_command *row, const struct at_model *model, struct text *out);

#endif
