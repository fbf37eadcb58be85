import { KitError } from "./kit-error.ts";

/** @throws {KitError} for what is no port */
export function portOf(text: string, option: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new KitError(`${option}: expected a port, 0 to 65535, got "${text}"`, "0 takes a free port.");
}
