// The report's title: which device answered and how the hypotheses stand, one line to standard output.
// Usage: node overview.mjs RESULTS [RESULTS...]
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

// Of several results of one hypothesis the first of these is its verdict.
const WEIGHT = ["refuted", "device fault", "no verdict", "supported", "not applicable"];
const ALWAYS = ["supported", "refuted"];
const ORIGIN = {
  silicon: "silicon (a Coral answered)",
  emulated: "emulated (no Coral took part)",
  cpu: "cpu (TFLite's own kernels, no Coral took part)",
  replayed: "replayed (recorded answers, nothing ran)",
  "test double": "test double (no Coral took part)",
};

/** The labels of a result; none where it has none, or is cut short: Allure leaves that one out as well. */
function labelsOf(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8")).labels ?? [];
  } catch {
    return [];
  }
}

/** The labels of every experiment's result in a folder of Allure results. */
function results(folder) {
  return readdirSync(folder)
    .filter((file) => file.endsWith("-result.json"))
    .map((file) => labelsOf(join(folder, file)))
    .map((labels) => Object.fromEntries(labels.map(({ name, value }) => [name, value])))
    .filter((labels) => labels.feature);
}

function standing(hypotheses) {
  const verdicts = [...hypotheses.values()].map((found) => WEIGHT.find((verdict) => found.has(verdict)));
  const count = (verdict) => verdicts.filter((v) => v === verdict).length;
  const [supported, ...others] = [...ALWAYS, ...WEIGHT.filter((verdict) => !ALWAYS.includes(verdict) && count(verdict))];
  const rest = others.map((verdict) => `, ${count(verdict)} ${verdict}`).join("");
  return `${count(supported)} of ${verdicts.length} hypotheses ${supported}${rest}`;
}

// By kind of evidence, since support from an emulator is none from a Coral; what needed no device stands apart.
const byOrigin = new Map();
for (const { evidence, feature, verdict } of process.argv.slice(2).flatMap(results)) {
  const origin = evidence ? (ORIGIN[evidence] ?? evidence) : "without a device";
  if (!byOrigin.has(origin)) byOrigin.set(origin, new Map());
  const hypotheses = byOrigin.get(origin);
  hypotheses.set(feature, (hypotheses.get(feature) ?? new Set()).add(verdict));
}
const last = (origin) => (origin === "without a device" ? 1 : 0);
const parts = [...byOrigin.keys()]
  .sort((a, b) => last(a) - last(b) || a.localeCompare(b))
  .map((origin) => `${origin}: ${standing(byOrigin.get(origin))}`);
console.log(["Tensorizer", ...parts].join(" \u00b7 "));
