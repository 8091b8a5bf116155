// Judges Kubernetes's objects, a JSON array on standard input, by the schemas of kubernetes-models in the folder of the first argument.
// Its schemas let unknown fields pass; here none does.  Prints what is wrong, a line each; status 1 if there is any.
"use strict";

const fs = require("fs");
const path = require("path");

const models = path.resolve(process.argv[2]);
const load = (name) => require(path.join(models, name));
const Ajv = load("ajv").default;
const addFormats = load("ajv-formats").default;

const schemas = new Map();
const validate = require.resolve(path.join(models, "@kubernetes-models/validate"));
require(validate);
require.cache[validate].exports = { register: (id, schema) => schemas.set(id, schema) };

function close(schema) {
  if (schema === null || typeof schema !== "object") return;
  if (schema.properties !== undefined && schema.additionalProperties === undefined) schema.additionalProperties = false;
  for (const inner of Object.values(schema)) close(inner);
}

function schemaName(object) {
  const [group, version] = object.apiVersion.includes("/") ? object.apiVersion.split("/") : ["core", object.apiVersion];
  const words = [group.split(".")[0], version, object.kind];
  const file = "IoK8sApi" + words.map((word) => word[0].toUpperCase() + word.slice(1)).join("");
  load(`kubernetes-models/_schemas/${file}.js`).addSchema();
  return "io.k8s.api." + words.join(".");
}

const objects = JSON.parse(fs.readFileSync(0, "utf8"));
const names = objects.map(schemaName);
const ajv = new Ajv({ allErrors: true, strict: false });
addFormats(ajv);
for (const format of ["int32", "int64", "double", "int-or-string", "quantity", "byte", "string"]) {
  if (ajv.formats[format] === undefined) ajv.addFormat(format, true);
}
for (const [id, schema] of schemas) {
  close(schema);
  ajv.addSchema({ ...schema, $id: id + "#" });
}
let wrong = 0;
objects.forEach((object, i) => {
  const judge = ajv.getSchema(names[i] + "#");
  if (judge(object)) return;
  for (const error of judge.errors) {
    wrong++;
    const more = error.params.additionalProperty ?? error.params.missingProperty ?? JSON.stringify(error.params);
    console.log(`${object.kind} ${object.metadata.name}${error.instancePath}: ${error.message}: ${more}`);
  }
});
process.exitCode = wrong > 0 ? 1 : 0;
