/* policy_read.c: a policy of TLS from its words, with the files that they name. */
#include "file/policy_read.h"

#include "base/bytes.h"
#include "base/wipe.h"
#include "file/bytes.h"
#include "file/secret_path.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { CA_MAX = 4 * 1024 * 1024, OWN_MAX = 64 * 1024, PATH_CAP = 4096, FILES_MAX = 4096 };

/* Where distributions have the CA certificates of the machine, all in one. */
static const char *const system_files[] = {
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
};

struct files {
    struct bytes ca, cert, key;
    const char **member;
    struct text *why;
};

static bool fail(const struct files *files, const char *member)
{
    *files->member = member;
    return false;
}

/* Adds a whole file, and an end of line. */
static bool add_file(const struct files *files, const char *path, size_t max, struct bytes *bytes)
{
    char allowed[FILE_BYTES_ALLOWED_CAP];
    const char *why;
    size_t len;
    uint8_t *read = file_bytes_read(path, max, &len, &why);
    bool good;

    if (read == NULL) {
        text_add(files->why, "%s cannot be read: %s; allowed: %s", path, why,
                 file_bytes_allowed(why, max, allowed));
        return false;
    }
    if (len == 0) {
        text_add(files->why, "%s is empty; allowed: PEM or DER", path);
        free(read);
        return false;
    }
    good = bytes_add(bytes, span_at(read, len), max + 1) == ERR_OK &&
           (!span_contains(span_at(read, len), "-----BEGIN ") ||
            bytes_add(bytes, span_of("\n"), max + 1) == ERR_OK);
    wipe(read, len);
    free(read);
    if (!good)
        text_add(files->why, "%s is too large with those before it; allowed: %zu bytes", path, max);
    return good;
}

static bool has_certificate_name(const char *name)
{
    const char *dot = strrchr(name, '.');

    return dot != NULL && dot != name &&
           (strcmp(dot, ".pem") == 0 || strcmp(dot, ".crt") == 0 || strcmp(dot, ".cer") == 0);
}

static int is_certificate(const struct dirent *entry)
{
    return has_certificate_name(entry->d_name);
}

/* In the order of their names, so that the same folder gives the same bytes. */
static bool add_folder(const struct files *files, const char *path, struct bytes *bytes)
{
    struct dirent **list;
    int count = scandir(path, &list, is_certificate, alphasort);
    bool good = count > 0;

    if (count <= 0)
        text_add(files->why, "the folder %s %s; allowed: one with *.pem, *.crt or *.cer", path,
                 count < 0 ? "cannot be read" : "has no such file");
    for (int i = 0; i < count; i++) {
        char one[PATH_CAP];

        if (good && snprintf(one, sizeof(one), "%s/%s", path, list[i]->d_name) < (int)sizeof(one))
            good = add_file(files, one, CA_MAX, bytes);
        free(list[i]);
    }
    if (count >= 0)
        free(list);
    return good;
}

static bool add_system(const struct files *files, struct bytes *bytes)
{
    struct stat about;

    for (size_t i = 0; i < sizeof(system_files) / sizeof(system_files[0]); i++) {
        if (stat(system_files[i], &about) == 0)
            return add_file(files, system_files[i], CA_MAX, bytes);
    }
    text_add(files->why,
             "this machine has no CA certificates where distributions keep them; allowed: the "
             "package ca-certificates, a file, or a folder");
    return false;
}

static bool read_ca(struct files *files, const char *path)
{
    char one[PATH_CAP];
    struct stat about;
    bool good;

    if (secret_path_is_credential(path)) { /* of the command line */
        if (!secret_path_of_credential(path, one, sizeof(one), files->why))
            return fail(files, "ca");
        path = one;
    }
    if (strcmp(path, "system") == 0)
        good = add_system(files, &files->ca);
    else if (stat(path, &about) == 0 && S_ISDIR(about.st_mode))
        good = add_folder(files, path, &files->ca);
    else
        good = add_file(files, path, CA_MAX, &files->ca);
    return good || fail(files, "ca");
}

static bool read_files(struct files *files, const struct policy_words *words,
                       struct tls_policy *policy)
{
    const char *ca = words->ca;

    if (ca == NULL && policy->verify != TLS_POLICY_VERIFY_HOST)
        ca = "system";
    if (ca != NULL && !read_ca(files, ca))
        return false;
    if (words->cert != NULL && !add_file(files, words->cert, OWN_MAX, &files->cert))
        return fail(files, "cert");
    if (words->key != NULL && !add_file(files, words->key, OWN_MAX, &files->key))
        return fail(files, "key");
    policy->ca = bytes_span(&files->ca);
    policy->cert = bytes_span(&files->cert);
    policy->key = bytes_span(&files->key);
    return true;
}

struct policy_plan *policy_read(const struct policy_words *words, policy_trial_fn *trial,
                                const char **ret_member, struct text *why)
{
    struct files files = { .member = ret_member, .why = why };
    struct policy_plan *plan = NULL;
    struct doubts doubts = { .count = 0 };
    struct tls_policy policy;
    bool good =
        policy_words_read(words, &policy, ret_member, why) && read_files(&files, words, &policy);

    if (good) {
        *ret_member = tls_policy_wrong(&policy, why);
        good = *ret_member == NULL && (trial == NULL || trial(&policy, ret_member, why, &doubts));
    }
    if (good) {
        plan = policy_plan_new(&policy);
        if (plan == NULL) {
            *ret_member = "preset";
            text_add(why, "there is no memory; allowed: more of it");
        } else {
            plan->is_key_open = words->key != NULL && secret_path_is_open(words->key);
            plan->doubts = doubts;
        }
    }
    bytes_free(&files.ca);
    bytes_free(&files.cert);
    bytes_free(&files.key);
    return plan;
}
