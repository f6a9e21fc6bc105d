// The documents that export_release wrote, against others' schemas and readers: CycloneDX by its library, SPDX by its JSON
// schema and the mandatory fields of its profiles, Croissant by a processor of JSON-LD and its required fields, the head
// of the model card by a reader of YAML.
//
// usage: node release.mjs
import fs from "fs";
import { createRequire } from "module";
import * as CycloneDX from "@cyclonedx/cyclonedx-library";
import Ajv from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import jsonld from "jsonld";
import YAML from "yaml";

let wrong = 0;
const say = (what, why) => {
  ++wrong;
  console.log(`${what}: ${why}`);
};
const expect = (holds, what, why) => holds || say(what, why);
const read = (release, name) => fs.readFileSync(`releases/${release}/${name}`, "utf8");
const releases = fs.readdirSync("releases");

async function checkCycloneDX(release) {
  const text = read(release, "bom.cdx.json");
  for (const version of ["1.6", "1.7"]) {
    // 1.7 only adds to 1.6.
    const errors = await new CycloneDX.Validation.JsonStrictValidator(version)
      .validate(text.replaceAll("1.6", version));
    expect(errors === null, `${release}: CycloneDX ${version}`, JSON.stringify(errors?.slice?.(0, 3) ?? errors));
  }
  const bom = JSON.parse(text);
  const refs = new Set(["model", ...bom.components.map((one) => one["bom-ref"])]);
  for (const one of bom.dependencies)
    for (const ref of [one.ref, ...one.dependsOn]) expect(refs.has(ref), `${release}: CycloneDX`, `no component ${ref}`);
}

const spdxSchema = new Ajv({ strict: false, allErrors: true });
addFormats(spdxSchema);
const validSpdx = spdxSchema.compile(JSON.parse(fs.readFileSync("package/data/spdx-export.schema.json", "utf8")));
// https://spdx.github.io/spdx-spec/v3.0.1/: what a profile asks for, which the schema does not.
const mandatory = {
  ai_AIPackage: ["releaseTime", "suppliedBy", "software_downloadLocation", "software_packageVersion", "software_primaryPurpose"],
  dataset_DatasetPackage: ["builtTime", "originatedBy", "releaseTime", "software_downloadLocation", "software_primaryPurpose",
    "dataset_datasetType"],
};
const profileOf = { ai_AIPackage: "ai", dataset_DatasetPackage: "dataset" };

function checkSpdx(release) {
  const document = JSON.parse(read(release, "spdx.json"));
  expect(validSpdx(document), `${release}: SPDX`, JSON.stringify(validSpdx.errors?.slice(0, 3)));
  const graph = document["@graph"];
  const ids = graph.map((one) => one.spdxId ?? one["@id"]);
  expect(new Set(ids).size === ids.length, `${release}: SPDX`, "an id stands for two elements");
  const conforms = graph.find((one) => one.type === "SpdxDocument").profileConformance;
  const licensed = (id, type) => graph.filter((one) => one.from === id && one.relationshipType === type).length === 1;
  for (const one of graph) {
    for (const to of one.to ?? []) expect(ids.includes(to), `${release}: SPDX`, `no element ${to}`);
    if (!conforms.includes(profileOf[one.type])) continue;
    for (const key of mandatory[one.type]) expect(one[key] !== undefined, `${release}: SPDX ${one.spdxId}`, `no ${key}`);
    for (const type of ["hasDeclaredLicense", "hasConcludedLicense"])
      expect(licensed(one.spdxId, type), `${release}: SPDX ${one.spdxId}`, `not one ${type}`);
  }
  for (const type of ["trainedOn"])
    expect(graph.some((one) => one.relationshipType === type), `${release}: SPDX`, `no ${type}`);
  return conforms;
}

async function checkCroissant(release) {
  const text = read(release, "croissant.json");
  const dataset = JSON.parse(text);
  const required = ["@context", "@type", "dct:conformsTo", "description", "license", "name", "url", "creator", "datePublished"];
  for (const key of required) expect(dataset[key] !== undefined, `${release}: Croissant`, `no ${key}`);
  const [expanded] = await jsonld.expand(dataset, { safe: false, base: "https://release.example/" });
  const cr = "http://mlcommons.org/croissant/";
  expect(expanded["@type"][0] === "http://schema.org/Dataset", `${release}: Croissant`, "is no Dataset");
  expect(expanded["http://purl.org/dc/terms/conformsTo"]?.[0]["@value"] === `${cr}1.1`, `${release}: Croissant`, "conforms to nothing");
  for (const file of expanded["http://schema.org/distribution"] ?? []) {
    expect(file["@type"][0] === `${cr}FileObject`, `${release}: Croissant`, `${file["@id"]} is no file`);
    for (const key of ["contentUrl", "encodingFormat", "sha256"])
      expect(file[`http://schema.org/${key}`], `${release}: Croissant ${file["@id"]}`, `no ${key}`);
  }
  const fileIds = (expanded["http://schema.org/distribution"] ?? []).map((one) => one["@id"]);
  for (const set of expanded[`${cr}recordSet`] ?? []) {
    const fields = set[`${cr}field`].map((one) => one["@id"]);
    expect(fields.includes(set[`${cr}key`][0]["@id"]), `${release}: Croissant ${set["@id"]}`, "its key is no field");
    for (const one of set[`${cr}field`]) {
      expect(one[`${cr}dataType`]?.[0]["@id"].startsWith("http://schema.org/"), `${release}: Croissant ${one["@id"]}`, "no type");
      const from = one[`${cr}source`]?.[0][`${cr}fileObject`][0]["@id"];
      expect(from === undefined || fileIds.includes(from), `${release}: Croissant ${one["@id"]}`, `no file ${from}`);
    }
  }
}

function checkModelCard(release) {
  const [, head] = read(release, "README.md").split(/^---$/m);
  const what = `${release}: model card`;
  const card = YAML.parse(head, { strict: true });
  const old = YAML.parse(head, { version: "1.1" });
  expect(JSON.stringify(card) === JSON.stringify(old), what, "YAML 1.1 and 1.2 read the head differently");
  const texts = [...(card.language ?? []), card.license ?? "", ...card.tags, card.pipeline_tag];
  for (const text of texts) expect(typeof text === "string", what, `${text} is no text`);
  if (card.license === "other") expect(card.license_name && card.license_link, what, "a licence without name and place");
  for (const model of card["model-index"] ?? []) {
    expect(typeof model.name === "string", what, "model-index without a name");
    for (const { task, dataset, metrics } of model.results) {
      expect(task.type && dataset.type && dataset.name, what, "a result without task or dataset");
      for (const one of metrics) expect(one.type && typeof one.value === "number", what, "a metric without type or value");
    }
  }
  return card;
}

for (const release of releases) {
  await checkCycloneDX(release);
  await checkCroissant(release);
  const conforms = checkSpdx(release);
  expect(conforms.includes("ai") === (release !== "unknown"), `${release}: SPDX`, `conforms to ${conforms}`);
  const card = checkModelCard(release);
  if (release === "continued") {
    expect(card["model-index"][0].name === 'a: "b" # c', "continued: model card", `the name is ${card["model-index"][0].name}`);
    expect(card.base_model[0] === "example/base", "continued: model card", "no base model");
  }
}
// The judges can say no.
const broken = JSON.parse(read("some", "bom.cdx.json"));
broken.metadata.component.type = "model";
expect(await new CycloneDX.Validation.JsonStrictValidator("1.6").validate(JSON.stringify(broken)) !== null, "CycloneDX", "accepts anything");
const nobody = JSON.parse(read("some", "spdx.json"));
nobody["@graph"].find((one) => one.type === "ai_AIPackage").ai_limitation = 7;
expect(!validSpdx(nobody), "SPDX", "accepts anything");
console.log(wrong === 0 ? `${releases.length} releases: all documents are valid` : `${wrong} faults`);
process.exit(wrong === 0 ? 0 : 1);
