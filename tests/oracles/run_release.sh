#!/bin/sh
# Others' schemas and readers judge the documents of a release. usage: run_release.sh EXPORT SOURCE_ROOT WORK_FOLDER
# Exit codes: 0 all valid, 1 something is not, 77 skipped.
export_release=$1 root=$2 work=$3
for program in node npm tar; do
  command -v $program >/dev/null || { echo "skipped: $program is not installed"; exit 77; }
done
mkdir -p "$work" && cd "$work" || exit 1
npm install --silent --no-audit --no-fund --no-save --prefix . @cyclonedx/cyclonedx-library@10.2.0 ajv@8.20.0 \
  ajv-formats@3.0.1 ajv-formats-draft2019@1.6.1 jsonld@9.0.0 yaml@2.9.1 ||
  { echo "skipped: npm cannot install the packages (no network?)"; exit 77; }
# The schema of SPDX 3 comes in a package of which nothing else is needed.
[ -f package/data/spdx-export.schema.json ] || {
  npm pack --silent @cyclonedx/cdxgen@12.8.4 >/dev/null && tar xzf cyclonedx-cdxgen-12.8.4.tgz package/data/spdx-export.schema.json ||
    { echo "skipped: npm cannot fetch the schema of SPDX"; exit 77; }
}
rm -rf releases && "$export_release" releases || exit 1
cp "$root/tests/oracles/release.mjs" . && exec node release.mjs
