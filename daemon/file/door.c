/* door.c: the files of a port that hosts reach by TLS. */
#include "file/door.h"

#include <stddef.h>
#include <string.h>

enum { WHY_CAP = 600 };

static const struct {
    const char *key;
    size_t offset;
} members[] = {
    { "cert", offsetof(struct port_tls, cert) },
    { "key", offsetof(struct port_tls, key) },
    { "ca", offsetof(struct port_tls, ca) },
};

enum { MEMBERS = sizeof(members) / sizeof(members[0]) };

bool file_door_has_key(const char *key)
{
    for (size_t i = 0; i < MEMBERS; i++) {
        if (strcmp(members[i].key, key) == 0)
            return true;
    }
    return false;
}

static bool same(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* Modems of a file mostly have the same files, whose paths the plans keep until all are made. */
static bool was_tried(const struct port_tls *last, const struct port_tls *tls)
{
    return same(last->cert, tls->cert) && same(last->key, tls->key) && same(last->ca, tls->ca);
}

static bool try_files(const struct file_subject *subject, const struct file_node *entry,
                      const struct file_node *port, const struct port_tls *tls)
{
    char memory[WHY_CAP];
    struct doubts doubts = { .count = 0 };
    const struct file_node *node;
    const char *member;
    struct text why;

    if (subject->settings->door_trial == NULL || tls->cert == NULL || tls->key == NULL ||
        was_tried(subject->door, tls))
        return true;
    text_init(&why, memory, sizeof(memory));
    if (subject->settings->door_trial(tls, &member, &why, &doubts)) {
        file_subject_doubt(subject, entry, &doubts);
        *subject->door = *tls;
        return true;
    }
    node = file_node_at(entry, member);
    file_subject_wrong(subject, node != NULL ? node : port, "%s", memory);
    return false;
}

bool file_door(const struct file_subject *subject, const struct file_node *entry,
               const struct file_node *port, struct port_tls *ret_tls)
{
    struct port_tls tls = subject->settings->tls;

    for (size_t i = 0; i < MEMBERS; i++) {
        const struct file_node *node = file_node_at(entry, members[i].key);
        const char *path;

        if (node == NULL)
            continue;
        path = file_subject_secret(subject, node, node->text);
        if (path == NULL)
            return false;
        memcpy((char *)&tls + members[i].offset, &path, sizeof(path));
    }
    if (!try_files(subject, entry, port, &tls))
        return false;
    *ret_tls = tls;
    return true;
}
