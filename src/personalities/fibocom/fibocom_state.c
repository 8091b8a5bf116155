/* fibocom_state.c: what the modem behind a session has of this maker. */
#include "personalities/fibocom/fibocom.h"

struct fibocom *fibocom_of(const struct at_session *at)
{
    return module_of(at)->maker;
}

enum fibocom_family fibocom_family_of(const struct tlsmodem *modem)
{
    return (modem->model->at.features & FIBOCOM_L610) != 0 ? FAMILY_L610 : FAMILY_NL668;
}

void *fibocom_settings_record(struct at_session *at, size_t index)
{
    (void)index;
    return &fibocom_of(at)->settings;
}
