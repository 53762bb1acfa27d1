"""A keeper of stacks' keys that answers as a Vault does and keeps nothing secret.

A passphrase costs a fifth of a second in each command; the tests of examples, upgrades, pipelines
and of the command line's settings have one all the same.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PROVIDER = "hashivault://tests"


class _Vault(BaseHTTPRequestHandler):
    def do_PUT(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        kept = {"plaintext": asked.get("ciphertext"), "ciphertext": asked.get("plaintext")}
        answer = json.dumps({"data": kept}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *arguments: object) -> None:
        pass


@contextmanager
def keeper() -> Iterator[dict[str, str]]:
    """Keep keys as long as the context lasts; yield the variables with which it is asked."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Vault) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            address = f"http://127.0.0.1:{server.server_port}"
            yield {"VAULT_SERVER_URL": address, "VAULT_SERVER_TOKEN": "toy-token"}
        finally:
            server.shutdown()
            thread.join()
