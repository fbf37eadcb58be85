/** A request that the provider refuses with status 400; the message is meant for the client. */
export class BadRequest extends Error {
  override readonly name = "BadRequest";
  /** The field that is wrong, such as `messages[0].role`; undefined when it is the whole body. */
  readonly param: string | undefined;

  constructor(message: string, param?: string) {
    super(message);
    this.param = param;
  }
}

/** Reads the fields of a JSON object of a request; what has another type than asked for is a BadRequest. null counts as absent. */
export class RequestFields {
  readonly #object: Readonly<Record<string, unknown>>;
  readonly #path: string;

  private constructor(object: Readonly<Record<string, unknown>>, path: string) {
    this.#object = object;
    this.#path = path;
  }

  static of(value: unknown, path = ""): RequestFields {
    if (isObject(value)) return new RequestFields(value, path);
    throw wrongType(path === "" ? "the body" : path, "an object", value);
  }

  any(key: string): unknown {
    return this.#object[key] ?? undefined;
  }

  string(key: string): string | undefined {
    return this.#read(key, "a string", (value) => typeof value === "string");
  }

  /** A string that is not empty. */
  required(key: string): string {
    const value = this.string(key);
    if (value === undefined || value === "")
      throw new BadRequest(`Missing required parameter: '${this.#name(key)}'.`, this.#name(key));
    return value;
  }

  number(key: string): number | undefined {
    return this.#read(key, "a number", (value) => typeof value === "number");
  }

  integer(key: string, least: number, most = Number.MAX_SAFE_INTEGER): number | undefined {
    const value = this.number(key);
    if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return value;
    throw new BadRequest(
      `Invalid value of '${this.#name(key)}': expected an integer from ${least} to ${most}, got ${value}.`,
      this.#name(key),
    );
  }

  boolean(key: string): boolean | undefined {
    return this.#read(key, "a boolean", (value) => typeof value === "boolean");
  }

  list(key: string): readonly unknown[] | undefined {
    return this.#read(key, "an array", (value) => Array.isArray(value));
  }

  object(key: string): RequestFields | undefined {
    const value = this.any(key);
    return value === undefined ? undefined : RequestFields.of(value, this.#name(key));
  }

  /** The objects of an array; none when it is absent. */
  objects(key: string): RequestFields[] {
    return (this.list(key) ?? []).map((item, index) => RequestFields.of(item, `${this.#name(key)}[${index}]`));
  }

  /** The strings of an array, or of a string alone. */
  strings(key: string): string[] | undefined {
    const value = this.any(key);
    if (typeof value === "string") return [value];
    const items = this.list(key);
    items?.forEach((item, index) => {
      if (typeof item !== "string") throw wrongType(`${this.#name(key)}[${index}]`, "a string", item);
    });
    return items as string[] | undefined;
  }

  #read<T>(key: string, expected: string, fits: (value: unknown) => boolean): T | undefined {
    const value = this.any(key);
    if (value === undefined || fits(value)) return value as T | undefined;
    throw wrongType(this.#name(key), expected, value);
  }

  #name(key: string): string {
    return this.#path === "" ? key : `${this.#path}.${key}`;
  }
}

/** Facts that are there, without the keys of those that are not. */
export function present<T extends object>(facts: { readonly [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)) as T;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function wrongType(path: string, expected: string, value: unknown): BadRequest {
  const actual =
    value === null
      ? "null"
      : Array.isArray(value)
        ? "an array"
        : typeof value === "object"
          ? "an object"
          : `a ${typeof value}`;
  return new BadRequest(`Invalid type for '${path}': expected ${expected}, but got ${actual} instead.`, path);
}
