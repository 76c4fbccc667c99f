#!/usr/bin/env python3
"""Packs the static whoami program as a docker-archive of two images, skein/whoami:1 and skein/whoami:2.

Both share their one layer; they differ in the VERSION they put into the environment, so that an update from one to the
other can be seen. The same program gives the same bytes: no dates, owners or names of this machine get in.
"""
import hashlib
import io
import json
import os
import sys
import tarfile

ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


def tar_of(files):
    """files: (name, content, mode) in order -> the bytes of a tar."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, content, mode in files:
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(content), mode
            tar.addfile(entry, io.BytesIO(content))
    return out.getvalue()


def image_config(version, layer_digest):
    return {
        "architecture": ARCHITECTURES[os.uname().machine],
        "os": "linux",
        "created": "2000-01-01T00:00:00Z",
        "config": {
            "Entrypoint": ["/whoami"],
            "Env": ["PATH=/", "VERSION=%s" % version],
            "ExposedPorts": {"80/tcp": {}},
            "Labels": {"org.skein.demo": "whoami"},
        },
        "rootfs": {"type": "layers", "diff_ids": ["sha256:" + layer_digest]},
        "history": [{"created": "2000-01-01T00:00:00Z", "created_by": "tools/whoami/pack.py"}],
    }


def main():
    program, archive = sys.argv[1:]
    with open(program, "rb") as file:
        layer = tar_of([("whoami", file.read(), 0o755)])
    layer_digest = hashlib.sha256(layer).hexdigest()
    files = [(layer_digest + "/layer.tar", layer, 0o644)]
    manifest = []
    for version in ("1", "2"):
        config = json.dumps(image_config(version, layer_digest)).encode()
        name = hashlib.sha256(config).hexdigest() + ".json"
        files.append((name, config, 0o644))
        manifest.append({"Config": name, "RepoTags": ["skein/whoami:" + version], "Layers": [files[0][0]]})
    files.append(("manifest.json", json.dumps(manifest).encode(), 0o644))
    with open(archive + ".part", "wb") as out:
        out.write(tar_of(files))
    os.replace(archive + ".part", archive)


if __name__ == "__main__":
    main()
