import type { AttributeValue } from "../otlp/value.ts";
import type { ResourceView, ScopeView } from "../otlp/view.ts";
import { display } from "./mask.ts";

/** A service and an instrumentation scope, as findings and the list of sources name them. */
export interface ScopeContext {
  readonly service: string;
  readonly scope: string;
  readonly scopeVersion: string;
  readonly schemaUrl: string;
  spans: number;
  genaiSpans: number;
}

/** Bounds the list of sources; what comes beyond is counted under one name. */
const MOST_SOURCES = 1000;
const LONGEST_NAME = 120;

/** Interns the sources of telemetry. */
export class Sources {
  readonly #known = new Map<string, ScopeContext>();

  of(resource: ResourceView, scope: ScopeView): ScopeContext {
    const service = display(text(resource.attribute("service.name")), LONGEST_NAME);
    const name = display(scope.name, LONGEST_NAME);
    const version = display(scope.version, LONGEST_NAME);
    const schemaUrl = display(scope.schemaUrl || resource.schemaUrl, LONGEST_NAME);
    const id = JSON.stringify([service, name, version, schemaUrl]);
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    if (this.#known.size >= MOST_SOURCES) return this.#others();
    return this.#add(id, service, name, version, schemaUrl);
  }

  all(): readonly ScopeContext[] {
    return [...this.#known.values()];
  }

  #others(): ScopeContext {
    return this.#known.get("others") ?? this.#add("others", "(other services)", "(other scopes)", "", "");
  }

  #add(id: string, service: string, scope: string, scopeVersion: string, schemaUrl: string): ScopeContext {
    const made: ScopeContext = { service, scope, scopeVersion, schemaUrl, spans: 0, genaiSpans: 0 };
    this.#known.set(id, made);
    return made;
  }
}

function text(value: AttributeValue | undefined): string {
  return value?.type === "string" ? value.value : "";
}
