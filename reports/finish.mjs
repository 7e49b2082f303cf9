// Makes Allure's page one that opens offline and on a phone: no request to an analytics server, as wide as the screen, and
// the tree on a page of its own instead of beside the result where the window is narrow.
import { readFileSync, writeFileSync } from "node:fs";

const file = process.argv[2];
const page = readFileSync(file, "utf8");
const finished = page
  .replace(/<script[^>]*googletagmanager[^>]*><\/script>/g, "")
  .replace("<head>", '<head>\n    <meta name="viewport" content="width=device-width, initial-scale=1">')
  .replace(
    /(window\.allureReportOptions = \{.*\})/,
    '$1;\n      if (window.innerWidth < 900) window.allureReportOptions.layout = "base";',
  );
if (/googletagmanager/.test(finished) || !finished.includes('name="viewport"') || !finished.includes('layout = "base"')) {
  console.error(`${file}: Allure's page is not of the form that reports/finish.mjs knows; it was left as it was`);
  process.exit(1);
}
writeFileSync(file, finished, { flush: true });
