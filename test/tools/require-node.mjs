// Guards every npm script: the checkout pins Node through the dev dependency `node`, whose binary npm puts first on PATH.
// With --ignore-scripts (or a package manager that blocks install scripts) it is missing and the machine's own node runs.
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(
    `otel-genai-testkit needs Node >= 22.18, but this script runs on ${process.version} (${process.execPath}).\n` +
      "The checkout pins Node 24 through the dev dependency `node`; its install script did not run.\n" +
      "Run `npm ci` with install scripts allowed (npm >= 11: package.json's allowScripts lists it), or use Node >= 22.18.\n",
  );
  process.exit(2);
}
