/* at_dictionary.c: prints the words of all rows as a dictionary for libFuzzer: of all makers, or of
 * the one that is named. */
#include "module/personality.h"

#include <stdio.h>
#include <string.h>

/* Words that stand in no row. */
static const char *const words[] = {
    "AT",
    "A/",
    "\\x0d",
    "\\x0d\\x0a",
    "\\x1a",
    "\\x1b",
    "\\x08",
    "=",
    "=?",
    "?",
    ";",
    ",",
    "\\\"",
    "\\\"IP\\\"",
    "\\\"localhost\\\"",
    "localhost",
    "443",
    "65535",
    "65536",
    "2147483648",
    "4294967296",
    "-----BEGIN ",
    "+++",
    "AT#SSLD=1,443,\\\"localhost\\\",0,1\\x0d",
    "AT#SSLD=1,443,\\\"localhost\\\",0,0\\x0d",
    "AT#SSLEN=1,1\\x0d",
    "AT#SGACT=1,1\\x0d",
    "AT+CGDCONT=1,\\\"IP\\\"\\x0d",
    "AT+MIPCALL=1\\x0d",
    "AT+MIPOPEN=1,,\\\"localhost\\\",443,2\\x0d",
    "AT+MIPODM=1,,\\\"localhost\\\",443,0\\x0d",
    "AT+MIPSEND=1,2\\x0d",
    "AT+GTSSLFILE=\\\"TRUSTFILE\\\",4\\x0d",
    "AT+GTSET=\\\"IPRFMT\\\",5\\x0d",
};

static void print(const char *before, const char *word)
{
    printf("\"%s", before);
    for (const char *at = word; *at != '\0'; at++)
        printf(*at == '\\' && before[0] != '\0' ? "\\\\" : "%c", *at);
    printf("\"\n");
}

/* True when no row before this one has its name. */
static bool is_new(const struct personality *personality, const struct at_command *row)
{
    for (const struct at_commands *const *list = personality->commands; *list != NULL; list++) {
        for (size_t i = 0; i < (*list)->count; i++) {
            if (&(*list)->rows[i] == row)
                return true;
            if (strcmp((*list)->rows[i].name, row->name) == 0)
                return false;
        }
    }
    return true;
}

/* True when no model before this one has its rows. */
static bool is_new_maker(size_t model)
{
    for (size_t i = 0; i < model; i++) {
        if (module_model_at(i)->personality == module_model_at(model)->personality)
            return false;
    }
    return true;
}

static void print_rows(const struct personality *personality)
{
    for (const struct at_commands *const *list = personality->commands; *list != NULL; list++) {
        for (size_t i = 0; i < (*list)->count; i++) {
            if (is_new(personality, &(*list)->rows[i]))
                print("AT", (*list)->rows[i].name);
        }
    }
}

int main(int argc, char **argv)
{
    printf("# Made by the target at_dictionary from the rows.\n");
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        print("", words[i]);
    for (size_t i = 0; module_model_at(i) != NULL; i++) {
        if (argc > 1 && strcmp(module_model_at(i)->identity.maker, argv[1]) != 0)
            continue;
        if (is_new_maker(i))
            print_rows(module_model_at(i)->personality);
    }
    return 0;
}
