#!/usr/bin/env python3
"""The manual page and the completion of bash, made of what the program says of itself:

    manual.py PROGRAM page       > docs/man/tlsmodem.1
    manual.py PROGRAM completion > docs/man/tlsmodem.bash

`PROGRAM --help`, and that of each of its commands, are made of the tables that it reads its options by; its commands
are those that it names when it is given one that it has not.
"""
from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass, field

NO_COMMAND = "no-such-command"
OPTION = re.compile(r"^  (?:(-\w), )?(--[\w-]+)(?: (\S.*))?$")
WORD = re.compile(r"^    (\S.*?)  +(\S.*)$")  # of a command that has commands of its own
USAGE = re.compile(r"^(?:usage:|      ) (tlsmodem .*?)(?:   .*)?$")
FILES = {"FILE", "PATH"}


@dataclass
class Option:
    letter: str
    name: str
    value: str
    help: str


@dataclass
class Command:
    """What one of them says of itself."""

    name: str
    usage: list[str] = field(default_factory=list)
    before: list[str] = field(default_factory=list)  # paragraphs
    words: list[Option] = field(default_factory=list)  # the commands of its own, behind `before`
    options: list[Option] = field(default_factory=list)
    after: list[str] = field(default_factory=list)


def say(program: str, *words: str) -> str:
    done = subprocess.run([program, *words], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    return done.stdout + done.stderr


def paragraphs(lines: list[str]) -> list[str]:
    return [" ".join(text.split()) for text in re.split(r"\n\s*\n", "\n".join(lines)) if text.strip()]


def read(name: str, text: str) -> Command:
    """Usage lines, paragraphs, options, paragraphs."""
    command = Command(name)
    before: list[str] = []
    after: list[str] = []
    for line in text.splitlines():
        usage, option, word = USAGE.match(line), OPTION.match(line), WORD.match(line)
        if not command.options and not before and usage:
            command.usage.append(usage[1].rstrip())
        elif word and not command.options:
            name_, _, value = word[1].partition(" ")
            command.words.append(Option("", name_, value, word[2]))
        elif option and not after:
            command.options.append(Option(option[1] or "", option[2], option[3] or "", ""))
        elif line.startswith("        ") and command.options and not after:
            command.options[-1].help = f"{command.options[-1].help} {line.strip()}".strip()
        elif command.options:
            after.append(line)
        elif line.strip() or before:
            before.append(line)
    command.before, command.after = paragraphs(before), paragraphs(after)
    return command


def commands(program: str) -> list[Command]:
    said = say(program, NO_COMMAND)
    names = re.sub(r"\(.*?\)", "", said.partition("allowed:")[2]).split(",")
    run, *others = [name.strip() for name in names]
    assert run == "run", said
    return [read("run", say(program, "--help")),
            *(read(name, say(program, name, "--help")) for name in others)]


# ---- the page (man(7)) ----

def roff(text: str) -> str:
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq")
    return "\\&" + text if text.startswith((".", "'")) else text


def bold(text: str) -> str:
    """Words of the language bold, places for values in italics."""
    parts = re.split(r"([A-Z]{2,}(?:[_-][A-Z]+)*)", text)
    return "".join(f"\\fI{roff(part)}\\fR" if i % 2 else f"\\fB{roff(part)}\\fR" for i, part in enumerate(parts) if part)


def entry(option: Option) -> list[str]:
    names = ", ".join(f"\\fB{roff(name)}\\fR" for name in (option.letter, option.name) if name)
    return [".TP", names + (" " + bold(option.value) if option.value else ""), roff(option.help)]


def page(program: str) -> str:
    version = say(program, "--version").split()[1]
    all_of_them = commands(program)
    out = [".\\\" Made by tools/manual.py of what the program says of itself.",
           f'.TH TLSMODEM 1 "" "tlsmodem {version}" "User Commands"',
           ".SH NAME", "tlsmodem \\- a software cellular module with real TLS connections", ".SH SYNOPSIS"]
    for command in all_of_them:
        for usage in command.usage:
            if command.name == "run" and any(f" {other.name} " in usage for other in all_of_them[1:]):
                continue
            out += [bold(usage), ".br"]
    out.pop()
    for command in all_of_them:
        is_run = command.name == "run"
        out += [".SH DESCRIPTION"] if is_run else [f".SH {command.name.upper()}"]
        for text in command.before:
            out += [roff(text), ".PP"]
        if out[-1] == ".PP":
            out.pop()
        for word in command.words:
            out += entry(word)
        if command.words:
            out += [".PP", "Options:"]
        out += [".SH OPTIONS"] if is_run else []
        for option in command.options:
            out += entry(option)
        for text in command.after:
            out += [".PP", roff(text)]
    out += [".SH FILES",
            ".TP", "\\fI/etc/tlsmodem/NAME.yaml\\fR", "the modems of the service \\fBtlsmodem@NAME\\fR",
            ".SH SEE ALSO", ".BR systemctl (1),", ".BR picocom (1)"]
    return "\n".join(out) + "\n"


# ---- the completion (bash(1), Programmable Completion) ----

def words_of(option: Option) -> str:
    """What may stand there, when it is a list of words."""
    if option.value == "LEVEL" or option.value == "COMPONENTS":
        listed = option.help.partition(": ")[2]
        return " ".join(re.sub(r"\(.*?\)", "", word).strip() for word in listed.split(","))
    if option.value.startswith("NAME|"):
        names = re.search(r"NAME is one of (.*?)(?:;|$)", option.help)
        return names[1].replace(",", "") if names else ""
    return " ".join(word for word in option.value.split("|") if re.fullmatch(r"[a-z+-]+", word))


def case_of(option: Option) -> str:
    """How its value is completed; empty: not at all."""
    kinds = set(re.findall(r"[A-Z]+", option.value))
    if option.name == "--module":
        return 'COMPREPLY=($(compgen -W "$(tlsmodem --list-modules 2>/dev/null | awk \'{ print $1 }\')" -- "$word"))'
    if "DIR" in kinds:
        return 'COMPREPLY=($(compgen -d -- "$word"))'
    wanted = f'-W "{words}" ' if (words := words_of(option)) else ""
    if kinds & FILES or option.value.startswith("DEVICE"):
        wanted += "-f "
    if wanted:
        return f'COMPREPLY=($(compgen {wanted}-- "$word"))'
    return ":" if option.value else ""


def verbs_of(command: Command) -> str:
    """What may stand behind its name, by its usage."""
    if command.words:
        return " ".join(word.name for word in command.words)
    seconds = [usage.split()[2] for usage in command.usage if len(usage.split()) > 2]
    return " ".join(dict.fromkeys(word for second in seconds for word in second.split("|") if re.fullmatch(r"[a-z-]+", word)
                                  and not word.startswith("-")))


def in_words(command: Command) -> list[str]:
    """What of a command's own commands takes a word of a list."""
    takes = [(word.name, " ".join(word.value.split("|"))) for word in command.words if re.fullmatch(r"[a-z|-]+", word.value)]
    return [f'        {command.name}:*" {name}") COMPREPLY=($(compgen -W "{values}" -- "$word")) ;;' for name, values in takes]


HEAD = """# Completion of tlsmodem's command line; made by tools/manual.py of what the program says of itself.
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
    tlsmodemctl:*) command=ctl ;;"""


def completion(program: str) -> str:
    all_of_them = commands(program)
    names = " ".join(command.name for command in all_of_them)
    out = [HEAD]
    out += [f"    *:{command.name}) command={command.name} ;;" for command in all_of_them[1:]]
    out += ["    esac", "    case $command:$before in"]
    for command in all_of_them:
        for option in command.options:
            if how := case_of(option):
                out += [f"    {command.name}:{option.name}) {how}; return ;;"]
    out += ["    esac", "    case $word in", "    -*)", "        case $command in"]
    for command in all_of_them:
        options = " ".join(option.name for option in command.options)
        out += [f"        {command.name}) COMPREPLY=($(compgen -W \"{options}\" -- \"$word\")) ;;"]
    out += ["        esac", "        ;;", "    *)"]
    for command in all_of_them[1:]:
        if verbs := verbs_of(command):
            out += [f'        for at in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do',
                    f'            case $command:" {verbs} " in {command.name}:*" $at "*) said="$said $at" ;; esac',
                    "        done"]
    out += ["        case $command:$COMP_CWORD:$said in",
            f'        run:1:) COMPREPLY=($(compgen -W "{names}" -- "$word")) ;;']
    for command in all_of_them[1:]:
        if verbs := verbs_of(command):
            out += [f'        {command.name}:*:) COMPREPLY=($(compgen -W "{verbs}" -- "$word")) ;;', *in_words(command)]
    out += ['        run:* | ctl:*) ;;', '        *) COMPREPLY=($(compgen -f -- "$word")) ;;', "        esac", "        ;;", "    esac", "}",
            "complete -o filenames -F _tlsmodem tlsmodem tlsmodemctl"]
    return "\n".join(out) + "\n"


if __name__ == "__main__":
    print({"page": page, "completion": completion}[sys.argv[2]](sys.argv[1]), end="")
