/* test_link_state.c: an interface, as the kernel's messages have it. */
#include "posix/link_state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>

enum { INDEX = 7, OTHER = 9, MESSAGE_CAP = 256, RUNNING = IFF_UP | IFF_RUNNING };

/* What is behind a message's header. */
struct message {
    uint8_t bytes[MESSAGE_CAP];
    size_t len;
};

static void add(struct message *message, const void *data, size_t len)
{
    assert_true(message->len + len <= MESSAGE_CAP);
    memcpy(message->bytes + message->len, data, len);
    message->len += (len + 3) & ~(size_t)3;
}

static void add_attribute(struct message *message, unsigned type, const void *data, size_t len)
{
    struct rtattr header = { .rta_len = (unsigned short)(sizeof(header) + len),
                             .rta_type = (unsigned short)type };

    add(message, &header, sizeof(header));
    add(message, data, len);
}

static struct message link_message(int index, const char *name, unsigned flags)
{
    struct message message = { .len = 0 };
    struct ifinfomsg link = { .ifi_family = AF_UNSPEC, .ifi_index = index, .ifi_flags = flags };
    uint32_t mtu = 1500;

    add(&message, &link, sizeof(link));
    add_attribute(&message, IFLA_MTU, &mtu, sizeof(mtu));
    if (name != NULL)
        add_attribute(&message, IFLA_IFNAME, name, strlen(name) + 1);
    return message;
}

static void take(struct link_state *state, uint16_t type, const struct message *message)
{
    link_state_take(state, type, span_at(message->bytes, message->len));
}

static void tell_link(struct link_state *state, uint16_t type, int index, const char *name,
                      unsigned flags)
{
    struct message message = link_message(index, name, flags);

    take(state, type, &message);
}

static struct message address_message(int index, const char *text, unsigned scope, uint32_t flags,
                                      const char *local)
{
    struct message message = { .len = 0 };
    int family = strchr(text, ':') != NULL ? AF_INET6 : AF_INET;
    struct ifaddrmsg address = { .ifa_family = (unsigned char)family,
                                 .ifa_scope = (unsigned char)scope,
                                 .ifa_flags = (unsigned char)flags,
                                 .ifa_index = (unsigned)index };
    uint8_t bytes[16];
    size_t len = family == AF_INET ? 4 : 16;

    add(&message, &address, sizeof(address));
    assert_int_equal(inet_pton(family, text, bytes), 1);
    add_attribute(&message, IFA_ADDRESS, bytes, len);
    if (local != NULL) {
        assert_int_equal(inet_pton(family, local, bytes), 1);
        add_attribute(&message, IFA_LOCAL, bytes, len);
    }
    add_attribute(&message, IFA_FLAGS, &flags, sizeof(flags));
    return message;
}

static void tell_address(struct link_state *state, uint16_t type, const char *text, unsigned scope,
                         uint32_t flags)
{
    struct message message = address_message(INDEX, text, scope, flags, NULL);

    take(state, type, &message);
}

/* The address that connections come from, or "-". */
static const char *source(const struct link_state *state, enum net_family family)
{
    static char text[INET6_ADDRSTRLEN];
    struct net_address address;

    if (!link_state_address(state, family, &address))
        return "-";
    assert_int_equal(address.family, family);
    assert_int_equal(address.scope, INDEX);
    return inet_ntop(family == NET_IPV4 ? AF_INET : AF_INET6, address.bytes, text, sizeof(text));
}

static struct link_state running(void)
{
    struct link_state state;

    link_state_init(&state, "wwan0");
    tell_link(&state, RTM_NEWLINK, INDEX, "wwan0", RUNNING);
    return state;
}

static void names_are_the_kernels(void **state)
{
    static const char *const good[] = { "a", "wwan0", "eth0.100", "abcdefghijklmno", "..." };
    static const char *const bad[] = {
        "", "abcdefghijklmnop", "a b", "a/b", "a:b", ".", "..", "a\n"
    };

    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        assert_true(link_name_is_valid(good[i]));
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_false(link_name_is_valid(bad[i]));
}

static void it_is_up_with_carrier_and_address(void **test)
{
    struct link_state state;

    (void)test;
    link_state_init(&state, "wwan0");
    assert_string_equal(link_state_why(&state), "there is no such interface");
    tell_link(&state, RTM_NEWLINK, OTHER, "eth0", RUNNING);
    assert_string_equal(link_state_why(&state), "there is no such interface");
    tell_link(&state, RTM_NEWLINK, INDEX, "wwan0", 0);
    assert_string_equal(link_state_why(&state), "it is switched off");
    tell_link(&state, RTM_NEWLINK, INDEX, "wwan0", IFF_UP);
    assert_string_equal(link_state_why(&state), "it has no carrier");
    tell_link(&state, RTM_NEWLINK, INDEX, "wwan0", RUNNING);
    assert_string_equal(link_state_why(&state), "it has no address");
    tell_address(&state, RTM_NEWADDR, "10.0.0.7", RT_SCOPE_UNIVERSE, 0);
    assert_true(link_state_is_up(&state));
    assert_string_equal(source(&state, NET_IPV4), "10.0.0.7");
    assert_string_equal(source(&state, NET_IPV6), "-");
    tell_link(&state, RTM_NEWLINK, INDEX, "wwan0", IFF_UP);
    assert_false(link_state_is_up(&state));
    tell_link(&state, RTM_NEWLINK, INDEX, "wwan0", RUNNING);
    assert_true(link_state_is_up(&state));
    tell_address(&state, RTM_DELADDR, "10.0.0.7", RT_SCOPE_UNIVERSE, 0);
    assert_false(link_state_is_up(&state));
}

static void addresses_are_chosen(void **test)
{
    static const struct {
        const char *text;
        unsigned scope;
        uint32_t flags;
        enum net_family family;
        const char *chosen; /* when it has come too */
    } rows[] = {
        { "169.254.3.4", RT_SCOPE_LINK, 0, NET_IPV4, "-" },
        { "10.0.0.7", RT_SCOPE_UNIVERSE, IFA_F_DEPRECATED, NET_IPV4, "10.0.0.7" },
        { "10.0.0.8", RT_SCOPE_UNIVERSE, 0, NET_IPV4, "10.0.0.8" },
        { "10.0.0.9", RT_SCOPE_UNIVERSE, IFA_F_SECONDARY, NET_IPV4, "10.0.0.8" },
        { "fe80::1", RT_SCOPE_LINK, 0, NET_IPV6, "-" },
        { "2001:db8::1", RT_SCOPE_UNIVERSE, IFA_F_TENTATIVE, NET_IPV6, "-" },
        { "2001:db8::2", RT_SCOPE_UNIVERSE, IFA_F_DADFAILED, NET_IPV6, "-" },
        { "2001:db8::3", RT_SCOPE_UNIVERSE, 0, NET_IPV6, "2001:db8::3" },
        { "2001:db8::1", RT_SCOPE_UNIVERSE, IFA_F_PERMANENT, NET_IPV6, "2001:db8::1" },
    };
    struct link_state state = running();

    (void)test;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        tell_address(&state, RTM_NEWADDR, rows[i].text, rows[i].scope, rows[i].flags);
        assert_string_equal(source(&state, rows[i].family), rows[i].chosen);
    }
    assert_int_equal(state.address_count, 8); /* the doubtful one has become certain */
}

static void our_end_of_a_line_between_two_counts(void **test)
{
    struct link_state state = running();
    struct message message =
        address_message(INDEX, "10.64.64.64", RT_SCOPE_UNIVERSE, 0, "10.1.2.3");

    (void)test;
    take(&state, RTM_NEWADDR, &message);
    assert_string_equal(source(&state, NET_IPV4), "10.1.2.3");
    take(&state, RTM_DELADDR, &message);
    assert_string_equal(source(&state, NET_IPV4), "-");
}

static void others_do_not_count(void **test)
{
    struct link_state state = running();
    struct message message = address_message(OTHER, "10.0.0.1", RT_SCOPE_UNIVERSE, 0, NULL);
    struct ifinfomsg bridge = { .ifi_family = AF_BRIDGE, .ifi_index = INDEX };

    (void)test;
    take(&state, RTM_NEWADDR, &message);
    tell_link(&state, RTM_NEWLINK, OTHER, "wwan00", 0);
    tell_link(&state, RTM_NEWLINK, OTHER, "wwan", 0);
    tell_link(&state, RTM_DELLINK, OTHER, "eth0", 0);
    link_state_take(&state, RTM_DELLINK, span_at(&bridge, sizeof(bridge))); /* has left a bridge */
    link_state_take(&state, RTM_NEWROUTE, span_at(&bridge, sizeof(bridge)));
    assert_int_equal(state.index, INDEX);
    assert_int_equal(state.address_count, 0);
    assert_string_equal(link_state_why(&state), "it has no address");
}

static void one_that_goes_takes_its_addresses_with_it(void **test)
{
    struct link_state state = running();

    (void)test;
    tell_address(&state, RTM_NEWADDR, "10.0.0.7", RT_SCOPE_UNIVERSE, 0);
    tell_link(&state, RTM_DELLINK, INDEX, "wwan0", 0);
    assert_string_equal(link_state_why(&state), "there is no such interface");
    tell_link(&state, RTM_NEWLINK, INDEX, "wwan0", RUNNING);
    assert_string_equal(link_state_why(&state), "it has no address");
    tell_address(&state, RTM_NEWADDR, "10.0.0.7", RT_SCOPE_UNIVERSE, 0);
    tell_link(&state, RTM_NEWLINK, INDEX, "renamed", RUNNING);
    assert_string_equal(link_state_why(&state), "there is no such interface");
    /* another one is renamed to it */
    tell_link(&state, RTM_NEWLINK, INDEX, "wwan0", RUNNING);
    tell_address(&state, RTM_NEWADDR, "10.0.0.7", RT_SCOPE_UNIVERSE, 0);
    tell_link(&state, RTM_NEWLINK, OTHER, "wwan0", RUNNING);
    assert_int_equal(state.index, OTHER);
    assert_int_equal(state.address_count, 0);
}

static void too_many_addresses_are_not_known(void **test)
{
    struct link_state state = running();
    char text[INET_ADDRSTRLEN];

    (void)test;
    for (int i = 1; i <= LINK_ADDRESSES_MAX + 5; i++) {
        snprintf(text, sizeof(text), "10.0.0.%d", i);
        tell_address(&state, RTM_NEWADDR, text, RT_SCOPE_UNIVERSE, 0);
    }
    assert_int_equal(state.address_count, LINK_ADDRESSES_MAX);
    for (int i = 1; i <= LINK_ADDRESSES_MAX + 5; i++) {
        snprintf(text, sizeof(text), "10.0.0.%d", i);
        tell_address(&state, RTM_DELADDR, text, RT_SCOPE_UNIVERSE, 0);
    }
    assert_int_equal(state.address_count, 0);
}

/* At each byte, and with lengths that lie. */
static void cut_messages_change_nothing_or_something_whole(void **test)
{
    struct message messages[] = { link_message(INDEX, "wwan0", RUNNING),
                                  address_message(INDEX, "2001:db8::1", 0, 0, "2001:db8::2") };

    (void)test;
    for (size_t i = 0; i < 2; i++) {
        for (size_t len = 0; len <= messages[i].len; len++) {
            struct link_state state = running();
            uint8_t *copy = malloc(len + 1); /* so that a checker sees who reads on */

            memcpy(copy, messages[i].bytes, len);
            link_state_take(&state, i == 0 ? RTM_NEWLINK : RTM_NEWADDR, span_at(copy, len));
            assert_true(state.index == INDEX || state.index == 0);
            free(copy);
        }
        for (size_t at = 0; at < messages[i].len; at++) {
            struct link_state state = running();
            struct message message = messages[i];

            message.bytes[at] ^= 0xff;
            take(&state, i == 0 ? RTM_NEWLINK : RTM_NEWADDR, &message);
            assert_true(state.address_count <= 1);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_the_kernels),
        cmocka_unit_test(it_is_up_with_carrier_and_address),
        cmocka_unit_test(addresses_are_chosen),
        cmocka_unit_test(our_end_of_a_line_between_two_counts),
        cmocka_unit_test(others_do_not_count),
        cmocka_unit_test(one_that_goes_takes_its_addresses_with_it),
        cmocka_unit_test(too_many_addresses_are_not_known),
        cmocka_unit_test(cut_messages_change_nothing_or_something_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
