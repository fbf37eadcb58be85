import { DriverError } from "../driver-error.ts";

/** The packages of the OpenTelemetry SDK that a driver uses; optional, as most users of the kit send nothing by it. */
export interface Sdk {
  readonly api: typeof import("@opentelemetry/api");
  readonly core: typeof import("@opentelemetry/core");
  readonly b3: typeof import("@opentelemetry/propagator-b3");
  readonly resources: typeof import("@opentelemetry/resources");
  readonly trace: typeof import("@opentelemetry/sdk-trace-base");
}

const install =
  "npm i @opentelemetry/api@1.9 @opentelemetry/core@2.12 @opentelemetry/resources@2.12 @opentelemetry/sdk-trace-base@2.12 @opentelemetry/propagator-b3@2.12 " +
  "@opentelemetry/exporter-trace-otlp-grpc@0.223 @opentelemetry/exporter-trace-otlp-proto@0.223 @opentelemetry/exporter-trace-otlp-http@0.223";

/** @throws {DriverError} when a package is not installed, or is one that works otherwise */
export async function loadSdk(): Promise<Sdk> {
  const [api, core, b3, resources, trace] = await Promise.all([
    installed("@opentelemetry/api", () => import("@opentelemetry/api")),
    installed("@opentelemetry/core", () => import("@opentelemetry/core")),
    installed("@opentelemetry/propagator-b3", () => import("@opentelemetry/propagator-b3")),
    installed("@opentelemetry/resources", () => import("@opentelemetry/resources")),
    installed("@opentelemetry/sdk-trace-base", () => import("@opentelemetry/sdk-trace-base")),
  ]);
  // The 1.x SDK takes processors otherwise, and has no such function.
  if (typeof resources.resourceFromAttributes !== "function" || typeof trace.BasicTracerProvider !== "function") {
    throw new DriverError(
      "the sdk driver needs the OpenTelemetry SDK 2.x, got another major version",
      `Install it: ${install}`,
    );
  }
  return { api, core, b3, resources, trace };
}

/** A package by its import, with a message that says what to install when it is not there. */
export async function installed<Module>(name: string, load: () => Promise<Module>): Promise<Module> {
  try {
    return await load();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new DriverError(
      `the sdk driver needs the package ${name}, which is not installed`,
      `Install what it needs: ${install}`,
      {
        cause: error,
      },
    );
  }
}
