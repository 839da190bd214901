"""moto's server on a free port of 127.0.0.1, for as long as the process that started it lives.

Prints the port. Standard input is a pipe whose other end closes when that process goes, however it goes: so a killed
daemon leaves no moto behind.
"""

import logging
import os
import sys

from moto.server import ThreadedMotoServer

logging.getLogger("werkzeug").setLevel(logging.ERROR)
server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
sys.stdin.buffer.read()
os._exit(0)
