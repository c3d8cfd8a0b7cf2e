// Builds static/dist from frontend/: one style sheet, one script, the icon sprite and the font for PDFs.
import { build, transform } from "esbuild";
import fs from "node:fs";
import path from "node:path";

const DIST = "static/dist";
// Built aside and moved at the end: whoever serves or collects meanwhile sees the old files or the new ones.
const OUT = `node_modules/.dist-${process.pid}`;
const TARGET = ["chrome109", "firefox115", "safari15.6"];

/** Top-level rules of a style sheet as [selector, block] pairs; blocks keep their braces. */
function topLevelRules(css) {
  const rules = [];
  let depth = 0;
  let start = 0;
  let open = 0;
  let quote = "";
  for (let i = 0; i < css.length; i += 1) {
    const char = css[i];
    if (quote) {
      if (char === "\\") i += 1;
      else if (char === quote) quote = "";
    } else if (char === '"' || char === "'") quote = char;
    else if (char === "{") {
      if (depth === 0) open = i;
      depth += 1;
    } else if (char === "}") {
      depth -= 1;
      if (depth === 0) {
        rules.push([css.slice(start, open).trim(), css.slice(open, i + 1)]);
        start = i + 1;
      }
    } else if (char === ";" && depth === 0) start = i + 1;
  }
  return rules;
}

/** Repeats every dark rule for data-bs-theme="auto" under prefers-color-scheme, so "auto" needs no script. */
function withAutoTheme(css) {
  const dark = /\[data-bs-theme=["']?dark["']?\]/g;
  const copies = topLevelRules(css)
    .filter(([selector]) => !selector.startsWith("@") && selector.search(dark) >= 0)
    .map(([selector, block]) => {
      const parts = selector.split(",").filter((part) => part.search(dark) >= 0);
      return parts.join(",").replace(dark, "[data-bs-theme=auto]") + block;
    });
  return `${css}\n@media screen and (prefers-color-scheme: dark) {\n${copies.join("\n")}\n}\n`;
}

/** Moves data: pictures of the style sheet into files, so that the content security policy needs no "data:". */
function withoutDataUris(css) {
  const seen = new Map();
  return css.replace(/url\((["']?)data:image\/svg\+xml[,;]([\s\S]*?)\1\)/g, (whole, quote, body) => {
    if (body.startsWith("base64")) throw new Error("unexpected base64 picture in the style sheet");
    const picture = decodeURIComponent(body.replace(/^(charset=)?utf-?8,/i, ""));
    if (!seen.has(picture)) {
      seen.set(picture, `assets/shape-${seen.size + 1}.svg`);
      fs.mkdirSync(path.join(OUT, "assets"), { recursive: true });
      fs.writeFileSync(path.join(OUT, seen.get(picture)), picture);
    }
    return `url("${seen.get(picture)}")`;
  });
}

/** One SVG file with a <symbol> for each icon of icons.json. */
function sprite() {
  const names = JSON.parse(fs.readFileSync("frontend/icons.json", "utf8"));
  const symbols = names.map((name) => {
    const inner = fs
      .readFileSync(`node_modules/@tabler/icons/icons/outline/${name}.svg`, "utf8")
      .replace(/^[\s\S]*?<svg[^>]*>/, "")
      .replace("</svg>", "")
      .replace(/\s+/g, " ")
      .trim();
    const stroke = 'fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"';
    return `<symbol id="i-${name}" viewBox="0 0 24 24" ${stroke}>${inner}</symbol>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`;
}

fs.rmSync(OUT, { recursive: true, force: true });
fs.mkdirSync(OUT, { recursive: true });
await build({
  entryPoints: ["frontend/app.css", "frontend/app.js", "frontend/quick-exit.js"],
  outdir: OUT,
  bundle: true,
  format: "esm",
  target: TARGET,
  loader: { ".woff2": "file" },
  assetNames: "assets/[name]",
  legalComments: "none",
  logLevel: "warning",
});
for (const [file, change] of [
  ["app.css", (text) => withoutDataUris(withAutoTheme(text))],
  ["app.js", (text) => text],
  ["quick-exit.js", (text) => text],
]) {
  const name = path.join(OUT, file);
  const loader = path.extname(file).slice(1);
  const options = { loader, minify: true, target: TARGET, legalComments: "none" };
  const { code } = await transform(change(fs.readFileSync(name, "utf8")), options);
  fs.writeFileSync(name, code);
}
fs.writeFileSync(path.join(OUT, "sprite.svg"), sprite());
for (const font of ["Inter-Regular.woff2", "Inter-Bold.woff2"]) {
  fs.copyFileSync(path.join("node_modules/inter-ui/web", font), path.join(OUT, font));
}
fs.rmSync(DIST, { recursive: true, force: true });
fs.renameSync(OUT, DIST);
