// usage: node published.mjs RELEASE
import {bundleFromJSON} from "@sigstore/bundle";
import {toSignedEntity, Verifier} from "@sigstore/verify";
import crypto from "node:crypto";
import fs from "node:fs";
import path from "node:path";

const folder = process.argv[2];
const read = (name) => fs.readFileSync(path.join(folder, name));
let failed = 0;
const expect = (what, holds) => {
  console.log(`${holds ? "as it should be" : "WRONG"}: ${what}`);
  if (!holds) failed = 1;
};

// The signature of all files, by sigstore's verifier for bundles with a key.
const publicKey = crypto.createPublicKey(read("model.pub"));
const trust = {certificateAuthorities: [], timestampAuthorities: [], tlogs: [], ctlogs: [],
               publicKey: () => ({publicKey, validFor: () => true})};
const holds = (bundle) => {
  try {
    new Verifier(trust, {tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 0})
      .verify(toSignedEntity(bundleFromJSON(bundle)));
    return true;
  } catch {
    return false;
  }
};
const bundle = JSON.parse(read("model.sig"));
expect("sigstore accepts model.sig", holds(bundle));
const changed = structuredClone(bundle);
const payload = Buffer.from(changed.dsseEnvelope.payload, "base64");
payload[payload.length - 3] ^= 1;
changed.dsseEnvelope.payload = payload.toString("base64");
expect("sigstore refuses model.sig with a changed payload", !holds(changed));

// What it lists, against the files.
const said = JSON.parse(Buffer.from(bundle.dsseEnvelope.payload, "base64"));
const digestOf = (name) => crypto.createHash("sha256").update(read(name)).digest("hex");
const below = (at) => fs.readdirSync(path.join(folder, at), {withFileTypes: true}).flatMap((entry) =>
  entry.isDirectory() ? below(path.join(at, entry.name)) : [path.join(at, entry.name)]);
const files = below("").filter((name) => name !== "model.sig").sort();
const resources = said.predicate.resources;
expect(`it lists the ${files.length} files of the folder`,
       JSON.stringify(resources.map((one) => one.name).sort()) === JSON.stringify(files));
expect("each with its digest", resources.every((one) => digestOf(one.name) === one.digest));
const root = crypto.createHash("sha256")
  .update(Buffer.concat(resources.map((one) => Buffer.from(one.digest, "hex")))).digest("hex");
expect("and the digest of the folder follows", root === said.subject[0].digest.sha256);

// The statements, by Ed25519 over the encoding of DSSE.
for (const name of ["release.json", "provenance.json", "evidence/record.json"]) {
  const envelope = JSON.parse(read(name));
  const body = Buffer.from(envelope.payload, "base64");
  const message = Buffer.concat(
    [Buffer.from(`DSSEv1 ${envelope.payloadType.length} ${envelope.payloadType} ${body.length} `), body]);
  const [{keyid, sig}] = envelope.signatures;
  const key = crypto.createPublicKey({
    key: Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), Buffer.from(keyid.slice(8), "hex")]),
    format: "der", type: "spki"});
  expect(`${name} is signed by its key`, crypto.verify(null, message, key, Buffer.from(sig, "base64")));
  const statement = JSON.parse(body);
  expect(`${name} is an in-toto statement`, statement._type === "https://in-toto.io/Statement/v1");
  if (name !== "evidence/record.json")
    expect(`${name} is about files as they are`,
           statement.subject.every((one) => digestOf(one.name) === one.digest.sha256));
}
process.exit(failed);
