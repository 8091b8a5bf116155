/* identity.c: who the module is. */
#include "module/identity.h"
#include "module/facts.h"
#include "personalities/common/common.h"

static enum at_status answer(struct at_session *at, const char *text)
{
    at_info(at, "%s", text);
    return AT_OK;
}

static enum at_status run_maker(struct at_session *at)
{
    return answer(at, module_of(at)->model->identity.maker);
}

static enum at_status run_model(struct at_session *at)
{
    return answer(at, module_of(at)->model->identity.product);
}

static enum at_status run_revision(struct at_session *at)
{
    return answer(at, module_revision(module_of(at)));
}

static enum at_status run_imei(struct at_session *at)
{
    return answer(at, identity_imei(at));
}

static enum at_status run_imsi(struct at_session *at)
{
    return answer(at, identity_imsi(at));
}

static enum at_status run_capabilities(struct at_session *at)
{
    at_info(at, "+GCAP: +CGSM");
    return AT_OK;
}

/* 27.007 4.1 to 4.4 gives each V.250 command a twin; the maker's own may differ in the answer. */
static const struct at_command rows[] = {
    { .name = "+GMI", .help = "Manufacturer.", .source = "V.250 6.1.4", .run = run_maker },
    { .name = "+CGMI", .help = "Manufacturer.", .source = "27.007 4.1", .run = run_maker },
    { .name = "+GMM", .help = "Model.", .source = "V.250 6.1.5", .run = run_model },
    { .name = "+CGMM", .help = "Model.", .source = "27.007 4.2", .run = run_model },
    { .name = "+GMR", .help = "Revision.", .source = "V.250 6.1.6", .run = run_revision },
    { .name = "+CGMR", .help = "Revision.", .source = "27.007 4.3", .run = run_revision },
    { .name = "+GSN", .help = "Serial number (IMEI).", .source = "V.250 6.1.7", .run = run_imei },
    { .name = "+CGSN", .help = "Serial number (IMEI).", .source = "27.007 4.4", .run = run_imei },
    { .name = "+CIMI", .help = "IMSI of the SIM.", .source = "27.007 4.6", .run = run_imsi },
    { .name = "+GCAP", .help = "Capabilities.", .source = "V.250 6.1.9", .run = run_capabilities },
};
const struct at_commands common_identity = AT_GENERAL_COMMANDS(rows);
