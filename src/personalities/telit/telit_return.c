/* telit_return.c: ATO: back to the socket that was online last, secure or plain.
 *
 * Source: V.250 6.3.7.
 */
#include "personalities/telit/telit.h"

static enum at_status set_return(struct at_session *at, const struct at_args *args)
{
    struct telit_ssl *ssl = telit_ssl_last_online(at);
    struct telit_plain *plain = telit_plain_last_online(at);

    (void)args;
    if (plain != NULL && (ssl == NULL || plain->left_ms >= ssl->left_ms))
        telit_plain_go_online(plain, at);
    else if (ssl != NULL)
        telit_ssl_go_online(ssl, at);
    else
        return AT_NO_CARRIER;
    return AT_CONNECT;
}

static const struct at_param return_params[] = { { .name = "n", .max = 255 } };

/* In front of V.250's own. */
static const struct at_command rows[] = {
    { .name = "O",
      .basic = true,
      .help = "Returns to the socket that was online last, as #SSLO and #SO do.",
      .source = "V.250 6.3.7",
      AT_PARAMS(return_params),
      .set = set_return },
};
const struct at_commands telit_return = AT_COMMANDS(rows);
