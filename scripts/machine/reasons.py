"""Finds in what a failed step printed why it failed; prints the most telling lines, three at most, each whole by itself.

One argument: the step's log. Knows apt and dpkg, pip and what it builds, Python's tracebacks, bash and sshd; of anything
else the last two lines. Rather one line too many than the name of a step alone.
"""

import re
import sys

MOST, LONGEST = 3, 300
ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b[@-_]")
# What only says that something else has gone wrong, or that the list of it follows.
HOLLOW = re.compile(
    r"Sub-process /usr/bin/dpkg returned an error code"
    r"|pip's dependency resolver does not currently take into account"
    r"|^ERROR: (No matching distribution found for|Failed building wheel for) "
    r"|^(error: )?(metadata-generation-failed|legacy-install-failure|subprocess-exited-with-error)$"
    r"|Failed to build one or more wheels|Could not build wheels for|Failed to build installable wheels"
)
TELLING = re.compile(r": (fatal )?error: |^[A-Za-z_.]*(Error|Exception|Exit): |^\*\*\* ")
COMPILER = re.compile(r"^error: command ")


def apt(lines):
    """apt's own errors, and dpkg's with the package, the reason on the next line, and what the package said before."""
    for at, line in enumerate(lines):
        broken = re.match(r"dpkg: error processing (?:package|archive) (\S+) ", line)
        if broken:
            package, before = broken[1].rsplit("/", 1)[-1], lines[at - 1].strip() if at else ""
            said = before if before and not re.match(r"(Setting up|Processing|Preparing|Unpacking|\()", before) else ""
            reason = lines[at + 1].strip() if at + 1 < len(lines) else ""
            yield f"{package}: " + "; ".join(part for part in (said, reason) if part)
        elif line.startswith(("E: ", "W: Failed to fetch ")):
            yield line[3:]


def built(lines, start):
    """The telling line of what a build printed, indented below a mark, and the line after the mark."""
    block = []
    for line in lines[start + 1 :]:
        text = line.strip(" │")
        if "[end of output]" in text:
            break
        block.append(text)
    block = [text for text in block if text]
    telling = [text for text in block if TELLING.search(text)] or [text for text in block if COMPILER.search(text)]
    # Without one it is text for people, which begins with what matters.
    return telling[-1] if telling else " ".join(block[:2])


def pip(lines):
    """pip's errors; a failed build with the package that it is of."""
    package = ""
    for at, line in enumerate(lines):
        named = re.match(r"\s*(?:Collecting|Processing|Building wheel for) ([^\s,(;=<>!~\[]+)", line)
        if named:
            package = re.sub(r"-\d.*", "", named[1].rsplit("/", 1)[-1])
        broken = re.match(r"\s*WARNING: Retrying .* broken by '(.*)': (\S*)", line)
        if broken:
            why = broken[1].rstrip("'\")").split(": ")[-1]
            yield f"the package index cannot be reached for {broken[2].strip('/').split('/')[-1]}: {why}"
        elif re.search(r"╰─> \[\d+ lines? of output\]", line):
            yield f"{package or 'a package'} cannot be built: {built(lines, at)}"
        elif re.match(r" {0,2}(ERROR|error): ", line):
            yield line.strip()


def others(lines):
    """The last line of a traceback, what bash could not do, and what sshd does not take."""
    for at, line in enumerate(lines):
        if line.startswith("Traceback (most recent call last)"):
            last = next((text for text in lines[at + 1 :] if text.strip() and not text.startswith(" ")), "")
            yield last
        elif re.match(r"(bash|main): line \d+: ", line):
            yield re.sub(r"^\w+: line \d+: ", "", line)
        elif re.search(r": (No space left on device|Permission denied|Read-only file system)|Bad configuration option", line):
            yield line.strip()


def reasons(text):
    lines = [ANSI.sub("", line).rstrip("\r") for line in text.splitlines()]
    found = []
    for rule in (apt, pip, others):
        for reason in rule(lines):
            reason = " ".join(reason.split())[:LONGEST]
            if reason and not HOLLOW.search(reason) and not any(reason in other for other in found):
                found.append(reason)
    return found[:MOST] or [line.strip()[:LONGEST] for line in lines if line.strip()][-2:]


if __name__ == "__main__":
    with open(sys.argv[1], errors="replace") as log:
        print("\n".join(reasons(log.read()[-400_000:])))
