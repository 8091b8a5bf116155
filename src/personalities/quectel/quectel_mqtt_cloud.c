/* quectel_mqtt_cloud.c: the login of a client that +QMTCFG="ALIAUTH" has given a device's triple.
 *
 * Source: docs/facts/mqtt-mux-ppp.md §2: client id, user and password as that cloud's guide has
 * them, without the optional time stamp, signed by the strongest of its methods.
 */
#include "personalities/quectel/quectel.h"

#include "base/text.h"

bool quectel_mqtt_has_cloud(const struct quectel_mqtt *mqtt)
{
    return mqtt->cloud_product != NULL;
}

void quectel_mqtt_sign(const struct quectel_mqtt *mqtt, struct span id,
                       struct quectel_mqtt_cloud_login *ret_login)
{
    struct span product = span_of(at_text(mqtt->cloud_product));
    struct span device = span_of(at_text(mqtt->cloud_device));
    const struct span signed_text[] = {
        span_of("clientId"), id, span_of("deviceName"), device, span_of("productKey"), product,
    };
    struct text text;

    text_init(&text, ret_login->client_id, sizeof(ret_login->client_id));
    text_add(&text, "%.*s|securemode=%d,signmethod=hmacsha256|", (int)id.len, (const char *)id.data,
             mqtt->settings.secure != 0 ? 2 : 3);
    text_init(&text, ret_login->user, sizeof(ret_login->user));
    text_add(&text, "%s&%s", at_text(mqtt->cloud_device), at_text(mqtt->cloud_product));
    hmac_sha256_hex(span_of(at_text(mqtt->cloud_secret)), signed_text,
                    sizeof(signed_text) / sizeof(signed_text[0]), ret_login->password);
}
