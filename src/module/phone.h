/* phone.h: what hosts set for messages and calls, 3GPP TS 27.005 and 27.007. */
#ifndef MODULE_PHONE_H
#define MODULE_PHONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    PHONE_NUMBER_MAX = 20, /* digits, and a + */
    PHONE_CHARACTERS_MAX = 8,
    PHONE_STORE_MAX = 2
};

/* Of a port; there while one is not as it comes (module/record.h). */
struct phone_settings {
    char characters[PHONE_CHARACTERS_MAX + 1]; /* +CSCS */
    /* +CPMS: names of the one store that there is */
    char store_read[PHONE_STORE_MAX + 1], store_write[PHONE_STORE_MAX + 1];
    char store_receive[PHONE_STORE_MAX + 1];
    int32_t format; /* +CMGF: 0 PDU, 1 text */
    int32_t header; /* +CSDH: 1 shows the whole header */
    /* +CNMI: how new messages are told, messages, broadcasts, reports, and what waited */
    int32_t tell_mode, tell_message, tell_broadcast, tell_report, tell_waiting;
    int32_t caller;                       /* +CLIP: 1 tells a caller's number */
    int32_t reached;                      /* +COLP: 1 tells the number that was reached */
    int32_t kind;                         /* +CRC: 1 tells what kind of call rings */
    int32_t packet_events, packet_waited; /* +CGEREP */
    int32_t fax_class;                    /* +FCLASS */
};

/* Of a port: what +CMGL has still to show, or what the message is that a prompt collects. */
struct phone_task {
    uint8_t state;                     /* 27.005 <stat> */
    uint8_t place;                     /* listing: the next one */
    bool begun;                        /* listing: one was shown */
    uint8_t length;                    /* writing: octets of the TPDU */
    bool sends;                        /* writing: to the network, not to the store */
    char number[PHONE_NUMBER_MAX + 2]; /* writing: with a + */
};

/* Of the SIM and the module; the same. */
struct phone {
    char centre[PHONE_NUMBER_MAX + 1]; /* +CSCA */
    int32_t centre_type;
    int32_t first_octet, validity, protocol, coding; /* +CSMP */
    int32_t service;                                 /* +CSMS: 1 is phase 2+ */
    int32_t radio;                                   /* +WS46 */
    int32_t hang_up;                                 /* +CVHU: 1 keeps ATH from voice calls */
};

#endif
