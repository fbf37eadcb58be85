import { defineConfig } from "vitest/config";

const json = process.env["VITEST_JSON"];

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["**/node_modules/**"],
    // Real clients, browsers and package managers take their time on a busy machine; the tests bound themselves.
    testTimeout: 60_000,
    hookTimeout: 300_000,
    reporters: json === undefined ? ["default"] : ["default", ["json", { outputFile: json }]],
  },
});
