/* fibocom_facts.c: the table of facts. */
#include "personalities/fibocom/fibocom_facts.h"

#define SHEET "docs/facts/fibocom.md "

enum { TEXT_MOST = 40 };

static const struct fact list[FACT_END - FACT_FIRST] = {
    TEXT_FACT(FACT_REVISION, "revision", "19011.1000.00.02.73.13", 1, TEXT_MOST, SHEET "§4",
              "Firmware as +CGMR gives it."),
};

const struct fact_table fibocom_facts = {
    .list = list,
    .count = sizeof(list) / sizeof(list[0]),
    .error_text = fibocom_error_text,
};
