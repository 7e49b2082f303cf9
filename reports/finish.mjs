// Makes Allure's page one that opens offline and on a phone and speaks of verdicts: no request to an analytics server, as
// wide as the screen, the tree on a page of its own instead of beside the result where the window is narrow, and this
// project's words and style. Every change must find its place, else the page is left as it was.
import { readFileSync, writeFileSync } from "node:fs";

const file = process.argv[2];
const beside = (name) => readFileSync(new URL(name, import.meta.url), "utf8");

function require(there, what) {
  if (!there) {
    console.error(`${file}: Allure's page is not of the form that reports/finish.mjs knows (${what}); it was left as it was`);
    process.exit(1);
  }
}

function change(text, what, from, to) {
  require(from instanceof RegExp ? from.test(text) : text.includes(from), what);
  return text.replace(from, to);
}

function script(code) {
  code = change(
    code,
    "names of the statuses",
    '"statuses":{"passed":"passed","failed":"failed","broken":"broken","skipped":"skipped"',
    '"statuses":{"passed":"supported","failed":"refuted","broken":"no verdict","skipped":"not applicable"',
  );
  code = change(code, "nothing selected", '"No selected Test result"', '"Choose a result on the left"');
  code = change(code, "share", '"successRateDescription":"Calculated from passed, failed, and broken tests. Skipped and unknown tests are excluded."', '"successRateDescription":"Results that support their hypothesis, of all but those that are not applicable."');
  // A link in a message would be a name's own; besides, Allure loses the character that ends the address.
  code = change(code, "links in texts", "/((?:(?:https?:\\/\\/|ftp:\\/\\/|mailto:)|www\\.)\\S+?)", "/((?!)\\S+?)");
  return change(code, "frame of the description", "</style>\\n      </head>", () => `</style><style>${beside("description.css")}</style>\\n      </head>`);
}

let page = readFileSync(file, "utf8");
page = page.replace(/<script[^>]*googletagmanager[^>]*><\/script>/g, "").replace(/<script>\s*window\.dataLayer[^]*?<\/script>/g, "");
page = change(page, "head", "<head>", '<head>\n    <meta name="viewport" content="width=device-width, initial-scale=1">');
page = change(page, "end of the head", "</head>", () => `  <style>${beside("page.css")}</style>\n</head>`);
page = change(page, "options", /(window\.allureReportOptions = \{.*\})/, (options) => `${options};\n${beside("page.js")}`);
page = change(page, "script", /(src="data:text\/javascript;base64,)([^"]+)"/, (_, head, code) =>
  `${head}${Buffer.from(script(Buffer.from(code, "base64").toString("utf8"))).toString("base64")}"`,
);
require(!/googletagmanager|dataLayer/.test(page), "analytics");
writeFileSync(file, page);
