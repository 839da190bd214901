# shellcheck shell=bash
# Part of the stream of bootstrap.sh: fetches the course archive with the machine's own identity and unpacks it for the student.

# Puts the archive's files into the home folder; never touches what the student changed, made or removed.
fetch_course_archive() {
    local wanted="$LAB_COURSE_ARCHIVE_URI $LAB_COURSE_ARCHIVE_VERSION"
    [ -n "$LAB_COURSE_ARCHIVE_URI" ] && [ "$(cat "$STATE/course.version" 2>/dev/null)" != "$wanted" ] || return 0
    rm -rf "$STATE"/course-* # of a run that was killed
    "$VENV/bin/python" -B - "$LAB_COURSE_ARCHIVE_URI" "$LAB_REGION" "$LAB_USER" "$STATE" \
        "${LAB_ARCHIVE_WAIT_SECONDS:-120}" 9>&- 2>>"$LOG" <<'PYTHON'
import hashlib, json, os, pathlib, pwd, shutil, sys, tarfile, tempfile, time

uri, region, user, state, wait = sys.argv[1:]
account, manifest_file = pwd.getpwnam(user), pathlib.Path(state, "course.json")
home = pathlib.Path(account.pw_dir)

def fail(problem):
    sys.exit(print(f"lab: {uri}: {problem}"[:900], flush=True) or 1)

def fetch(file):
    for line in pathlib.Path("/etc/environment").read_text().splitlines():  # not every image's sudo passes it on
        name, _, value = line.partition("=")
        if name.startswith("AWS_"):
            os.environ.setdefault(name, value.strip("\"'"))
    import boto3, botocore.exceptions
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    deadline = time.monotonic() + float(wait)
    while True:  # the rights of a new role, or a new object, may take a minute to be seen everywhere
        try:
            s3 = boto3.session.Session().client("s3", region_name=region)
            with open(file, "wb") as output:
                return shutil.copyfileobj(s3.get_object(Bucket=bucket, Key=key)["Body"], output)
        except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
            if time.monotonic() > deadline:
                fail(error)
            time.sleep(5)

def checked(archive):
    """The members, none of which leaves the home folder, with modes that are the student's and nobody else's."""
    links = set()
    for member in archive:
        name, target = pathlib.PurePosixPath(member.name), pathlib.PurePosixPath(member.linkname)
        inside = os.path.normpath((name.parent if member.issym() else pathlib.PurePosixPath()) / target)
        if name.is_absolute() or ".." in name.parts or not links.isdisjoint(map(str, name.parents)):
            raise tarfile.TarError(f"{member.name!r} would leave the home folder")
        if (member.issym() or member.islnk()) and (target.is_absolute() or inside.split("/")[0] == ".."):
            raise tarfile.TarError(f"{member.name!r} is a link that leaves the home folder")
        if not (member.isreg() or member.isdir() or member.issym() or member.islnk()):
            raise tarfile.TarError(f"{member.name!r} is a device or the like")
        if member.issym():
            links.add(str(name))
        member.uid, member.gid, member.uname, member.gname = 0, 0, "", ""
        member.mode = 0o755 if member.isdir() or member.mode & 0o100 else 0o644
        yield member

def digest(path):
    if path.is_symlink() or not path.exists():
        return "link " + os.readlink(path) if path.is_symlink() else None
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "not a file"

def place(source, target, record):
    """What was done with one file: the student's own, changed or removed one stays."""
    found, temporary = digest(target), target.with_name(".lab-tmp." + target.name)
    if found != record["offered"][-1] and (record["placed"] if found is None else found not in record["offered"]):
        return "kept"
    record["placed"] = True
    if found == record["offered"][-1]:
        return "same"
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary.unlink(missing_ok=True)
    shutil.copy(source, temporary, follow_symlinks=False)
    os.replace(temporary, target)
    return "new" if found is None else "updated"

def save(manifest):
    with open(f"{manifest_file}.new", "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as output:
        json.dump(manifest, output)
    os.replace(f"{manifest_file}.new", manifest_file)

with tempfile.TemporaryDirectory(prefix="course-", dir=state) as work:
    os.chmod(work, 0o755)  # the student's identity reads it below
    fetch(f"{work}/archive")
    try:
        with tarfile.open(f"{work}/archive") as archive:
            data_filter = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
            archive.extractall(f"{work}/files", list(checked(archive)), **data_filter)
    except Exception as error:
        fail(f"not unpacked: {error}")
    manifest = json.loads(manifest_file.read_text()) if manifest_file.exists() else {}
    sources = {str(path.relative_to(f"{work}/files")): path for path in sorted(pathlib.Path(work, "files").rglob("*"))}
    sources = {name: path for name, path in sources.items() if path.is_symlink() or path.is_file()}
    for name, path in sources.items():  # before any file is placed: a run killed half-way still knows its own files
        offered = manifest.setdefault(name, {"offered": [], "placed": False})["offered"]
        offered[:] = [other for other in offered if other != digest(path)] + [digest(path)]
    save(manifest)
    os.initgroups(user, account.pw_gid), os.setegid(account.pw_gid), os.seteuid(account.pw_uid)  # the home is the student's
    results = {}
    for name, path in sources.items():
        try:
            results[name] = place(path, home / name, manifest[name])
        except OSError:
            results[name] = "kept"
    os.seteuid(0), os.setegid(0)
    save(manifest)
count = {kind: list(results.values()).count(kind) for kind in ("new", "updated", "kept")}
if count["new"] or count["updated"]:
    print("lab: changed: course files: {new} new, {updated} updated, {kept} left as the student has them".format(**count))
PYTHON
    printf '%s\n' "$wanted" >"$STATE/course.version.new"
    mv -f "$STATE/course.version.new" "$STATE/course.version"
}
