// Takes the funding addresses out of package-lock.json: a lock file of this project holds no address.
import fs from "node:fs";

const name = "package-lock.json";
const lock = JSON.parse(fs.readFileSync(name, "utf8"));
for (const entry of Object.values(lock.packages)) {
  delete entry.funding;
  delete entry.resolved;
}
fs.writeFileSync(name, `${JSON.stringify(lock, null, 2)}\n`);
