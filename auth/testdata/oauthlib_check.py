"""Recomputes OAuth 1 signatures with oauthlib, which shares no code with ours.

Reads JSON lines {method, url, body, authorization, consumer_secret, token_secret}
from standard input; writes one line for each that differs, and the number of all.
"""

import json
import sys
from types import SimpleNamespace
from urllib.parse import unquote

from oauthlib.oauth1.rfc5849 import signature as rfc


def header_parameters(header):
    assert header.startswith("OAuth "), header
    parameters = []
    for pair in header[len("OAuth "):].split(", "):
        name, value = pair.split("=", 1)
        parameters.append((unquote(name), unquote(value.strip('"'))))
    return parameters


def expected(case, oauth):
    method = dict(oauth)["oauth_signature_method"]
    secrets = case["consumer_secret"], case["token_secret"]
    if method == "PLAINTEXT":
        return rfc.sign_plaintext(*secrets)
    address, _, query = case["url"].partition("?")
    headers = {"Authorization": case["authorization"]}
    if case["form"]:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    collected = rfc.collect_parameters(
        uri_query=query, body=case["body"] if case["form"] else [], headers=headers)
    base = rfc.signature_base_string(
        case["method"], rfc.base_string_uri(address), rfc.normalize_parameters(collected))
    sign = {"HMAC-SHA1": rfc.sign_hmac_sha1_with_client,
            "HMAC-SHA512": rfc.sign_hmac_sha512_with_client}[method]
    client = SimpleNamespace(client_secret=secrets[0], resource_owner_secret=secrets[1])
    return sign(base, client)


total = 0
for line in sys.stdin:
    case = json.loads(line)
    total += 1
    oauth = header_parameters(case["authorization"])
    got, want = dict(oauth)["oauth_signature"], expected(case, oauth)
    if got != want:
        print(f"differs: {case['method']} {case['url']} {case['body']!r}: {got} is not {want}")
print(f"checked {total}")
