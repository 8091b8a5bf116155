/* args.h: from the text of a command's parameters to checked values, and back. */
#ifndef AT_ARGS_H
#define AT_ARGS_H

#include "at/command.h"
#include "base/text.h"

struct at_dialect;

/* What a model brings to the rows: its limits and its features. */
struct at_model {
    const int32_t *limits;
    uint32_t features;
};

/* True when the model has what is marked `only_on`. */
bool at_has(const struct at_model *model, uint32_t only_on);

/* True of an S register: "S3". */
bool at_is_register(const struct at_command *row);

/* The largest value, or longest length, of a parameter on this model. */
int32_t at_param_max(const struct at_param *param, const struct at_model *model);

enum at_args_result {
    AT_ARGS_FINE,
    AT_ARGS_SYNTAX, /* not a number, quotes that do not match, one too many, one missing */
    AT_ARGS_RANGE   /* a value outside its range, a string too long */
};

/* Checks `body` against the row's parameters.  Strings may come without quotes; blanks around
 * parameters are nothing.  The values borrow from `body`. */
enum at_args_result at_args_parse(const struct at_command *row, const struct at_model *model,
                                  struct span body, struct at_args *ret_args);

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

/* Sets the row's record, which was zeroed once, to its factory values on a maker's modules; `index`
 * as for at_command.record. */
void at_args_preset(const struct at_command *row, const struct at_dialect *dialect, void *record,
                    size_t index);

/* Writes the record's values as `?` shows them after the name: `1,300,"text"`.  `index` goes in
 * front when the row has one record for each first parameter. */
void at_args_print(const struct at_command *row, const struct at_model *model, const void *record,
                   size_t index, struct text *out);

/* Writes what `=?` shows after the name: `(1),(0-5),(0,1)`. */
void at_args_ranges(const struct at_command *row, const struct at_model *model, struct text *out);

#endif
