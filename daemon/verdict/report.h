/* report.h: `tlsmodem report FILE… [--fail-if EXPR]…`. */
#ifndef DAEMON_VERDICT_REPORT_H
#define DAEMON_VERDICT_REPORT_H

/* argv[0] is "report".  Returns the exit status. */
int report_main(int argc, char **argv);

#endif
