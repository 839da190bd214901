"""Makes calls to AWS with the identity of the machine it runs on, and says of each what became of it.

Reads one call a line, {"what", "service", "method", "args"}, and writes one verdict a line. Runs on a student's machine and
as the mapper of a job on a cluster: the credentials come from the metadata service in both.
"""

import json
import sys

import boto3
from botocore.exceptions import ClientError

REFUSALS = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "403"}


def verdict(call):
    try:
        answer = getattr(boto3.client(call["service"]), call["method"])(**call["args"])
    except ClientError as error:
        code = error.response["Error"]["Code"]
        return ("refused" if code in REFUSALS else "failed"), str(error)
    except Exception as error:
        return "failed", repr(error)
    return "allowed", answer.get("Arn", "")


for line in sys.stdin:
    if line.strip():
        call = json.loads(line)
        word, message = verdict(call)
        print(json.dumps({"what": call["what"], "verdict": word, "message": message}), flush=True)
