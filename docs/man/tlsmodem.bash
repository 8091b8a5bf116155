# Completion of tlsmodem's command line; made by tools/manual.py of what the program says of itself.
# shellcheck shell=bash disable=SC2207
_tlsmodem() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command=run said='' at
    COMPREPLY=()
    for ((at = 1; at < COMP_CWORD; at++)); do
        if [ "${COMP_WORDS[at]}" = -- ]; then # a command of the user's follows
            if [ "$before" = -- ]; then COMPREPLY=($(compgen -c -- "$word")); else COMPREPLY=($(compgen -f -- "$word")); fi
            return
        fi
    done
    case ${COMP_WORDS[0]##*/}:${COMP_WORDS[1]-} in
    tlsmodemctl:*) command=ctl ;;
    *:check) command=check ;;
    *:ctl) command=ctl ;;
    *:probe) command=probe ;;
    *:replay) command=replay ;;
    *:report) command=report ;;
    *:state) command=state ;;
    *:tap) command=tap ;;
    esac
    case $command:$before in
    run:--config) COMPREPLY=($(compgen -f -- "$word")); return ;;
    run:--module) COMPREPLY=($(compgen -W "$(tlsmodem --list-modules 2>/dev/null | awk '{ print $1 }')" -- "$word")); return ;;
    run:--imei) :; return ;;
    run:--imsi) :; return ;;
    run:--iccid) :; return ;;
    run:--pty) COMPREPLY=($(compgen -f -- "$word")); return ;;
    run:--tcp) :; return ;;
    run:--unix) COMPREPLY=($(compgen -f -- "$word")); return ;;
    run:--uart) COMPREPLY=($(compgen -f -- "$word")); return ;;
    run:--rfc2217) :; return ;;
    run:--tcp-tls) :; return ;;
    run:--tcp-tls-cert) COMPREPLY=($(compgen -f -- "$word")); return ;;
    run:--tcp-tls-key) COMPREPLY=($(compgen -f -- "$word")); return ;;
    run:--tcp-tls-ca) COMPREPLY=($(compgen -f -- "$word")); return ;;
    run:--state) COMPREPLY=($(compgen -d -- "$word")); return ;;
    run:--dns) COMPREPLY=($(compgen -W "system module" -- "$word")); return ;;
    run:--tls-policy) COMPREPLY=($(compgen -W "module modern" -- "$word")); return ;;
    run:--tls-ca) COMPREPLY=($(compgen -W "system" -f -- "$word")); return ;;
    run:--tls-verify) COMPREPLY=($(compgen -W "host chain chain+name" -- "$word")); return ;;
    run:--source) :; return ;;
    run:--listen) :; return ;;
    run:--ppp) :; return ;;
    run:--clock) COMPREPLY=($(compgen -W "machine manual" -- "$word")); return ;;
    run:--guard) :; return ;;
    run:--map) :; return ;;
    run:--link) COMPREPLY=($(compgen -W "gsm gprs edge 2g umts 3g hsdpa 4g lte lte-m nb-iot" -- "$word")); return ;;
    run:--trace) COMPREPLY=($(compgen -W "all at data socket net tls store port" -- "$word")); return ;;
    run:--log-level) COMPREPLY=($(compgen -W "error warning info debug" -- "$word")); return ;;
    run:--scenario) COMPREPLY=($(compgen -f -- "$word")); return ;;
    run:--record) COMPREPLY=($(compgen -f -- "$word")); return ;;
    run:--pcap) COMPREPLY=($(compgen -f -- "$word")); return ;;
    run:--keylog) COMPREPLY=($(compgen -f -- "$word")); return ;;
    run:--metrics) COMPREPLY=($(compgen -f -- "$word")); return ;;
    run:--metrics-file) COMPREPLY=($(compgen -f -- "$word")); return ;;
    run:--control) COMPREPLY=($(compgen -f -- "$word")); return ;;
    run:--control-token-file) COMPREPLY=($(compgen -f -- "$word")); return ;;
    run:--threads) :; return ;;
    run:--shard) :; return ;;
    run:--summary) COMPREPLY=($(compgen -f -- "$word")); return ;;
    run:--fail-if) :; return ;;
    run:--start-at) :; return ;;
    run:--for) :; return ;;
    check:--module) COMPREPLY=($(compgen -W "$(tlsmodem --list-modules 2>/dev/null | awk '{ print $1 }')" -- "$word")); return ;;
    check:--uart) COMPREPLY=($(compgen -f -- "$word")); return ;;
    check:--tcp) :; return ;;
    check:--unix) COMPREPLY=($(compgen -f -- "$word")); return ;;
    check:--run) COMPREPLY=($(compgen -W "pty tcp unix stdio" -- "$word")); return ;;
    check:--address) :; return ;;
    check:--set) COMPREPLY=($(compgen -f -- "$word")); return ;;
    check:--scenario) COMPREPLY=($(compgen -f -- "$word")); return ;;
    check:--junit) COMPREPLY=($(compgen -f -- "$word")); return ;;
    check:--jobs) :; return ;;
    check:--guard) :; return ;;
    check:--map) :; return ;;
    check:--link) COMPREPLY=($(compgen -W "gsm gprs edge 2g umts 3g hsdpa 4g lte lte-m nb-iot" -- "$word")); return ;;
    ctl:--control) COMPREPLY=($(compgen -f -- "$word")); return ;;
    ctl:--control-token-file) COMPREPLY=($(compgen -f -- "$word")); return ;;
    ctl:--modem) :; return ;;
    probe:--uart) COMPREPLY=($(compgen -f -- "$word")); return ;;
    probe:--module) COMPREPLY=($(compgen -W "$(tlsmodem --list-modules 2>/dev/null | awk '{ print $1 }')" -- "$word")); return ;;
    probe:--output) COMPREPLY=($(compgen -f -- "$word")); return ;;
    probe:--address) :; return ;;
    probe:--host) :; return ;;
    probe:--apn) :; return ;;
    probe:--fact) :; return ;;
    replay:--pty) COMPREPLY=($(compgen -W "auto" -f -- "$word")); return ;;
    replay:--uart) COMPREPLY=($(compgen -f -- "$word")); return ;;
    replay:--rfc2217) :; return ;;
    replay:--set) COMPREPLY=($(compgen -f -- "$word")); return ;;
    report:--fail-if) :; return ;;
    report:--output) COMPREPLY=($(compgen -f -- "$word")); return ;;
    state:--state) COMPREPLY=($(compgen -d -- "$word")); return ;;
    tap:--uart) COMPREPLY=($(compgen -f -- "$word")); return ;;
    tap:--pty) COMPREPLY=($(compgen -W "auto" -f -- "$word")); return ;;
    tap:--host-uart) COMPREPLY=($(compgen -f -- "$word")); return ;;
    tap:--rfc2217) :; return ;;
    tap:--record) COMPREPLY=($(compgen -f -- "$word")); return ;;
    tap:--module) COMPREPLY=($(compgen -W "$(tlsmodem --list-modules 2>/dev/null | awk '{ print $1 }')" -- "$word")); return ;;
    tap:--compare) :; return ;;
    esac
    case $word in
    -*)
        case $command in
        run) COMPREPLY=($(compgen -W "--config --check-config --module --list-modules --imei --imsi --iccid --pty --tcp --unix --uart --rfc2217 --tcp-tls --tcp-tls-cert --tcp-tls-key --tcp-tls-ca --stdio --allow-remote --state --dns --tls-policy --tls-ca --tls-verify --source --listen --ppp --clock --guard --map --link --trace --log-level --scenario --record --pcap --keylog --metrics --metrics-file --control --control-token-file --threads --shard --summary --fail-if --start-at --for --debuggable --exit-with-parent --strict --help --version" -- "$word")) ;;
        check) COMPREPLY=($(compgen -W "--module --uart --tcp --unix --run --address --set --scenario --junit --bytes --jobs --rewrite --guard --map --link --help" -- "$word")) ;;
        ctl) COMPREPLY=($(compgen -W "--control --control-token-file --modem --help" -- "$word")) ;;
        probe) COMPREPLY=($(compgen -W "--uart --module --output --address --host --apn --fact --help" -- "$word")) ;;
        replay) COMPREPLY=($(compgen -W "--pty --uart --rfc2217 --allow-remote --set --help" -- "$word")) ;;
        report) COMPREPLY=($(compgen -W "--fail-if --output --help" -- "$word")) ;;
        state) COMPREPLY=($(compgen -W "--state --help" -- "$word")) ;;
        tap) COMPREPLY=($(compgen -W "--uart --pty --host-uart --rfc2217 --allow-remote --record --module --compare --help" -- "$word")) ;;
        esac
        ;;
    *)
        for at in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
            case $command:" list show set advance journal events add remove link fault faults reset power ring ring-end sms context-lost " in ctl:*" $at "*) said="$said $at" ;; esac
        done
        for at in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
            case $command:" export import " in state:*" $at "*) said="$said $at" ;; esac
        done
        case $command:$COMP_CWORD:$said in
        run:1:) COMPREPLY=($(compgen -W "run check ctl probe replay report state tap" -- "$word")) ;;
        ctl:*:) COMPREPLY=($(compgen -W "list show set advance journal events add remove link fault faults reset power ring ring-end sms context-lost" -- "$word")) ;;
        ctl:*" power") COMPREPLY=($(compgen -W "off on reset brown-out" -- "$word")) ;;
        state:*:) COMPREPLY=($(compgen -W "export import" -- "$word")) ;;
        run:* | ctl:*) ;;
        *) COMPREPLY=($(compgen -f -- "$word")) ;;
        esac
        ;;
    esac
}
complete -o filenames -F _tlsmodem tlsmodem tlsmodemctl
