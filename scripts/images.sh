#!/bin/sh
# Usage: scripts/images.sh [debian] [OPTION…]: builds both images, by podman or docker, whose options may follow. `debian`,
# for machines that cannot pull images: on bases made here, once, of Debian's packages (as root, by podman and mmdebstrap).
# Exits with 69 where no container runs.
set -eu
cd "$(dirname "$0")/.."
engine=$(command -v podman || echo docker)

build() { # target tag options…
    target=$1 tag=$2
    shift 2
    "$engine" build --target "$target" --tag "$tag" "$@"
}

if [ "${1:-}" = debian ]; then
    shift
    podman image exists localhost/whiteboard-debian || {
        folder=$(mktemp -d)
        trap 'rm -rf "$folder"' EXIT
        # As lean as published ones: no documents, no copies of apt's lists.
        mmdebstrap --quiet --variant=minbase --include=ca-certificates \
            --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
            --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt=force-unsafe-io \
            --aptopt='Dir::Cache::pkgcache ""' --aptopt='Dir::Cache::srcpkgcache ""' \
            bookworm "$folder/debian.tar"
        podman import --quiet "$folder/debian.tar" localhost/whiteboard-debian
    }
    podman run --rm --network host localhost/whiteboard-debian true || {
        echo "NO CONTAINERS: podman cannot run any here, so no images are built" >&2
        exit 69
    }
    # The machine's network, and whom it trusts there.
    certificates=/etc/ssl/certs/ca-certificates.crt
    set -- "$@" --network host --volume "$certificates:$certificates:ro"
    for base in python node nginx; do
        build $base localhost/whiteboard-base-$base "$@" --volume "$PWD/backend/requirements:/requirements:ro" tests/chart/bases
    done
    for base in python node nginx; do
        set -- "$@" --build-arg "$(echo $base | tr a-z A-Z)_IMAGE=localhost/whiteboard-base-$base"
    done
fi
for target in backend frontend; do
    build $target whiteboard-$target:0.1.0 "$@" .
done
