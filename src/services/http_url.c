/* http_url.c: the address of a web resource. */
#include "services/http_url.h"

#include "base/letters.h"
#include "base/number.h"
#include "base/text.h"

#include <assert.h>
#include <stdio.h>

enum { HTTP_PORT = 80, HTTPS_PORT = 443, PORT_MAX = 65535 };

/* Where the first byte of `set` stands, or the end. */
static size_t find_any(struct span text, const char *set)
{
    size_t at = 0;

    while (at < text.len && (text.data[at] == '\0' || strchr(set, text.data[at]) == NULL))
        at++;
    return at;
}

/* How long a scheme with its colon is, 0 when there is none (RFC 3986 §3.1). */
static size_t scheme_length(struct span text)
{
    size_t at = 0;

    if (text.len == 0 || !is_letter_or_digit(text.data[0]))
        return 0;
    while (at < text.len && (is_letter_or_digit(text.data[at]) ||
                             (text.data[at] != '\0' && strchr("+-.", text.data[at]) != NULL)))
        at++;
    return at < text.len && text.data[at] == ':' ? at + 1 : 0;
}

/* A name is letters, digits, "-", "." and "_"; what stands in brackets is an IPv6 address. */
static bool is_host(struct span host, bool bracketed)
{
    for (size_t i = 0; i < host.len; i++) {
        uint8_t c = host.data[i];

        if (!is_letter_or_digit(c) && c != '.' && c != (bracketed ? ':' : '-') &&
            (bracketed || c != '_'))
            return false;
    }
    return host.len > 0;
}

static enum err take_port(struct span digits, struct http_url *url)
{
    int32_t port;

    url->port = url->secure ? HTTPS_PORT : HTTP_PORT;
    if (digits.len == 0)
        return ERR_OK;
    if (!number_parse(digits, &port) || port < 1 || port > PORT_MAX)
        return ERR_INVALID;
    url->port = (uint16_t)port;
    return ERR_OK;
}

/* host[:port], [v6][:port] */
static enum err take_authority(struct span text, struct http_url *url)
{
    bool bracketed = text.len > 0 && text.data[0] == '[';
    size_t end = find_any(text, bracketed ? "]" : ":");
    struct span host = span_at(text.data, end);

    if (bracketed) {
        if (end == text.len)
            return ERR_INVALID;
        host = span_skip(host, 1);
        end++;
    }
    if (!is_host(host, bracketed))
        return ERR_INVALID;
    if (host.len > HTTP_HOST_MAX)
        return ERR_FULL;
    if (end < text.len && text.data[end] != ':')
        return ERR_INVALID;
    memcpy(url->host, host.data, host.len);
    url->host[host.len] = '\0';
    return take_port(span_skip(text, end < text.len ? end + 1 : end), url);
}

static enum err add_byte(struct text *path, uint8_t byte)
{
    if (byte < ' ' || byte == 0x7F)
        return ERR_INVALID;
    if (byte == ' ' || byte > 0x7E)
        text_add(path, "%%%02X", byte);
    else
        text_add(path, "%c", byte);
    return path->cut ? ERR_FULL : ERR_OK;
}

/* Appends up to the fragment. */
static enum err add_path(struct text *path, struct span text)
{
    size_t end = find_any(text, "#");

    for (size_t i = 0; i < end; i++) {
        enum err err = add_byte(path, text.data[i]);

        if (err != ERR_OK)
            return err;
    }
    return ERR_OK;
}

/* What follows "//". */
static enum err take_after_scheme(struct span text, struct http_url *url)
{
    size_t end = find_any(text, "/?#");
    enum err err = take_authority(span_at(text.data, end), url);
    struct text path;

    if (err != ERR_OK)
        return err;
    text_init(&path, url->path, sizeof(url->path));
    if (end == text.len || text.data[end] != '/')
        text_add(&path, "/");
    return add_path(&path, span_skip(text, end));
}

static enum err take_absolute(struct span text, struct http_url *url)
{
    url->secure = letters_start(text, "https://");
    if (url->secure || letters_start(text, "http://"))
        return take_after_scheme(span_skip(text, url->secure ? 8 : 7), url);
    return ERR_UNSUPPORTED;
}

enum err http_url_parse(struct span text, struct http_url *ret_url)
{
    struct http_url url = { .secure = false };
    size_t scheme = scheme_length(text);
    bool has_scheme = scheme > 0 && letters_start(span_skip(text, scheme), "//");
    enum err err = has_scheme ? take_absolute(text, &url) : take_after_scheme(text, &url);

    assert(ret_url != NULL);
    if (err == ERR_OK)
        *ret_url = url;
    return err;
}

/* Takes out "." and ".." (RFC 3986 §5.2.4), up to the query. */
static void remove_dots(char *path)
{
    size_t path_len = strcspn(path, "?");
    size_t from = 0, to = 0;

    while (from < path_len) { /* at a slash */
        size_t part = 1 + strcspn(path + from + 1, "/?");
        bool last = from + part >= path_len;
        bool one = part == 2 && path[from + 1] == '.';
        bool two = part == 3 && path[from + 1] == '.' && path[from + 2] == '.';

        if (one || two) {
            while (two && to > 0 && path[--to] != '/')
                continue;
            if (last)
                path[to++] = '/';
        } else {
            memmove(path + to, path + from, part);
            to += part;
        }
        from += part;
    }
    memmove(path + to, path + path_len, strlen(path + path_len) + 1);
}

/* A reference without scheme and host: how much of the old path stays in front of it. */
static size_t kept_path(const struct http_url *url, struct span reference)
{
    size_t path_len = strcspn(url->path, "?");

    if (reference.len == 0 || reference.data[0] == '#')
        return strlen(url->path);
    if (reference.data[0] == '?')
        return path_len;
    if (reference.data[0] == '/')
        return 0;
    while (path_len > 0 && url->path[path_len - 1] != '/')
        path_len--;
    return path_len;
}

static enum err take_relative(struct span reference, struct http_url *url)
{
    struct text path = { .at = url->path,
                         .len = kept_path(url, reference),
                         .cap = sizeof(url->path) };
    enum err err;

    url->path[path.len] = '\0';
    err = add_path(&path, reference);
    if (err == ERR_OK)
        remove_dots(url->path);
    return err;
}

enum err http_url_follow(struct http_url *url, struct span reference)
{
    struct http_url next = *url;
    enum err err;

    if (letters_start(reference, "//"))
        err = take_after_scheme(span_skip(reference, 2), &next);
    else if (scheme_length(reference) > 0)
        err = take_absolute(reference, &next);
    else
        err = take_relative(reference, &next);
    if (err == ERR_OK)
        *url = next;
    return err;
}

bool http_url_same_origin(const struct http_url *a, const struct http_url *b)
{
    return a->secure == b->secure && a->port == b->port &&
           letters_equal(span_of(a->host), span_of(b->host));
}

void http_url_authority(const struct http_url *url, char *text, size_t cap)
{
    bool is_ipv6 = strchr(url->host, ':') != NULL;
    int len = snprintf(text, cap, is_ipv6 ? "[%s]" : "%s", url->host);

    assert(cap > HTTP_AUTHORITY_MAX);
    if (url->port != (url->secure ? HTTPS_PORT : HTTP_PORT) && len > 0 && (size_t)len < cap)
        snprintf(text + len, cap - (size_t)len, ":%u", (unsigned)url->port);
}
