/* telit_return.c: ATO: back to what was online last, a socket, secure or plain, or a data call.
 *
 * Source: V.250 6.3.7.
 */
#include "personalities/telit/telit.h"

#include "personalities/common/data_call.h"

/* Of a port that has left nothing. */
enum { NEVER_LEFT = -1 };

static enum at_status set_return(struct at_session *at, const struct at_args *args)
{
    struct telit_ssl *ssl = telit_ssl_last_online(at);
    struct telit_plain *plain = telit_plain_last_online(at);
    int64_t ssl_ms = ssl != NULL ? ssl->left_ms : NEVER_LEFT;
    int64_t plain_ms = plain != NULL ? plain->left_ms : NEVER_LEFT;

    (void)args;
    if (data_call_is_left(at) && data_call_left_ms(at) >= ssl_ms &&
        data_call_left_ms(at) >= plain_ms)
        return data_call_resume(at);
    if (plain != NULL && plain_ms >= ssl_ms)
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
      .help = "Returns to what was online last: a socket, as #SSLO and #SO do, or a data call.",
      .source = "V.250 6.3.7",
      AT_PARAMS(return_params),
      .set = set_return },
};
const struct at_commands telit_return = AT_COMMANDS(rows);
