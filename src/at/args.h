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

/* Copies the values that were given into the row's record. */
void at_args_bind(const struct at_command *row, const struct at_args *args, void *record);

/* Sets the row's record to its factory values on a maker's modules; `index` as for
 * at_command.record. */
void at_args_preset(const struct at_command *row, const struct at_dialect *dialect, void *record,
                    size_t index);

/* Writes the record's values as `?` shows them after the name: `1,300,"text"`.  `index` goes in
 * front when the row has one record for each first parameter. */
void at_args_print(const struct at_command *row, const struct at_model *model, const void *record,
                   size_t index, struct text *out);

/* Writes what `=?` shows after the name: `(1),(0-5),(0,1)`. */
void at_args_ranges(const struct at_command *row, const struct at_model *model, struct text *out);

#endif
