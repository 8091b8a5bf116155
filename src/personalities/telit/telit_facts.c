/* telit_facts.c: the table of facts. */
#include "personalities/telit/telit_facts.h"

#define SHEET "docs/facts/telit.md "

enum { TEXT_MOST = 40 };

static const struct fact list[FACT_END - FACT_FIRST] = {
    TEXT_FACT(FACT_REVISION, "revision", "10.00.157", 1, TEXT_MOST, SHEET "§4",
              "Firmware as +CGMR gives it; the guides name the oldest that counts."),
};

const struct fact_table telit_facts = {
    .list = list,
    .count = sizeof(list) / sizeof(list[0]),
    .error_text = telit_error_text,
};
