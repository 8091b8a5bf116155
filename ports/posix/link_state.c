/* link_state.c: see link_state.h. */
#include "posix/link_state.h"

#include <assert.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>

_Static_assert(LINK_NAME_CAP == IF_NAMESIZE, "an interface's name as the kernel has it");

bool link_name_is_valid(const char *name)
{
    size_t len = strlen(name);

    return len >= 1 && len < LINK_NAME_CAP && strpbrk(name, " \t\n\v\f\r/:") == NULL &&
           strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

void link_state_init(struct link_state *state, const char *name)
{
    assert(link_name_is_valid(name));
    *state = (struct link_state){ .index = 0 };
    memcpy(state->name, name, strlen(name));
}

static void forget(struct link_state *state)
{
    state->index = 0;
    state->is_enabled = state->is_running = false;
    state->address_count = 0;
}

/* ---- attributes ---- */

/* The value of an attribute behind the message's own struct; false: it has none. */
static bool attribute(struct span list, unsigned wanted, struct span *ret_value)
{
    struct rtattr header;

    while (list.len >= sizeof(header)) {
        size_t step;

        memcpy(&header, list.data, sizeof(header));
        if (header.rta_len < sizeof(header) || header.rta_len > list.len)
            return false;
        if (header.rta_type == wanted) {
            *ret_value = span_at(list.data + sizeof(header), header.rta_len - sizeof(header));
            return true;
        }
        step = (header.rta_len + (size_t)(RTA_ALIGNTO - 1)) & ~(size_t)(RTA_ALIGNTO - 1);
        list = span_skip(list, step < list.len ? step : list.len);
    }
    return false;
}

/* What is behind the struct of `size` bytes that each message begins with. */
static struct span behind(struct span body, size_t size)
{
    size_t at = (size + (size_t)(NLMSG_ALIGNTO - 1)) & ~(size_t)(NLMSG_ALIGNTO - 1);

    return span_skip(body, at < body.len ? at : body.len);
}

/* ---- the interface ---- */

static bool is_named(const struct link_state *state, struct span body)
{
    struct span name;

    if (!attribute(behind(body, sizeof(struct ifinfomsg)), IFLA_IFNAME, &name))
        return false;
    if (name.len > 0 && name.data[name.len - 1] == '\0')
        name.len--;
    return span_equal(name, span_of(state->name));
}

/* Of a bridge's table of its ports messages look alike; they have a family. */
static void take_link(struct link_state *state, uint16_t type, struct span body)
{
    struct ifinfomsg link;
    uint32_t index;

    if (body.len < sizeof(link))
        return;
    memcpy(&link, body.data, sizeof(link));
    index = (uint32_t)link.ifi_index;
    if (link.ifi_family != AF_UNSPEC || index == 0)
        return;
    if (type == RTM_DELLINK || !is_named(state, body)) {
        if (state->index == index) /* gone, or renamed */
            forget(state);
        return;
    }
    if (state->index != index)
        forget(state);
    state->index = index;
    state->is_enabled = (link.ifi_flags & IFF_UP) != 0;
    state->is_running = (link.ifi_flags & IFF_RUNNING) != 0;
}

/* ---- its addresses ---- */

static bool read_address(const struct ifaddrmsg *message, struct span body,
                         struct link_address *ret_address)
{
    struct span list = behind(body, sizeof(*message)), value;
    uint32_t flags = message->ifa_flags;
    size_t size = message->ifa_family == AF_INET ? 4 : 16;

    *ret_address = (struct link_address){ .address.scope = message->ifa_index };
    ret_address->address.family = message->ifa_family == AF_INET ? NET_IPV4 : NET_IPV6;
    /* Of a line between two, IFA_ADDRESS is the other end. */
    if (!attribute(list, IFA_LOCAL, &value) && !attribute(list, IFA_ADDRESS, &value))
        return false;
    if (value.len != size)
        return false;
    memcpy(ret_address->address.bytes, value.data, size);
    if (attribute(list, IFA_FLAGS, &value) && value.len == sizeof(flags))
        memcpy(&flags, value.data, sizeof(flags));
    ret_address->is_usable =
        message->ifa_scope < RT_SCOPE_LINK && (flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED)) == 0;
    ret_address->is_old = (flags & IFA_F_DEPRECATED) != 0;
    return true;
}

static bool same(const struct net_address *a, const struct net_address *b)
{
    return a->family == b->family &&
           memcmp(a->bytes, b->bytes, a->family == NET_IPV4 ? 4 : 16) == 0;
}

static struct link_address *find(struct link_state *state, const struct net_address *address)
{
    for (size_t i = 0; i < state->address_count; i++) {
        if (same(&state->addresses[i].address, address))
            return &state->addresses[i];
    }
    return NULL;
}

static void drop(struct link_state *state, const struct link_address *address)
{
    size_t index = (size_t)(address - state->addresses);

    state->address_count--;
    memmove(&state->addresses[index], &state->addresses[index + 1],
            (state->address_count - index) * sizeof(*address));
}

static void take_address(struct link_state *state, uint16_t type, struct span body)
{
    struct ifaddrmsg message;
    struct link_address address, *known;

    if (body.len < sizeof(message))
        return;
    memcpy(&message, body.data, sizeof(message));
    if (message.ifa_index != state->index || state->index == 0 ||
        (message.ifa_family != AF_INET && message.ifa_family != AF_INET6) ||
        !read_address(&message, body, &address))
        return;
    known = find(state, &address.address);
    if (type == RTM_DELADDR && known != NULL)
        drop(state, known);
    else if (type == RTM_NEWADDR && known != NULL)
        *known = address;
    else if (type == RTM_NEWADDR && state->address_count < LINK_ADDRESSES_MAX)
        state->addresses[state->address_count++] = address;
}

void link_state_take(struct link_state *state, uint16_t type, struct span body)
{
    if (type == RTM_NEWLINK || type == RTM_DELLINK)
        take_link(state, type, body);
    else if (type == RTM_NEWADDR || type == RTM_DELADDR)
        take_address(state, type, body);
}

/* ---- what comes of it ---- */

bool link_state_address(const struct link_state *state, enum net_family family,
                        struct net_address *ret_address)
{
    const struct link_address *best = NULL;

    for (size_t i = 0; i < state->address_count; i++) {
        const struct link_address *at = &state->addresses[i];

        if (at->address.family == family && at->is_usable &&
            (best == NULL || (best->is_old && !at->is_old)))
            best = at;
    }
    if (best != NULL)
        *ret_address = best->address;
    return best != NULL;
}

static bool has_any(const struct link_state *state)
{
    struct net_address address;

    return link_state_address(state, NET_IPV4, &address) ||
           link_state_address(state, NET_IPV6, &address);
}

bool link_state_is_up(const struct link_state *state)
{
    return state->index != 0 && state->is_enabled && state->is_running && has_any(state);
}

const char *link_state_why(const struct link_state *state)
{
    if (state->index == 0)
        return "there is no such interface";
    if (!state->is_enabled)
        return "it is switched off";
    if (!state->is_running)
        return "it has no carrier";
    return "it has no address";
}

bool link_state_has(const struct link_state *state, const struct net_address *address)
{
    for (size_t i = 0; i < state->address_count; i++) {
        if (same(&state->addresses[i].address, address))
            return true;
    }
    return false;
}
