import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

/** What is wrong with a value, one line each; empty: nothing. */
export type Check = (value: unknown) => string[];

/** Checks values against the schemas of a document, by an independent validator. */
export class SchemaChecks {
  // Members count as there when they are the value's own: a field may be called `constructor`.
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true, ownProperties: true });

  constructor(document: object) {
    addFormats.default(this.#ajv);
    // Whole numbers whose bounds the schemas state themselves.
    for (const format of ["uint32", "uint64"]) this.#ajv.addFormat(format, true);
    this.#ajv.addSchema(document, "document");
  }

  /** The check of the schema at a place in the document, such as `["components", "schemas", "A"]`. */
  at(path: readonly (string | number)[]): Check {
    const steps = path.map((step) => String(step).replaceAll("~", "~0").replaceAll("/", "~1"));
    const pointer = steps.map((step) => `/${encodeURIComponent(step)}`).join("");
    const validate = this.#ajv.compile({ $ref: `document#${pointer}` });
    return (value) => {
      validate(value);
      return (validate.errors ?? []).map(({ instancePath, message, params }) =>
        [instancePath, message, JSON.stringify(params)].join(" "),
      );
    };
  }
}
