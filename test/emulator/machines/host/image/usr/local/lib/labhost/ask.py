"""Asks the host's PID 1 and ends with its answer: python3 -IS ask.py PROGRAM ARGUMENT..."""
import json
import socket
import sys

with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
    connection.connect("/run/labhost/control")
    with connection.makefile("rw", encoding="utf-8") as stream:
        stream.write(json.dumps({"program": sys.argv[1], "argv": sys.argv[2:]}) + "\n")
        stream.flush()
        code, out, err = json.loads(stream.readline())
sys.stdout.write(out)
sys.stderr.write(err)
sys.exit(code)
