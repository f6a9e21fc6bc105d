#include "glass/record/release_documents/verify_guide.h"

#include <string>
#include <string_view>

#include <fmt/core.h>

#include "glass/base/units_text.h"
#include "glass/record/release_documents/internal/text.h"
#include "glass/record/release_documents/release_facts.h"

namespace glass::record {
namespace {

constexpr std::string_view kDigests = R"page(## 1. Nothing was lost or changed on the way

`SHA256SUMS` names every file with its digest, but itself and `model.sig`. Run the blocks of this
page in the folder of the release, one after the other, in one shell that you open for it (`bash`):
it closes at the first thing that is wrong.

```sh
set -e
work=$(mktemp -d)
find . ! -type d ! -type f > "$work/others"
sed 's/$/ is no file; a release has none such/' "$work/others"
test ! -s "$work/others"
sha256sum --check --quiet SHA256SUMS
find . ! -type d ! -path ./SHA256SUMS ! -path ./model.sig | sed 's|^\./||' > "$work/found"
sed 's/^[0-9a-f]*  //' SHA256SUMS | LC_ALL=C sort > "$work/listed"
LC_ALL=C sort "$work/found" | cmp - "$work/listed"
echo "all files are the ones that SHA256SUMS names, and there are no others"
```

This shows that the folder is whole. It does not show who made it.

)page";

constexpr std::string_view kModelSignatureText = R"page(## 2. The files are signed

`model.sig` is a signature under all files, in the form of OpenSSF Model Signing; `model.pub` is its
key. **Compare the key with the one that the provider publishes elsewhere**: whoever changes a
folder can change the key in it, too.

```sh
sha256sum model.pub
# The payload of an envelope (DSSE), its signature, and the bytes that were signed.
opened() {
  sed 's/.*"payload":"\([^"]*\)".*/\1/' "$1" | base64 -d > "$work/payload"
  sed 's/.*"sig":"\([^"]*\)".*/\1/' "$1" | base64 -d > "$work/signature"
  size=$(wc -c < "$work/payload")
  printf 'DSSEv1 28 application/vnd.in-toto+json %d ' "$size" > "$work/message"
  cat "$work/payload" >> "$work/message"
}
opened model.sig
openssl dgst -sha256 -verify model.pub -signature "$work/signature" "$work/message"
resource='"algorithm":"sha256","digest":"\([0-9a-f]*\)","name":"\([^"]*\)"'
tr '{' '\n' < "$work/payload" | sed -n "s/^$resource.*/\1  \2/p" > "$work/signed"
sha256sum --check --quiet "$work/signed"
test "$(find . -type f ! -path ./model.sig | wc -l)" -eq "$(wc -l < "$work/signed")"
echo "the signature covers all files, and they are unchanged"
```

)page";

constexpr std::string_view kStatements = R"page(## 3. Somebody stands behind what is said

`release.json` names the files of the release, `provenance.json` says how the weights were made.
Both are in-toto statements in DSSE envelopes, signed with Ed25519. **Compare the printed key with
the provider's**, as above.

```sh
for file in release.json provenance.json; do
  opened "$file"
  key=$(sed 's/.*"keyid":"ed25519:\([0-9a-f]*\)".*/\1/' "$file")
  perl -e 'print pack("H*", "302a300506032b6570032100" . shift)' "$key" > "$work/key.der"
  openssl pkeyutl -verify -rawin -pubin -keyform DER -inkey "$work/key.der" \
    -in "$work/message" -sigfile "$work/signature"
  echo "$file is signed by ed25519:$key"
done
```

)page";

constexpr std::string_view kLog = R"page(## 4. It was said in public

The release's statement stands in a transparency log, which only grows: what was said there cannot
be taken back or said differently to others. The proof is `release.tlog-proof`, the log's key
`log.key`. Go's module `golang.org/x/mod` checks it (Debian: packages golang-go and
golang-golang-x-mod-dev).

```sh
opened release.json
type=$(sed 's/.*"predicateType":"\([^"]*\)".*/\1/' "$work/payload")
envelope=$(sha256sum < release.json | cut -d' ' -f1)
statement=$(sha256sum < "$work/payload" | cut -d' ' -f1)
printf '{"envelope":"sha256:%s","statement":"sha256:%s","type":"%s"}' \
  "$envelope" "$statement" "$type" > "$work/entry"
cat > "$work/proof.go" <<'END'
package main

import (
	"encoding/base64"
	"fmt"
	"log"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

func hash(text string) (h tlog.Hash) {
	copy(h[:], must(base64.StdEncoding.DecodeString(text)))
	return h
}

func main() {
	head, checkpoint, _ := strings.Cut(string(must(os.ReadFile(os.Args[1]))), "\n\n")
	verifier := must(note.NewVerifier(strings.TrimSpace(os.Args[3])))
	signed := must(note.Open([]byte(checkpoint), note.VerifierList(verifier)))
	lines := strings.Split(signed.Text, "\n")
	var size, index int64
	must(fmt.Sscan(lines[1], &size))
	var proof tlog.RecordProof
	for _, line := range strings.Split(head, "\n")[1:] {
		if strings.HasPrefix(line, "index ") {
			must(fmt.Sscan(line[len("index "):], &index))
		} else if !strings.HasPrefix(line, "extra ") {
			proof = append(proof, hash(line))
		}
	}
	entry := tlog.RecordHash(must(os.ReadFile(os.Args[2])))
	if err := tlog.CheckRecord(proof, size, hash(lines[2]), index, entry); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("the release is entry %d of %s\n", index, lines[0])
}
END
export GO111MODULE=off GOPATH=/usr/share/gocode GOCACHE="$work/cache"
go run "$work/proof.go" release.tlog-proof "$work/entry" "$(cat log.key)"
```

)page";

constexpr std::string_view kLimits = R"page(## What this does not show

- That a figure that a person typed is true: intended use, licences, energy. Who typed it is known
  by the signature.
- That the machine named in the record is the one that was used.
- That the model is good, or safe.
)page";

std::string known_keys(const ReleaseFacts& facts) {
  std::string out;
  if (!facts.signing_key_hint.empty())
    out += fmt::format("- `model.pub`: its text has the SHA-256 digest `{}`\n",
                       facts.signing_key_hint);
  if (!facts.statement_key.empty())
    out += fmt::format("- `release.json` and `provenance.json` are signed by `{}`\n",
                       facts.statement_key);
  for (const std::string& key : facts.training.signed_by)
    out += fmt::format("- the record of the run is signed by `{}`\n", key);
  if (facts.log) out += fmt::format("- the log {}: `{}`\n", facts.log->origin, facts.log->key);
  if (out.empty()) return "";
  return "The keys that this release was made with, as its maker says here. Compare them with "
         "those "
         "that\nthe provider publishes elsewhere:\n\n" +
         out + "\n";
}

// With no key of the folder's own: a command that is copied must not believe what it checks.
std::string with_glassworks(const ReleaseFacts& facts) {
  std::string keys = "--key KEY-FROM-THE-PROVIDER.pem --signer ed25519:KEY-FROM-THE-PROVIDER";
  std::string places = "website";
  if (facts.log) {
    keys += " \\\n  --log-key 'KEY-OF-THE-LOG-FROM-ITS-OPERATOR'";
    places += "; that of the log from whoever runs it";
  }
  return fmt::format(
      "## With Glassworks\n\n"
      "`glass-verify` does all of the above at once, offline, and follows the evidence down to "
      "the\n"
      "steps of the training. It is small and has nothing of the engine in it.\n\n"
      "```\nglass-verify . {}\n```\n\n"
      "Put the keys that you believe in the places of capital letters: those of the provider from "
      "its\n{}. Not from this folder: whoever changes it can change the\n"
      "keys in it, too. `--signer` may be repeated, for a run that another key signed. Without "
      "keys it\n"
      "tells what the folder's own say as attested, not as verified.\n\n"
      "Exit codes: 0 nothing is broken or missing, 1 something is broken, 4 something is "
      "missing.\n\n",
      keys, places);
}

std::string program_of(const ReleaseFacts& facts) {
  if (facts.training.program.empty()) return "";
  const std::string commit =
      facts.engine_commit.empty() ? "" : fmt::format(" (commit `{}`)", facts.engine_commit);
  return fmt::format("The program was {}{}, numerics class {}; the digest of the run is\n`{}`.\n\n",
                     facts.training.program, commit,
                     release::or_unknown(facts.training.numerics_class),
                     release::or_unknown(facts.records.run));
}

std::string replaying(const ReleaseFacts& facts) {
  std::string out =
      "## The training itself\n\n"
      "A training is a pure function of its recipe: whoever has the run's folder (recipe, texts,\n"
      "tokenizer, checkpoints) executes any part of it again and must get the same digest after\n"
      "every step, on any number of threads.\n\n"
      "```\nglass verify RUN\nglass replay RUN --random 3\n```\n\n" +
      program_of(facts);
  for (const ReplayFact& one : facts.replays)
    out += fmt::format("- `{}` executed {} again: {}\n", one.by, count_text(one.steps, "step"),
                       one.equal ? "every bit was equal" : "NOT equal");
  return facts.replays.empty() ? out : out + "\n";
}

}  // namespace

std::string verify_guide(const ReleaseFacts& facts) {
  std::string out = fmt::format(
      "# How to check {}{}\n\n"
      "You need not believe whoever gave you this folder. Each part below says what it shows, and\n"
      "what it does not.\n\n",
      release::markdown(facts.name),
      facts.version.empty() ? "" : ", version " + release::markdown(facts.version));
  out += known_keys(facts);
  for (const std::string_view part : {kDigests, kModelSignatureText, kStatements}) out += part;
  if (facts.log) out += kLog;
  return out + with_glassworks(facts) + replaying(facts) + std::string(kLimits);
}

}  // namespace glass::record
