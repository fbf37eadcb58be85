/** Where in the upstream files a problem stands. */
export interface Place {
  readonly version: string;
  /** Path inside the version's folder. */
  readonly file: string;
  /** Id of the group, signal or attribute, once it is known. */
  readonly id?: string;
}

/** A model that cannot be imported: says the version, the file, the id, what is wrong and what to do. */
export class ImportError extends Error {
  constructor(place: Place, problem: string, remedy: string) {
    super(
      `${[place.version, place.file, place.id].filter((part) => part !== undefined).join(" › ")}: ${problem}. ${remedy}`,
    );
    this.name = "ImportError";
  }
}
