// Copies the history of earlier runs, one JSON object a line, without lines that are none: Allure gives up on the first
// such line, and then no report would ever be made again.
import { existsSync, readFileSync, writeFileSync } from "node:fs";

const [from, to] = process.argv.slice(2);
const lines = existsSync(from) ? readFileSync(from, "utf8").split("\n").filter((line) => line.trim()) : [];
const whole = lines.filter((line) => {
  try {
    return JSON.parse(line) !== null;
  } catch {
    return false;
  }
});
if (whole.length < lines.length) {
  console.error(`${from}: ${lines.length - whole.length} of ${lines.length} lines are damaged and were left out`);
}
writeFileSync(to, whole.map((line) => line + "\n").join(""));
