/* laboratory_page.c: prints docs/laboratory.md from the tables of links and faults. */
#include "base/fault_kinds.h"
#include "wrap/link_profile.h"

#include <stdio.h>
#include <string.h>

static void print_links(void)
{
    puts("| name | as words | from |\n|---|---|---|");
    for (size_t i = 0; link_known_at(i) != NULL; i++) {
        const struct link_known *known = link_known_at(i);

        printf("| `%s` | `%s` | %s |\n", known->name, known->words, known->source);
    }
}

/* Words of a list, with blanks behind the commas. */
static void print_words(const char *words)
{
    for (; *words != '\0'; words++)
        printf(*words == ',' ? "`, `" : "%c", *words);
}

static void print_attribute(const struct fault_attribute *attribute)
{
    const char *unit = attribute->unit[0] != '\0' ? attribute->unit : "";

    printf("`%s`", attribute->name);
    if (attribute->words == NULL) {
        printf(" %d to %d%s%s", (int)attribute->min, (int)attribute->max,
               unit[0] != '\0' ? " " : "", unit);
        if (!attribute->needed)
            printf(" (%d)", (int)attribute->preset);
    } else if (attribute->words[0] != '\0') {
        fputs(": `", stdout);
        print_words(attribute->words);
        putchar('`');
    } else {
        fputs(": text", stdout);
    }
}

static void print_kind(enum fault_type type)
{
    const struct fault_kind *kind = fault_kind_at(type);

    printf("| `%s` | %s | ", kind->name, kind->meaning);
    for (size_t i = 0; i < FAULT_ATTRIBUTES_MAX && kind->attributes[i].name != NULL; i++) {
        fputs(i > 0 ? "; " : "", stdout);
        print_attribute(&kind->attributes[i]);
    }
    printf(" | %s | ", kind->strikes);
    fputs((kind->has & FAULT_HAS_COMMAND) != 0 ? "`command` " : "", stdout);
    fputs((kind->has & FAULT_HAS_STREAM) != 0 ? "`stream` " : "", stdout);
    if ((kind->has & FAULT_HAS_SOCKET) != 0) {
        fputs("`socket` `phase`: `", stdout);
        print_words(fault_phases_of(type));
        fputs("` ", stdout);
    }
    puts("|");
}

static void print_kinds(enum fault_type first, enum fault_type last)
{
    puts("| type | what happens | attributes, with what they are unless said | what is counted | "
         "when |\n|---|---|---|---|---|");
    for (size_t type = first; type <= (size_t)last; type++)
        print_kind((enum fault_type)type);
}

/* What stray messages of TLS come to. */
static void print_tls(void)
{
    puts("\nAlerts and renegotiations are the session's own: with `stream=upstream` GnuTLS (of SSL "
         "3.0 mbedTLS) sends them, in clear or "
         "encrypted, as its\n"
         "state is, and a server logs them; without it the session does what it does when such a "
         "one comes. `alert` of a phase of the "
         "handshake is\n"
         "sent in it; without a phase at its end, before the host hears of it; with `phase=data` "
         "when the connection is open, or at once "
         "where it is. After\n"
         "a fatal alert to the server the module reports what a module has found that sends it: "
         "`unknown_ca` TLS_UNKNOWN_CA, "
         "`certificate_expired`\n"
         "TLS_EXPIRED, `bad_certificate`, `certificate_revoked`, `certificate_unknown`, "
         "`access_denied` and "
         "`bad_certificate_status_response`\n"
         "TLS_BAD_CERTIFICATE, `unsupported_certificate` TLS_CERTIFICATE_TYPE, `no_certificate` "
         "TLS_CERTIFICATE_WANTED, "
         "`handshake_failure`\n"
         "TLS_NO_SHARED_SUITE, `insufficient_security` TLS_WEAK_GROUP, `protocol_version` "
         "TLS_VERSION_REFUSED, `bad_record_mac` and\n"
         "`decryption_failed` TLS_RECORD, `record_overflow` TLS_RECORD_SIZE, `decrypt_error` "
         "TLS_FINISHED, `no_renegotiation` "
         "TLS_RENEGOTIATION,\n"
         "`internal_error` and `user_canceled` TLS_INTERNAL, the rest TLS_PROTOCOL. After one of "
         "the server it reports that alert, as "
         "with\n"
         "`tls reason=TLS_ALERT`.\n\n"
         "A server may refuse a renegotiation (`no_renegotiation`: the session goes on), end the "
         "session for it, or agree: then the "
         "second handshake\n"
         "is done, without a client certificate, and the server must show the certificate that it "
         "had shown. One that the module takes "
         "for asked for by\n"
         "the server it answers with `no_renegotiation`; where nothing but an end comes behind it, "
         "it reports TLS_RENEGOTIATION. TLS 1.3 "
         "has none, SSL 3.0 here\n"
         "begins none: the log tells.\n");
}

int main(void)
{
    puts("# The laboratory\n\n"
         "<!-- Made by tools/laboratory_page.c: `make pages`. -->\n\n"
         "Whatever can go wrong, on demand, and twice the same way.\n\n"
         "## Links\n\n"
         "`--link NAME`, or `--link down=KBIT/S,up=KBIT/S,rtt=MS,jitter=MS,loss=%`, or a name with "
         "keys behind it, which replace its own\n"
         "(`--link gprs,loss=1`); in a file the key `link`, in a transcript the header line "
         "`wrap link gprs`. What is left out is\n"
         "unlimited or 0.\n\n"
         "A name, a connection and an echo request take a round trip more; bytes take what the "
         "rate needs, and half a round trip.\n"
         "`jitter` is by how much a round trip may be longer: each packet of 1,400 bytes takes up "
         "to "
         "half of it more, in order all the\n"
         "same. What `loss` takes of a connection comes a second later or more, sent again as TCP "
         "does (RFC 6298); a datagram is gone.\n"
         "Chance depends on the number of the connection and of the packet alone, so a run is as "
         "the one before.\n");
    print_links();
    puts(
        "\nThe tables: WebPageTest's `settings/connectivity.ini.sample`; Firefox's "
        "`devtools/client/shared/components/throttling/profiles.js`;\n"
        "what `emulator -help-netspeed` and `-help-netdelay` of the Android emulator print (least "
        "and greatest latency are `rtt`, and `rtt` with\n"
        "`jitter`); https://blog.mbedded.ninja/electronics/communication-protocols/cellular "
        "(likewise).\n\n"
        "## Faults\n\n"
        "A fault is a type, its attributes, and when it strikes: `latency latency=2000 socket=1 "
        "phase=data`. Names and units of the first\n"
        "seven are those of toxiproxy. The host is downstream, servers are upstream; bytes go "
        "`stream=downstream` (unless said) or\n"
        "`stream=upstream`.\n\n"
        "| word | meaning |\n|---|---|\n"
        "| `command=PATTERN` | only for this command line, as a host types it, AT included, in any "
        "case; each `*` is anything. With blanks: in quotes. "
        "Of a connection: the line that ran when it began |\n"
        "| `socket=N` | only for the module's socket of this number |\n"
        "| `phase=WORD` | only while the connection is there: `any` (unless said), `resolve`, "
        "`connect`, `client-hello` "
        "(until the server's hello has come), `certificate` (until its certificate has), "
        "`finished` (until the handshake is done), `data` (after that; without TLS always) |\n"
        "| `after=N` `count=N` `every=N` | of what fits, the first N pass (0); then each N-th is "
        "struck (1), N times at most (0: without end) |\n"
        "| `toxicity=P` | of what is left, one in 1/P is struck (1: each) |\n"
        "| `seed=N` | which of them (0) |\n\n"
        "What is struck depends on the seed and on the number of the connection, line or byte, "
        "never on time or on how bytes come:\n"
        "the same seed gives the same bytes at the AT port.\n\n"
        "`fault TYPE WORD…` is a step of a transcript and of a scenario (`--scenario FILE`, with "
        "`at "
        "10s` before it), and `fault none` ends all\n"
        "faults; in a file the key `faults` has a modem begin with some; a program that embeds "
        "modems has `tlsmodem_add_fault()` where the config names a "
        "`laboratory`. A fault strikes connections\n"
        "that are there, too. A session that `tls` ends, and a connection that is reset, look so "
        "to "
        "the module; the server finds its\n"
        "connection closed. What the server is to be told of it, `alert` tells: see below. Bytes "
        "are those on the network, of TLS its records. For what answers "
        "there are, and what makes each of them come,\n"
        "see [laboratory-answers.md](laboratory-answers.md).\n\n"
        "### Towards the server\n");
    print_kinds(FAULT_LATENCY, FAULT_RENEGOTIATION);
    print_tls();
    puts("\n### Towards the host\n");
    print_kinds(FAULT_ANSWER_LATE, FAULT_FLIP);
    puts("\n### In the module\n");
    print_kinds(FAULT_STORE_FULL, FAULT_CLOCK_DRIFT);
    puts("\nMemory is wanted by what a command makes first: a socket, a session, an exchange, a "
         "file, a setting that few hosts set.\n\n"
         "## Packets\n\n"
         "`--pcap FILE` writes what passes at ports and sockets as packets for Wireshark, TLS "
         "decrypted: see [packets.md](packets.md).");
    return 0;
}
