/* door.c: see door.h. */
#include "ctl/door.h"

#include "base/bytes.h"
#include "base/wipe.h"
#include "file/bytes.h"
#include "plan/control_option.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    URL_CAP = 2048,
    LIMIT_S = 60,
    TOKEN_FILE_MAX = 4096,
    HEADER_CAP = 300,
    PORT_TEXT_CAP = 8,
    ANSWER_MAX = 512 * 1024 * 1024
};

struct door {
    CURL *curl;
    struct curl_slist *headers;
    struct port_spec at;
    char error[CURL_ERROR_SIZE];
};

/* What is on its way back. */
struct answer {
    struct door *door;
    struct bytes bytes;
    bool (*on_line)(void *ctx, const char *line); /* NULL: all of it is one answer */
    void *ctx;
    bool enough;
};

static bool add_header(struct door *door, const char *header)
{
    struct curl_slist *list = curl_slist_append(door->headers, header);

    if (list != NULL)
        door->headers = list;
    return list != NULL;
}

static bool add_token(struct door *door, const char *path, struct text *why)
{
    const char *reason = "out of memory";
    char header[HEADER_CAP];
    size_t len = 0;
    uint8_t *bytes = file_bytes_read(path, TOKEN_FILE_MAX, &len, &reason);
    bool good = false;

    while (len > 0 && (bytes[len - 1] == '\n' || bytes[len - 1] == '\r'))
        len--;
    if (bytes != NULL) {
        snprintf(header, sizeof(header), "Authorization: Bearer %.*s", (int)len,
                 (const char *)bytes);
        good = add_header(door, header);
        wipe(header, sizeof(header));
    }
    free(bytes);
    if (!good)
        text_add(why, "--control-token-file: \"%s\": %s", path, reason);
    return good;
}

/* No proxy of the environment may hear of it. */
static bool prepare(struct door *door)
{
    CURL *curl = door->curl;
    bool good = curl_easy_setopt(curl, CURLOPT_NOPROXY, "*") == CURLE_OK &&
                curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http") == CURLE_OK &&
                curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
                curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, door->error) == CURLE_OK;

    if (good && door->at.kind == PORT_UNIX)
        good = curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, door->at.where) == CURLE_OK;
    return good && add_header(door, "Content-Type: application/json") &&
           add_header(door, "Expect:");
}

struct door *door_open(const char *place, const char *token_file, struct text *why)
{
    struct door *door = calloc(1, sizeof(*door));
    bool good =
        door != NULL && control_option_read("--control", place, &door->at, why) &&
        control_option_check("--control", &door->at, "--control-token-file", token_file, why);

    if (good) {
        door->curl = curl_easy_init();
        good = door->curl != NULL && prepare(door);
        if (!good)
            text_add(why, "out of memory");
    }
    if (good && (token_file == NULL || add_token(door, token_file, why)))
        return door;
    door_close(door);
    return NULL;
}

void door_close(struct door *door)
{
    if (door == NULL)
        return;
    for (struct curl_slist *header = door->headers; header != NULL; header = header->next)
        wipe(header->data, strlen(header->data));
    curl_slist_free_all(door->headers);
    curl_easy_cleanup(door->curl);
    free(door);
}

/* ---- asking ---- */

static void show_lines(struct answer *answer)
{
    uint8_t *end;

    while (!answer->enough && answer->bytes.len > 0 &&
           (end = memchr(answer->bytes.data, '\n', answer->bytes.len)) != NULL) {
        *end = '\0';
        answer->enough = !answer->on_line(answer->ctx, (const char *)answer->bytes.data);
        bytes_drop(&answer->bytes, (size_t)(end - answer->bytes.data) + 1);
    }
}

static size_t on_bytes(char *data, size_t size, size_t count, void *ctx)
{
    struct answer *answer = ctx;
    long status = 0;

    if (bytes_add(&answer->bytes, span_at(data, size * count), ANSWER_MAX) != ERR_OK)
        return 0;
    curl_easy_getinfo(answer->door->curl, CURLINFO_RESPONSE_CODE, &status);
    if (answer->on_line != NULL && status == 200)
        show_lines(answer);
    return answer->enough ? 0 : size * count;
}

static void print_url(const struct door *door, const char *path, char url[URL_CAP])
{
    bool is_v6 = strchr(door->at.where, ':') != NULL;

    if (door->at.kind == PORT_UNIX)
        snprintf(url, URL_CAP, "http://localhost%s", path);
    else
        snprintf(url, URL_CAP, "http://%s%s%s:%u%s", is_v6 ? "[" : "", door->at.where,
                 is_v6 ? "]" : "", (unsigned)door->at.tcp_port, path);
}

/* Nobody there, or something else. */
static void say_why(const struct door *door, CURLcode code, struct text *why)
{
    long number = 0;
    char port[PORT_TEXT_CAP] = "";

    if (door->at.kind == PORT_TCP)
        snprintf(port, sizeof(port), ":%u", (unsigned)door->at.tcp_port);
    text_add(why, "%s%s%s: ", door->at.kind == PORT_UNIX ? "unix:" : "", door->at.where, port);
    curl_easy_getinfo(door->curl, CURLINFO_OS_ERRNO, &number);
    if (code == CURLE_COULDNT_CONNECT && number != 0)
        text_add(why, "%s; the run is to have the same --control", strerror((int)number));
    else
        text_add(why, "%s", door->error[0] != '\0' ? door->error : curl_easy_strerror(code));
}

static bool perform(struct door *door, const char *method, const char *path, const char *body,
                    struct answer *answer, long *ret_status, struct text *why)
{
    CURL *curl = door->curl;
    char url[URL_CAP];
    CURLcode code;

    print_url(door, path, url);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, door->headers);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
    if (body == NULL)
        curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, answer->on_line == NULL ? (long)LIMIT_S : 0L);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_bytes);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer);
    door->error[0] = '\0';
    code = curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, ret_status);
    if (code == CURLE_OK || answer->enough)
        return true;
    say_why(door, code, why);
    return false;
}

/* The bytes of an answer that is whole. */
static bool exchange(struct door *door, const char *method, const char *path, const char *body,
                     struct answer *answer, long *ret_status, char **ret_answer, struct text *why)
{
    bool good = perform(door, method, path, body, answer, ret_status, why);

    *ret_answer = NULL;
    if (good && bytes_add(&answer->bytes, span_at("", 1), SIZE_MAX) == ERR_OK)
        *ret_answer = strdup((const char *)answer->bytes.data);
    if (good && *ret_answer == NULL)
        text_add(why, "out of memory");
    bytes_free(&answer->bytes);
    return *ret_answer != NULL;
}

bool door_ask(struct door *door, const char *method, const char *path, const char *body,
              long *ret_status, char **ret_answer, struct text *why)
{
    struct answer answer = { .door = door };

    return exchange(door, method, path, body, &answer, ret_status, ret_answer, why);
}

bool door_follow(struct door *door, const char *path, bool (*on_line)(void *ctx, const char *line),
                 void *ctx, long *ret_status, char **ret_answer, struct text *why)
{
    struct answer answer = { .door = door, .on_line = on_line, .ctx = ctx };

    return exchange(door, "GET", path, NULL, &answer, ret_status, ret_answer, why);
}

char *door_escape(struct door *door, const char *text)
{
    char *escaped = curl_easy_escape(door->curl, text, 0);
    char *copy = escaped != NULL ? strdup(escaped) : NULL;

    curl_free(escaped);
    return copy;
}
