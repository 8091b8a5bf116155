/* smtp_fields.h: how the fields of a mail's header are written (RFC 5322, RFC 2047, RFC 2231). */
#ifndef SERVICES_SMTP_FIELDS_H
#define SERVICES_SMTP_FIELDS_H

#include "base/text.h"
#include "services/smtp_content.h"

/* `charset`, or UTF-8 for what is said to be ASCII and is not. */
const char *smtp_charset(struct span text, const char *charset);

/* One encoded word from the front of `text`; returns how many bytes it holds (RFC 2047 §2). */
size_t smtp_add_encoded_word(struct text *out, struct span text, const char *charset);

/* A parameter of a file's name; one that is not ASCII as RFC 2231 §4 has it. */
void smtp_add_name_parameter(struct text *out, const char *parameter, const char *name);

/* The From field, its line end included. */
void smtp_add_from(struct text *out, const struct smtp_content *content);

#endif
