/* telit_facts.c: the table of facts. */
#include "personalities/telit/telit_facts.h"

#include "module/network.h"
#include "personalities/common/call.h"
#include "personalities/common/checks_name.h"
#include "personalities/telit/telit_errors.h"

#define SHEET "docs/facts/telit.md "
#define PLAIN "docs/facts/telit-plain-sockets.md "

enum { MINUTE_MS = 60000, HOUR_MS = 3600000, DAY_MS = 86400000, HOUR_DS = 36000 };

#define SOCKET_CONTEXT(number, choice)                                                             \
    NUMBER_FACT(FACT_SOCKET_##number##_CONTEXT, "socket-" #number "-context", choice, 1, 5,        \
                SHEET "§2; " PLAIN "§1",                                                           \
                "Context of the plain socket " #number " before #SCFG sets it.")

static const struct fact list[FACT_END - FACT_FIRST] = {
    TEXT_FACT(FACT_REVISION, "revision", "12.00.026", 1, TELIT_TEXT_MOST, SHEET "§4",
              "Firmware as +CGMR gives it; the guides name the oldest that counts."),
    TEXT_FACT(FACT_ATI_CODE, "ati-code", "332", 1, TELIT_TEXT_MOST, SHEET "§4",
              "ATI without a number."),
    ERROR_FACT(FACT_ERROR_SYNTAX, "error-syntax", TELIT_NOT_SUPPORTED, SHEET "§0",
               "Error of a command line with bad syntax."),
    ERROR_FACT(FACT_ERROR_RANGE, "error-range", TELIT_NOT_SUPPORTED, SHEET "§0",
               "Error of a value out of range."),
    NUMBER_FACT(FACT_PROMPT_IDLE_MS, "prompt-idle-ms", 300000, 0, HOUR_MS, SHEET "§1.8",
                "Time without a byte after which a prompt ends with ERROR; 0: never."),
    NUMBER_FACT(FACT_RESTART_OFF_MS, "restart-off-ms", 2000, 1, MINUTE_MS, SHEET "§4",
                "How long a restart keeps the module off its ports."),
    NUMBER_FACT(FACT_SHUTDOWN_OFF_MS, "shutdown-off-ms", 5000, 1, HOUR_MS, SHEET "§4",
                "When a module that was switched off comes back; nobody can press its button."),
    TEXT_FACT(FACT_CLOCK_START, "clock-start", "00/01/01,00:00:00+00", 17, 20, SHEET "§4",
              "+CCLK of a module that nobody has told the time."),
    NUMBER_FACT(FACT_NITZ_PRESET, "nitz-preset", 7, 0, 15, SHEET "§4", "#NITZ from the start."),
    SWITCH_FACT(FACT_REGISTRATION_SETS_CLOCK, "registration-sets-clock", true, SHEET "§4",
                "The network's time replaces that of +CCLK when the module registers anew."),
    NUMBER_FACT(FACT_TELL_MODE_PRESET, "tell-mode-preset", 0, 0, 3,
                "docs/facts/messages-calls-sim.md §1", "<mode> of +CNMI from the start."),
    NUMBER_FACT(FACT_TELL_MESSAGE_PRESET, "tell-message-preset", 0, 0, 3,
                "docs/facts/messages-calls-sim.md §1", "<mt> of +CNMI from the start."),
    WORD_FACT(FACT_CALLER_LINE, "caller-line", CALL_LINE_FULL, CALL_LINE_WORDS,
              "docs/facts/messages-calls-sim.md §5",
              "What +CLIP and +CLCC have behind a caller's number: empty texts and their types, "
              "empty texts, or nothing."),

    SWITCH_FACT(FACT_CLOCK_MODE_SETS, "clock-mode-sets", true, SHEET "§4.1",
                "With #CCLKMODE=1 +CCLK also takes UTC, as it then gives it."),
    NUMBER_FACT(FACT_LOOKUP_LIMIT_MS, "lookup-limit-ms", 30000, 1000, HOUR_MS, SHEET "§4.1",
                "Longest wait of #QDNS and #PING for the address of a name."),
    NUMBER_FACT(FACT_PING_PAUSE_MS, "ping-pause-ms", 1000, 1, MINUTE_MS, SHEET "§4.1",
                "From the end of one request of #PING to the next."),
    ERROR_FACT(FACT_ERROR_NTP, "error-ntp", TELIT_NETWORK_TIMEOUT, SHEET "§4.1",
               "Error of #NTP when the server gives no time."),

    NUMBER_FACT(FACT_AUTO_BAND_MAX, "auto-band-max", 2, 0, 9, SHEET "§4.2",
                "Largest value of #AUTOBND."),
    NUMBER_FACT(FACT_BAND_MAX, "band-max", 5, 0, 255, SHEET "§4.2", "Largest <band> of #BND."),
    NUMBER_FACT(FACT_UMTS_BAND_MAX, "umts-band-max", 15, 0, 255, SHEET "§4.2",
                "Largest <UMTSband> of #BND."),
    NUMBER_FACT(
        FACT_LTE_BANDS, "lte-bands", 0x800C5, 1, 0xFFFFFFF, SHEET "§4.2",
        "Largest <LTEband> of #BND, and that from the start: a mask, here of the bands 1, 3, "
        "7, 8, 20."),
    NUMBER_FACT(FACT_TOOLKIT_MIN_MIN, "toolkit-min-min", 1, 0, 5, SHEET "§4.2",
                "Shortest time of #STIA in minutes."),
    NUMBER_FACT(FACT_TOOLKIT_MAX_MIN, "toolkit-max-min", 255, 60, 65535, SHEET "§4.2",
                "Longest time of #STIA in minutes."),
    NUMBER_FACT(FACT_TOOLKIT_PRESET_MIN, "toolkit-preset-min", 5, 5, 60, SHEET "§4.2",
                "Time of #STIA from the start."),
    NUMBER_FACT(FACT_OPERATORS_MODE_MAX, "operators-mode-max", 2, 2, 9, SHEET "§4.2",
                "Largest mode of #PLMNMODE."),
    NUMBER_FACT(FACT_OPERATORS_MODE_PRESET, "operators-mode-preset", 1, 0, 2, SHEET "§4.2",
                "#PLMNMODE from the start."),
    NUMBER_FACT(FACT_LED_MODE_MAX, "led-mode-max", 4, 4, 9, SHEET "§4.2", "Largest mode of #SLED."),
    NUMBER_FACT(FACT_LED_MODE_PRESET, "led-mode-preset", 2, 0, 4, SHEET "§4.2",
                "Mode of #SLED from the start."),
    NUMBER_FACT(FACT_LED_TIME_MAX_DS, "led-time-max-ds", 100, 100, 65535, SHEET "§4.2",
                "Longest time of #SLED, in 0.1 s."),
    NUMBER_FACT(FACT_LED_TIME_PRESET_DS, "led-time-preset-ds", 10, 1, 100, SHEET "§4.2",
                "Times of #SLED from the start."),
    NUMBER_FACT(FACT_SEND_DELAY_MAX_DS, "send-delay-max-ds", 255, 255, 65535, SHEET "§4.2",
                "Longest delay of #DSTO, in 0.1 s."),
    NUMBER_FACT(FACT_SEND_DELAY_PRESET_DS, "send-delay-preset-ds", 50, 0, 255, SHEET "§4.2",
                "#DSTO from the start."),
    NUMBER_FACT(FACT_SIM_DETECTION_PRESET, "sim-detection-preset", 2, 1, 2, SHEET "§4.2",
                "#SIMDET from the start."),
    NUMBER_FACT(FACT_MONITOR_ACTION_MAX, "monitor-action-max", 7, 0, 255, SHEET "§4.2",
                "Largest <action> of #TEMPMON."),
    NUMBER_FACT(FACT_MONITOR_TIME_MAX_S, "monitor-time-max-s", 255, 0, 65535, SHEET "§4.2",
                "Longest <hyst_time> of #TEMPMON."),
    NUMBER_FACT(FACT_TEMPERATURE, "temperature", 25, -10, 55, SHEET "§4.2",
                "What #TEMPMON=1 measures, in degrees Celsius: the level of all of these is 0."),

    NUMBER_FACT(FACT_CELL_CHANNEL, "cell-channel", 10700, 0, 262143, SHEET "§4.3",
                "Channel of the cell: ARFCN, UARFCN or EARFCN."),
    NUMBER_FACT(
        FACT_CELL_CODE, "cell-code", 100, 0, 511, SHEET "§4.3",
        "What tells the cell from others of its channel: BSIC of 2G, scrambling code of 3G."),
    NUMBER_FACT(FACT_CELL_BAND, "cell-band", 1, 0, 255, SHEET "§4.3",
                "<ABND> of #RFSTS: the band of the cell."),
    NUMBER_FACT(FACT_CELL_EC_IO_TENTHS, "cell-ec-io-tenths", -50, -250, 0, SHEET "§4.3",
                "Ec/Io of a cell of 3G in 0.1 dB; RSCP is so much below the strength."),
    NUMBER_FACT(FACT_CELL_DRX, "cell-drx", 64, 1, 2560, SHEET "§4.3", "<DRX> of #RFSTS and #MONI."),
    NUMBER_FACT(FACT_ROUTING_AREA, "routing-area", 1, 0, 255, SHEET "§4.3", "<RAC> of #RFSTS."),
    NUMBER_FACT(FACT_MOBILITY_STATE, "mobility-state", 19, 0, 255, SHEET "§4.3",
                "<MM> of #RFSTS: idle, with service."),
    NUMBER_FACT(FACT_RADIO_STATE, "radio-state", 0, 0, 255, SHEET "§4.3",
                "<RR> or <RRC> of #RFSTS: idle."),

    NUMBER_FACT(FACT_CONTEXTS, "contexts", 5, 2, MODULE_CONTEXTS_MAX, SHEET "§1.0",
                "How many contexts there are."),
    SOCKET_CONTEXT(1, 1),
    SOCKET_CONTEXT(2, 1),
    SOCKET_CONTEXT(3, 1),
    SOCKET_CONTEXT(4, 2),
    SOCKET_CONTEXT(5, 2),
    SOCKET_CONTEXT(6, 2),

    NUMBER_FACT(FACT_SECURE_SOCKETS, "secure-sockets", 1, 1, 6, SHEET "§1.0",
                "How many secure sockets there are.", .confirmed = true),
    NUMBER_FACT(FACT_DATA_ACTIONS, "data-actions", 3, 2, 3, SHEET "§1.0",
                "Largest Action of #SSLSECDATA: 3 stores in RAM."),
    NUMBER_FACT(FACT_DATA_SIZE_4G, "data-size-4g", 4095, 1, 4095, SHEET "§1.0",
                "Longest item of security data on platforms 20 and 23."),
    NUMBER_FACT(FACT_PACKET_MAX, "packet-max", 1500, 300, TELIT_PACKET_MOST, SHEET "§1.5",
                "Largest pktSz, and the packet of pktSz 0."),
    NUMBER_FACT(FACT_IDLE_MAX_S, "idle-max-s", 65535, 90, 65535, SHEET "§1.5", "Largest maxTo."),
    NUMBER_FACT(FACT_ANSWER_MIN_DS, "answer-min-ds", 10, 1, 100, SHEET "§1.5",
                "Smallest defTo, in 0.1 s."),
    NUMBER_FACT(FACT_ANSWER_MAX_DS, "answer-max-ds", 5000, 100, HOUR_DS, SHEET "§1.5",
                "Largest defTo, in 0.1 s."),
    NUMBER_FACT(FACT_FLUSH_MAX_DS, "flush-max-ds", 255, 50, HOUR_DS, SHEET "§1.5",
                "Largest txTo, in 0.1 s."),
    NUMBER_FACT(FACT_DIAL_MIN_DS, "dial-min-ds", 10, 1, 100, SHEET "§1.6",
                "Smallest Timeout of #SSLD, in 0.1 s."),
    NUMBER_FACT(FACT_DIAL_MAX_DS, "dial-max-ds", 5000, 100, HOUR_DS, SHEET "§1.6",
                "Largest Timeout of #SSLD, in 0.1 s."),
    NUMBER_FACT(FACT_BLOCK_MIN_DS, "block-min-ds", 1, 1, 100, SHEET "§1.8, §1.9",
                "Smallest Timeout of #SSLSEND, #SSLSENDEXT and #SSLRECV, in 0.1 s."),
    NUMBER_FACT(FACT_BLOCK_MAX_DS, "block-max-ds", 5000, 100, HOUR_DS, SHEET "§1.8, §1.9",
                "Largest Timeout of #SSLSEND, #SSLSENDEXT and #SSLRECV, in 0.1 s."),
    NUMBER_FACT(FACT_SEND_MAX, "send-max", 1023, 1, TELIT_PACKET_MOST, SHEET "§1.8",
                "Bytes that #SSLSEND takes; more are dropped."),
    SWITCH_FACT(FACT_SEND_EDITS, "send-edits", false, SHEET "§1.8",
                "Backspace erases among the bytes of #SSLSEND; the guides say so of #SSLSECDATA "
                "alone."),
    NUMBER_FACT(FACT_SEND_EXT_MAX, "send-ext-max", 1500, 1, TELIT_PACKET_MOST, SHEET "§1.8",
                "Bytes that #SSLSENDEXT takes."),
    NUMBER_FACT(FACT_TOTAL_MS, "total-ms", 120000, 1000, HOUR_MS, SHEET "§1.6",
                "Longest dial, and longest operation of FTP, as a whole: the manuals limit a step, "
                "which a server that sends a byte now and then makes endless."),
    NUMBER_FACT(FACT_TOTAL_STEPS, "total-steps", 4, 1, 20, SHEET "§1.6",
                "A host that asks for long steps gets time for so many, if that is longer: name, "
                "connection, and the server's two turns in a handshake."),
    SWITCH_FACT(FACT_AUTOMATIC_FLUSHES_AT_ONCE, "automatic-flushes-at-once", true, SHEET "§1.5",
                "With pktSz 0 what the port brings goes out at once, txTo or not."),
    NUMBER_FACT(FACT_PEM_TOLERANCE, "pem-tolerance", 2, 0, 64, SHEET "§1.4",
                "How much longer than Size a PEM entry may be; hosts differ over its last line "
                "feed."),
    NUMBER_FACT(FACT_SESSION_MAX_MS, "session-max-ms", DAY_MS, 1000, DAY_MS, SHEET "§1.7",
                "How long a session may be taken up; RFC 5246 F.1.4 suggests a day at most."),
    NUMBER_FACT(
        FACT_LARGE_CERTIFICATE, "large-certificate", 1024, 1, 65535, SHEET "§1.0",
        "Longest certificate of a server that platforms 10 and 16 verify in good time without "
        "#CPUMODE=2 or 4; with a longer one the log warns."),
    SWITCH_FACT(
        FACT_VERSION_IS_EXACT, "version-is-exact", true, SHEET "§1.3",
        "The version of #SSLSECCFG2 is the one that is spoken; else the newest, and a server "
        "may choose an older one of TLS."),
    WORD_FACT(
        FACT_CHECKS_NAME, "checks-name", CHECKS_NOTHING, CHECKS_NAME_WORDS, SHEET "§1.2",
        "What the server's certificate must be for with auth_mode 1 and 2, beside its chain and "
        "dates: nothing, as no guide has a word on it and its examples dial addresses; the "
        "name that was dialled; or also an address that was. The log warns where it does not "
        "fit."),
    SWITCH_FACT(FACT_SEND_SNI, "send-sni", false, SHEET "§1.3",
                "The name that is dialled goes to the server (SNI), where #SSLSECCFG2 does not say "
                "whether: modules of the time sent none."),
    NUMBER_FACT(FACT_SNI_FIELD_MAX, "sni-field-max", 1, -1, 1, SHEET "§1.3",
                "Largest value of the field of later families behind the version of #SSLSECCFG2: 1 "
                "sends SNI, 0 does not; -1: there is none."),
    NUMBER_FACT(FACT_LATER_FIELD_MAX, "later-field-max", 255, -1, 255, SHEET "§1.3",
                "Largest value of the four fields that follow it there, which are taken and "
                "ignored; -1: there are none."),
    SWITCH_FACT(FACT_REVISION_6_SHOWS_ZEROS, "revision-6-shows-zeros", true, SHEET "§1.5",
                "#SSLCFG? shows zeros for fields that a product of revision 6 does not have."),
    WORD_FACT(FACT_HANG_UP_TWICE, "hang-up-twice", TWICE_IS_OK, "ok,error", SHEET "§1.7",
              "What #SSLH answers on a socket that is closed."),
    TEXT_FACT(FACT_NO_DATA_STORED, "no-data-stored", "No data stored", 1, TELIT_TEXT_MOST,
              SHEET "§1.4", "What #SSLSECDATA shows of an item that is not there."),
    TEXT_FACT(FACT_NO_CARRIER_HEAD, "no-carrier-head", "NO CARRIER:SSL,", 1, TELIT_TEXT_MOST,
              SHEET "§1.10", "What noCarrierMode 1 and 2 put before socket and cause."),
    ERROR_FACT(FACT_ERROR_DISABLE_WHILE_OPEN, "error-disable-while-open", TELIT_SSL_CONNECTED,
               SHEET "§1.1", "Error of #SSLEN=x,0 on a socket that is open."),
    ERROR_FACT(FACT_ERROR_CONFIG_WHILE_OPEN, "error-config-while-open", TELIT_SSL_CONNECTED,
               SHEET "§1.11", "Error of a command that sets up a socket which is open."),
    ERROR_FACT(FACT_ERROR_DISABLE_DISABLED, "error-disable-disabled", TELIT_SSL_NOT_ACTIVE,
               SHEET "§1.1", "Error of #SSLEN=x,0 on a socket that is not enabled here."),
    ERROR_FACT(FACT_ERROR_OTHER_INSTANCE, "error-other-instance", TELIT_SSL_CANNOT_ACTIVATE,
               SHEET "§5", "Error of #SSLEN=x,1 on a socket of another port."),
    ERROR_FACT(FACT_ERROR_CONNECT, "error-connect", TELIT_SSL_SOCKET, SHEET "§1.6",
               "Error of a dial to a server that cannot be reached."),
    ERROR_FACT(FACT_ERROR_SEND_TIMEOUT, "error-send-timeout", TELIT_SSL_SOCKET, SHEET "§1.8",
               "Error of data that the peer does not take in time."),
    ERROR_FACT(FACT_ERROR_ENTRY_TOO_LONG, "error-entry-too-long", TELIT_SSL_CREDENTIALS,
               SHEET "§1.4", "Error of security data that is longer than its Size."),
    ERROR_FACT(FACT_ERROR_ENTRY_EMPTY, "error-entry-empty", TELIT_SSL_CREDENTIALS, SHEET "§1.4",
               "Error of security data of no byte; what was stored stays."),
    ERROR_FACT(FACT_ERROR_NO_SESSION, "error-no-session", TELIT_SSL_GENERIC, SHEET "§1.7",
               "Error of #SSLFASTD without a session that is kept."),

    WORD_FACT(FACT_FTP_TYPE_PRESET, "ftp-type-preset", 0, "binary,ascii", SHEET "§3",
              "Type of an FTP session at its start."),
    SWITCH_FACT(FACT_FTP_EMPTY_FOLDER_IS_OK, "ftp-empty-folder-is-ok", true, SHEET "§3",
                "#FTPCWD with an empty name is OK and asks the server for nothing."),
    WORD_FACT(FACT_FTP_CLOSE_TWICE, "ftp-close-twice", TWICE_IS_OK, "ok,error", SHEET "§3",
              "What #FTPCLOSE answers without a session."),
    NUMBER_FACT(FACT_FTP_EXTENSION_MAX, "ftp-extension-max", 1, -1, 255, SHEET "§3",
                "Largest FTPext, which later families append to #FTPCFG, and which is taken and "
                "ignored; -1: there is none."),
    NUMBER_FACT(FACT_FTP_RECEIVE_MAX, "ftp-receive-max", 3000, 100, TELIT_FTP_RECEIVE_MOST,
                SHEET "§3", "Bytes that #FTPRECV gives at once, half of it in hexadecimal."),
    NUMBER_FACT(FACT_FTP_APPEND_MAX, "ftp-append-max", 1500, 1, TELIT_FTP_APPEND_MOST, SHEET "§3",
                "Bytes that #FTPAPPEXT takes."),
    SWITCH_FACT(
        FACT_FTP_LAST_RECEIVE_IS_EMPTY, "ftp-last-receive-is-empty", true, SHEET "§3",
        "Behind the last byte one #FTPRECV answers 0 before the next is refused: hosts that "
        "ask in between must not meet an error."),
    NUMBER_FACT(FACT_FTP_IDLE_MS, "ftp-idle-ms", 90000, 1000, HOUR_MS, SHEET "§3",
                "A server that stands still in a file is given up after so long."),
    ERROR_FACT(FACT_ERROR_FTP_NO_SESSION, "error-ftp-no-session", TELIT_FTP_NOT_CONNECTED,
               SHEET "§3, §6", "Error of a command of FTP without a session."),
    ERROR_FACT(FACT_ERROR_FTP_NO_DATA, "error-ftp-no-data", TELIT_FTP_DATA_CLOSED, SHEET "§3, §6",
               "Error of #FTPRECV or #FTPAPPEXT without a transfer."),
    ERROR_FACT(FACT_ERROR_FTP_TLS, "error-ftp-tls", TELIT_SSL_HANDSHAKE, SHEET "§3, §6",
               "Error of a failed handshake of FTP."),
    ERROR_FACT(FACT_ERROR_FTP_NO_TLS, "error-ftp-no-tls", TELIT_FTP_REPLY, SHEET "§3, §6",
               "Error of a server that refuses TLS."),
    ERROR_FACT(FACT_ERROR_FTP_CREDENTIALS, "error-ftp-credentials", TELIT_SSL_CREDENTIALS,
               SHEET "§3, §6", "Error of security data that FTP cannot use."),
};

const struct fact_table telit_facts = {
    .list = list,
    .count = sizeof(list) / sizeof(list[0]),
    .error_text = telit_error_text,
};
