"""Fetches the course archive and reproduces it in the student's home, without touching what the student made of it.

Arguments: s3://BUCKET/KEY, the bucket's region, the student's account, a folder of root's, seconds to wait for the object.
Prints lines of the form that common.sh tells. Ends with 0 where all is in its place, 3 where some files are not (said, and
tried again by the next run), 4 where the archive cannot be used (said).

Runs as root only to read the object and to remember what was offered; files are placed with the student's own identity.
"""

import hashlib
import json
import os
import pathlib
import posixpath
import pwd
import re
import shutil
import stat
import sys
import tarfile
import tempfile
import time

STEP = "course archive"
LONGEST_LIST = 5
# What macOS adds for itself.
NOISE = re.compile(r"(^|/)(\._[^/]*|\.DS_Store|__MACOSX)(/|$)")


class Unusable(Exception):
    """Why nothing of the archive can be had."""


def say(text):
    """One printable line, without the password and the query of an address."""
    text = re.sub(r"(://[^\s'\"?]*)\?[^\s'\"]*", r"\1", re.sub(r"://[^\s'\"]*@", "://", text))
    printable = (one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)
    print("lab: " + "".join(printable)[:450], flush=True)


def listed(names):
    names = list(names)
    more = f" and {len(names) - LONGEST_LIST} more" if len(names) > LONGEST_LIST else ""
    return ", ".join(names[:LONGEST_LIST]) + more


def reason(error):
    return error.strerror if isinstance(error, OSError) and error.strerror else f"{type(error).__name__}: {error}"


def fetch(uri, region, wait, output):
    """The object, in pieces. The rights of a new role, or a new object, may take a minute to be seen everywhere."""
    for line in pathlib.Path("/etc/environment").read_text().splitlines():  # not every image's sudo passes it on
        name, _, value = line.partition("=")
        if name.startswith("AWS_"):
            os.environ.setdefault(name, value.strip("\"'"))
    import boto3
    import botocore.exceptions

    bucket, _, key = uri.removeprefix("s3://").partition("/")
    deadline = time.monotonic() + float(wait)
    while True:
        output.seek(0)
        output.truncate()
        try:
            s3 = boto3.session.Session().client("s3", region_name=region)
            return shutil.copyfileobj(s3.get_object(Bucket=bucket, Key=key)["Body"], output, 1 << 20)
        except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
            if time.monotonic() > deadline:
                raise Unusable(str(error)) from error
            time.sleep(5)
        except OSError as error:
            raise Unusable(f"no place to put it: {reason(error)}") from error


class Entry:
    """One name of the archive: what is there, and what tells it from other content."""

    def __init__(self, member, content):
        self.member, self.content = member, content
        kept = member.mode & 0o755  # the owner's rights, and others' as far as they change nothing
        self.mode = (kept or 0o755) | 0o700 if member.isdir() else (kept or 0o644) | 0o400


def why_not(member, name, links, files):
    """Why a member does not arrive; None where it does. The local check says the same: components/settings/archiveMembers.ts"""
    if member.name.startswith("/"):
        return "an absolute path"
    if ".." in member.name.split("/"):
        return "a path that leaves the home folder"
    if any(parent in links for parent in parents(name)):
        return "a path through a link"
    if member.issym():
        target = posixpath.normpath(posixpath.join(posixpath.dirname(name), member.linkname))
        if member.linkname.startswith("/") or target.split("/")[0] == "..":
            return "a link that leaves the home folder"
    elif member.islnk():
        if posixpath.normpath(member.linkname) not in files:
            return "a link to a file that is not in the archive"
    elif not (member.isreg() or member.isdir()):
        return "a device or the like"
    return None


def parents(name):
    parts = name.split("/")
    return ["/".join(parts[:count]) for count in range(1, len(parts))]


def look(archive):
    """What is in the archive by name, a later member instead of an earlier one, and what of it does not arrive and why."""
    entries, left_out, links = {}, {}, set()
    for member in archive:
        name = posixpath.normpath(member.name)
        if name == "." or NOISE.search(name) or member.type == b"V":  # V: the label of a tape
            continue
        problem = why_not(member, name, links, entries)
        if problem is not None:
            left_out[member.name] = problem
            continue
        if member.issym():
            links.add(name)
            entries[name] = Entry(member, f"link {member.linkname}")
        elif member.isdir():
            entries[name] = Entry(member, "folder")
        elif member.islnk():
            first = entries[posixpath.normpath(member.linkname)]
            entries[name] = Entry(first.member, first.content)
        else:
            with archive.extractfile(member) as content:
                entries[name] = Entry(member, hashed(content))
    if not entries:
        raise Unusable(f"nothing in it can be placed: {told(left_out)}" if left_out else "nothing is in it")
    return entries, left_out


def told(problems):
    return listed(f"{name} ({problem})" for name, problem in problems.items())


def hashed(content):
    digest = hashlib.sha256()
    while piece := content.read(1 << 20):
        digest.update(piece)
    return digest.hexdigest()


def found_at(path):
    """What is at a path, as the manifest writes it, and its mode; None where nothing is."""
    try:
        there = os.lstat(path)
    except FileNotFoundError:
        return None, None
    except NotADirectoryError:  # the student has a file where the archive has a folder
        return "in the way", None
    mode = stat.S_IMODE(there.st_mode)
    if stat.S_ISLNK(there.st_mode):
        return f"link {os.readlink(path)}", mode
    if stat.S_ISDIR(there.st_mode):
        return "folder", mode
    if not stat.S_ISREG(there.st_mode):
        return "not a file", mode
    with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as content:
        return hashed(content), mode


class Home:
    """The student's home folder."""

    def __init__(self, path, archive, entries):
        self.path, self.archive, self.entries = pathlib.Path(path), archive, entries
        self.scratch = self.path / ".lab-tmp.course"  # common.sh removes it after a run that was killed

    def place(self, name, record):
        """What was done: new, updated, same, or kept, where the student changed, made or removed it."""
        entry, target = self.entries[name], self.path / name
        found, mode = found_at(target)
        if found != record["offered"][-1] and (record["placed"] if found is None else found not in record["offered"]):
            return "kept"
        if found == entry.content:
            changed = mode == record["mode"] != entry.mode and not entry.member.issym()
            if changed:
                os.chmod(target, entry.mode)
            done = "updated" if changed else "same"
        else:
            self.make_folders(name)
            # A mode that the student gave it stays, too.
            self.put(entry, target, entry.mode if mode in (None, record["mode"]) else mode)
            done = "new" if found is None else "updated"
        record["placed"], record["mode"] = True, entry.mode
        return done

    def make_folders(self, name):
        for parent in parents(name):
            if not os.path.lexists(self.path / parent):
                entry = self.entries.get(parent)
                os.mkdir(self.path / parent, entry.mode if entry and entry.content == "folder" else 0o755)

    def put(self, entry, target, mode):
        if entry.content == "folder":
            os.mkdir(target, mode)
            return
        scratch = self.scratch
        if os.stat(target.parent).st_dev != os.stat(self.path).st_dev:  # the student has mounted something there
            scratch = target.parent / scratch.name
        scratch.mkdir(mode=0o700, exist_ok=True)
        # One short name for all: the longest that the file system takes must arrive as well.
        temporary = scratch / "file"
        try:
            if entry.member.issym():
                os.symlink(entry.member.linkname, temporary)
            else:
                with open(temporary, "wb") as output, self.archive.extractfile(entry.member) as content:
                    shutil.copyfileobj(content, output, 1 << 20)
                os.chmod(temporary, mode)
                seconds = min(max(entry.member.mtime, 0), 1 << 33)
                os.utime(temporary, (seconds, seconds))
            os.replace(temporary, target)
        finally:
            temporary.unlink(missing_ok=True)
            if scratch != self.scratch:
                scratch.rmdir()

    def place_all(self, manifest):
        results, not_placed = {}, {}
        # Folders first, outer before inner; files as they come, because going back means to unpack all over again.
        order = lambda name: (self.entries[name].content != "folder" and self.entries[name].member.offset, name.count("/"))
        for name in sorted(self.entries, key=order):
            try:
                results[name] = self.place(name, manifest[name])
            except (OSError, ValueError) as error:
                not_placed[name] = reason(error)
        shutil.rmtree(self.scratch, ignore_errors=True)
        return results, not_placed


def save(manifest, file):
    new = f"{file}.new"
    try:
        with open(new, "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as output:
            json.dump(manifest, output)
        os.replace(new, file)
    except OSError as error:
        pathlib.Path(new).unlink(missing_ok=True)
        raise Unusable(f"what was offered cannot be remembered: {reason(error)}") from error


def reproduce(archive, account, file):
    try:
        entries, left_out = look(archive)
    except Unusable:
        raise
    except Exception as error:  # tarfile lets through what zlib, gzip and its own arithmetic raise
        raise Unusable(f"cannot be read: {type(error).__name__}: {error}") from error
    manifest = json.loads(file.read_text()) if file.exists() else {}
    for name, entry in entries.items():  # before any file is placed: a run killed half-way still knows its own files
        record = manifest.setdefault(name, {"offered": [], "placed": False, "mode": None})
        record["offered"] = [other for other in record["offered"] if other != entry.content] + [entry.content]
    save(manifest, file)
    try:
        os.initgroups(account.pw_name, account.pw_gid), os.setegid(account.pw_gid), os.seteuid(account.pw_uid)
        results, not_placed = Home(account.pw_dir, archive, entries).place_all(manifest)
    finally:
        os.seteuid(0), os.setegid(0)
    if left_out:
        say(f"left out: {told(left_out)}")
    count = {
        kind: sum(done == kind and entries[name].content != "folder" for name, done in results.items())
        for kind in ("new", "updated", "kept")
    }
    if count["new"] or count["updated"]:
        say("changed: course files: {new} new, {updated} updated, {kept} left as the student has them".format(**count))
    if not_placed:
        say(f"problem {STEP}: {len(not_placed)} of {len(entries)} not placed, tried again next time: {told(not_placed)}")
    save(manifest, file)
    return 3 if not_placed else 0


def main(uri, region, user, state, wait):
    account = pwd.getpwnam(user)
    try:
        with tempfile.TemporaryDirectory(prefix="course-", dir=state) as work, open(f"{work}/archive", "w+b") as file:
            fetch(uri, region, wait, file)
            file.seek(0)
            try:
                archive = tarfile.open(fileobj=file, mode="r:*")
            except Exception as error:
                raise Unusable(f"is not a tar archive: {error}") from error
            with archive:
                return reproduce(archive, account, pathlib.Path(state, "course.json"))
    except (Unusable, OSError) as error:
        say(f"problem {STEP}: {uri}: {error if isinstance(error, Unusable) else reason(error)}")
        return 4


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
