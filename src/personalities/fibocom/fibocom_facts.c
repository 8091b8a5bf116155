/* fibocom_facts.c: the table of facts. */
#include "personalities/fibocom/fibocom_facts.h"

#include "iface/net.h"
#include "module/terminal.h"
#include "mux/frame.h"
#include "personalities/common/call.h"
#include "personalities/common/checks_name.h"
#include "personalities/common/data_call.h"
#include "personalities/fibocom/fibocom_errors.h"

#define SHEET "docs/facts/fibocom.md "

enum { MINUTE_MS = 60000, HOUR_MS = 3600000, HOUR_S = 3600, SIXTEEN_MB = 16777216 };

static const struct fact list[FACT_END - FACT_FIRST] = {
    TEXT_FACT(FACT_REVISION, "revision", "19011.1000.00.02.73.13", 1, FIBOCOM_TEXT_MOST, SHEET "§4",
              "Firmware as +CGMR gives it."),
    TEXT_FACT(FACT_RADIO, "radio", "LTE", 1, FIBOCOM_TEXT_MOST, SHEET "§4",
              "What +CGMM says before the model."),
    ERROR_FACT(FACT_ERROR_SYNTAX, "error-syntax", FIBOCOM_BAD_PARAMETERS, SHEET "§5",
               "Error of a command line with bad syntax; +GTSSL* answer ERROR in any case."),
    ERROR_FACT(FACT_ERROR_RANGE, "error-range", FIBOCOM_BAD_PARAMETERS, SHEET "§5",
               "Error of a value out of range; +GTSSL* answer ERROR in any case."),
    ERROR_FACT(FACT_ERROR_STATE, "error-state", FIBOCOM_NOT_ALLOWED, SHEET "§2.1, §2.2, §2.5",
               "Error of what cannot be now: a socket in use or not open, no context."),
    WORD_FACT(
        FACT_CALL_TWICE, "call-twice", TWICE_IS_OK, "ok,error", SHEET "§2.1",
        "What +MIPCALL=1 answers while there is a context, by +CGACT or by itself: with ok the "
        "address comes once more, which is what a host that has restarted waits for."),
    WORD_FACT(
        FACT_FILE_TWICE, "file-twice", TWICE_IS_OK, "ok,error", SHEET "§1.2",
        "What +GTSSLFILE answers of a kind that has no room: with ok it takes the file, and is "
        "OK if the same is there already, so that a host may restart; else an ERROR at once."),
    NUMBER_FACT(FACT_PROMPT_IDLE_MS, "prompt-idle-ms", 12000, 0, HOUR_MS, SHEET "§1.2",
                "Time without a byte after which a prompt ends with ERROR; 0: never.",
                .confirmed = true),
    TEXT_FACT(FACT_CLOCK_START, "clock-start", "00/01/01,00:00:00+00", 17, 20, SHEET "§4",
              "+CCLK of a module that nobody has told the time."),
    NUMBER_FACT(FACT_RESTART_OFF_MS, "restart-off-ms", 2000, 1, MINUTE_MS, SHEET "§4",
                "How long a restart keeps the module off its ports."),
    NUMBER_FACT(FACT_SHUTDOWN_OFF_MS, "shutdown-off-ms", 5000, 1, HOUR_MS, SHEET "§4",
                "When a module that was switched off comes back; nobody can press its button."),
    NUMBER_FACT(FACT_TELL_MODE_PRESET, "tell-mode-preset", 2, 0, 2,
                "docs/facts/messages-calls-sim.md §1", "<mode> of +CNMI from the start."),
    NUMBER_FACT(FACT_TELL_MESSAGE_PRESET, "tell-message-preset", 1, 0, 3,
                "docs/facts/messages-calls-sim.md §1", "<mt> of +CNMI from the start."),
    WORD_FACT(FACT_CALLER_LINE, "caller-line", CALL_LINE_BARE, CALL_LINE_WORDS,
              "docs/facts/messages-calls-sim.md §5",
              "What +CLIP and +CLCC have behind a caller's number: empty texts and their types, "
              "empty texts, or nothing."),
    NUMBER_FACT(FACT_MUX_FRAME, "mux-frame", 127, 1, MUX_INFORMATION_MAX,
                "docs/facts/mqtt-mux-ppp.md §3",
                "Longest frame of the multiplexer where +CMUX does not say, in bytes."),
    NUMBER_FACT(FACT_MUX_LINES, "mux-lines", 4, 1, MODULE_TERMINALS_MAX - 1,
                "docs/facts/mqtt-mux-ppp.md §3", "How many terminals a multiplexed port has."),
    DATA_CALL_FACTS("docs/facts/mqtt-mux-ppp.md §4"),

    SWITCH_FACT(FACT_OPEN_FAILED_HAS_COLON, "open-failed-has-colon", true, SHEET "§2.2, §7.2",
                "A failed opening of TCP or UDP is +MIPOPEN: 1,0, as drivers await it."),
    SWITCH_FACT(FACT_OPEN_FAILED_HAS_COLON_TLS, "open-failed-has-colon-tls", false,
                SHEET "§2.2, §7.2",
                "The same of TLS, of which the manuals print +MIPOPEN 1,0 without the colon."),
    SWITCH_FACT(FACT_OPEN_FAILED_TELLS_STATE, "open-failed-tells-state", true, SHEET "§2.2, §7.2",
                "+MIPSTAT: 1,1 follows on a failed opening: some drivers wait for nothing else."),
    NUMBER_FACT(FACT_OPENING_HOLDS_MS, "opening-holds-ms", 2000, 0, HOUR_MS, SHEET "§7.2",
                "How long an opening keeps what other sockets have behind its result; one driver "
                "counts the lines, and its openings take less."),
    NUMBER_FACT(FACT_OPEN_STEP_MS, "open-step-ms", 55000, 1000, HOUR_MS, SHEET "§8",
                "Longest step of an opening."),
    NUMBER_FACT(FACT_OPEN_TOTAL_MS, "open-total-ms", 55000, 1000, HOUR_MS, SHEET "§8",
                "Longest opening in all; hosts wait 60 s for its end."),
    NUMBER_FACT(FACT_CLOSE_TYPE, "close-type", 0, 0, 2, SHEET "§2.5, §7.2",
                "What follows a socket of TCP or UDP in +MIPCLOSE, as drivers await it."),
    NUMBER_FACT(FACT_CLOSE_TYPE_TLS, "close-type-tls", 1, 0, 2, SHEET "§2.5, §7.2",
                "What follows one of TLS, as the manuals print it.", .confirmed = true),
    WORD_FACT(FACT_FORMAT, "format", FORMAT_IS_HEX, "0,1,2,5", SHEET "§2.3",
              "+GTSET=\"IPRFMT\" from the start."),
    SWITCH_FACT(FACT_SETTINGS_ARE_KEPT, "settings-are-kept", true, SHEET "§2.3",
                "What +GTSET sets is stored and outlives the power; two public hosts say so."),
    NUMBER_FACT(FACT_LEFT, "left", 0, 0, 999, SHEET "§2.3, §8",
                "What stands between socket and hexadecimal data: the manuals print 0 and 201, "
                "drivers look for 0."),
    NUMBER_FACT(FACT_CHUNK, "chunk", 512, 1, FIBOCOM_CHUNK_MOST, SHEET "§2.3, §7.2",
                "Most bytes of TCP in a line: the smallest driver's buffer holds as many."),
    NUMBER_FACT(FACT_CHUNK_TLS, "chunk-tls", 1372, 1, FIBOCOM_CHUNK_MOST, SHEET "§2.3, §7.2",
                "Most bytes of TLS in a line, as the examples show.", .confirmed = true),
    NUMBER_FACT(FACT_SEND_MAX, "send-max", 2048, 1, FIBOCOM_SEND_MOST, SHEET "§2.4",
                "Bytes that one +MIPSEND takes, and that a socket holds for its peer."),
    NUMBER_FACT(FACT_SEND_MS, "send-ms", 30000, 1000, HOUR_MS, SHEET "§8",
                "How long +MIPSEND waits for a peer that takes nothing."),
    NUMBER_FACT(FACT_SEND_IDLE_MS, "send-idle-ms", 12000, 1000, HOUR_MS, SHEET "§2.4",
                "Time without a byte after which +MIPSEND without a length sends what there is."),
    NUMBER_FACT(FACT_DATAGRAM_MAX, "datagram-max", 1024, 1, FIBOCOM_DATAGRAM_MOST, SHEET "§2.5",
                "Longest datagram that a host sends in transparent mode over UDP, as far as "
                "send-max goes."),
    NUMBER_FACT(FACT_DATAGRAM_WAIT_MS, "datagram-wait-ms", 100, 0, MINUTE_MS, SHEET "§2.5",
                "How long a datagram in transparent mode waits for more from the host."),
    NUMBER_FACT(FACT_KEEP_ALIVE_MAX_S, "keep-alive-max-s", 32767, 240, 32767, SHEET "§2.6",
                "Largest idle time and interval of +MIPKEEPCONF; drivers give 240."),
    NUMBER_FACT(FACT_KEEP_ALIVE_COUNT_MAX, "keep-alive-count-max", 127, 5, 127, SHEET "§2.6",
                "Most probes of +MIPKEEPCONF; drivers give 4 or 5."),

    NUMBER_FACT(FACT_VERSION_PRESET, "version-preset", 2, 0, 4, SHEET "§1.5",
                "+GTSSLVER from the start: 2 in both manuals, 0, which negotiates TLS 1.0 to 1.2, "
                "in a real L610."),
    WORD_FACT(FACT_GROUP, "group", GROUP_A, "a,b,example", SHEET "§1.6",
              "Cipher suites of an NL668 or M910: of the manual's first or second group of "
              "products, or for those that it does not name, 2,3,4,5,7,8,9 as in its example 2.5.",
              .confirmed = true),
    WORD_FACT(FACT_STARTS_ENABLED, "starts-enabled", STARTS_WITH_DEFAULTS, "none,defaults,1-6",
              SHEET "§1.6",
              "What +GTSSLCIPHER? shows until the host changes one. Till then, and where none is "
              "loaded, the defaults count, which are all of an L610."),
    WORD_FACT(FACT_CHECKS_NAME, "checks-name", CHECKS_NAMES, CHECKS_NAME_WORDS, SHEET "§6, §8",
              "What the server's certificate must be for with +GTSSLMODE 1, beside its chain and "
              "dates: nothing; the name that was dialled, since an NL668 has a code for that; or "
              "also an address that was, which its example 4 verifies with no word on it. The log "
              "warns where it does not fit."),
    SWITCH_FACT(FACT_SEND_SNI, "send-sni", true, SHEET "§6, §8",
                "The host name goes to the server."),
    SWITCH_FACT(FACT_STRICT_FILES, "strict-files", true, SHEET "§1.2",
                "Certificates begin with their mark and keys are PKCS #1; else the mark may be "
                "anywhere, and any key will do."),

    NUMBER_FACT(FACT_NAME_MS, "name-ms", 18000, 1000, HOUR_MS, SHEET "§2.6",
                "How long a name server is waited for; hosts wait 20 s."),
    NUMBER_FACT(FACT_PING_COUNT, "ping-count", 4, 1, 100, SHEET "§2.6",
                "How many requests +MPING sends without a number."),
    NUMBER_FACT(FACT_PING_SIZE, "ping-size", 32, 0, NET_ECHO_MAX, SHEET "§2.6",
                "How large they are without one, in bytes."),
    NUMBER_FACT(FACT_PING_TIMEOUT_S, "ping-timeout-s", 10, 1, HOUR_S, SHEET "§2.6",
                "How long each waits for its answer without one."),
    NUMBER_FACT(FACT_PING_TIMEOUT_MAX_S, "ping-timeout-max-s", 60, 1, HOUR_S, SHEET "§2.6",
                "How long it waits at most: some drivers give more than can be meant."),
    NUMBER_FACT(FACT_PING_FAILED, "ping-failed", 2, 0, 999, SHEET "§2.6",
                "Status of +MPINGSTAT where there is no such host, or the context goes down."),
    NUMBER_FACT(FACT_NTP_TIMEOUT_MS, "ntp-timeout-ms", 5000, 100, HOUR_MS, SHEET "§2.6",
                "How long +MIPNTP waits for an answer."),
    NUMBER_FACT(FACT_NTP_TRIES, "ntp-tries", 3, 1, 20, SHEET "§2.6", "How often +MIPNTP asks."),

    NUMBER_FACT(FACT_HTTP_RESPONSE_MAX, "http-response-max", 1048576, 1024, SIXTEEN_MB, SHEET "§3",
                "Longest response, unless MODE is 1."),
    NUMBER_FACT(FACT_HTTP_DATA_MAX, "http-data-max", 64000, 1, SIXTEEN_MB, SHEET "§3",
                "Bytes that +HTTPDATA takes.", .confirmed = true),
    NUMBER_FACT(FACT_HTTP_DATA_IDLE_MS, "http-data-idle-ms", 30000, 1000, HOUR_MS, SHEET "§3",
                "Time without a byte after which +HTTPDATA ends with an error.", .confirmed = true),
    NUMBER_FACT(FACT_HTTP_HEAD_MAX, "http-head-max", 2048, 1, 65535, SHEET "§3",
                "Bytes that +HTTPHEAD takes."),
    NUMBER_FACT(FACT_HTTP_HEAD_IDLE_MS, "http-head-idle-ms", 30000, 1000, HOUR_MS, SHEET "§3",
                "Time without a byte after which +HTTPHEAD ends with an error."),
    SWITCH_FACT(FACT_HTTP_HEAD_ONCE, "http-head-once", true, SHEET "§3",
                "What +HTTPHEAD gave is for one request: a driver enters it for the next part of "
                "a file, and none for the next file."),
    NUMBER_FACT(FACT_HTTP_TIMER_S, "http-timer-s", 60, 1, HOUR_S, SHEET "§3",
                "Timer of +HTTPACT without a number."),
    NUMBER_FACT(FACT_HTTP_TIMER_MAX_S, "http-timer-max-s", 600, 60, HOUR_S, SHEET "§3",
                "Longest timer of +HTTPACT."),
    NUMBER_FACT(FACT_HTTP_SLOW_MS, "http-slow-ms", 120000, 0, HOUR_MS, SHEET "§3",
                "Longest wait in all for each 1 kB of a body, or four timers where that is "
                "longer; 0: no limit."),
    NUMBER_FACT(FACT_HTTP_REDIRECTS_MAX, "http-redirects-max", 5, 1, 20, SHEET "§3",
                "How many redirects are followed with REDIR 1."),
    NUMBER_FACT(FACT_HTTP_PIECE, "http-piece", 1024, 64, FIBOCOM_HTTP_PIECE_MOST, SHEET "§3",
                "Most bytes behind one +HTTPREAD line of a response that is read as it comes."),
    NUMBER_FACT(FACT_HTTP_TIMED_OUT, "http-timed-out", 408, 1, 999, SHEET "§3",
                "What +HTTPRES says where no server answers in time."),
    NUMBER_FACT(FACT_HTTP_NETWORK_ERROR, "http-network-error", 601, 1, 999, SHEET "§3",
                "What +HTTPRES says of other failures."),
    NUMBER_FACT(FACT_HTTP_DNS_ERROR, "http-dns-error", 603, 1, 999, SHEET "§3",
                "What +HTTPRES says where there is no such host."),
    ERROR_FACT(FACT_ERROR_HTTP_BROKEN, "error-http-broken", FIBOCOM_UNKNOWN, SHEET "§3",
               "Error of +HTTPREAD where a response breaks off while it is read."),
    ERROR_FACT(FACT_ERROR_HTTP_INVALID, "error-http-invalid", FIBOCOM_BAD_PARAMETERS, SHEET "§3",
               "Error of +HTTPACT with a URL that is none, or a line of +HTTPHEAD that is no "
               "field."),

    NUMBER_FACT(FACT_FTP_PASSIVE, "ftp-passive", 1, 0, 1, SHEET "§3",
                "+FTPMODE from the start: 0 active, 1 passive."),
    NUMBER_FACT(FACT_FTP_TIMEOUT_MS, "ftp-timeout-ms", 60000, 1000, HOUR_MS, SHEET "§3",
                "Longest wait for the server in one step."),
    NUMBER_FACT(FACT_FTP_TOTAL_MS, "ftp-total-ms", 120000, 1000, HOUR_MS, SHEET "§3",
                "Longest operation of FTP in all, its data apart."),
    NUMBER_FACT(FACT_FTP_RECEIVE_MS, "ftp-receive-ms", 10000, 1000, HOUR_MS, SHEET "§3",
                "How long +FTPRECV waits for data, and a command for the end of a file that was "
                "read."),
    NUMBER_FACT(FACT_FTP_LIST_MAX, "ftp-list-max", 65536, 1024, SIXTEEN_MB, SHEET "§3",
                "Longest list."),
    NUMBER_FACT(FACT_FTP_NAME_MAX, "ftp-name-max", 200, 1, FIBOCOM_FTP_NAME_MOST, SHEET "§3",
                "Longest name of the commands about one file or folder, in characters."),
    NUMBER_FACT(FACT_FTP_PUT_MAX, "ftp-put-max", 64000, 1, SIXTEEN_MB, SHEET "§3",
                "Bytes that +FTPPUT takes."),
    NUMBER_FACT(FACT_FTP_PUT_IDLE_MS, "ftp-put-idle-ms", 30000, 1000, HOUR_MS, SHEET "§3",
                "Time without a byte after which +FTPPUT ends with ERROR."),
    SWITCH_FACT(FACT_FTP_GET_COMING, "ftp-get-coming", true, SHEET "§3",
                "+FTPGET: 2 comes before +FTPGET: 1 when a file begins to come: one driver waits "
                "for 1, another for 2."),

    NUMBER_FACT(FACT_MQTT_OPEN_MS, "mqtt-open-ms", 60000, 1000, HOUR_MS,
                "docs/facts/mqtt-mux-ppp.md §1",
                "Longest opening of +MQTTOPEN, without the login."),
    NUMBER_FACT(FACT_MQTT_REPLY_MS, "mqtt-reply-ms", 10000, 1000, HOUR_MS,
                "docs/facts/mqtt-mux-ppp.md §1", "Longest wait for an answer of a broker."),
    SWITCH_FACT(FACT_MQTT_REFUSAL_IS_TOLD, "mqtt-refusal-is-told", true,
                "docs/facts/mqtt-mux-ppp.md §1",
                "Where a broker has refused the login, the next command of its client fails with "
                "+CME ERROR: 700 to 704, which say why; else as for any client that is closed."),
    NUMBER_FACT(FACT_HM_TLS_PORT, "hm-tls-port", 8883, 0, UINT16_MAX,
                "docs/facts/mqtt-mux-ppp.md §1.1",
                "Port of +HMCON that means TLS, by the +GTSSL… settings; 0: none."),
    NUMBER_FACT(FACT_HM_AGAIN_MS, "hm-again-ms", 10000, 1000, HOUR_MS,
                "docs/facts/mqtt-mux-ppp.md §1.1",
                "When a session of +HMCON that was lost is dialled again, each time."),
};

const struct fact_table fibocom_facts = {
    .list = list,
    .count = sizeof(list) / sizeof(list[0]),
    .error_text = fibocom_error_text,
};
