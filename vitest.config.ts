import { defineConfig } from "vitest/config";

const json = process.env["VITEST_JSON"];

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["**/node_modules/**"],
    // Much of what the tests do is wait for processes: a worker for each processor, not one less, which of two would leave one.
    maxWorkers: "100%",
    // Real clients, browsers and package managers take their time on a busy machine; the tests bound themselves.
    testTimeout: 60_000,
    hookTimeout: 300_000,
    reporters: json === undefined ? ["default"] : ["default", ["json", { outputFile: json }]],
  },
});
