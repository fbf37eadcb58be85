import { startProvider, type Provider } from "../../src/provider/start-provider.ts";
import type { Script } from "../../src/provider/script.ts";
import { scenarioModels } from "./scenario-models.ts";

const sunny = { text: "It is sunny in Paris." };

/** What the models of the scenarios say. */
export const weather: Script = {
  conversations: [
    {
      when: { model: scenarioModels["tool loop"] },
      turns: [{ toolCalls: [{ name: "get_weather", arguments: { city: "Paris" } }] }, sunny],
    },
    { turns: [sunny] },
  ],
};

/** A fake provider on a free port that the real clients' scenarios run against. */
export function startWeatherProvider(): Promise<Provider> {
  return startProvider({ script: weather });
}
