"""Publish an update that is signed: python publish_http.py URL TOKEN KEY.pem < update.json."""

import base64
import hashlib
import sys

import httpx
from cryptography.hazmat.primitives.serialization import load_pem_private_key

url, token, key_file = sys.argv[1:]
with open(key_file, "rb") as file:
    key = load_pem_private_key(file.read(), None)
update = sys.stdin.buffer.read()
name = hashlib.sha256(key.public_key().public_bytes_raw()).hexdigest()[:16]
signature = base64.urlsafe_b64encode(key.sign(b"iomhub/envelope/1\0" + update)).decode().rstrip("=")
headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/cloudevents+json"}
headers["iomhub-signature"] = f"ed25519;key={name};sig={signature}"
answer = httpx.post(f"{url}/v1/updates", content=update, headers=headers)
print(answer.status_code, answer.text)
