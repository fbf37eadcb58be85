// Records anew what each real client sends: test/real/captures/*.ndjson. Needs python3 and a package index the first time.
import { writeFile } from "node:fs/promises";
import { relative } from "node:path";

import { checkClient } from "./check-client.ts";
import { captureFile, realClients } from "./clients.ts";
import { normaliseCapture } from "./normalise-capture.ts";

for (const client of realClients) {
  for (const variant of client.variants) {
    const { saved } = await checkClient(client, variant, "http/protobuf");
    const file = captureFile(client, variant);
    await writeFile(file, normaliseCapture(saved));
    console.log(`${relative(process.cwd(), file)}  ${client.title}, ${variant.name}`);
  }
}
