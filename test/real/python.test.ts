import { describe, test } from "vitest";

import { pythonGenaiOpenAi, pythonOpenAiV2 } from "./clients.ts";
import { testPythonExporters } from "./python-exporters.ts";
import { pythonVersion } from "./python-venv.ts";
import { testRealClients } from "./real-client-tests.ts";

const version = await pythonVersion();

if (version !== undefined) {
  testRealClients([pythonOpenAiV2, pythonGenaiOpenAi]);
  testPythonExporters();
} else if (process.env["CI"] === "true") {
  test("python3 is there", () => {
    throw new Error("CI has no python3 of version 3.10 or later on the PATH, so the Python clients were not tested.");
  });
} else {
  console.warn("NOT TESTED: the Python clients, for want of a python3 of version 3.10 or later on the PATH.");
  describe.skip("the Python clients (no python3 of version 3.10 or later on the PATH)", () => {
    test("are checked", () => undefined);
  });
}
